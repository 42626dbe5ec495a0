//! How the lanes of an experiment are shared out among engines.

use super::crew::{Assignment, Crew, FeatureShapes, Job, Parcel};
use super::message::Strategy;
use crate::data::Split;
use crate::model::Architecture;
use crate::train::{Material, MemoryNeeds, Plan};

/// Most features that are sent to an assistant. They are there a few times on their way, and an
/// engine's memory never shrinks again.
pub(super) const MAXIMUM_SENT_BYTES: u64 = 1 << 28;

/// What the lanes of an experiment cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load<'a> {
    pub architecture: &'a Architecture,
    pub split: &'a Split,
    /// Classes that the head tells apart.
    pub classes: usize,
    /// Pictures in all.
    pub pictures: usize,
}

impl Load<'_> {
    /// Floating point operations of a run.
    fn operations(&self, strategy: &Strategy) -> u64 {
        Plan::new(strategy, self.split).operations(self.architecture, self.classes)
    }

    /// What memory follows from.
    pub fn memory_needs(&self) -> MemoryNeeds<'_> {
        let Self { architecture, classes, pictures, .. } = *self;
        MemoryNeeds { architecture, classes, pictures }
    }

    /// Who trains which lane, by their places: the costliest first, each by whoever has least to
    /// do so far. The first share is this worker's own; what is too large to be sent falls to it.
    pub fn shared(&self, strategies: &[&Strategy], engines: usize) -> Vec<Vec<usize>> {
        let cost: Vec<u64> = strategies.iter().map(|strategy| self.operations(strategy)).collect();
        let mut places: Vec<usize> = (0..strategies.len()).collect();
        places.sort_by_key(|&place| std::cmp::Reverse(cost[place]));
        let mut shares = vec![(0, Vec::new()); engines.max(1)];
        for place in places {
            // There is at least one share, and of equal ones the first is taken.
            if let Some(least) = shares.iter_mut().min_by_key(|(load, _)| *load) {
                least.0 += cost[place];
                least.1.push(place);
            }
        }
        let mut shares: Vec<Vec<usize>> = shares.into_iter().map(|(_, share)| share).collect();
        for engine in 1..shares.len() {
            let sent = shares[engine].iter().map(|&place| strategies[place]);
            if self.memory_needs().features(sent) > MAXIMUM_SENT_BYTES {
                let share = std::mem::take(&mut shares[engine]);
                shares[0].extend(share);
            }
        }
        shares
    }
}

/// Sends lanes to an assistant, with the features that they are fed with.
///
/// # Errors
/// When they did not arrive.
pub(super) async fn send_away(
    assistant: usize,
    lanes: &[Assignment],
    material: &Material,
    crew: &Crew,
) -> Result<(), String> {
    let stages = lanes.iter().map(|assigned| assigned.lane.strategy.cut.first_trained_stage());
    let features = material.features.numbers(&stages.collect()).await;
    let (features, numbers) = FeatureShapes::pack(features.map_err(|error| error.to_string())?);
    let job = Job::Train {
        lanes: lanes.to_vec(),
        labels: material.labels.clone(),
        classes: material.classes,
        split: material.split.clone(),
        seed: material.seed,
        features,
    };
    crew.send(assistant, Parcel { note: job, numbers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::message::Cut;

    fn shared(cuts: &[Cut], pictures: usize, engines: usize) -> Vec<Vec<usize>> {
        let architecture = Architecture::bundled();
        let split = Split { training: (0..pictures).collect(), ..Split::default() };
        let strategies: Vec<Strategy> = cuts.iter().map(|&cut| Strategy::for_cut(cut)).collect();
        let load = Load { architecture: &architecture, split: &split, classes: 3, pictures };
        load.shared(&strategies.iter().collect::<Vec<_>>(), engines)
    }

    #[test]
    fn the_costliest_lane_stays_here_and_the_others_go_where_least_is_to_do() {
        let cuts = [Cut::HeadOnly, Cut::LastBlocks(4), Cut::Everything];
        assert_eq!(shared(&cuts, 60, 1), [vec![2, 1, 0]]);
        assert_eq!(shared(&cuts, 60, 2), [vec![2], vec![1, 0]]);
        assert_eq!(shared(&cuts, 60, 4), [vec![2], vec![1], vec![0], vec![]]);
    }

    #[test]
    fn a_lane_whose_features_are_too_large_to_be_sent_stays_here() {
        // 2500 pictures of 96 × 96 numbers in three colours are more than 256 MiB; those of the
        // last block are not.
        let cuts = [Cut::Everything, Cut::Everything, Cut::LastBlocks(1)];
        assert_eq!(shared(&cuts, 2000, 3), [vec![0], vec![1], vec![2]]);
        assert_eq!(shared(&cuts, 2500, 3), [vec![0, 1], vec![], vec![2]]);
    }
}
