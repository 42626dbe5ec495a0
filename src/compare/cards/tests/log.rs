//! Two logs in full, so that every number of a card can be worked out by hand from the tables here.

use crate::compare::{
    CorruptedHits, Depth, Examination, Hits, PictureHits, SamplePoint, StageChange, Study,
    StudyLog, TaskDistance, TestAnswer, Trial, TrialRow,
};
use crate::data::SampleTask;
use crate::measure::{Corruption, Interval, SEVERITIES};
use crate::model::{Architecture, Cut, STAGES};
use crate::train::{Ending, EpochRow, GradientRow, Phase, RunResult, Score, Start, Strategy};

/// Test pictures of a seed. Those of the next seed begin five pictures later.
pub const TESTED: usize = 10;

/// The numbers that the rows of a log are made from.
struct Table {
    /// Which of the two logs.
    place: usize,
    classes: usize,
}

impl Table {
    /// Test pictures that are named rightly: the first so many.
    fn right(&self, study: &Study, trial: &Trial) -> usize {
        let strategy = &trial.strategy;
        if *strategy == study.transfer {
            let of = [[3, 4, 6, 6, 5], [5, 5, 4, 5, 7]];
            return of[self.place][size_place(trial)];
        }
        if *strategy == study.fine_tuning {
            let of = [[2, 4, 6, 7, 9], [3, 6, 8, 8, 8]];
            return of[self.place][size_place(trial)];
        }
        let of = match (strategy.start, strategy.cut) {
            (Start::Scratch, _) => [5, 4],
            (_, Cut::LastBlocks(1)) => [7, 8],
            (_, Cut::LastBlocks(8)) => [8, 9],
            (_, Cut::LastBlocks(12)) => [8, 6],
            (_, Cut::Everything) => [6, 5],
            // Thawed at once.
            _ => [8, 5],
        };
        of[self.place]
    }

    /// A number of transfer learning, one of fine-tuning, and one of all others.
    fn of_lane<T: Copy>(&self, study: &Study, trial: &Trial, of: [[T; 3]; 2]) -> T {
        let lane = match &trial.strategy {
            strategy if *strategy == study.transfer => 0,
            strategy if *strategy == study.fine_tuning => 1,
            _ => 2,
        };
        of[self.place][lane]
    }
}

/// 0 to 3 for 1, 2, 4 and 8 pictures a class, 4 for all.
fn size_place(trial: &Trial) -> usize {
    trial.pictures_a_class.map_or(4, |size| size.ilog2() as usize)
}

/// Three classes, eight pictures of the smallest to learn from, everything tried.
pub fn first_log() -> StudyLog {
    let table = Table { place: 0, classes: 3 };
    let transfer = Strategy::for_cut(Cut::HeadOnly).with_epochs(2);
    let fine_tuning = Strategy {
        head_epochs: 1,
        unfrozen_epochs: 2,
        depth_factor: 0.5,
        ..Strategy::for_cut(Cut::LastBlocks(4))
    };
    let distance = TaskDistance { nearest_mean: 0.8, overlap: Some(0.2) };
    log(&table, Study { transfer, fine_tuning, seeds: vec![1, 2], folds: 1 }, 8, distance)
}

/// Two classes, nine pictures of the smallest to learn from, one cut less.
pub fn second_log() -> StudyLog {
    let table = Table { place: 1, classes: 2 };
    let transfer = Strategy::for_cut(Cut::HeadOnly).with_epochs(3);
    let fine_tuning = Strategy {
        head_epochs: 1,
        unfrozen_epochs: 3,
        depth_factor: 0.8,
        ..Strategy::for_cut(Cut::LastBlocks(4))
    };
    let distance = TaskDistance { nearest_mean: 0.6, overlap: Some(0.3) };
    let mut log =
        log(&table, Study { transfer, fine_tuning, seeds: vec![1, 2], folds: 1 }, 9, distance);
    log.rows.retain(|row| row.trial.strategy.cut != Cut::LastBlocks(12));
    log
}

fn log(table: &Table, study: Study, fewest: usize, distance: TaskDistance) -> StudyLog {
    let planned = study.trials(fewest);
    StudyLog {
        rows: planned.iter().map(|trial| row(table, &study, trial)).collect(),
        study,
        classes: ["first", "second", "third"][..table.classes]
            .iter()
            .map(|&name| name.into())
            .collect(),
        architecture: Architecture::bundled(),
        pictures: [40, 50][table.place],
        fewest,
        is_uneven: false,
        feature_seconds: [0.5, 0.7][table.place],
        distance,
        samples: vec![
            sample(SampleTask::Fruit, table.place),
            sample(SampleTask::Fabric, table.place),
        ],
        planned,
    }
}

/// A drawn task of which more is known than of either log's own, or less.
fn sample(task: SampleTask, place: usize) -> SamplePoint {
    let known = if task == SampleTask::Fruit { 0.9 } else { 0.1 };
    let [transfer, fine_tuning] = [[0.6, 0.75], [0.5, 0.9]][place];
    let estimate = fine_tuning - transfer;
    let gained = Some(Interval { estimate, low: estimate - 0.1, high: estimate + 0.2 });
    SamplePoint { task, known, transfer, fine_tuning, gained }
}

fn row(table: &Table, study: &Study, trial: &Trial) -> TrialRow {
    let right = table.right(study, trial);
    let seconds = table.of_lane(study, trial, [[2.0, 12.0, 9.0], [4.0, 36.0, 9.0]]);
    // The second seed takes longer: twice as long for transfer learning, half as long again else.
    let longer = if trial.strategy == study.transfer { 1.0 } else { 0.5 };
    let seconds = seconds * (1.0 + longer * (trial.repetition.seed - 1) as f64);
    let epochs = epochs(study, trial, seconds);
    let validation = epochs.last().map(|epoch| epoch.validation).unwrap_or_default();
    TrialRow {
        training_pictures: table.classes * trial.pictures_a_class.unwrap_or([8, 9][table.place]),
        result: RunResult {
            ending: Ending::Completed,
            best_epoch: epochs.len(),
            validation,
            test: Score { correct: right, count: TESTED, loss: 1.0 },
            seconds,
        },
        steps: 5 * epochs.len(),
        gradients: gradients(trial),
        epochs,
        answers: answers(trial.repetition.seed, right, table.classes),
        examination: (trial.depth == Depth::Examined).then(|| examination(table, study, trial)),
        operations: table.of_lane(
            study,
            trial,
            [[1, 20, 15], [2, 60, 15]].map(|lanes| lanes.map(|giga| giga * 1_000_000_000)),
        ),
        memory: table.of_lane(study, trial, [[1_000, 8_000, 9_000], [2_000, 9_000, 9_500]]),
        trial: trial.clone(),
    }
}

/// Answers to a seed's test pictures, the first `right` of them right; the others are taken for the
/// next class.
pub fn answers(seed: u64, right: usize, classes: usize) -> Vec<TestAnswer> {
    let first = 5 * (seed as usize - 1);
    let answer = |place: usize| {
        let label = (first + place) % classes;
        let answer = if place < right { label } else { (label + 1) % classes };
        TestAnswer { picture: (first + place) as u32, label: label as u16, answer: answer as u16 }
    };
    (0..TESTED).map(answer).collect()
}

/// Rates fall from epoch to epoch; of ten validation pictures transfer learning gets one more right
/// an epoch, from four on, all others five more.
fn epochs(study: &Study, trial: &Trial, seconds: f64) -> Vec<EpochRow> {
    let strategy = &trial.strategy;
    let all = strategy.epochs();
    let row = |epoch: usize| {
        let phase = if epoch <= strategy.head_epochs { Phase::Head } else { Phase::Unfrozen };
        let correct = if *strategy == study.transfer { 3 + epoch } else { (5 * epoch).min(10) };
        EpochRow {
            epoch,
            phase,
            training: Score { correct: 5, count: 24, loss: 1.0 },
            validation: Score { correct, count: 10, loss: 1.0 },
            head_rate: 0.004 / epoch as f64,
            seconds: seconds * epoch as f64 / all as f64,
        }
    };
    (1..=all).map(row).collect()
}

/// Every block's gradient is as long as the epoch's number, the head's twice as long.
fn gradients(trial: &Trial) -> Vec<GradientRow> {
    if trial.depth == Depth::Scored {
        return Vec::new();
    }
    let strategy = &trial.strategy;
    let row = |epoch: usize| {
        let is_thawed = epoch > strategy.head_epochs;
        let first_stage = if is_thawed { strategy.cut.first_trained_stage() } else { STAGES };
        let mut norms = vec![epoch as f64; STAGES - first_stage];
        norms.push(2.0 * epoch as f64);
        GradientRow { epoch, first_stage, norms }
    };
    (1..=strategy.epochs()).map(row).collect()
}

fn examination(table: &Table, study: &Study, trial: &Trial) -> Examination {
    let lane = |of| table.of_lane(study, trial, of);
    let first = trial.strategy.cut.first_trained_stage();
    let moved = table.of_lane(study, trial, [[0.0, 1.0, 1.2], [0.2, 1.4, 1.5]]);
    let change = |stage: usize| StageChange {
        moved: if stage >= first || table.place == 1 { moved } else { 0.0 },
        before: 2.0,
    };
    let last = table.of_lane(study, trial, [[1.0, 0.5, 0.25], [0.9, 0.4, 0.2]]);
    let similar = |stage: usize| Some(if stage + 1 == STAGES { last } else { 1.0 });
    // At severity s the first of the test pictures are right, s fewer than this.
    let right = lane([[6, 8, 7], [7, 10, 8]]);
    let is_right = |place: usize, severity: usize| place + severity < right;
    let hits = |tests: &mut dyn Iterator<Item = bool>| {
        let mut hits = Hits::default();
        tests.for_each(|is_right| hits.add(is_right));
        hits
    };
    let corrupted = Corruption::ALL
        .into_iter()
        .flat_map(|corruption| (1..=SEVERITIES).map(move |severity| (corruption, severity)));
    let picture = |place: usize| PictureHits {
        picture: (5 * (trial.repetition.seed as usize - 1) + place) as u32,
        hits: hits(
            &mut Corruption::ALL
                .iter()
                .flat_map(|_| (1..=SEVERITIES).map(|severity| is_right(place, severity))),
        ),
    };
    Examination {
        changes: (0..STAGES).map(change).collect(),
        similarity: (0..STAGES).map(similar).collect(),
        agreement: Some(Hits { correct: lane([[10, 6, 5], [9, 5, 4]]), count: 10 }),
        training: Hits { correct: lane([[9, 10, 10], [8, 10, 10]]), count: 10 },
        corrupted: corrupted
            .map(|(corruption, severity)| CorruptedHits {
                corruption,
                severity,
                hits: hits(&mut (0..TESTED).map(|place| is_right(place, severity))),
            })
            .collect(),
        corrupted_pictures: (0..TESTED).map(picture).collect(),
        new_setting: (0..[8, 9][table.place])
            .map(|picture: u32| {
                let correct = usize::from((picture as usize) < lane([[4, 6, 5], [5, 8, 5]]));
                PictureHits { picture, hits: Hits { correct, count: 1 } }
            })
            .collect(),
    }
}
