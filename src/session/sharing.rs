//! How the lanes of an experiment are shared out among engines.

use super::crew::{Crew, FeatureShapes, Job, Parcel};
use super::lanes::PlacedLane;
use crate::model::STAGES;
use crate::train::Material;

/// Most features that are sent to an assistant. They are there a few times on their way, and an
/// engine's memory never shrinks again.
const MAXIMUM_SENT_BYTES: usize = 1 << 28;

/// Who trains which lane: the costliest first, each by whoever has least to do so far. The first
/// share is this worker's own.
pub(super) fn shared(mut lanes: Vec<PlacedLane>, workers: usize) -> Vec<Vec<PlacedLane>> {
    // A lane's cost grows with the stages that it trains; the head always costs a little.
    let cost = |placed: &PlacedLane| {
        let strategy = &placed.lane.strategy;
        let stages = STAGES - strategy.cut.first_trained_stage();
        strategy.head_epochs + 10 * strategy.unfrozen_epochs * stages
    };
    lanes.sort_by_key(|placed| std::cmp::Reverse(cost(placed)));
    let mut shares = vec![(0, Vec::new()); workers.max(1)];
    for placed in lanes {
        // There is at least one share, and of equal ones the first is taken.
        if let Some(least) = shares.iter_mut().min_by_key(|(load, _)| *load) {
            least.0 += cost(&placed);
            least.1.push(placed);
        }
    }
    shares.into_iter().map(|(_, share)| share).collect()
}

/// Sends lanes to an assistant, with the features that they are fed with.
///
/// # Errors
/// When it did not arrive, or would take more memory than a second copy is worth.
pub(super) async fn send_away(
    assistant: usize,
    lanes: &[PlacedLane],
    material: &Material,
    crew: &Crew,
) -> Result<(), String> {
    let stages = lanes.iter().map(|placed| placed.lane.strategy.cut.first_trained_stage());
    let stages = stages.collect();
    if material.features.bytes(&stages) > MAXIMUM_SENT_BYTES {
        return Err("these features are too large to be sent".to_owned());
    }
    let features = material.features.numbers(&stages).await;
    let (features, numbers) = FeatureShapes::pack(features.map_err(|error| error.to_string())?);
    let job = Job::Train {
        lanes: lanes.iter().map(|placed| (placed.place, placed.lane.clone())).collect(),
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
    use crate::session::message::{Cut, Lane, RunId, Strategy};

    fn placed(place: usize, cut: Cut) -> PlacedLane {
        let lane = Lane { run: RunId(place as u32), strategy: Strategy::for_cut(cut) };
        PlacedLane { place, lane }
    }

    fn places(shares: Vec<Vec<PlacedLane>>) -> Vec<Vec<usize>> {
        shares.iter().map(|share| share.iter().map(|placed| placed.place).collect()).collect()
    }

    #[test]
    fn the_costliest_lane_stays_here_and_the_others_go_where_least_is_to_do() {
        let lanes = vec![
            placed(0, Cut::HeadOnly),
            placed(1, Cut::LastBlocks(4)),
            placed(2, Cut::Everything),
        ];
        assert_eq!(places(shared(lanes.clone(), 1)), [vec![2, 1, 0]]);
        assert_eq!(places(shared(lanes.clone(), 2)), [vec![2], vec![1, 0]]);
        assert_eq!(places(shared(lanes, 4)), [vec![2], vec![1], vec![0], vec![]]);
    }
}
