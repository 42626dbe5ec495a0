//! When runs end that share engines: each engine gives its runs equal time, and engines that
//! compute at the same time slow one another down.

/// How much longer an engine takes while others compute: cores share caches, memory and, where two
/// are one, arithmetic.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Slowdown {
    /// Engines that there are.
    pub engines: usize,
    /// How many times as long each takes when all of them compute.
    pub together: f64,
}

impl Slowdown {
    /// How many times as long each takes when so many compute; between one and all in proportion.
    pub fn among(self, busy: usize) -> f64 {
        if self.engines < 2 || busy < 2 {
            return 1.0;
        }
        let share = (busy - 1) as f64 / (self.engines - 1) as f64;
        1.0 + (self.together - 1.0).max(0.0) * share.min(1.0)
    }
}

/// When a run ends, in seconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Ends {
    /// Of its own computing.
    pub computing: f64,
    /// Since all runs began.
    pub after: f64,
}

/// When each run ends, from the seconds that it would compute alone; an engine a row, its runs in
/// their order.
pub(super) fn ends(alone: &[Vec<f64>], slowdown: Slowdown) -> Vec<Vec<Ends>> {
    let mut left: Vec<Vec<f64>> = alone.to_vec();
    let mut ends: Vec<Vec<Ends>> =
        alone.iter().map(|runs| vec![Ends::default(); runs.len()]).collect();
    let mut now = 0.0;
    loop {
        let going = |runs: &[f64]| runs.iter().filter(|left| **left > 0.0).count();
        let busy = left.iter().filter(|runs| going(runs) > 0).count();
        let pace = slowdown.among(busy);
        // Until the next run ends, all go on as they do now.
        let spans = left.iter().filter_map(|runs| {
            let least = runs.iter().copied().filter(|left| *left > 0.0).min_by(f64::total_cmp)?;
            Some(least * pace * going(runs) as f64)
        });
        let Some(span) = spans.min_by(f64::total_cmp) else { return ends };
        now += span;
        for (runs, ends) in left.iter_mut().zip(&mut ends) {
            let turns = going(runs) as f64;
            for (left, end) in runs.iter_mut().zip(ends).filter(|(left, _)| **left > 0.0) {
                *left -= span / turns / pace;
                end.computing += span / turns;
                end.after = now;
                // What is left of rounding would never end.
                if *left < 1e-9 {
                    *left = 0.0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALONE: Slowdown = Slowdown { engines: 1, together: 1.0 };

    fn rounded(ends: Vec<Vec<Ends>>) -> Vec<Vec<(f64, f64)>> {
        let round = |seconds: f64| (seconds * 1e6).round() / 1e6;
        let row = |runs: Vec<Ends>| {
            runs.iter().map(|end| (round(end.computing), round(end.after))).collect()
        };
        ends.into_iter().map(row).collect()
    }

    #[test]
    fn runs_of_one_engine_take_turns() {
        // Both have computed 2 s after 4; then the longer one is alone.
        assert_eq!(rounded(ends(&[vec![5.0, 2.0]], ALONE)), [[(5.0, 7.0), (2.0, 4.0)]]);
    }

    #[test]
    fn engines_slow_one_another_down_while_both_compute() {
        let slowdown = Slowdown { engines: 2, together: 1.5 };
        // The short one takes 3 s; meanwhile the long one has done 2 of its 5.
        let found = rounded(ends(&[vec![5.0], vec![2.0]], slowdown));
        assert_eq!(found, [[(6.0, 6.0)], [(3.0, 3.0)]]);
    }

    #[test]
    fn between_one_and_all_engines_the_slowdown_is_in_proportion() {
        let slowdown = Slowdown { engines: 5, together: 3.0 };
        let found = [0, 1, 2, 3, 5, 9].map(|busy| slowdown.among(busy));
        assert_eq!(found, [1.0, 1.0, 1.5, 2.0, 3.0, 3.0]);
        assert_eq!(ALONE.among(4), 1.0);
    }

    #[test]
    fn without_runs_nothing_ends() {
        assert_eq!(ends(&[vec![], vec![]], ALONE), [vec![], vec![]]);
        assert_eq!(ends(&[vec![0.0]], ALONE), [vec![Ends::default()]]);
    }

    proptest! {
        #[test]
        fn an_engine_by_itself_ends_after_the_sum_of_its_runs(
            runs in prop::collection::vec(0.01f64..100.0, 1..6),
        ) {
            let found = ends(std::slice::from_ref(&runs), ALONE);
            let last = found[0].iter().map(|end| end.after).fold(0.0, f64::max);
            let sum: f64 = runs.iter().sum();
            prop_assert!((last - sum).abs() < 1e-6 * sum);
            for (end, alone) in found[0].iter().zip(&runs) {
                prop_assert!((end.computing - alone).abs() < 1e-6 * sum);
            }
        }
    }
}
