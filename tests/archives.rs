//! Archives in a session: listed, read one entry at a time, given up.

mod common;

use common::files::{add_class, add_picture, file};
use common::office::Office;
use common::packing::{Packed, archive, deflated, stored};
use common::{after, session, settle};
use futures_lite::future::block_on;
use headstart::session::{
    ArchiveEntry, ArchiveId, ClassId, Command, EntryId, Event, PictureId, SampleTask, Scene,
    Session,
};
use proptest::prelude::*;

const ARCHIVE: ArchiveId = ArchiveId(1000);

fn give(session: &mut Session, bytes: Vec<u8>) {
    session.give_archive(ARCHIVE, Box::new(bytes));
    session.submit(Command::AddArchive { archive: ARCHIVE, name: "set.zip".to_owned() });
}

fn add_entry(picture: u32, class: u32, index: u32) -> Command {
    Command::AddEntry {
        picture: PictureId(picture),
        class: ClassId(class),
        name: format!("entry {index}"),
        scene: Scene::Usual,
        burst: None,
        entry: EntryId { archive: ARCHIVE, index },
    }
}

/// Pictures of one class of fruit.
fn pictures(count: usize) -> Vec<Packed> {
    let packed = (0..count).map(|number| {
        deflated(format!("set/apple/{number:03}.png"), &file(SampleTask::Fruit, 0, number % 10))
    });
    packed.collect()
}

/// What became of each picture, in the order of the events.
fn fates(events: &[Event]) -> Vec<(u32, &'static str)> {
    let mut fates = Vec::new();
    for event in events {
        match event {
            Event::PictureAdded { picture, .. } => fates.push((picture.0, "added")),
            Event::PictureRefused { picture, .. } => fates.push((picture.0, "refused")),
            Event::ReadingCancelled { pictures, .. } => {
                fates.extend(pictures.iter().map(|picture| (picture.0, "cancelled")));
            }
            _ => {}
        }
    }
    fates
}

#[test]
fn an_archive_is_listed_and_its_entries_are_read_like_files() {
    let mut session = session();
    let bytes = file(SampleTask::Fruit, 0, 0);
    let packed = [deflated("set/apple/1.png", &bytes), stored("2.png", &bytes)];
    give(&mut session, archive(&packed));
    let [Event::Ready { .. }, Event::ArchiveListed { entries, refused, clutter: 0, .. }] =
        &settle(&mut session)[..]
    else {
        panic!("the archive is listed")
    };
    let entry = |name: &str, folder: &str| ArchiveEntry {
        name: name.to_owned(),
        folder: folder.to_owned(),
        class: None,
        scene: Scene::Usual,
        burst: None,
    };
    // A loose file has the archive's name for its folder.
    assert_eq!(*entries, [entry("2.png", "set"), entry("1.png", "apple")]);
    assert!(refused.is_empty());
    let commands =
        [add_class(0, "apple"), add_entry(1, 0, 0), add_entry(2, 0, 1), add_picture(3, 0, bytes)];
    let events = after(&mut session, commands);
    assert_eq!(fates(&events), [(1, "added"), (2, "added"), (3, "added")]);
    let thumbnails = events.iter().filter_map(|event| match event {
        Event::PictureAdded { thumbnail, .. } => Some(thumbnail),
        _ => None,
    });
    let thumbnails: Vec<_> = thumbnails.collect();
    assert!(thumbnails.iter().all(|other| *other == thumbnails[0] && !other.is_empty()));
    assert_eq!(thumbnails.len(), 3);
}

#[test]
fn bad_entries_among_good_ones_are_refused_and_nothing_else_is_lost() {
    let mut session = session();
    let mut packed = pictures(2);
    let damaged = Packed { checksum: 7, ..packed[0].clone() };
    let within = archive(&pictures(1));
    packed.extend([
        Packed { path: b"set/apple/010 damaged.png".to_vec(), ..damaged },
        stored("set/apple/011 notes.txt", b"only text"),
        stored("set/apple/012 nested.zip", &within),
        Packed { flags: 1, ..stored("set/apple/locked.png", b"secret") },
        stored("set/../../up.png", b"up"),
        stored("__MACOSX/set/apple/._1.png", b"clutter"),
    ]);
    give(&mut session, archive(&packed));
    let listed = settle(&mut session);
    let Some(Event::ArchiveListed { entries, refused, clutter: 1, .. }) = listed.last() else {
        panic!("{listed:?}")
    };
    let paths: Vec<_> = refused.iter().map(|refused| refused.path.as_str()).collect();
    assert_eq!(paths, ["set/apple/locked.png", "set/../../up.png"]);
    assert!(refused.iter().all(|refused| !refused.refusal.remedy.is_empty()));
    let commands = (0..entries.len() as u32).map(|index| add_entry(index, 0, index));
    let events = after(&mut session, [add_class(0, "apple")].into_iter().chain(commands));
    let expected = ["added", "added", "refused", "refused", "refused"];
    assert_eq!(fates(&events), (0..).zip(expected).collect::<Vec<_>>());
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::PictureRefused { refusal, .. } => Some(refusal),
            _ => None,
        })
        .collect();
    assert!(reasons.iter().all(|r| !r.reason.is_empty() && !r.remedy.is_empty()), "{reasons:?}");
    assert!(reasons[2].reason.contains("ZIP"), "{:?}", reasons[2]);
}

#[test]
fn what_is_no_archive_or_never_came_is_refused_in_words() {
    let mut session = session();
    give(&mut session, b"no archive".to_vec());
    session.submit(Command::AddArchive { archive: ArchiveId(5), name: "lost.zip".to_owned() });
    let commands = [add_class(0, "apple"), add_entry(1, 0, 0)];
    let events = after(&mut session, commands);
    let refused = events.iter().filter_map(|event| match event {
        Event::ArchiveRefused { name, refusal, .. } => Some((name.as_str(), refusal)),
        _ => None,
    });
    let refused: Vec<_> = refused.collect();
    let names: Vec<_> = refused.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["set.zip", "lost.zip"]);
    assert!(refused.iter().all(|(_, r)| !r.reason.is_empty() && !r.remedy.is_empty()));
    assert_eq!(fates(&events), [(1, "refused")]);
}

#[test]
fn entries_arrive_in_their_order_and_alike_with_any_number_of_assistants() {
    let arrived_with = |assistants| {
        let mut office = Office::with(assistants);
        give(&mut office.session, archive(&pictures(12)));
        office.session.submit(add_class(0, "apple"));
        (0..12).for_each(|index| office.session.submit(add_entry(index, 0, index)));
        while office.session.has_work() {
            office.turn();
        }
        office.heard.retain(|event| !matches!(event, Event::Ready { .. }));
        office.heard
    };
    let alone = arrived_with(0);
    assert_eq!(fates(&alone), (0..12).map(|id| (id, "added")).collect::<Vec<_>>());
    for assistants in [1, 3] {
        assert_eq!(arrived_with(assistants), alone, "{assistants} assistants");
    }
}

#[test]
fn what_is_given_up_is_named_and_what_was_read_stays() {
    let mut session = session();
    give(&mut session, archive(&pictures(10)));
    after(&mut session, [add_class(0, "apple")]);
    (0..10).for_each(|index| session.submit(add_entry(index, 0, index)));
    session.submit(add_picture(10, 0, file(SampleTask::Fruit, 0, 1)));
    for _ in 0..3 {
        block_on(session.work());
    }
    session.submit(Command::AddArchive { archive: ArchiveId(7), name: "late.zip".to_owned() });
    session.submit(Command::CancelReading);
    session.submit(add_picture(11, 0, file(SampleTask::Fruit, 0, 2)));
    let events = settle(&mut session);
    let added = |count: u32| (0..count).map(|id| (id, "added"));
    let cancelled = (3..11).map(|id| (id, "cancelled"));
    let expected: Vec<_> = added(3).chain(cancelled).chain([(11, "added")]).collect();
    assert_eq!(fates(&events), expected);
    let archives = events.iter().find_map(|event| match event {
        Event::ReadingCancelled { archives, .. } => Some(archives.as_slice()),
        _ => None,
    });
    assert_eq!(archives, Some(&[ArchiveId(7)][..]));
}

#[test]
fn drawn_pictures_are_not_given_up() {
    let mut session = session();
    session.submit(Command::DrawSample { task: SampleTask::Fruit, seed: 1 });
    block_on(session.work());
    session.submit(Command::CancelReading);
    let events = settle(&mut session);
    let drawn = events.iter().find_map(|event| match event {
        Event::SampleDrawn { pictures, .. } => Some(*pictures),
        _ => None,
    });
    assert_eq!(drawn, Some(fates(&events).len()));
}

/// What a person might do while pictures are read.
#[derive(Clone, Debug)]
enum Deed {
    AddPicture,
    AddEntry(u32),
    Cancel,
    Work,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        2 => Just(Deed::AddPicture),
        4 => (0..6u32).prop_map(Deed::AddEntry),
        1 => Just(Deed::Cancel),
        3 => Just(Deed::Work),
    ];
    prop::collection::vec(deed, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn every_picture_is_added_refused_or_given_up_once(deeds in deeds(), assistants in 0..2usize) {
        let mut office = Office::with(assistants);
        // Places 3 to 5 are no pictures or not there.
        let mut packed = pictures(3);
        packed.push(stored("set/apple/notes.txt", b"only text"));
        packed.push(Packed { checksum: 1, ..stored("set/apple/wrong.png", b"?") });
        give(&mut office.session, archive(&packed));
        office.session.submit(add_class(0, "apple"));
        while office.session.has_work() {
            office.turn();
        }
        let mut ids = 0..;
        let mut asked = 0;
        for deed in deeds {
            match deed {
                Deed::AddPicture => {
                    let bytes = if asked % 2 == 0 { file(SampleTask::Fruit, 0, 0) } else { vec![1] };
                    office.session.submit(add_picture(ids.next().unwrap_or(0), 0, bytes));
                    asked += 1;
                }
                Deed::AddEntry(index) => {
                    office.session.submit(add_entry(ids.next().unwrap_or(0), 0, index));
                    asked += 1;
                }
                Deed::Cancel => office.session.submit(Command::CancelReading),
                Deed::Work => office.turn(),
            }
        }
        while office.session.has_work() {
            office.turn();
        }
        office.heard.extend(office.session.take_events());
        let mut answered: Vec<u32> = fates(&office.heard).iter().map(|(id, _)| *id).collect();
        answered.sort_unstable();
        prop_assert_eq!(answered, (0..asked).collect::<Vec<u32>>());
    }
}
