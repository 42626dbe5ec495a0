//! Classes, pictures and samples.

use super::*;

#[test]
fn the_page_opens_with_two_untouched_classes_before_the_engine_is_there() {
    let mut state = State::default();
    let effects = state.reduce(Action::Open);
    assert_eq!(effects[0], Effect::StartEngine);
    assert_eq!(sent(&effects).len(), 2);
    assert_eq!(names(&state), ["Class 1", "Class 2"]);
    assert!(state.pictures.classes.iter().all(|class| class.is_untouched()));
    assert_eq!(state.engine, Engine::Loading);
}

#[test]
fn pictures_stand_in_their_class_before_the_engine_is_ready() {
    let mut state = opened();
    let class = state.pictures.classes[1].id;
    let effects = state.reduce(Action::Offer(
        Place::Class(class),
        offered(1, &[("a.png", None), ("b.png", None)]),
    ));
    assert_eq!(counts(&state), [0, 2]);
    assert_eq!(state.pictures.reading(), 2);
    assert!(matches!(
        sent(&effects)[..],
        [Command::AddPicture { class: first, .. }, Command::AddPicture { .. }] if *first == class
    ));
}

#[test]
fn a_folder_of_folders_becomes_classes_and_fills_the_untouched_first() {
    let mut state = ready();
    let files = [
        ("1.png", Some("rose")),
        ("2.png", Some("tulip")),
        ("3.png", Some("rose")),
        ("4.png", Some("daisy")),
    ];
    state.reduce(Action::Offer(Place::Page, offered(1, &files)));
    assert_eq!(names(&state), ["rose", "tulip", "daisy"]);
    assert_eq!(counts(&state), [2, 1, 1]);
}

#[test]
fn a_folder_finds_the_class_of_its_name() {
    let mut state = ready();
    let class = state.pictures.classes[1].id;
    state.reduce(Action::RenameClass(class, "rose ".to_owned()));
    state.reduce(Action::Offer(Place::Page, offered(1, &[("1.png", Some("rose"))])));
    assert_eq!(counts(&state), [0, 1]);
}

#[test]
fn loose_pictures_go_into_the_first_empty_class_together() {
    let mut state = ready();
    state.reduce(Action::Offer(Place::Page, offered(1, &[("1.png", None), ("2.png", None)])));
    assert_eq!(counts(&state), [2, 0]);
    state.reduce(Action::Offer(Place::Page, offered(3, &[("3.png", None)])));
    state.reduce(Action::Offer(Place::Page, offered(4, &[("4.png", None)])));
    assert_eq!(counts(&state), [2, 1, 1]);
    assert_eq!(names(&state), ["Class 1", "Class 2", "Class 3"]);
}

#[test]
fn pictures_on_the_way_to_a_new_class_make_one() {
    let mut state = ready();
    state.reduce(Action::Offer(Place::NewClass, offered(1, &[("1.png", None), ("2.png", None)])));
    assert_eq!(names(&state), ["Class 1", "Class 2", "Class 3"]);
    assert_eq!(counts(&state), [0, 0, 2]);
}

#[test]
fn one_folder_on_a_class_goes_into_it_and_names_it_if_nobody_has() {
    let mut state = ready();
    let class = state.pictures.classes[1].id;
    let cats = [("1.png", Some("cats")), ("2.png", Some("cats"))];
    state.reduce(Action::Offer(Place::Class(class), offered(1, &cats)));
    assert_eq!(names(&state), ["Class 1", "cats"]);
    state.reduce(Action::Offer(Place::Class(class), offered(3, &[("3.png", Some("more"))])));
    assert_eq!(names(&state), ["Class 1", "cats"]);
    assert_eq!(counts(&state), [0, 3]);
}

#[test]
fn several_folders_on_a_class_become_classes() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    let files = [("1.png", Some("cats")), ("2.png", Some("dogs")), ("3.png", Some("cats"))];
    state.reduce(Action::Offer(Place::Class(class), offered(1, &files)));
    assert_eq!(names(&state), ["cats", "dogs"]);
    assert_eq!(counts(&state), [2, 1]);
}

#[test]
fn a_file_for_a_class_that_is_gone_is_let_go() {
    let mut state = ready();
    let effects =
        state.reduce(Action::Offer(Place::Class(ClassId(99)), offered(1, &[("1.png", None)])));
    assert_eq!(effects, [Effect::Forget(PictureId(1))]);
}

#[test]
fn a_refused_file_leaves_its_class_and_a_line() {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(9, &[("notes.txt", None)])));
    let refusal =
        Refusal { reason: "It is a text.".to_owned(), remedy: "Give a picture.".to_owned() };
    let picture = PictureId(9);
    let refused = Event::PictureRefused {
        picture,
        class,
        name: "notes.txt".to_owned(),
        refusal: refusal.clone(),
    };
    let effects = hear(&mut state, refused);
    assert_eq!(effects, [Effect::Forget(picture), Effect::AskAheadSoon]);
    assert_eq!(counts(&state), [4, 4]);
    assert_eq!(
        state.pictures.refused,
        [Refused { picture, name: "notes.txt".to_owned(), refusal }]
    );
    state.reduce(Action::DismissRefusals);
    assert!(state.pictures.refused.is_empty());
}

#[test]
fn a_picture_that_was_removed_while_it_was_read_does_not_come_back() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("a.png", None)])));
    let effects = state.reduce(Action::RemovePicture(PictureId(1)));
    assert_eq!(sent(&effects), [&Command::RemovePicture { picture: PictureId(1) }]);
    see(&mut state, 1, class);
    assert_eq!(counts(&state), [0, 0]);
}

#[test]
fn an_emptied_name_is_not_sent_and_replaced_when_left() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    assert_eq!(state.reduce(Action::RenameClass(class, "  ".to_owned())), []);
    assert_eq!(names(&state)[0], "  ");
    let effects = state.reduce(Action::FinishName(class));
    assert_eq!(sent(&effects), [&Command::RenameClass { class, name: "Class 1".to_owned() }]);
    assert!(state.pictures.classes[0].is_untouched());
}

#[test]
fn a_sample_takes_the_place_of_untouched_classes() {
    let mut state = ready();
    let effects = draw(&mut state, SampleTask::Fruit, 0);
    assert!(matches!(
        sent(&effects)[..],
        [
            Command::RemoveClass { .. },
            Command::RemoveClass { .. },
            Command::ForgetRemoved { .. },
            Command::DrawSample { .. },
        ]
    ));
    assert_eq!(names(&state), ["drawn 0", "drawn 1"]);
    assert_eq!(state.pictures.seen(), 2);
}

#[test]
fn a_sample_takes_the_place_of_another_sample_but_not_of_own_pictures() {
    let mut state = ready();
    draw(&mut state, SampleTask::Fruit, 0);
    draw(&mut state, SampleTask::Fabric, 2);
    assert_eq!(names(&state), ["drawn 2", "drawn 3"]);

    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("own.png", None)])));
    draw(&mut state, SampleTask::Fruit, 4);
    assert_eq!(names(&state), ["drawn 2", "drawn 3", "drawn 4", "drawn 5"]);
}

#[test]
fn a_second_sample_waits_for_the_first() {
    let mut state = ready();
    state.reduce(Action::DrawSample(SampleTask::Fruit));
    assert_eq!(state.reduce(Action::DrawSample(SampleTask::Fabric)), []);
    assert_eq!(state.why_not_start().as_deref(), Some("The pictures are being drawn."));
}

#[test]
fn what_the_browser_cannot_read_is_told_by_name_with_a_reason_and_a_remedy() {
    let mut state = ready();
    state.reduce(Action::Unreadable(vec![(PictureId(9), "locked".to_owned())]));
    let refused = &state.pictures.refused[0];
    assert_eq!(refused.name, "locked");
    assert!(!refused.refusal.reason.is_empty() && !refused.refusal.remedy.is_empty());
}

#[test]
fn pictures_in_a_new_setting_stay_apart_from_those_to_learn_from() {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    // From several folders, which elsewhere on the page would make classes.
    let files = offered(20, &[("1.png", Some("porch")), ("2.png", Some("cellar"))]);
    let effects = state.reduce(Action::Offer(Place::NewSetting(class), files));
    assert!(matches!(
        sent(&effects)[..],
        [
            Command::AddPicture { class: first, scene: Scene::New, .. },
            Command::AddPicture { scene: Scene::New, .. },
        ] if *first == class
    ));
    assert_eq!(counts(&state), [4, 4]);
    assert_eq!(state.pictures.reading(), 2);
    see(&mut state, 20, class);
    see(&mut state, 21, class);
    assert_eq!((state.pictures.seen(), state.pictures.reading()), (8, 0));
    let given = |state: &State| state.pictures.classes[0].new_setting.len();
    assert_eq!(given(&state), 2);

    state.reduce(Action::RemovePicture(PictureId(20)));
    assert_eq!((given(&state), counts(&state)), (1, vec![4, 4]));

    // A fresh engine hears of both kinds again.
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    let effects = state.reduce(Action::RestartEngine);
    let scenes = sent(&effects).into_iter().filter_map(|command| match command {
        Command::AddPicture { picture, scene, .. } => Some((picture.0, *scene)),
        _ => None,
    });
    let scenes: Vec<_> = scenes.collect();
    assert_eq!(scenes.len(), 9);
    assert!(scenes.iter().all(|&(id, scene)| (id == 21) == (scene == Scene::New)), "{scenes:?}");
}
