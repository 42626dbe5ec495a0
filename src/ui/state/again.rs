//! What a fresh engine must hear after another one broke off.

use std::rc::Rc;

use crate::session::{Command, FIRST_OWN_ID};

use super::pictures::{Origin, let_go, revoke};
use super::{Class, Drawn, Effect, Look, Picture, Pictures};

impl Pictures {
    /// Everything that a fresh engine must hear to know what the page shows. Drawn pictures are
    /// drawn again; a drawn class with own pictures becomes an own class that keeps those.
    pub(super) fn send_again(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut samples: Vec<Drawn> = std::mem::take(&mut self.drawing);
        self.renamed.clear();
        self.in_flight.clear();
        for class in std::mem::take(&mut self.classes) {
            let Origin::Drawn { sample, name } = &class.origin else {
                let command = Command::AddClass { class: class.id, name: class.name.clone() };
                effects.push(Effect::Send(command));
                effects.extend(self.read_again(&class));
                self.classes.push(class);
                continue;
            };
            if !samples.contains(sample) {
                samples.push(*sample);
            }
            if class.name != *name {
                self.renamed.push((*sample, name.clone(), class.name.clone()));
            }
            if class.own_pictures().next().is_some() {
                let (id, effect) = self.push_class(class.name.clone(), true);
                effects.push(effect);
                let kept = class.own_pictures().cloned().collect();
                if let Some(own) = self.class_mut(id) {
                    own.pictures = kept;
                    let own = own.clone();
                    effects.extend(self.read_again(&own));
                }
            }
            let drawn = class.pictures.iter().filter(|picture| picture.id.0 >= FIRST_OWN_ID);
            effects.extend(drawn.flat_map(let_go));
        }
        for class in &mut self.classes {
            for picture in &mut Rc::make_mut(class).pictures {
                picture.look = Look::Reading;
            }
        }
        let draw = |Drawn { task, seed }: &Drawn| {
            Effect::Send(Command::DrawSample { task: *task, seed: *seed })
        };
        effects.extend(samples.iter().map(draw));
        self.drawing = samples;
        effects
    }

    fn read_again(&mut self, class: &Class) -> Vec<Effect> {
        let again = |picture: &Picture| {
            let mut effects = revoke(picture);
            effects.push(self.read(picture.id, class.id, picture.name.clone()));
            effects
        };
        class.pictures.iter().flat_map(again).collect()
    }
}
