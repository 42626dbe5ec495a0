//! Projects: what is saved of the page, and how it comes back on another one.

use super::*;
use crate::session::{
    EntryId, Project, ProjectClass, ProjectDrawn, ProjectMoved, ProjectPicture, ProjectSample,
    ProjectSettings,
};

const ARCHIVE: ArchiveId = ArchiveId(500);

/// Saves, and gives the project with the commands behind it.
fn save(state: &mut State) -> (Project, Vec<Command>) {
    let effects = state.reduce(Action::SaveProject);
    let mut commands = sent(&effects).into_iter().cloned();
    let Some(Command::PackProject { project, .. }) = commands.next() else { panic!("{effects:?}") };
    (*project, commands.collect())
}

/// What the engine would tell of the file of a project.
fn contents(project: &Project, first: u32) -> Contents {
    let mut project = project.clone();
    let entries = std::mem::take(&mut project.pictures).into_iter().map(|picture| {
        let ProjectPicture { name, class, scene, burst, .. } = picture;
        let folder = project.classes[class].name.clone();
        ArchiveEntry { name, folder, class: Some(class), scene, burst }
    });
    Contents {
        archive: ARCHIVE,
        first: PictureId(first),
        entries: entries.collect(),
        refused: Vec::new(),
        clutter: 0,
        project: Some(Box::new(project)),
    }
}

fn load(state: &mut State, project: &Project) -> Vec<Effect> {
    state.reduce(Action::OfferArchive(Place::Page, ARCHIVE, "any name.zip".to_owned()));
    state.reduce(Action::ArchiveListed(contents(project, 600)))
}

fn packed(number: u32, pictures: usize, missing: Vec<RefusedEntry>) -> Event {
    Event::ProjectPacked { number, pictures, missing }
}

/// Draws what the state waits for as the engine would: these classes with pictures 1 and 2 each.
fn draw_again(state: &mut State, first: u32, classes: &[&str]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (class, name) in (first..).zip(classes) {
        let class = ClassId(FIRST_OWN_ID + class);
        effects.extend(hear(state, Event::ClassAdded { class, name: (*name).to_owned() }));
    }
    for (class, name) in (first..).zip(classes) {
        for number in 1..=2 {
            let picture = PictureId(FIRST_OWN_ID + 10 * class + number);
            let event = Event::PictureAdded {
                picture,
                class: ClassId(FIRST_OWN_ID + class),
                name: format!("{name} {number}"),
                scene: Scene::Usual,
                thumbnail: Vec::new(),
                width: 224,
                height: 224,
            };
            effects.extend(hear(state, event));
        }
    }
    let (task, pictures) = (SampleTask::Fruit, 2 * classes.len());
    effects.extend(hear(state, Event::SampleDrawn { task, pictures }));
    effects
}

/// Name, and names and bursts of the pictures of every class.
type Shown = Vec<(String, Vec<(String, Option<u32>)>, Vec<String>)>;

fn shown(state: &State) -> Shown {
    let classes = state.pictures.classes.iter().map(|class| {
        let pictures = class.pictures.iter().map(|p| (p.name.clone(), p.burst)).collect();
        let apart = class.new_setting.iter().map(|p| p.name.clone()).collect();
        (class.name.clone(), pictures, apart)
    });
    classes.collect()
}

/// The same with bursts numbered as they first appear.
fn plain(mut shown: Shown) -> Shown {
    let mut known = Vec::new();
    for burst in shown.iter_mut().flat_map(|(_, p, _)| p).filter_map(|(_, b)| b.as_mut()) {
        let place = known.iter().position(|other| other == burst);
        *burst = place.unwrap_or_else(|| {
            known.push(*burst);
            known.len() - 1
        }) as u32;
    }
    shown
}

/// Two named classes of files, one with a burst and a new setting, one empty, one untouched.
fn own() -> State {
    let mut state = ready();
    let [first, second] = [0, 1].map(|place| state.pictures.classes[place].id);
    state.reduce(Action::RenameClass(first, " Ripe ".to_owned()));
    state.reduce(Action::AddClass);
    let third = state.pictures.classes[2].id;
    state.reduce(Action::RenameClass(third, "Ripe".to_owned()));
    let mut files = offered(1, &[("a.png", None), ("b.png", None), ("c.png", None)]);
    files[0].burst = Some(4);
    files[2].burst = Some(4);
    state.reduce(Action::Offer(Place::Class(first), files));
    state.reduce(Action::Offer(Place::NewSetting(first), offered(4, &[("n.png", None)])));
    state.reduce(Action::Offer(Place::Class(third), offered(5, &[("a.png", None)])));
    for (picture, class) in [(1, first), (2, first), (3, first), (4, first), (5, third)] {
        see(&mut state, picture, class);
    }
    assert_eq!(second, state.pictures.classes[1].id);
    state
}

#[test]
fn everything_is_packed_with_the_file_that_it_is_in() {
    let mut state = own();
    let (project, commands) = save(&mut state);
    let names: Vec<_> = project.classes.iter().map(|c| (&*c.name, c.is_named)).collect();
    assert_eq!(names, [("Ripe", true), ("Class 2", false), ("Ripe", true)]);
    let pictures: Vec<_> =
        project.pictures.iter().map(|p| (&*p.name, p.class, p.scene, p.burst)).collect();
    let usual = Scene::Usual;
    assert_eq!(
        pictures,
        [
            ("a.png", 0, usual, Some(1)),
            ("b.png", 0, usual, None),
            ("c.png", 0, usual, Some(1)),
            ("n.png", 0, Scene::New, None),
            ("a.png", 2, usual, None),
        ]
    );
    let expected = (0..5).map(|place| Command::PackPicture {
        place,
        picture: PictureId(place + 1),
        bytes: None,
    });
    let expected: Vec<_> = expected.chain([Command::FinishProject]).collect();
    assert_eq!(commands, expected);
}

#[test]
fn a_saved_project_comes_back_as_it_was() {
    let mut before = own();
    let (project, _) = save(&mut before);
    let mut state = ready();
    let effects = load(&mut state, &project);
    assert_eq!(plain(shown(&state)), {
        let mut expected = plain(shown(&before));
        expected[0].0 = "Ripe".to_owned();
        expected
    });
    let read: Vec<_> = sent(&effects)
        .into_iter()
        .filter_map(|command| match command {
            Command::AddEntry { picture, entry, scene, burst, .. } => {
                assert_eq!(entry.archive, ARCHIVE);
                Some((picture.0, entry.index, *scene, burst.is_some()))
            }
            _ => None,
        })
        .collect();
    let (usual, new) = (Scene::Usual, Scene::New);
    assert_eq!(
        read,
        [
            (600, 0, usual, true),
            (601, 1, usual, false),
            (602, 2, usual, true),
            (603, 3, new, false),
            (604, 4, usual, false),
        ]
    );
    // What is saved again is the same, but that it comes out of the archive now.
    for picture in 600..605 {
        let class = state.pictures.classes[if picture == 604 { 2 } else { 0 }].id;
        see(&mut state, picture, class);
    }
    let (again, commands) = save(&mut state);
    assert_eq!(again, project);
    let entry = EntryId { archive: ARCHIVE, index: 3 };
    assert_eq!(commands[3], Command::PackEntry { place: 3, entry });
}

#[test]
fn two_projects_on_one_page_share_classes_but_no_bursts() {
    let mut before = own();
    let (project, _) = save(&mut before);
    let mut state = own();
    load(&mut state, &project);
    assert_eq!(counts(&state), [6, 0, 2]);
    let bursts = |state: &State| {
        let bursts = state.pictures.classes[0].pictures.iter().filter_map(|p| p.burst);
        bursts.collect::<std::collections::BTreeSet<u32>>().len()
    };
    assert_eq!(bursts(&state), 2);
    state.reduce(Action::OfferArchive(Place::Page, ArchiveId(501), "again.zip".to_owned()));
    let again = Contents { archive: ArchiveId(501), ..contents(&project, 700) };
    state.reduce(Action::ArchiveListed(again));
    assert_eq!((counts(&state), bursts(&state)), (vec![9, 0, 3], 3));
}

#[test]
fn a_drawn_sample_is_drawn_again_as_the_person_left_it() {
    let mut before = ready();
    before.reduce(Action::Set(Setting::Seed(7)));
    before.reduce(Action::DrawSample(SampleTask::Fruit));
    draw_again(&mut before, 0, &["Apple", "Banana", "Lemon"]);
    let [apple, banana, lemon] = [0, 1, 2].map(|place| before.pictures.classes[place].id);
    before.reduce(Action::RenameClass(apple, "Äpfel".to_owned()));
    before.reduce(Action::RemovePicture(PictureId(FIRST_OWN_ID + 1)));
    before.reduce(Action::MovePicture(PictureId(FIRST_OWN_ID + 11), apple));
    before.reduce(Action::MovePicture(PictureId(FIRST_OWN_ID + 21), banana));
    before.reduce(Action::RemoveClass(lemon));
    before.reduce(Action::Offer(Place::Class(banana), offered(1, &[("own.png", None)])));
    see(&mut before, 1, banana);
    let (project, commands) = save(&mut before);
    let lost = vec!["Lemon".to_owned()];
    let sample = ProjectSample { task: SampleTask::Fruit, seed: 7, removed: lost };
    assert_eq!(project.samples, [sample]);
    let removed = vec!["Apple 1".to_owned()];
    let drawn = ProjectDrawn { sample: 0, class: "Apple".to_owned(), removed };
    assert_eq!(project.classes[0].drawn, Some(drawn));
    let (class, picture) = ("Banana".to_owned(), "Banana 1".to_owned());
    assert_eq!(project.classes[0].moved, [ProjectMoved { sample: 0, class, picture }]);
    assert_eq!((project.pictures.len(), commands.len()), (1, 2));

    let mut state = ready();
    let effects = load(&mut state, &project);
    let draws = sent(&effects).into_iter().filter(|c| matches!(c, Command::DrawSample { .. }));
    let draw = Command::DrawSample { task: SampleTask::Fruit, seed: 7 };
    assert_eq!(draws.collect::<Vec<_>>(), [&draw]);
    let effects = draw_again(&mut state, 50, &["Apple", "Banana", "Lemon"]);
    let sorted = |state: &State| {
        let mut shown = shown(state);
        shown.iter_mut().for_each(|(_, pictures, _)| pictures.sort());
        shown
    };
    assert_eq!(sorted(&state), sorted(&before));
    let sent = sent(&effects);
    let moved = sent.iter().filter(|c| matches!(c, Command::MovePicture { .. })).count();
    assert_eq!(moved, 2);
    assert!(sent.contains(&&Command::RemoveClass { class: ClassId(FIRST_OWN_ID + 52) }));
    let rename = Command::RenameClass { class: ClassId(FIRST_OWN_ID + 50), name: "Äpfel".into() };
    assert!(sent.contains(&&rename), "{sent:?}");
    assert!(sent.iter().any(|command| matches!(
        command,
        Command::AddEntry { picture: PictureId(600), class, .. }
            if *class == ClassId(FIRST_OWN_ID + 51)
    )));
    see(&mut state, 600, ClassId(FIRST_OWN_ID + 51));
    state.pictures.classes.iter().for_each(|class| assert!(!class.is_awaited()));
}

#[test]
fn a_picture_that_was_moved_to_a_class_of_a_later_sample_gets_there() {
    let sample = |task| ProjectSample { task, seed: 1, removed: Vec::new() };
    let drawn = |sample, class: &str| {
        let class = class.to_owned();
        Some(ProjectDrawn { sample, class, removed: Vec::new() })
    };
    let class = |name: &str, drawn, moved| ProjectClass {
        name: name.to_owned(),
        drawn,
        moved,
        ..ProjectClass::default()
    };
    let moved = ProjectMoved { sample: 0, class: "Apple".into(), picture: "Apple 2".into() };
    let project = Project {
        classes: vec![
            class("Apple", drawn(0, "Apple"), Vec::new()),
            class("Linen", drawn(1, "Linen"), vec![moved]),
        ],
        samples: vec![sample(SampleTask::Fruit), sample(SampleTask::Fabric)],
        ..Project::default()
    };
    let mut state = ready();
    load(&mut state, &project);
    draw_again(&mut state, 0, &["Apple"]);
    draw_again(&mut state, 1, &["Linen"]);
    assert_eq!(counts(&state), [1, 3]);
}

#[test]
fn settings_are_taken_over_by_an_empty_page_only_and_kept_in_their_ranges() {
    let mut before = own();
    for setting in [
        Setting::CutPosition(9),
        Setting::Seed(77),
        Setting::Seeds(5),
        Setting::Epochs(Side::Cold, 31),
        Setting::Epochs(Side::Warm, 7),
        Setting::Dial(Dial::HeadRate, 0.1 + 0.2),
        Setting::Dial(Dial::Patience, 4.0),
        Setting::ClassWeights(ClassWeights::Balanced),
        Setting::Norm(NormMode::Adapt),
        Setting::Augmentation(Augmentation { flip: false, ..Augmentation::default() }),
    ] {
        before.reduce(Action::Set(setting));
    }
    let (mut project, _) = save(&mut before);
    let mut state = ready();
    load(&mut state, &project);
    assert_eq!(state.settings, before.settings);
    assert!(state.news.contains("taken over"), "{}", state.news);

    let mut state = own();
    let (settings, count) = (state.settings.clone(), state.pictures.every().count());
    load(&mut state, &project);
    assert_eq!(state.settings, settings);
    assert_eq!(state.pictures.every().count(), 2 * count);
    assert!(state.news.contains("stay as they are"), "{}", state.news);

    project.settings = ProjectSettings {
        cut: "sideways".to_owned(),
        seed: u64::MAX,
        seeds: 1_000_000,
        cold_epochs: usize::MAX,
        warm_epochs: 0,
        numbers: [("batch", "0"), ("views", "many"), ("no such dial", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..ProjectSettings::default()
    };
    let mut state = ready();
    load(&mut state, &project);
    let Settings { cut, seed, seeds, cold_epochs, warm_epochs, tuning, .. } = &state.settings;
    assert_eq!((*cut, *seed), (Settings::default().cut, Settings::LARGEST_SEED));
    assert_eq!((*seeds, *cold_epochs, *warm_epochs), (10, Settings::MOST_EPOCHS, 1));
    assert_eq!((tuning.batch, tuning.views), (16, 0));
}

#[test]
fn a_project_on_a_page_with_other_classes_joins_those_of_the_same_name() {
    let mut before = own();
    let (project, _) = save(&mut before);
    let mut state = filled();
    load(&mut state, &project);
    // Both of the project are called "Ripe", and stay two.
    assert_eq!(names(&state), ["Ripe", "Spoiled", "Class 2", "Ripe"]);
    assert_eq!(counts(&state), [7, 4, 0, 1]);
}

/// A project of these classes, named or not, with a picture each.
fn with_classes(classes: &[(&str, bool)]) -> Project {
    let pictures = (0..classes.len()).map(|class| ProjectPicture {
        name: "a.png".to_owned(),
        class,
        ..ProjectPicture::default()
    });
    let pictures = pictures.collect();
    let classes = classes.iter().map(|&(name, is_named)| ProjectClass {
        name: name.to_owned(),
        is_named,
        ..ProjectClass::default()
    });
    Project { classes: classes.collect(), pictures, ..Project::default() }
}

#[test]
fn classes_that_nobody_named_never_become_one() {
    let mut state = ready();
    let first = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(first), offered(1, &[("a.png", None)])));
    let project = with_classes(&[
        ("Class 1", false),
        ("Class 2", false),
        ("Class 7", false),
        ("", false),
        ("Class 1", true),
    ]);
    load(&mut state, &project);
    // The first took the untouched one, so that the name of the second was taken.
    assert_eq!(names(&state), ["Class 1", "Class 2", "Class 3", "Class 7", "Class 4", "Class 1"]);
    assert_eq!(counts(&state), [1; 6]);
    let named: Vec<bool> = state.pictures.classes.iter().map(|class| class.is_named()).collect();
    assert_eq!(named, [false, false, false, false, false, true]);
}

#[test]
fn a_class_that_was_named_does_not_join_one_that_the_page_named() {
    let mut state = filled();
    state.reduce(Action::AddClass);
    let page = state.pictures.classes[2].id;
    state.reduce(Action::Offer(Place::Class(page), offered(9, &[("a.png", None)])));
    load(&mut state, &with_classes(&[("Class 1", true), ("Ripe", false), ("Ripe", true)]));
    assert_eq!(names(&state), ["Ripe", "Spoiled", "Class 1", "Class 1", "Class 2"]);
    assert_eq!(counts(&state), [5, 4, 1, 1, 1]);
}

#[test]
fn very_many_classes_are_taken_in_without_delay() {
    let classes: Vec<_> =
        (0..10_000).map(|n| if n % 2 == 0 { ("", false) } else { ("rose", true) }).collect();
    let project = Project { pictures: Vec::new(), ..with_classes(&classes) };
    let mut state = filled();
    let begin = std::time::Instant::now();
    load(&mut state, &project);
    // In proportion to the square of their number it would be minutes.
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    let names: std::collections::HashSet<_> = names(&state).into_iter().collect();
    assert_eq!((state.pictures.classes.len(), names.len()), (10_002, 5_003));
}

#[test]
fn saving_is_followed_to_its_end_and_what_is_missing_is_told() {
    let mut state = own();
    save(&mut state);
    assert_eq!(state.reduce(Action::SaveProject), [], "one at a time");
    hear(&mut state, Event::ProjectPart { number: 1, bytes: Vec::new(), done: 3 });
    assert_eq!(state.saving, Some(Saving::Packing { number: 1, done: 3, total: 5 }));
    state.reduce(Action::DismissSaving);
    assert!(state.is_saving());
    let refusal = Refusal { reason: "It is gone.".to_owned(), remedy: "Add it.".to_owned() };
    let missing = vec![RefusedEntry { path: "b.png".to_owned(), refusal: refusal.clone() }];
    let effects = hear(&mut state, packed(1, 4, missing.clone()));
    assert_eq!(effects, [Effect::Download]);
    assert_eq!(state.saving, Some(Saving::Saved { pictures: 4, missing, has_drawn: false }));
    assert!(state.news.contains("1 picture is missing"), "{}", state.news);
    state.reduce(Action::DismissSaving);
    assert_eq!(state.saving, None);

    save(&mut state);
    hear(&mut state, Event::ProjectRefused { number: 2, refusal: refusal.clone() });
    assert_eq!(state.saving, Some(Saving::Refused(refusal)));
}

#[test]
fn what_is_given_up_is_never_taken_for_what_is_saved_after_it() {
    let mut state = own();
    let cancel = [Effect::Send(Command::CancelPacking)];
    save(&mut state);
    assert_eq!(state.reduce(Action::SavingFailed), cancel);
    assert!(matches!(state.saving, Some(Saving::Refused(_))));
    assert_eq!(hear(&mut state, packed(1, 5, Vec::new())), [], "there is no whole file");
    save(&mut state);
    assert_eq!(state.reduce(Action::CancelSaving), cancel);
    assert_eq!(state.saving, None);
    save(&mut state);
    assert_eq!(hear(&mut state, packed(2, 5, Vec::new())), [], "it is the one before");
    assert!(state.is_saving());
    assert_eq!(hear(&mut state, packed(3, 5, Vec::new())), [Effect::Download]);
    assert_eq!(state.reduce(Action::CancelSaving), []);
}

#[test]
fn an_engine_that_breaks_off_takes_its_file_with_it() {
    let mut state = own();
    save(&mut state);
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    assert!(
        matches!(&state.saving, Some(Saving::Refused(refusal)) if refusal.reason.contains("broke off"))
    );
    assert!(state.why_not_save().is_some());
    assert_eq!(state.reduce(Action::SaveProject), []);
}

#[test]
fn there_is_nothing_to_save_on_a_fresh_page_and_not_yet_while_pictures_come() {
    let mut state = ready();
    assert!(state.why_not_save().is_some_and(|why| why.contains("nothing to save")));
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("a.png", None)])));
    assert!(state.why_not_save().is_some_and(|why| why.contains("on their way")));
    see(&mut state, 1, class);
    assert_eq!(state.why_not_save(), None);
}

#[test]
fn a_fresh_engine_reads_a_projects_pictures_with_their_bursts() {
    let mut before = own();
    let (project, _) = save(&mut before);
    let mut state = ready();
    load(&mut state, &project);
    let first = state.pictures.classes[0].id;
    for picture in 600..604 {
        see(&mut state, picture, first);
    }
    let third = state.pictures.classes[2].id;
    see(&mut state, 604, third);
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    let effects = state.reduce(Action::RestartEngine);
    let bursts = sent(&effects).into_iter().filter_map(|command| match command {
        Command::AddEntry { burst, scene, .. } => Some((burst.is_some(), *scene)),
        _ => None,
    });
    let (usual, new) = (Scene::Usual, Scene::New);
    assert_eq!(
        bursts.collect::<Vec<_>>(),
        [(true, usual), (false, usual), (true, usual), (false, new), (false, usual)]
    );
    // The archive is listed again, and nothing comes twice.
    assert_eq!(state.reduce(Action::ArchiveListed(contents(&project, 800))), []);
    assert_eq!(state.pictures.every().count(), 5);
}
