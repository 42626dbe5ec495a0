//! Removals and moves, and the way back.

use super::*;

fn ids(state: &State) -> Vec<Vec<u32>> {
    let ids = |class: &std::rc::Rc<Class>| class.pictures.iter().map(|p| p.id.0).collect();
    state.pictures.classes.iter().map(ids).collect()
}

#[test]
fn every_removal_and_move_can_be_taken_back_one_after_the_other() {
    let mut state = filled();
    let before = state.pictures.classes.clone();
    let (first, second) = (before[0].id, before[1].id);
    state.reduce(Action::RemovePicture(PictureId(2)));
    state.reduce(Action::MovePicture(PictureId(3), second));
    state.reduce(Action::RemoveClass(first));
    assert_eq!(ids(&state), [vec![5, 6, 7, 8, 3]]);
    assert_eq!(state.pictures.last_deed(), Some("removing the class Ripe"));

    let effects = state.reduce(Action::Undo);
    assert_eq!(sent(&effects), [&Command::RestoreClass { class: first }]);
    assert_eq!(ids(&state), [vec![1, 4], vec![5, 6, 7, 8, 3]]);
    let effects = state.reduce(Action::Undo);
    assert_eq!(sent(&effects), [&Command::MovePicture { picture: PictureId(3), class: first }]);
    let effects = state.reduce(Action::Undo);
    assert_eq!(sent(&effects), [&Command::RestorePicture { picture: PictureId(2) }]);
    assert_eq!(state.pictures.classes, before);
    assert_eq!(state.pictures.last_deed(), None);
    assert_eq!(state.reduce(Action::Undo), []);
}

#[test]
fn what_was_removed_while_it_was_read_is_read_again_when_it_comes_back() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("a.png", None)])));
    state.reduce(Action::RemovePicture(PictureId(1)));
    let effects = state.reduce(Action::Undo);
    assert!(
        matches!(
            sent(&effects)[..],
            [
                Command::ForgetRemoved { .. },
                Command::AddPicture { picture: PictureId(1), class: into, .. }
            ] if *into == class
        ),
        "{effects:?}"
    );
    assert_eq!(state.pictures.reading(), 1);
}

#[test]
fn a_picture_that_arrives_after_its_removal_comes_back_as_it_looks() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("a.png", None)])));
    state.reduce(Action::RemovePicture(PictureId(1)));
    see(&mut state, 1, class);
    let effects = state.reduce(Action::Undo);
    assert_eq!(sent(&effects), [&Command::RestorePicture { picture: PictureId(1) }]);
    assert_eq!((state.pictures.seen(), state.pictures.reading()), (1, 0));
}

#[test]
fn a_fresh_engine_reads_again_what_comes_back() {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::RemovePicture(PictureId(1)));
    state.reduce(Action::RemoveClass(class));
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    state.reduce(Action::RestartEngine);
    let effects = state.reduce(Action::Undo);
    assert!(matches!(
        sent(&effects)[..],
        [Command::AddClass { .. }, Command::AddPicture { .. }, Command::AddPicture { .. }, ..]
    ));
    let effects = state.reduce(Action::Undo);
    assert!(
        sent(&effects)
            .iter()
            .any(|command| matches!(command, Command::AddPicture { picture: PictureId(1), .. }))
    );
    assert_eq!(ids(&state), [vec![1, 2, 3, 4], vec![5, 6, 7, 8]]);
}

#[test]
fn only_so_many_steps_are_kept_and_what_lies_before_them_is_forgotten() {
    let mut state = filled();
    let classes = [state.pictures.classes[0].id, state.pictures.classes[1].id];
    state.reduce(Action::RemovePicture(PictureId(1)));
    let mut effects = Vec::new();
    for step in 0..50 {
        effects = state.reduce(Action::MovePicture(PictureId(2), classes[(step + 1) % 2]));
    }
    assert!(effects.contains(&Effect::Forget(PictureId(1))));
    assert!(effects.contains(&Effect::Revoke("blob:1".to_owned())));
    let forgotten = Command::ForgetRemoved { pictures: vec![PictureId(1)], classes: Vec::new() };
    assert!(sent(&effects).contains(&&forgotten));
}

#[test]
fn a_drawn_picture_that_was_moved_is_moved_again_by_a_fresh_engine() {
    let mut state = ready();
    draw(&mut state, SampleTask::Fruit, 0);
    let own = state.reduce(Action::AddClass);
    let [Command::AddClass { class: own, .. }] = sent(&own)[..] else { panic!("{own:?}") };
    let own = *own;
    state.reduce(Action::MovePicture(PictureId(FIRST_OWN_ID), own));
    assert_eq!(counts(&state), [0, 1, 1]);
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    state.reduce(Action::RestartEngine);
    assert_eq!(counts(&state), [0, 0, 0]);
    hear(
        &mut state,
        Event::ClassAdded { class: ClassId(FIRST_OWN_ID + 9), name: "drawn 0".into() },
    );
    let effects = see(&mut state, FIRST_OWN_ID + 30, ClassId(FIRST_OWN_ID + 9));
    let picture = PictureId(FIRST_OWN_ID + 30);
    assert_eq!(sent(&effects), [&Command::MovePicture { picture, class: own }]);
    assert_eq!(counts(&state), [0, 0, 1]);
}

#[test]
fn a_class_or_picture_that_is_not_there_is_not_moved() {
    let mut state = filled();
    let (first, before) = (state.pictures.classes[0].id, state.pictures.clone());
    assert_eq!(state.reduce(Action::MovePicture(PictureId(1), ClassId(99))), []);
    assert_eq!(state.reduce(Action::MovePicture(PictureId(99), first)), []);
    assert_eq!(state.reduce(Action::MovePicture(PictureId(1), first)), []);
    assert_eq!(state.pictures, before);
}

#[test]
fn a_class_that_a_picture_may_come_back_to_is_not_cleared_away_for_a_sample() {
    let mut state = ready();
    let [first, second] = [0, 1].map(|place| state.pictures.classes[place].id);
    state.reduce(Action::Offer(Place::Class(first), offered(1, &[("a.png", None)])));
    see(&mut state, 1, first);
    state.reduce(Action::MovePicture(PictureId(1), second));
    draw(&mut state, SampleTask::Fruit, 0);
    let effects = state.reduce(Action::Undo);
    assert_eq!(sent(&effects), [&Command::MovePicture { picture: PictureId(1), class: first }]);
    assert_eq!(counts(&state), [1, 0, 1, 1]);
}

#[test]
fn nothing_is_moved_or_taken_back_before_a_fresh_engine_has_made_the_classes() {
    let mut state = ready();
    draw(&mut state, SampleTask::Fruit, 0);
    let drawn = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(drawn), offered(1, &[("own.png", None)])));
    see(&mut state, 1, drawn);
    state.reduce(Action::RemovePicture(PictureId(1)));
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    state.reduce(Action::RestartEngine);
    assert_eq!(state.pictures.last_deed(), None);
    assert_eq!(state.reduce(Action::Undo), []);

    // The engine has made the first class of both under another id: what comes back finds it.
    for (number, name) in [(20, "drawn 0"), (21, "drawn 1")] {
        let class = ClassId(FIRST_OWN_ID + number);
        hear(&mut state, Event::ClassAdded { class, name: name.to_owned() });
    }
    let effects = state.reduce(Action::Undo);
    let into = ClassId(FIRST_OWN_ID + 20);
    assert!(
        sent(&effects).iter().any(|command| matches!(
            command,
            Command::AddPicture { picture: PictureId(1), class, .. } if *class == into
        )),
        "{effects:?}"
    );
}
