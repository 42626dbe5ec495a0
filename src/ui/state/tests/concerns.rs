//! What the engine finds in the pictures, and one click about it.

use super::*;

fn told(state: &State) -> Vec<Told> {
    state.pictures.told(state.settings.tuning.class_weights)
}

fn remedy(told: &Told, words: &str) -> Action {
    let found = told.remedies.iter().find(|(remedy, _)| remedy == words);
    found.unwrap_or_else(|| panic!("{words} is none of {:?}", told.remedies)).1.clone()
}

#[test]
fn a_click_on_a_remedy_removes_exactly_what_it_says_and_can_be_taken_back() {
    let mut state = filled();
    let [first, second] = [0, 1].map(|place| state.pictures.classes[place].id);
    let both = Concern::TwoClasses {
        pictures: vec![(PictureId(2), first), (PictureId(3), first), (PictureId(7), second)],
    };
    let copies = Concern::Copies {
        class: second,
        pictures: vec![PictureId(5), PictureId(6), PictureId(8)],
        are_equal: true,
    };
    hear(&mut state, Event::Checked(vec![both, copies]));
    let [both, copies] = &told(&state)[..] else { panic!("two things are told") };
    assert!(both.title.contains("“Ripe”") && both.title.contains("“Spoiled”"), "{}", both.title);
    let (spoiled, one) = (remedy(both, "It is “Spoiled”"), remedy(copies, "Keep the first"));
    state.reduce(spoiled);
    assert_eq!(counts(&state), [2, 4]);
    let effects = state.reduce(one);
    let removed = [6, 8].map(|id| Command::RemovePicture { picture: PictureId(id) });
    assert_eq!(sent(&effects), removed.iter().collect::<Vec<_>>());
    // A remedy is one step, however many pictures it takes out.
    state.reduce(Action::Undo);
    state.reduce(Action::Undo);
    assert_eq!(counts(&state), [4, 4]);
}

#[test]
fn what_is_left_is_not_told_until_it_is_gone_and_comes_again() {
    let mut state = filled();
    let blank = Concern::Blank { pictures: vec![PictureId(1)] };
    hear(&mut state, Event::Checked(vec![blank.clone()]));
    state.reduce(Action::LeaveConcern(blank.clone()));
    assert_eq!(told(&state), []);
    hear(&mut state, Event::Checked(Vec::new()));
    hear(&mut state, Event::Checked(vec![blank]));
    assert_eq!(told(&state).len(), 1);
}

#[test]
fn weighed_classes_settle_that_they_are_of_different_size() {
    let mut state = filled();
    let [first, second] = [0, 1].map(|place| state.pictures.classes[place].id);
    let unequal = Concern::Imbalance { largest: (first, 40), smallest: (second, 4) };
    hear(&mut state, Event::Checked(vec![unequal]));
    let weigh = remedy(&told(&state)[0], "Weigh the classes");
    state.reduce(weigh);
    assert_eq!(state.settings.tuning.class_weights, ClassWeights::Balanced);
    assert_eq!(told(&state), []);
}
