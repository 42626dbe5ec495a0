//! What a fresh engine must hear after another one broke off.

use std::rc::Rc;

use crate::session::{Command, Scene};

use super::pictures::{Origin, revoke};
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
        for mut shared in std::mem::take(&mut self.classes) {
            let class = Rc::make_mut(&mut shared);
            effects.extend(class.every().flat_map(revoke));
            for picture in class.pictures.iter_mut().chain(&mut class.new_setting) {
                picture.look = Look::Reading;
            }
            match &mut class.origin {
                Origin::Own { .. } => {
                    let name = class.name.clone();
                    effects.push(Effect::Send(Command::AddClass { class: class.id, name }));
                    effects.extend(self.read_again(class));
                }
                Origin::Drawn(drawn) => {
                    // An id of the engine that broke off may mean another class to the next one.
                    class.id = self.new_class_id();
                    drawn.awaited = true;
                    class.pictures.retain(|picture| !picture.is_drawn());
                    want(drawn.sample, &mut drawing, &mut effects);
                }
            }
            self.classes.push(shared);
        }
        for sample in unfinished {
            want(sample, &mut drawing, &mut effects);
        }
        self.drawing = drawing;
        effects
    }

    /// Has the files of a class read, which an engine knows but not them.
    pub(super) fn read_again(&mut self, class: &Class) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (pictures, scene) in [(&class.pictures, Scene::Usual), (&class.new_setting, Scene::New)]
        {
            let again = |Picture { id, name, given, .. }: &Picture| {
                self.read(*id, class.id, name.clone(), scene, *given)
            };
            effects.extend(pictures.iter().map(again));
        }
        effects
    }
}

/// Has a sample drawn, once.
fn want(sample: Drawn, drawing: &mut Vec<Drawn>, effects: &mut Vec<Effect>) {
    if drawing.contains(&sample) {
        return;
    }
    drawing.push(sample);
    let Drawn { task, seed, .. } = sample;
    effects.push(Effect::Send(Command::DrawSample { task, seed }));
}
