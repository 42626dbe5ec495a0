//! What a fresh engine must hear after another one broke off.

use std::rc::Rc;

use crate::session::{Command, Scene};

use super::pictures::{DrawnClass, Origin, revoke};
use super::{Class, Drawn, Effect, Look, Picture, Pictures};

impl Pictures {
    /// Everything that a fresh engine must hear to know what the page shows, in the order of the
    /// page. Samples are drawn again as a whole; what the person has removed of them goes when it
    /// arrives, and their own pictures in a drawn class follow once the engine has made it.
    pub(super) fn send_again(&mut self) -> Vec<Effect> {
        let mut effects = self.open_again();
        let mut drawing = Vec::new();
        let unfinished = std::mem::take(&mut self.drawing);
        self.in_flight.clear();
        self.hidden.clear();
        self.concerns.clear();
        effects.extend(self.history.engine_is_new());
        for mut shared in std::mem::take(&mut self.classes) {
            let class = Rc::make_mut(&mut shared);
            effects.extend(class.every().flat_map(revoke));
            class.every_mut().for_each(|picture| picture.look = Look::Reading);
            class.await_drawn();
            match &mut class.origin {
                Origin::Own { .. } => {
                    let name = class.name.clone();
                    effects.push(Effect::Send(Command::AddClass { class: class.id, name }));
                    effects.extend(self.read_again(class));
                }
                Origin::Drawn(drawn) => {
                    // An id of the engine that broke off may mean another class to the next one.
                    let now = self.new_class_id();
                    self.history.class_is_called(class.id, now);
                    class.id = now;
                    drawn.awaited = true;
                    want(drawn.sample, &mut drawing, &mut effects);
                }
            }
            self.classes.push(shared);
        }
        // Of some samples only moved pictures are left.
        let moved = self.classes.iter().flat_map(|class| &class.awaited);
        for sample in moved.map(|(place, _)| place.sample).chain(unfinished) {
            want(sample, &mut drawing, &mut effects);
        }
        self.drawing = drawing;
        effects
    }

    /// Has the files of a class read, which an engine knows but not them.
    pub(super) fn read_again(&mut self, class: &Class) -> Vec<Effect> {
        self.read_those(class, |_| true)
    }

    /// Has those files of a class read that were still on their way when it was taken out.
    pub(super) fn read_unread(&mut self, class: &Class) -> Vec<Effect> {
        self.read_those(class, |picture| picture.look == Look::Reading)
    }

    fn read_those(&mut self, class: &Class, wanted: impl Fn(&Picture) -> bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (pictures, scene) in [(&class.pictures, Scene::Usual), (&class.new_setting, Scene::New)]
        {
            for Picture { id, name, burst, .. } in pictures.iter().filter(|picture| wanted(picture))
            {
                effects.push(self.read(*id, class.id, name.clone(), scene, *burst));
            }
        }
        effects
    }
}

impl Class {
    /// Lets go of drawn pictures: a fresh engine gives them other ids. Those that were moved here are to
    /// come here again.
    fn await_drawn(&mut self) {
        let own = self.drawn().map(DrawnClass::place);
        let drawn = self.pictures.iter().filter_map(|picture| {
            let place = picture.drawn_in.clone().filter(|place| own.as_ref() != Some(place))?;
            Some((place, picture.name.clone()))
        });
        self.awaited.extend(drawn.collect::<Vec<_>>());
        self.pictures.retain(|picture| !picture.is_drawn());
    }
}

/// Has a sample drawn, once.
pub(super) fn want(sample: Drawn, drawing: &mut Vec<Drawn>, effects: &mut Vec<Effect>) {
    if drawing.contains(&sample) {
        return;
    }
    drawing.push(sample);
    let Drawn { task, seed, .. } = sample;
    effects.push(Effect::Send(Command::DrawSample { task, seed }));
}
