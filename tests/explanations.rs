//! Explanations as page and command line ask for them: heat maps, nearest pictures, maps of all.

mod common;

use std::collections::BTreeSet;

use common::files::{file, two_classes};
use common::{after, lane, session, settle, short, work_until};
use headstart::session::{
    Command, Cut, Event, ExplainedPicture, Grain, MapMethod, MapQuality, MappedFeatures, Part,
    PictureId, PictureMap, QuestionId, RunId, SampleTask, Session,
};

const A_CLASS: u32 = 6;
const QUESTION: QuestionId = QuestionId(7);
const ASKED: ExplainedPicture = ExplainedPicture::Asked(QUESTION);

fn train(cuts: &[Cut], seed: u64) -> Command {
    let lanes = cuts.iter().enumerate().map(|(run, &cut)| lane(run as u32, short(cut))).collect();
    Command::Train { lanes, seed }
}

fn ask(bytes: Vec<u8>) -> Command {
    Command::Ask { question: QUESTION, name: "asked.png".to_owned(), bytes }
}

fn explain(picture: ExplainedPicture, class: usize, grain: Grain) -> Command {
    Command::Explain { picture, class, grain }
}

fn map(features: MappedFeatures, method: MapMethod) -> Command {
    Command::MapPictures { features, method }
}

/// A session whose models have learned both ways and looked at all pictures.
fn trained() -> Session {
    let mut session = session();
    after(&mut session, two_classes(A_CLASS));
    after(&mut session, [train(&[Cut::HeadOnly, Cut::LastBlocks(1)], 1)]);
    session
}

fn refusals(events: &[Event]) -> Vec<(Option<ExplainedPicture>, String)> {
    let refused = events.iter().filter_map(|event| match event {
        Event::ExplanationRefused { picture, refusal } => {
            assert!(!refusal.remedy.is_empty());
            Some((*picture, refusal.reason.clone()))
        }
        _ => None,
    });
    refused.collect()
}

fn maps(events: &[Event]) -> Vec<&PictureMap> {
    let maps = events.iter().filter_map(|event| match event {
        Event::PicturesMapped(map) => Some(&**map),
        _ => None,
    });
    maps.collect()
}

#[test]
fn both_models_show_what_speaks_for_any_class_finely_and_coarsely() {
    let mut session = trained();
    after(&mut session, [ask(file(SampleTask::Fruit, 0, 20))]);
    for (picture, class, grain, side) in [
        (ASKED, 0, Grain::Coarse, 3),
        (ASKED, 1, Grain::Fine, 6),
        (ExplainedPicture::Given(PictureId(101)), 1, Grain::Coarse, 3),
    ] {
        let events = after(&mut session, [explain(picture, class, grain)]);
        assert_eq!(events.len(), 2);
        for (run, event) in events.iter().enumerate() {
            let Event::Explained { explanation, overlay } = event else { panic!("{event:?}") };
            assert_eq!((explanation.run, explanation.picture), (RunId(run as u32), picture));
            assert_eq!((explanation.class, explanation.grain), (class, grain));
            let map = &explanation.map;
            assert_eq!((map.side, map.cells.len()), (side, side * side));
            assert!(map.cells.iter().all(|&cell| cell >= 0.0 && cell.is_finite()));
            let is_empty = map.cells.iter().all(|&cell| cell == 0.0);
            assert_eq!(explanation.thirds.is_none(), is_empty);
            let image = image::load_from_memory(overlay).expect("a PNG");
            assert_eq!((image.width(), image.height()), (96, 96));
        }
    }
}

#[test]
fn what_cannot_be_explained_says_why() {
    let mut session = session();
    after(&mut session, two_classes(A_CLASS));
    let every = || {
        let pictures = MappedFeatures::Pretrained;
        [
            explain(ASKED, 0, Grain::Coarse),
            Command::FindNearest { picture: ASKED },
            map(pictures, MapMethod::Principal),
        ]
    };
    let said = refusals(&after(&mut session, every()));
    assert_eq!(said.len(), 3);
    assert!(said.iter().all(|(_, reason)| reason.contains("no trained model")), "{said:?}");
    assert_eq!(said[2].0, None);

    after(&mut session, [train(&[Cut::HeadOnly], 1)]);
    // Nothing was asked, and the last class has the place 1.
    let given = ExplainedPicture::Given(PictureId(3));
    let gone = ExplainedPicture::Given(PictureId(77));
    let asked = [
        explain(ASKED, 0, Grain::Coarse),
        explain(gone, 0, Grain::Coarse),
        explain(given, 2, Grain::Coarse),
        Command::FindNearest { picture: gone },
        map(MappedFeatures::Run(RunId(9)), MapMethod::Principal),
    ];
    let said = refusals(&after(&mut session, asked));
    let pictures: Vec<_> = said.iter().map(|(picture, _)| *picture).collect();
    assert_eq!(pictures, [Some(ASKED), Some(gone), Some(given), Some(gone), None], "{said:?}");
}

#[test]
fn nearest_are_training_pictures_and_a_copy_of_one_is_nearest_to_it() {
    let mut session = trained();
    let events = after(&mut session, [map(MappedFeatures::Pretrained, MapMethod::Principal)]);
    let parts: Vec<(PictureId, Part, usize)> =
        maps(&events)[0].pictures.iter().map(|p| (p.picture, p.part, p.class)).collect();
    let training: BTreeSet<PictureId> = parts
        .iter()
        .filter(|(_, part, _)| *part == Part::Training)
        .map(|(picture, ..)| *picture)
        .collect();
    let of_second = *training.iter().find(|picture| picture.0 >= 100).expect("one of the second");

    let bytes = file(SampleTask::Fruit, 1, of_second.0 as usize - 100);
    let own = ExplainedPicture::Given(of_second);
    let wanted = [ASKED, own].map(|picture| Command::FindNearest { picture });
    // What is asked next does not take the place of what is to be explained.
    let (name, question) = ("next.png".to_owned(), QuestionId(8));
    let next = Command::Ask { question, name, bytes: file(SampleTask::Fruit, 0, 20) };
    let events = after(&mut session, [ask(bytes)].into_iter().chain(wanted).chain([next]));
    let found: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::NearestFound { picture, runs } => Some((*picture, runs)),
            _ => None,
        })
        .collect();
    assert_eq!(found.iter().map(|(picture, _)| *picture).collect::<Vec<_>>(), [ASKED, own]);
    for (picture, runs) in found {
        assert_eq!(runs.iter().map(|run| run.run).collect::<Vec<_>>(), [RunId(0), RunId(1)]);
        for run in runs {
            assert_eq!(run.neighbours.len(), 5);
            assert!(run.neighbours.is_sorted_by(|a, b| a.distance <= b.distance));
            for neighbour in &run.neighbours {
                assert!(training.contains(&neighbour.picture));
                assert_eq!(neighbour.class, usize::from(neighbour.picture.0 >= 100));
            }
            let first = &run.neighbours[0];
            let is_copy = first.picture == of_second && first.distance < 1e-5;
            assert_eq!(is_copy, picture == ASKED, "{run:?}");
            assert_eq!(run.neighbours.iter().any(|n| n.picture == of_second), picture == ASKED);
        }
    }
}

#[test]
fn neighbours_and_maps_that_are_wanted_while_runs_train_come_when_they_have_ended() {
    let mut session = session();
    after(&mut session, two_classes(A_CLASS));
    session.submit(train(&[Cut::HeadOnly, Cut::LastBlocks(1)], 1));
    // The first model is there, the second learns.
    work_until(&mut session, |event| matches!(event, Event::RunEnded { .. }));
    let given = ExplainedPicture::Given(PictureId(2));
    session.submit(Command::FindNearest { picture: given });
    session.submit(map(MappedFeatures::Pretrained, MapMethod::Principal));
    session.submit(explain(given, 0, Grain::Coarse));
    let events = settle(&mut session);
    let place = |wanted: fn(&Event) -> bool| {
        events.iter().position(wanted).unwrap_or_else(|| panic!("it never came: {events:?}"))
    };
    let ended = place(|event| matches!(event, Event::ExperimentEnded { .. }));
    assert!(place(|event| matches!(event, Event::Explained { .. })) < ended);
    assert!(place(|event| matches!(event, Event::NearestFound { .. })) > ended);
    assert!(place(|event| matches!(event, Event::PicturesMapped(_))) > ended);
}

#[test]
fn a_map_has_every_picture_once_and_says_what_it_was_for() {
    let mut session = trained();
    let run = MappedFeatures::Run;
    let all = [MappedFeatures::Pretrained, run(RunId(0)), run(RunId(1))];
    let events = after(&mut session, all.map(|features| map(features, MapMethod::Principal)));
    let maps = maps(&events);
    // Another map takes the place of one in the making.
    assert_eq!(maps.iter().map(|map| map.features).collect::<Vec<_>>(), all[2..]);
    let map = maps[0];
    let ids: Vec<u32> = map.pictures.iter().map(|picture| picture.picture.0).collect();
    assert_eq!(ids, (0..A_CLASS).chain(100..100 + A_CLASS).collect::<Vec<_>>());
    assert_eq!((map.total, map.progress), (ids.len(), 1.0));
    assert_eq!(map.runs, [RunId(0), RunId(1)]);
    let count = |part| map.pictures.iter().filter(|picture| picture.part == part).count();
    // A fifth of six a class for each, rounded.
    let counts = [Part::Training, Part::Validation, Part::Test].map(count);
    assert_eq!(counts.iter().sum::<usize>(), ids.len());
    assert!(counts[0] > counts[1] && counts[1] > 0 && counts[2] > 0, "{counts:?}");
    assert!(map.pictures.iter().all(|picture| picture.answers.len() == 2));
    let MapQuality::Shares([first, second]) = map.quality else { panic!("{:?}", map.quality) };
    assert!(first >= second && second > 0.0 && first + second <= 1.0);
}

/// A new head changes no feature, so its map is the one before.
#[test]
fn a_new_head_moves_no_picture_and_thawed_layers_move_some() {
    let mut session = trained();
    let mut places = |features| {
        let events = after(&mut session, [map(features, MapMethod::Principal)]);
        let pictures = maps(&events)[0].pictures.clone();
        pictures.into_iter().map(|picture| picture.place).collect::<Vec<_>>()
    };
    let before = places(MappedFeatures::Pretrained);
    let moved = |after: Vec<[f32; 2]>| {
        let off = |(a, b): (&[f32; 2], &[f32; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
        before.iter().zip(&after).map(off).fold(0.0, f32::max)
    };
    let by_head = moved(places(MappedFeatures::Run(RunId(0))));
    let by_thawing = moved(places(MappedFeatures::Run(RunId(1))));
    assert!(by_head < 1e-4, "{by_head}");
    assert!(by_thawing > 1e-3, "{by_thawing}");
}

#[test]
fn neighbours_are_brought_together_step_by_step_and_the_same_way_again() {
    let mut session = trained();
    let wanted = || map(MappedFeatures::Run(RunId(1)), MapMethod::Neighbours);
    let events = after(&mut session, [wanted()]);
    let found = maps(&events);
    assert!(found.len() > 1 && found.is_sorted_by(|a, b| a.progress < b.progress));
    let last = found.last().expect("a map");
    assert_eq!(last.progress, 1.0);
    let divergence = |map: &PictureMap| match map.quality {
        MapQuality::Divergence(nats) => nats,
        MapQuality::Shares(_) => panic!("{:?}", map.quality),
    };
    assert!(divergence(last) <= divergence(found[0]) && divergence(last) >= 0.0);
    assert!(last.pictures.iter().flat_map(|p| p.place).all(f32::is_finite));
    let again = after(&mut session, [wanted()]);
    assert_eq!(maps(&again).last().map(|map| &map.pictures), Some(&last.pictures));
}

/// A head is behind every block, and a thawed block sees otherwise than before.
#[test]
fn patches_of_a_block_come_from_every_network_and_differ_where_it_was_thawed() {
    let mut session = trained();
    let found = |session: &mut Session, block| {
        let events = after(session, [Command::FindPatches { block }]);
        let found = events.into_iter().map(|event| match event {
            Event::PatchesFound(patches) => *patches,
            _ => panic!("{event:?}"),
        });
        found.collect::<Vec<_>>()
    };
    for (block, channels, side, is_thawed) in [(2, 8, 11, false), (17, 112, 48, true)] {
        let patches = found(&mut session, block);
        let features: Vec<_> = patches.iter().map(|patches| patches.features).collect();
        let run = |run| MappedFeatures::Run(RunId(run));
        assert_eq!(features, [MappedFeatures::Pretrained, run(0), run(1)]);
        for patches in &patches {
            assert_eq!((patches.block, patches.channels.len()), (block, channels));
            for channel in &patches.channels {
                assert_eq!(channel.len(), 6);
                assert!(channel.is_sorted_by(|a, b| a.value >= b.value));
                let pictures: BTreeSet<_> = channel.iter().map(|patch| patch.picture).collect();
                assert_eq!(pictures.len(), 6);
                let is_inside = |begin: usize| begin + side <= 96;
                assert!(
                    channel.iter().all(|p| p.side == side && is_inside(p.left) && is_inside(p.top))
                );
            }
        }
        assert_eq!(patches[0].channels, patches[1].channels);
        assert_eq!(patches[0].channels != patches[2].channels, is_thawed);
    }
    for block in [0, 18, 99] {
        let said = refusals(&after(&mut session, [Command::FindPatches { block }]));
        assert!(said[0].1.contains("no block"), "{said:?}");
    }
    // A picture that was deleted is not looked at any more.
    after(&mut session, [Command::RemovePicture { picture: PictureId(0) }]);
    let patches = found(&mut session, 2);
    let all = patches.iter().flat_map(|patches| patches.channels.iter().flatten());
    assert!(all.into_iter().all(|patch| patch.picture != PictureId(0)));
}

#[test]
fn another_experiment_forgets_what_was_asked_about_the_last() {
    let mut session = trained();
    after(&mut session, [ask(file(SampleTask::Fruit, 0, 20))]);
    after(&mut session, [train(&[Cut::HeadOnly], 2)]);
    let said = refusals(&after(&mut session, [explain(ASKED, 0, Grain::Coarse)]));
    assert_eq!(said.len(), 1);
    let events = after(&mut session, [map(MappedFeatures::Pretrained, MapMethod::Principal)]);
    assert_eq!(maps(&events)[0].runs, [RunId(0)]);
}
