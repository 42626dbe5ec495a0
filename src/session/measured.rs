//! What was measured of the engine so far, and what follows from it for an experiment. Nothing is
//! measured here.

use std::collections::BTreeMap;

use super::estimate::{Estimate, LaneEstimate};
use super::message::{Phase, Strategy};
use super::sharing::Load;
use super::timetable::{Slowdown, ends};
use crate::model::STAGES;
use crate::train::{BatchSizes, Cost, Limits, Memory, PORTION, Plan, most_views};

/// What a look at the pictures takes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Look {
    /// Seconds a picture, when one engine looks.
    pub seconds: f64,
    /// What further engines cost each other.
    pub slowdown: Slowdown,
}

/// What the cost of a step follows from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct StepKind {
    /// The first stage that learns; [`STAGES`] where the head does alone.
    first: usize,
    sizes: BatchSizes,
    classes: usize,
}

/// What is to be estimated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub strategies: &'a [&'a Strategy],
    pub load: Load<'a>,
    pub limits: Limits,
    /// Engines that take a part.
    pub engines: usize,
}

impl Question<'_> {
    /// Pictures at once in a phase of a strategy.
    pub fn sizes(&self, strategy: &Strategy, phase: Phase) -> BatchSizes {
        let batch = Plan::new(strategy, self.load.split).step_pictures;
        let first = first_trained_in(strategy, phase);
        let micro_batch = self.limits.micro_batch(self.load.architecture, batch, first);
        BatchSizes { batch, micro_batch }
    }

    fn kind(&self, strategy: &Strategy, phase: Phase) -> StepKind {
        StepKind {
            first: first_trained_in(strategy, phase),
            sizes: self.sizes(strategy, phase),
            classes: self.load.classes,
        }
    }

    /// What an engine needs that trains the lanes at these places.
    fn memory(&self, places: &[usize]) -> Memory {
        let runs: Vec<(&Strategy, usize)> = places
            .iter()
            .map(|&place| {
                let strategy = self.strategies[place];
                (strategy, self.sizes(strategy, Phase::Unfrozen).micro_batch)
            })
            .collect();
        self.load.memory_needs().of(&runs)
    }
}

/// The first stage that learns in a phase; [`STAGES`] where only the head does.
fn first_trained_in(strategy: &Strategy, phase: Phase) -> usize {
    match phase {
        Phase::Head => STAGES,
        Phase::Unfrozen => strategy.cut.first_trained_stage(),
    }
}

/// The phases that a strategy has.
fn phases(strategy: &Strategy) -> impl Iterator<Item = Phase> {
    let epochs = [(Phase::Head, strategy.head_epochs), (Phase::Unfrozen, strategy.unfrozen_epochs)];
    epochs.into_iter().filter(|(_, epochs)| *epochs > 0).map(|(phase, _)| phase)
}

/// What was measured of the engine so far.
#[derive(Debug, Default)]
pub(super) struct Measured {
    look: Option<Look>,
    costs: BTreeMap<StepKind, Cost>,
}

impl Measured {
    /// What a look takes among so many engines, if that was measured.
    pub fn look(&self, engines: usize) -> Option<Look> {
        self.look.filter(|look| look.slowdown.engines == engines)
    }

    pub fn note_look(&mut self, look: Look) {
        self.look = Some(look);
    }

    /// Notes what a phase of the lane at a place takes.
    pub fn note_cost(&mut self, question: &Question, (place, phase): (usize, Phase), cost: Cost) {
        self.costs.insert(question.kind(question.strategies[place], phase), cost);
    }

    /// The next phase, of the lane at a place, that was not measured yet.
    pub fn missing(&self, question: &Question) -> Option<(usize, Phase)> {
        let lanes = question.strategies.iter().enumerate();
        lanes
            .flat_map(|(place, strategy)| phases(strategy).map(move |phase| (place, phase)))
            .find(|&(place, phase)| self.cost(question, place, phase).is_none())
    }

    fn cost(&self, question: &Question, place: usize, phase: Phase) -> Option<Cost> {
        self.costs.get(&question.kind(question.strategies[place], phase)).copied()
    }

    /// What the experiment takes. `None` before everything was measured that it depends on.
    pub fn estimate(&self, question: &Question) -> Option<Estimate> {
        let Question { strategies, load, engines, .. } = *question;
        let look = self.look(engines)?;
        if self.missing(question).is_some() {
            return None;
        }
        let cost = |place, phase| self.cost(question, place, phase).unwrap_or_default();
        let alone: Vec<_> = strategies
            .iter()
            .enumerate()
            .map(|(place, strategy)| {
                let (head, unfrozen) = (cost(place, Phase::Head), cost(place, Phase::Unfrozen));
                Plan::new(strategy, load.split).seconds(head, unfrozen)
            })
            .collect();

        let shares = load.shared(strategies, engines);
        let rows: Vec<Vec<f64>> = shares
            .iter()
            .map(|share| share.iter().map(|&place| alone[place].total()).collect())
            .collect();
        let ended = ends(&rows, look.slowdown);
        let mut lanes: Vec<LaneEstimate> = alone
            .iter()
            .enumerate()
            .map(|(place, seconds)| LaneEstimate {
                head_seconds: seconds.head,
                unfrozen_seconds: seconds.unfrozen,
                test_seconds: seconds.test,
                memory: question.memory(&[place]).most(),
            })
            .collect();
        let mut training: f64 = 0.0;
        for (share, ended) in shares.iter().zip(&ended) {
            for (&place, ended) in share.iter().zip(ended) {
                training = training.max(ended.after);
                let lane = &mut lanes[place];
                let longer = ended.computing / lane.seconds();
                if longer.is_finite() {
                    lane.head_seconds *= longer;
                    lane.unfrozen_seconds *= longer;
                    lane.test_seconds *= longer;
                }
            }
        }
        let views = most_views(strategies.iter().copied());
        let feature_seconds = look_seconds(load.pictures * (1 + views), look);
        Some(Estimate {
            feature_seconds,
            engines,
            lanes,
            seconds: feature_seconds + training,
            memory: self.memory(question, &shares),
        })
    }

    /// The most bytes of all engines together. This one keeps every lane's features, also those
    /// that it sends away.
    fn memory(&self, question: &Question, shares: &[Vec<usize>]) -> u64 {
        let all: Vec<usize> = (0..question.strategies.len()).collect();
        let together = question.memory(&all);
        let own = shares.first().map_or(Memory::default(), |own| question.memory(own));
        let own = Memory { features: together.features, looking: together.looking, ..own };
        let others = shares.iter().skip(1).map(|share| match &share[..] {
            // It looks at portions of the pictures and hands on what it sees.
            [] => question.load.architecture.pass_bytes(PORTION, 0),
            share => question.memory(share).most(),
        });
        own.most() + others.sum::<u64>()
    }
}

/// Seconds until all pictures were looked at, portion by portion, each by whoever is free.
fn look_seconds(pictures: usize, Look { seconds, slowdown }: Look) -> f64 {
    let portions = pictures.div_ceil(PORTION);
    let busy = slowdown.engines.clamp(1, portions.max(1));
    let rounds = portions.div_ceil(busy);
    // With one engine the last portion is as short as it is; with several, whole ones are waited for.
    let in_turn = if busy == 1 { pictures } else { rounds * PORTION };
    in_turn as f64 * seconds * slowdown.among(busy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use crate::model::Architecture;
    use crate::session::message::Cut;

    const WHOLE: BatchSizes = BatchSizes { batch: 16, micro_batch: 16 };

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    /// 48 training, 16 validation and 16 test pictures.
    fn split() -> Split {
        Split {
            training: (0..48).collect(),
            validation: (48..64).collect(),
            test: (64..80).collect(),
        }
    }

    fn measured(engines: usize, together: f64) -> Measured {
        let mut measured = Measured::default();
        let slowdown = Slowdown { engines, together };
        measured.note_look(Look { seconds: 0.001, slowdown });
        for (first, cost) in [
            (STAGES, Cost { step: 0.001, pass: 0.0005 }),
            (Cut::Everything.first_trained_stage(), Cost { step: 0.06, pass: 0.02 }),
        ] {
            measured.costs.insert(StepKind { first, sizes: WHOLE, classes: 3 }, cost);
        }
        measured
    }

    fn estimated(measured: &Measured, cuts: &[Cut], engines: usize) -> Option<Estimate> {
        let architecture = Architecture::bundled();
        let split = split();
        let strategies: Vec<Strategy> = cuts
            .iter()
            .map(|&cut| Strategy { head_epochs: 10, ..Strategy::for_cut(cut).with_epochs(10) })
            .collect();
        measured.estimate(&Question {
            strategies: &strategies.iter().collect::<Vec<_>>(),
            load: Load { architecture: &architecture, split: &split, classes: 3, pictures: 80 },
            limits: Limits::of_graphics(u64::MAX),
            engines,
        })
    }

    // Alone, by hand: ten epochs of three steps and a pass of the head, and of everything; a pass
    // at the end.
    const HEAD: f64 = 10.0 * 0.0035;
    const THAWED: f64 = 10.0 * 0.2;

    #[test]
    fn one_engine_takes_turns_and_its_lanes_take_what_was_worked_out_by_hand() {
        let found = estimated(&measured(1, 1.0), &[Cut::HeadOnly, Cut::Everything], 1);
        let found = found.expect("everything was measured");
        assert!(close(found.feature_seconds, 0.08), "{found:?}");
        assert!(close(found.lanes[0].seconds(), HEAD + 0.0005), "{found:?}");
        assert!(close(found.lanes[1].head_seconds, HEAD), "{found:?}");
        assert!(close(found.lanes[1].unfrozen_seconds, THAWED), "{found:?}");
        assert!(close(found.lanes[1].test_seconds, 0.02), "{found:?}");
        assert!(close(found.seconds, 0.08 + (HEAD + 0.0005) + (HEAD + THAWED + 0.02)));
    }

    #[test]
    fn two_engines_look_at_portions_in_turn_and_train_side_by_side() {
        let found = estimated(&measured(2, 1.5), &[Cut::HeadOnly, Cut::Everything], 2);
        let found = found.expect("everything was measured");
        // Five portions are three rounds of sixteen pictures.
        assert!(close(found.feature_seconds, 3.0 * 0.016 * 1.5), "{found:?}");
        // The head ends first, after half as long again; the other is held up only until then.
        let head = (HEAD + 0.0005) * 1.5;
        assert!(close(found.lanes[0].seconds(), head), "{found:?}");
        let thawed = HEAD + THAWED + 0.02 + head - head / 1.5;
        assert!(close(found.lanes[1].seconds(), thawed), "{found:?}");
        assert!(close(found.seconds, 3.0 * 0.016 * 1.5 + thawed), "{found:?}");
    }

    #[test]
    fn what_was_not_measured_is_not_estimated() {
        let cuts = [Cut::HeadOnly, Cut::LastBlocks(2)];
        assert_eq!(estimated(&measured(1, 1.0), &cuts, 1), None);
        // Another number of engines has another slowdown.
        assert_eq!(estimated(&measured(1, 1.0), &cuts[..1], 2), None);
        assert!(estimated(&measured(1, 1.0), &cuts[..1], 1).is_some());
    }

    #[test]
    fn engines_need_memory_for_their_own_lanes_and_this_one_for_all_features() {
        let alone = estimated(&measured(1, 1.0), &[Cut::Everything], 1).expect("measured");
        let both = estimated(&measured(2, 1.0), &[Cut::HeadOnly, Cut::Everything], 2);
        let both = both.expect("measured");
        assert_eq!(alone.memory, alone.lanes[0].memory);
        assert_eq!(both.memory, both.lanes[0].memory + both.lanes[1].memory);
    }
}
