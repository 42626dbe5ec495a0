//! Projects: packed by one session, opened by another, and the same afterwards.

mod common;

use std::collections::BTreeSet;

use common::files::{add_class, file};
use common::packing::{archive, stored};
use common::program::{Folder, headstart, said};
use common::{after, lane, session, settle, short};
use headstart::session::{
    ArchiveEntry, ArchiveId, ClassId, Command, Concern, Cut, EntryId, Event, PROJECT_FORMAT,
    PictureId, Project, ProjectClass, ProjectDrawn, ProjectMoved, ProjectPicture, ProjectSample,
    ProjectSettings, RefusedEntry, SampleTask, Scene, Session,
};
use proptest::prelude::*;

const ARCHIVE: ArchiveId = ArchiveId(1000);

fn class(name: &str) -> ProjectClass {
    ProjectClass { name: name.to_owned(), is_named: true, ..ProjectClass::default() }
}

fn picture(name: &str, class: usize, scene: Scene, burst: Option<u32>) -> ProjectPicture {
    ProjectPicture { name: name.to_owned(), path: String::new(), class, scene, burst }
}

fn project(classes: Vec<ProjectClass>, pictures: Vec<ProjectPicture>) -> Project {
    Project { format: PROJECT_FORMAT, classes, pictures, ..Project::default() }
}

/// The commands that pack a project whose pictures have these bytes, or none that can be read.
fn packing(project: &Project, files: &[Option<Vec<u8>>]) -> Vec<Command> {
    let mut commands = vec![Command::PackProject { number: 3, project: Box::new(project.clone()) }];
    commands.extend((0..).zip(files).map(|(place, bytes)| Command::PackPicture {
        place,
        picture: PictureId(place),
        bytes: bytes.clone(),
    }));
    commands.push(Command::FinishProject);
    commands
}

/// The bytes of a project's file, and what is told at its end.
fn saved(events: &[Event]) -> (Vec<u8>, usize, Vec<RefusedEntry>) {
    let parts = events.iter().filter_map(|event| match event {
        Event::ProjectPart { number: 3, bytes, .. } => Some(bytes.as_slice()),
        _ => None,
    });
    let bytes: Vec<u8> = parts.flatten().copied().collect();
    let Some(Event::ProjectPacked { number: 3, pictures, missing }) = events.last() else {
        panic!("a project is packed: {:?}", events.last())
    };
    (bytes, *pictures, missing.clone())
}

fn pack(project: &Project, files: &[Option<Vec<u8>>]) -> Vec<u8> {
    let (bytes, pictures, missing) = saved(&after(&mut session(), packing(project, files)));
    assert_eq!((pictures, missing), (files.len(), Vec::new()));
    bytes
}

/// What is in an archive.
#[derive(Debug)]
struct Opened {
    entries: Vec<ArchiveEntry>,
    refused: Vec<RefusedEntry>,
    project: Option<Box<Project>>,
}

fn open(session: &mut Session, bytes: Vec<u8>) -> Opened {
    session.give_archive(ARCHIVE, Box::new(bytes));
    session.submit(Command::AddArchive { archive: ARCHIVE, name: "my project.zip".to_owned() });
    match settle(session).pop() {
        Some(Event::ArchiveListed { entries, refused, project, .. }) => {
            Opened { entries, refused, project }
        }
        other => panic!("the archive is listed: {other:?}"),
    }
}

/// Reads every entry into its class, under ids that are their places.
fn read_all(session: &mut Session, opened: &Opened) -> Vec<Event> {
    let classes = opened.project.iter().flat_map(|project| &project.classes);
    let classes = (0..).zip(classes).map(|(id, class)| add_class(id, &class.name));
    let pictures = (0..).zip(&opened.entries).map(|(index, entry)| Command::AddEntry {
        picture: PictureId(index),
        class: ClassId(entry.class.unwrap_or(0) as u32),
        name: entry.name.clone(),
        scene: entry.scene,
        burst: entry.burst,
        entry: EntryId { archive: ARCHIVE, index },
    });
    after(session, classes.chain(pictures).collect::<Vec<_>>())
}

/// Class, name, setting and look of every picture that arrived.
fn arrived(events: &[Event]) -> Vec<(ClassId, String, Scene, Vec<u8>)> {
    let added = events.iter().filter_map(|event| match event {
        Event::PictureAdded { class, name, scene, thumbnail, .. } => {
            Some((*class, name.clone(), *scene, thumbnail.clone()))
        }
        _ => None,
    });
    added.collect()
}

fn fruit(class: usize, number: usize) -> Option<Vec<u8>> {
    Some(file(SampleTask::Fruit, class, number))
}

/// Classes that share a name but for its case, have no pictures, or a name that is no folder's.
fn some() -> (Project, Vec<Option<Vec<u8>>>) {
    let classes = vec![class("Rose"), class("rose"), class("../<b>\"up\""), class("empty")];
    let pictures = vec![
        picture("10.png", 0, Scene::Usual, Some(3)),
        picture("2.png", 0, Scene::Usual, Some(3)),
        picture("2.png", 0, Scene::Usual, None),
        picture("con.png", 1, Scene::Usual, None),
        picture("2.png", 1, Scene::New, None),
        picture("..\\..\\x.png", 2, Scene::Usual, Some(9)),
    ];
    let files = vec![fruit(0, 0), fruit(0, 1), fruit(0, 2), fruit(1, 0), fruit(1, 1), fruit(2, 0)];
    (project(classes, pictures), files)
}

#[test]
fn a_project_is_opened_as_it_was_packed() {
    let (packed, files) = some();
    let mut session = session();
    let opened = open(&mut session, pack(&packed, &files));
    assert_eq!(opened.refused, []);
    let told = opened.entries.iter().map(|entry| {
        let (name, class) = (entry.name.as_str(), entry.class.expect("a class"));
        assert_eq!(entry.folder, packed.classes[class].name);
        (name, class, entry.scene, entry.burst)
    });
    let wanted = packed.pictures.iter().map(|p| (p.name.as_str(), p.class, p.scene, p.burst));
    assert_eq!(told.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
    let of_class = |project: &Project| {
        project.classes.iter().map(|c| (c.name.clone(), c.is_named)).collect::<Vec<_>>()
    };
    let listed = opened.project.as_ref().expect("a project");
    assert_eq!(of_class(listed), of_class(&packed));
    let folders: BTreeSet<String> =
        listed.classes.iter().map(|class| class.folder.to_lowercase()).collect();
    assert_eq!(folders.len(), 4, "{folders:?}");

    let again = arrived(&read_all(&mut session, &opened));
    let mut direct = common::session();
    let classes = (0..).zip(&packed.classes).map(|(id, class)| add_class(id, &class.name));
    let pictures = (0..).zip(packed.pictures.iter().zip(&files)).map(|(id, (picture, bytes))| {
        Command::AddPicture {
            picture: PictureId(id),
            class: ClassId(picture.class as u32),
            name: picture.name.clone(),
            scene: picture.scene,
            burst: picture.burst,
            bytes: bytes.clone().expect("a file"),
        }
    });
    let before = arrived(&after(&mut direct, classes.chain(pictures).collect::<Vec<_>>()));
    assert_eq!(again.len(), files.len());
    assert_eq!(again, before);
}

#[test]
fn what_was_drawn_and_set_is_told_again() {
    let (mut packed, files) = some();
    packed.samples = vec![ProjectSample {
        task: SampleTask::Fruit,
        seed: u64::MAX,
        removed: vec!["Banana".to_owned()],
    }];
    let removed = vec!["apple 3.png".to_owned()];
    packed.classes[3].drawn = Some(ProjectDrawn { sample: 0, class: "Apple".to_owned(), removed });
    let picture = "banana 1.png".to_owned();
    packed.classes[0].moved = vec![ProjectMoved { sample: 0, class: "Banana".to_owned(), picture }];
    let rate = 0.1 + 0.2;
    packed.settings = ProjectSettings {
        cut: Cut::LastBlocks(7).to_string(),
        seed: 5,
        numbers: [("head-rate".to_owned(), rate.to_string())].into(),
        ..ProjectSettings::default()
    };
    let opened = open(&mut session(), pack(&packed, &files));
    let project = opened.project.expect("a project");
    assert_eq!((&project.samples, &project.settings), (&packed.samples, &packed.settings));
    assert_eq!(project.settings.numbers["head-rate"].parse(), Ok(rate));
    for (now, before) in project.classes.iter().zip(&packed.classes) {
        assert_eq!((&now.drawn, &now.moved), (&before.drawn, &before.moved));
    }
}

#[test]
fn a_burst_stays_on_one_side_of_the_split() {
    let numbers = || (0..24usize).map(|number| (number, number / 12, number % 12));
    let pictures = numbers().map(|(number, class, place)| {
        picture(&format!("{place}.png"), class, Scene::Usual, Some((number / 3) as u32))
    });
    let packed = project(vec![class("one"), class("other")], pictures.collect());
    let files: Vec<_> = numbers().map(|(_, class, place)| fruit(class, place)).collect();
    let mut session = session();
    let opened = open(&mut session, pack(&packed, &files));
    assert_eq!(arrived(&read_all(&mut session, &opened)).len(), 24);
    let train = Command::Train { lanes: vec![lane(1, short(Cut::HeadOnly))], seed: 3 };
    let events = after(&mut session, [train]);
    let tested = events.iter().find_map(|event| match event {
        Event::Evaluated(evaluation) => {
            let answers = &evaluation.runs[0].answers;
            Some(answers.iter().map(|answer| answer.picture.0).collect::<BTreeSet<u32>>())
        }
        _ => None,
    });
    let tested = tested.expect("the models are evaluated");
    assert!(!tested.is_empty() && tested.len() < 24);
    for burst in 0..8 {
        let of_it = (burst * 3..burst * 3 + 3).filter(|picture| tested.contains(picture)).count();
        assert!(of_it == 0 || of_it == 3, "{of_it} of burst {burst} are tested on: {tested:?}");
    }
}

#[test]
fn a_project_leaves_the_engine_in_parts() {
    // What no picture is, so that nothing makes it smaller.
    let large = |seed: u32| {
        let mut state = seed;
        let bytes = (0..3_000_000).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        Some(bytes.collect::<Vec<u8>>())
    };
    let pictures = (0..5).map(|number| picture(&format!("{number}.png"), 0, Scene::Usual, None));
    let packed = project(vec![class("large")], pictures.collect());
    let files: Vec<_> = (0..5).map(large).collect();
    let events = after(&mut session(), packing(&packed, &files));
    let parts = events.iter().filter_map(|event| match event {
        Event::ProjectPart { bytes, done, .. } => Some((bytes.len(), *done)),
        _ => None,
    });
    let parts: Vec<_> = parts.collect();
    assert_eq!(parts.iter().map(|(_, done)| *done).collect::<Vec<_>>(), [2, 4, 5]);
    assert!(parts.iter().all(|(bytes, _)| *bytes < (4 << 20) + 3_000_000 + 1000), "{parts:?}");
    let (bytes, ..) = saved(&events);
    assert_eq!(open(&mut session(), bytes).entries.len(), 5);
}

#[test]
fn pictures_of_an_archive_are_packed_from_it_and_what_is_lost_is_named() {
    let mut session = session();
    let bytes = file(SampleTask::Fruit, 0, 0);
    open(&mut session, archive(&[stored("apple/1.png", &bytes)]));
    let names = ["kept.png", "closed.png", "gone.png", "never sent.png"];
    let pictures = names.map(|name| picture(name, 0, Scene::Usual, None));
    let packed = project(vec![class("apple")], pictures.to_vec());
    let entry = |place, archive, index| Command::PackEntry {
        place,
        entry: EntryId { archive: ArchiveId(archive), index },
    };
    let commands = [
        Command::PackProject { number: 3, project: Box::new(packed) },
        entry(0, ARCHIVE.0, 0),
        entry(1, 7, 0),
        Command::PackPicture { place: 2, picture: PictureId(2), bytes: None },
        // It has come already, and there is no fifth.
        Command::PackPicture { place: 0, picture: PictureId(0), bytes: Some(vec![1]) },
        Command::PackPicture { place: 4, picture: PictureId(4), bytes: Some(vec![1]) },
        Command::FinishProject,
    ];
    let (bytes_of_project, pictures, missing) = saved(&after(&mut session, commands));
    let lost: Vec<_> = missing.iter().map(|missing| missing.path.as_str()).collect();
    assert_eq!((pictures, lost), (1, vec!["closed.png", "gone.png", "never sent.png"]));
    assert!(missing.iter().all(|m| !m.refusal.reason.is_empty() && !m.refusal.remedy.is_empty()));
    let opened = open(&mut session, bytes_of_project);
    assert_eq!((opened.entries.len(), opened.refused.len()), (1, 0));
    assert_eq!(arrived(&read_all(&mut session, &opened)).len(), 1);
}

#[test]
fn what_no_page_would_open_is_not_packed_and_says_which_limit_that_is() {
    let sample = ProjectSample { task: SampleTask::Fruit, seed: 1, removed: Vec::new() };
    let too_large = [
        (
            project(vec![class("all")], vec![ProjectPicture::default(); 10_000]),
            "10000 picture files",
        ),
        (project(vec![class("all"); 1_001], Vec::new()), "1001 classes"),
        (
            Project { samples: vec![sample; 33], ..project(vec![class("all")], Vec::new()) },
            "33 drawn",
        ),
    ];
    for (too_large, limit) in too_large {
        let mut session = session();
        let events = after(&mut session, packing(&too_large, &[fruit(0, 0)]));
        let [Event::Ready { .. }, Event::ProjectRefused { number: 3, refusal }] = &events[..]
        else {
            panic!("{events:?}")
        };
        assert!(refusal.reason.contains(limit) && !refusal.remedy.is_empty(), "{}", refusal.reason);
        assert!(!session.is_packing());
    }
}

#[test]
fn packing_is_given_up_at_once_and_another_project_is_packed_then() {
    let mut session = session();
    let one = project(vec![class("one")], vec![picture("1.png", 0, Scene::Usual, None)]);
    for command in packing(&one, &[fruit(0, 0)]) {
        session.submit(command);
    }
    assert!(session.is_packing());
    let events = after(&mut session, [Command::CancelPacking]);
    assert!(!session.is_packing());
    assert!(matches!(events[..], [Event::Ready { .. }]), "{events:?}");
    let (bytes, pictures, _) = saved(&after(&mut session, packing(&one, &[fruit(0, 0)])));
    assert_eq!(pictures, 1);
    assert_eq!(open(&mut session, bytes).entries.len(), 1);
}

/// An archive of one class with notes of its own.
fn with_notes(notes: &str) -> Vec<u8> {
    let picture = file(SampleTask::Fruit, 0, 0);
    let entries = ["a.png", "b.png"].map(|name| stored(format!("apple/{name}"), &picture));
    archive(&[&entries[..], &[stored("headstart.json", notes.as_bytes())]].concat())
}

#[test]
fn pictures_come_by_their_folders_where_the_notes_make_no_sense() {
    for notes in ["", "no notes", "{\"format\":1}", &"[".repeat(10_000)] {
        let opened = open(&mut session(), with_notes(notes));
        let folders: Vec<_> = opened.entries.iter().map(|entry| entry.folder.as_str()).collect();
        assert_eq!((folders, opened.project), (vec!["apple", "apple"], None));
        let [RefusedEntry { path, refusal }] = &opened.refused[..] else { panic!("{notes}") };
        assert_eq!(path, "headstart.json");
        assert!(refusal.reason.contains("cannot be read") && !refusal.remedy.is_empty());
    }
}

#[test]
fn a_project_of_a_later_format_is_refused_in_words() {
    let mut session = session();
    session.give_archive(ARCHIVE, Box::new(with_notes("{\"format\":2,\"more\":[]}")));
    let add = Command::AddArchive { archive: ARCHIVE, name: "later.zip".to_owned() };
    let events = after(&mut session, [add]);
    let Some(Event::ArchiveRefused { refusal, .. }) = events.last() else { panic!("{events:?}") };
    assert!(refusal.reason.contains("format 2") && refusal.remedy.contains("newer"), "{refusal:?}");
}

#[test]
fn what_somebody_has_added_or_taken_out_of_the_file_is_told() {
    let settings = "\"settings\":{\"cut\":\"all\",\"seed\":1,\"seeds\":3,\"cold_epochs\":1,\
        \"warm_epochs\":1,\"numbers\":{},\"class_weights\":\"Equal\",\"norm\":\"Affine\",\
        \"augmentation\":{\"flip\":true,\"crop\":true,\"colour\":true}}";
    let notes = format!(
        "{{\"format\":1,\"classes\":[{{\"name\":\"Äpfel\",\"is_named\":true,\"folder\":\"apple\",\
         \"drawn\":null,\"moved\":[]}}],\"pictures\":[{{\"name\":\"b\",\"path\":\"apple/b.png\",\
         \"class\":0}},{{\"name\":\"gone.png\",\"path\":\"apple/gone.png\",\"class\":0}}],\
         \"samples\":[],{settings},\"something new\":1}}"
    );
    let opened = open(&mut session(), with_notes(&notes));
    let told: Vec<_> =
        opened.entries.iter().map(|entry| (&*entry.name, &*entry.folder, entry.class)).collect();
    assert_eq!(told, [("b", "Äpfel", Some(0)), ("a.png", "Äpfel", Some(0))]);
    let [RefusedEntry { path, .. }] = &opened.refused[..] else { panic!("{:?}", opened.refused) };
    assert_eq!(path, "gone.png");
}

#[test]
fn a_project_that_was_unpacked_and_packed_again_is_one_still() {
    let (packed, files) = some();
    let opened = open(&mut session(), pack(&packed, &files));
    let mut project = *opened.project.expect("a project");
    project.classes[0].folder = "Rose".to_owned();
    project.pictures = vec![ProjectPicture {
        path: "Rose/a.png".to_owned(),
        ..picture("true name.png", 2, Scene::New, Some(1))
    }];
    let notes = serde_json::to_vec(&project).expect("plain data");
    let bytes = file(SampleTask::Fruit, 0, 0);
    let entries = |around: &str| {
        let path = |name: &str| format!("{around}{name}");
        let pictures = ["Rose/a.png", "Rose/b.png"].map(|name| stored(path(name), &bytes));
        [&pictures[..], &[stored(path("headstart.json"), &notes)]].concat()
    };
    let told = |opened: &Opened| {
        let told = opened.entries.iter().map(|e| (e.name.clone(), e.class, e.scene, e.burst));
        told.collect::<Vec<_>>()
    };
    let plain = open(&mut session(), archive(&entries("")));
    let again = open(&mut session(), archive(&entries("headstart-project (1)/")));
    assert_eq!((told(&again), again.refused), (told(&plain), Vec::new()));
    let first = ("true name.png".to_owned(), Some(2), Scene::New, Some(1));
    assert_eq!(told(&plain), [first, ("b.png".to_owned(), Some(0), Scene::Usual, None)]);
    // Notes that stand beside other things are not those of all of it.
    let mut beside = entries("one/");
    beside.push(stored("other/c.png", &bytes));
    assert_eq!(open(&mut session(), archive(&beside)).project, None);
}

#[test]
fn the_command_line_honours_the_bursts_of_a_project() {
    let pictures = (0..12).map(|number| {
        let burst = (number < 6).then_some(1);
        picture(&format!("{number}.png"), number / 6, Scene::Usual, burst)
    });
    let mut packed = project(vec![class("burst"), class("single")], pictures.collect());
    packed.samples = vec![ProjectSample { task: SampleTask::Fabric, seed: 4, removed: Vec::new() }];
    let files: Vec<_> = (0..12).map(|number| fruit(number / 6, number % 6)).collect();
    let bytes = pack(&packed, &files);
    let mut session = session();
    let opened = open(&mut session, bytes.clone());
    let events = read_all(&mut session, &opened);
    let expected = Event::Checked(vec![Concern::TooAlike { class: ClassId(0), found: 1 }]);
    assert!(events.contains(&expected), "{events:?}");

    let folder = Folder::new("project");
    std::fs::write(folder.join("kept.zip"), bytes).expect("an archive");
    let output = headstart(&["compare", "kept.zip", "--cut", "head", "--epochs", "1"], &folder.0);
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("“burst” are only 1 separate"), "{said}");
    assert!(said.contains("left out “Fabric, drawn” with seed 4"), "{said}");
}

#[test]
fn two_classes_that_are_called_alike_stay_two_on_the_command_line() {
    let pictures = (0..12)
        .map(|number| picture(&format!("{number}.png"), number / 6, Scene::Usual, None))
        .collect();
    let packed = project(vec![class("Ripe"), class("Ripe")], pictures);
    let files: Vec<_> = (0..12).map(|number| fruit(number / 6, number % 6)).collect();
    let folder = Folder::new("alike");
    std::fs::write(folder.join("alike.zip"), pack(&packed, &files)).expect("an archive");
    let output = headstart(&["compare", "alike.zip", "--cut", "head", "--epochs", "1"], &folder.0);
    assert!(output.status.success(), "{}", said(&output));
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-cA-C]{1,3}",
        "[ -~]{1,20}",
        "(con|\\.\\.|nul\\.png|__MACOSX|Thumbs\\.db|headstart\\.json)",
        "[äöüÄ日本 é.]{1,90}",
    ]
    .prop_map(|name| name.trim().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_packed_comes_back(
        classes in prop::collection::vec(names(), 1..5),
        pictures in prop::collection::vec(
            (names(), any::<prop::sample::Index>(), any::<bool>(), prop::option::of(0..3u32)), 0..8),
    ) {
        let count = classes.len();
        let pictures = pictures.iter().map(|(name, class, is_new, burst)| {
            let scene = if *is_new { Scene::New } else { Scene::Usual };
            picture(name, class.index(count), scene, *burst)
        });
        let packed = project(classes.iter().map(|name| class(name)).collect(), pictures.collect());
        let files: Vec<_> = (0..packed.pictures.len()).map(|n| fruit(n % 3, n)).collect();
        let opened = open(&mut session(), pack(&packed, &files));
        prop_assert_eq!(&opened.refused, &[]);
        let project = opened.project.expect("a project");
        let back = opened.entries.iter().map(|entry| {
            picture(&entry.name, entry.class.unwrap_or(99), entry.scene, entry.burst)
        });
        prop_assert_eq!(back.collect::<Vec<_>>(), packed.pictures);
        let back: Vec<&str> = project.classes.iter().map(|class| &*class.name).collect();
        prop_assert_eq!(back, classes.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
