//! Mean and variance of a layer's channels, gathered portion by portion.

/// A channel's variance is never taken to be less than this share of what it was: a channel that
/// hardly changes on the few pictures at hand would be made as loud as one that does, with all that
/// other pictures have in it. So none gets more than ten times as loud as pretraining made it.
pub(super) const LEAST_SHARE: f32 = 0.01;

/// The mean of every channel, and how far numbers lie from it, in double precision.
pub(super) struct Moments {
    /// Numbers a channel.
    count: f64,
    means: Vec<f64>,
    /// Sums of squared distances from the mean.
    squares: Vec<f64>,
}

/// What BatchNorm normalises with, a number a channel.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Statistics {
    pub means: Vec<f32>,
    pub variances: Vec<f32>,
}

impl Moments {
    /// Of nothing, for so many channels.
    pub fn new(channels: usize) -> Self {
        Self { count: 0.0, means: vec![0.0; channels], squares: vec![0.0; channels] }
    }

    /// Adds a portion: mean and squares of it alone, then those of both together (Chan, Golub and
    /// LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
    ///
    /// # Shapes
    /// `[pixels, channels]`
    pub fn add(&mut self, values: &[f32]) {
        let channels = self.means.len().max(1);
        let pixels = (values.len() / channels) as f64;
        if pixels == 0.0 {
            return;
        }
        let mut means = vec![0.0; channels];
        for row in values.chunks_exact(channels) {
            means.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        means.iter_mut().for_each(|sum| *sum /= pixels);
        let mut squares = vec![0.0; channels];
        for row in values.chunks_exact(channels) {
            for ((sum, mean), &value) in squares.iter_mut().zip(&means).zip(row) {
                let distance = f64::from(value) - mean;
                *sum += distance * distance;
            }
        }
        let all = self.count + pixels;
        for (channel, (mean, square)) in means.into_iter().zip(squares).enumerate() {
            let apart = mean - self.means[channel];
            self.means[channel] += apart * pixels / all;
            self.squares[channel] += square + apart * apart * self.count * pixels / all;
        }
        self.count = all;
    }

    /// The statistics of everything that was added, in place of those `before`. A channel whose
    /// numbers are not finite keeps what it had, as do all where nothing was added.
    pub fn in_place_of(&self, before: &Statistics) -> Statistics {
        let mut statistics = before.clone();
        for channel in 0..self.means.len().min(before.means.len()) {
            let mean = self.means[channel] as f32;
            let variance = (self.squares[channel] / self.count) as f32;
            if mean.is_finite() && variance.is_finite() {
                statistics.means[channel] = mean;
                statistics.variances[channel] =
                    variance.max(LEAST_SHARE * before.variances[channel]);
            }
        }
        statistics
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn statistics(means: &[f32], variances: &[f32]) -> Statistics {
        Statistics { means: means.to_vec(), variances: variances.to_vec() }
    }

    fn measured(portions: &[&[f32]], before: &Statistics) -> Statistics {
        let mut moments = Moments::new(before.means.len());
        portions.iter().for_each(|portion| moments.add(portion));
        moments.in_place_of(before)
    }

    #[test]
    fn statistics_are_those_worked_out_by_hand() {
        let before = statistics(&[9.0, 9.0], &[1.0, 1.0]);
        // 1, 3, 5 and 2, 2, 8: the means are 3 and 4, the variances 8/3 and 8.
        let found = measured(&[&[1.0, 2.0, 3.0, 2.0, 5.0, 8.0]], &before);
        assert_eq!(found, statistics(&[3.0, 4.0], &[8.0 / 3.0, 8.0]));
    }

    #[test]
    fn a_channel_that_does_not_change_keeps_a_hundredth_of_its_variance() {
        let before = statistics(&[0.0], &[4.0]);
        assert_eq!(measured(&[&[7.0, 7.0, 7.0]], &before), statistics(&[7.0], &[0.04]));
        assert_eq!(measured(&[&[7.0]], &before), statistics(&[7.0], &[0.04]));
    }

    #[test]
    fn what_is_not_finite_leaves_its_channel_as_it_was_and_no_other() {
        let before = statistics(&[0.5, 0.5, 0.5, 0.5], &[1.0; 4]);
        let (nan, infinite, largest) = (f32::NAN, f32::INFINITY, f32::MAX);
        let found =
            measured(&[&[1.0, nan, infinite, largest], &[3.0, 1.0, 1.0, -largest]], &before);
        assert_eq!(found, statistics(&[2.0, 0.5, 0.5, 0.5], &[1.0; 4]));
        assert_eq!(measured(&[], &before), before);
        assert_eq!(measured(&[&[]], &before), before);
    }

    proptest! {
        #[test]
        fn portions_have_the_statistics_of_the_whole(
            values in proptest::collection::vec(-100f32..100.0, 3..300),
            offset in -1000f32..1000.0,
            portion in 1usize..40,
        ) {
            let values: Vec<f32> = values[..values.len() / 3 * 3].iter().map(|v| v + offset).collect();
            let before = statistics(&[0.0; 3], &[0.0; 3]);
            let whole = measured(&[&values], &before);
            let portions: Vec<&[f32]> = values.chunks(3 * portion).collect();
            let portions = measured(&portions, &before);
            let pairs = |of: fn(&Statistics) -> &Vec<f32>| -> Vec<(f32, f32)> {
                of(&whole).iter().copied().zip(of(&portions).iter().copied()).collect()
            };
            // The sums are in double precision, so all that differs is how they round to single.
            for (whole, portions) in pairs(|found| &found.means).into_iter().chain(pairs(|found| &found.variances)) {
                prop_assert!((whole - portions).abs() <= 1e-6 * whole.abs().max(1e-3), "{whole} {portions}");
            }
        }
    }
}
