//! Archives, how far reading is, what is given up, and the camera's questions.

use super::*;
use crate::session::{Project, ProjectClass, ProjectSample};

const ARCHIVE: ArchiveId = ArchiveId(50);

fn offer(state: &mut State, place: Place) -> Vec<Effect> {
    state.reduce(Action::OfferArchive(place, ARCHIVE, "set.zip".to_owned()))
}

/// The archive is listed with these folders, a picture each, under ids from 60 on.
fn list(state: &mut State, folders: &[&str], refused: &[&str]) -> Vec<Effect> {
    let entries = folders.iter().zip(1..).map(|(folder, number)| ArchiveEntry {
        name: format!("{number}.png"),
        folder: (*folder).to_owned(),
        class: None,
        scene: Scene::Usual,
        burst: None,
    });
    let refused = refused.iter().map(|path| RefusedEntry {
        path: (*path).to_owned(),
        refusal: Refusal { reason: "It leads out.".to_owned(), remedy: "Unpack it.".to_owned() },
    });
    state.reduce(Action::ArchiveListed(Contents {
        archive: ARCHIVE,
        first: PictureId(60),
        entries: entries.collect(),
        refused: refused.collect(),
        clutter: 2,
        project: None,
    }))
}

/// The pictures that are asked for, with their places in the archive.
fn read(effects: &[Effect]) -> Vec<(u32, u32)> {
    let read = sent(effects).into_iter().filter_map(|command| match command {
        Command::AddEntry { picture, entry, .. } => {
            assert_eq!(entry.archive, ARCHIVE);
            Some((picture.0, entry.index))
        }
        _ => None,
    });
    read.collect()
}

#[test]
fn an_archive_is_opened_and_its_folders_become_classes() {
    let mut state = ready();
    let effects = offer(&mut state, Place::Page);
    let name = "set.zip".to_owned();
    assert_eq!(sent(&effects), [&Command::AddArchive { archive: ARCHIVE, name }]);
    assert!(state.why_not_start().is_some_and(|why| why.contains("set.zip")));
    let effects = list(&mut state, &["rose", "tulip", "rose"], &["../up.png"]);
    assert_eq!((names(&state), counts(&state)), (vec!["rose", "tulip"], vec![2, 1]));
    assert_eq!(read(&effects), [(60, 0), (61, 1), (62, 2)]);
    let refused: Vec<_> = state.pictures.refused.iter().map(|r| (r.picture.0, &*r.name)).collect();
    assert_eq!(refused, [(63, "../up.png")]);
    assert!(state.news.contains("1 file was refused") && state.news.contains("2 system files"));
    assert_eq!(state.pictures.opening().count(), 0);
}

#[test]
fn an_archive_of_one_folder_on_a_class_goes_into_it() {
    let mut state = ready();
    let class = state.pictures.classes[1].id;
    offer(&mut state, Place::Class(class));
    list(&mut state, &["cats", "cats"], &[]);
    assert_eq!((names(&state), counts(&state)), (vec!["Class 1", "cats"], vec![0, 2]));
}

#[test]
fn a_project_on_a_new_setting_is_pictures_that_are_never_learned_from() {
    let mut state = filled();
    let class = state.pictures.classes[1].id;
    offer(&mut state, Place::NewSetting(class));
    let entries = [("rose", 0), ("tulip", 1)].map(|(folder, class)| ArchiveEntry {
        name: "a.png".to_owned(),
        folder: folder.to_owned(),
        class: Some(class),
        scene: Scene::Usual,
        burst: Some(3),
    });
    let classes = ["rose", "Ripe"].map(|name| ProjectClass {
        name: name.to_owned(),
        is_named: true,
        ..ProjectClass::default()
    });
    let sample = ProjectSample { task: SampleTask::Fruit, seed: 1, removed: Vec::new() };
    let project = Project { classes: classes.into(), samples: vec![sample], ..Project::default() };
    let effects = state.reduce(Action::ArchiveListed(Contents {
        archive: ARCHIVE,
        first: PictureId(60),
        entries: entries.into(),
        refused: Vec::new(),
        clutter: 0,
        project: Some(Box::new(project)),
    }));
    assert_eq!((names(&state), counts(&state)), (vec!["Ripe", "Spoiled"], vec![4, 4]));
    let added = sent(&effects).into_iter().map(|command| match command {
        Command::AddEntry { picture, class, scene, burst, .. } => {
            (picture.0, *class, *scene, *burst)
        }
        other => panic!("{other:?}"),
    });
    let apart = &state.pictures.classes[1].new_setting;
    // Both are of one burst, which is none of the camera's.
    let burst = apart[0].burst;
    assert_ne!(burst, Some(3));
    let (new, both) = (Scene::New, [60, 61]);
    assert_eq!(added.collect::<Vec<_>>(), both.map(|picture| (picture, class, new, burst)));
    assert_eq!(apart.len(), 2);
}

#[test]
fn an_archive_that_is_refused_leaves_a_line_and_nothing_else() {
    let mut state = ready();
    offer(&mut state, Place::Page);
    let refusal = Refusal { reason: "It is none.".to_owned(), remedy: "Pack it.".to_owned() };
    let (archive, name) = (ARCHIVE, "set.zip".to_owned());
    hear(&mut state, Event::ArchiveRefused { archive, name, refusal: refusal.clone() });
    let refused = &state.pictures.refused[0];
    assert_eq!((refused.name.as_str(), &refused.refusal), ("set.zip", &refusal));
    assert_eq!((state.pictures.opening().count(), state.pictures.reading()), (0, 0));
    // Whatever comes of it later concerns nobody.
    assert_eq!(list(&mut state, &["rose"], &["x"]), []);
    assert_eq!(state.pictures.refused.len(), 1);
}

#[test]
fn a_fresh_engine_opens_archives_before_their_pictures_and_lists_them_in_vain() {
    let mut state = ready();
    offer(&mut state, Place::Page);
    list(&mut state, &["rose", "tulip"], &[]);
    let class = state.pictures.classes[0].id;
    see(&mut state, 60, class);
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    let effects = state.reduce(Action::RestartEngine);
    // The second one was being read when the engine broke off, and is not tried again.
    assert_eq!(read(&effects), [(60, 0)]);
    let place = |wanted: fn(&Command) -> bool| sent(&effects).into_iter().position(wanted);
    let opened = place(|command| matches!(command, Command::AddArchive { .. }));
    let asked = place(|command| matches!(command, Command::AddEntry { .. }));
    assert!(opened.is_some() && opened < asked, "{effects:?}");
    assert_eq!(list(&mut state, &["rose", "tulip"], &["x"]), []);
    assert_eq!(counts(&state), [1, 0]);
}

#[test]
fn a_removed_picture_of_an_archive_comes_back_from_it() {
    let mut state = ready();
    offer(&mut state, Place::Page);
    list(&mut state, &["rose"], &[]);
    state.reduce(Action::RemovePicture(PictureId(60)));
    let effects = state.reduce(Action::Undo);
    assert_eq!(read(&effects), [(60, 0)]);
}

#[test]
fn reading_is_counted_from_when_nothing_was_left() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    assert_eq!(state.pictures.progress(), None);
    let files = [("1.png", None), ("2.png", None), ("3.png", None)];
    state.reduce(Action::Offer(Place::Class(class), offered(1, &files)));
    assert_eq!(state.pictures.progress(), Some((0, 3)));
    see(&mut state, 1, class);
    state.reduce(Action::Offer(Place::Class(class), offered(4, &files)));
    assert_eq!(state.pictures.progress(), Some((1, 6)));
    (2..=6).for_each(|picture| drop(see(&mut state, picture, class)));
    assert_eq!(state.pictures.progress(), None);
    state.reduce(Action::Offer(Place::Class(class), offered(7, &files)));
    assert_eq!(state.pictures.progress(), Some((0, 3)));
}

#[test]
fn what_is_given_up_leaves_the_page_and_what_was_read_stays() {
    let mut state = ready();
    assert_eq!(state.reduce(Action::CancelReading), []);
    let class = state.pictures.classes[0].id;
    let files = [("1.png", None), ("2.png", None), ("3.png", None)];
    state.reduce(Action::Offer(Place::Class(class), offered(1, &files)));
    offer(&mut state, Place::Page);
    see(&mut state, 1, class);
    let effects = state.reduce(Action::CancelReading);
    assert_eq!(sent(&effects), [&Command::CancelReading]);
    // The second was with an assistant, and comes.
    assert_eq!(counts(&state)[0], 3);
    let (pictures, archives) = (vec![PictureId(3)], vec![ARCHIVE]);
    let effects = hear(&mut state, Event::ReadingCancelled { pictures, archives });
    assert!(effects.contains(&Effect::Forget(PictureId(3))), "{effects:?}");
    assert_eq!((counts(&state)[0], state.pictures.opening().count()), (2, 0));
    assert_eq!(state.pictures.progress(), Some((2, 3)));
    see(&mut state, 2, class);
    assert_eq!((state.pictures.progress(), state.pictures.seen()), (None, 2));
    assert!(state.pictures.refused.is_empty());
}

/// An answer of the first lane with this picture.
fn answer(state: &mut State, question: u32, image: &str) -> Vec<Effect> {
    let answers = vec![Answer {
        run: RunId(1),
        probabilities: vec![0.9, 0.1],
        milliseconds: 4.0,
        calibrated: None,
        familiarity: None,
    }];
    let question = QuestionId(question);
    let event = Event::Answered { question, thumbnail: Vec::new(), drawn_as: None, answers };
    state.reduce(Action::Heard { event, image: Some(image.to_owned()) })
}

#[test]
fn the_camera_asks_one_question_at_a_time_and_shows_the_last_answer_meanwhile() {
    let mut state = racing();
    let effects = state.reduce(Action::AskLive(QuestionId(1)));
    assert!(matches!(sent(&effects)[..], [Command::Ask { .. }]));
    assert_eq!(state.reduce(Action::AskLive(QuestionId(2))), []);
    let news = state.news.clone();
    assert_eq!(answer(&mut state, 1, "blob:one"), []);
    assert_eq!(state.news, news);
    let shown = |state: &State| match state.question.as_ref().map(|question| &question.reply) {
        Some(Reply::Answered { image, .. }) => image.clone(),
        _ => String::new(),
    };
    let effects = state.reduce(Action::AskLive(QuestionId(3)));
    assert_eq!(sent(&effects).len(), 1);
    assert_eq!(shown(&state), "blob:one");
    let effects = answer(&mut state, 3, "blob:three");
    assert_eq!(effects, [Effect::Revoke("blob:one".to_owned())]);
    assert_eq!(shown(&state), "blob:three");
    // A file that is asked about takes its place.
    let effects = state.reduce(Action::Ask(QuestionId(4), "new.png".to_owned()));
    assert!(effects.contains(&Effect::Revoke("blob:three".to_owned())), "{effects:?}");
    assert!(state.question.as_ref().is_some_and(|q| q.reply == Reply::Pending && !q.is_live));
}

#[test]
fn a_live_question_that_is_lost_lets_its_last_answer_go() {
    let mut state = racing();
    state.reduce(Action::AskLive(QuestionId(1)));
    answer(&mut state, 1, "blob:one");
    state.reduce(Action::AskLive(QuestionId(2)));
    let effects = state.reduce(Action::EngineLost("gone".to_owned().into()));
    assert!(effects.contains(&Effect::Revoke("blob:one".to_owned())), "{effects:?}");
    assert!(state.question.as_ref().is_some_and(|question| !question.is_awaited));
}
