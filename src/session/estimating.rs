//! Tries out what an experiment would take, piece by piece: what was measured before is not
//! measured again.

use std::collections::BTreeSet;

use super::crew::Crew;
use super::lanes::broken_off;
use super::looking::look;
use super::measured::{Look, Measured};
use super::message::{Event, Phase};
use super::setup::{Ready, Setup};
use super::timetable::Slowdown;
use crate::data::Picture;
use crate::train::{LookProbe, Measurable, PORTION, PhaseProbe, Sample, TrainError};

/// Portions that each engine looks at while all of them do. The first and the last of them may
/// find the others not busy, so they do not count.
const PORTIONS_TOGETHER: usize = 5;

/// The number of the experiment that assistants look at pictures for. It never begins, so whatever
/// they see is not wanted.
const NO_EXPERIMENT: u32 = u32::MAX;

/// An estimate on its way.
pub(super) struct Estimating {
    setup: Setup,
    /// Some of the pictures, from all classes, with their labels.
    pictures: Vec<Picture>,
    labels: Vec<usize>,
    probing: Probing,
}

/// What is being tried out.
enum Probing {
    /// Nothing at the moment.
    Nothing,
    /// One engine looks at pictures.
    Looking(LookProbe),
    /// All engines do; the seconds of this one's looks.
    LookingTogether { probe: LookProbe, alone: f64, together: Vec<f64> },
    /// A phase of the lane at a place makes steps.
    Stepping { probe: Box<PhaseProbe>, phase: (usize, Phase) },
}

impl Estimating {
    pub fn begin(setup: Setup) -> Self {
        let count = PORTION.min(setup.pictures.len());
        // Evenly spread, so that every class is among them.
        let chosen = (0..count).map(|index| index * setup.pictures.len() / count);
        let (pictures, labels) =
            chosen.map(|index| (setup.pictures[index].clone(), setup.labels[index])).unzip();
        Self { setup, pictures, labels, probing: Probing::Nothing }
    }

    /// Does the next small piece of work. Returns the answer, once there is one.
    pub async fn work(&mut self, measured: &mut Measured, crew: &Crew) -> Option<Event> {
        match self.probe(measured, crew).await {
            Ok(answer) => answer,
            Err(error) => Some(Event::EstimateRefused(broken_off(&error))),
        }
    }

    async fn probe(
        &mut self,
        measured: &mut Measured,
        crew: &Crew,
    ) -> Result<Option<Event>, TrainError> {
        let present = self.setup.ready.present(crew);
        let engines = 1 + present.len();
        let strategies = self.setup.strategies();
        let question = self.setup.question(&strategies, engines);
        self.probing = match std::mem::replace(&mut self.probing, Probing::Nothing) {
            Probing::Nothing if measured.look(engines).is_none() => {
                Probing::Looking(self.look_at(BTreeSet::new()))
            }
            Probing::Nothing => match measured.missing(&question) {
                Some((place, phase)) => {
                    let strategy = strategies[place];
                    let cut = strategy.cut.first_trained_stage();
                    let mut probe = self.look_at(BTreeSet::from([cut]));
                    probe.look().await?;
                    let Some(features) = probe.finish() else { return Ok(None) };
                    let classes = self.setup.classes.len();
                    let sample = Sample { features, labels: self.labels.clone(), classes };
                    let sizes = question.sizes(strategy, phase);
                    let measurable = self.setup.ready.measurable();
                    let probe = PhaseProbe::new(&measurable, strategy, phase, sizes, sample);
                    Probing::Stepping { probe: Box::new(probe), phase: (place, phase) }
                }
                None => return Ok(measured.estimate(&question).map(Event::Estimated)),
            },
            Probing::Looking(mut probe) => match probe.advance().await? {
                None => Probing::Looking(probe),
                Some(alone) if engines > 1 => {
                    for assistant in present {
                        for portion in 0..PORTIONS_TOGETHER {
                            let job = look(NO_EXPERIMENT, portion, &self.pictures, Vec::new());
                            // One that is gone leaves the others more room, as it will later.
                            let _ = crew.send(assistant, job);
                        }
                    }
                    Probing::LookingTogether { probe, alone, together: Vec::new() }
                }
                Some(alone) => {
                    self.note(measured, alone, Slowdown { engines, together: 1.0 });
                    Probing::Nothing
                }
            },
            Probing::LookingTogether { mut probe, alone, mut together } => {
                together.push(probe.look().await?);
                if together.len() < PORTIONS_TOGETHER {
                    Probing::LookingTogether { probe, alone, together }
                } else {
                    let together = middle(&together[1..PORTIONS_TOGETHER - 1]) / alone;
                    let together = if together.is_finite() { together.max(1.0) } else { 1.0 };
                    self.note(measured, alone, Slowdown { engines, together });
                    Probing::Nothing
                }
            }
            Probing::Stepping { mut probe, phase } => match probe.advance().await? {
                None => Probing::Stepping { probe, phase },
                Some(cost) => {
                    measured.note_cost(&question, phase, cost);
                    Probing::Nothing
                }
            },
        };
        Ok(None)
    }

    fn look_at(&self, wanted: BTreeSet<usize>) -> LookProbe {
        LookProbe::new(self.setup.ready.measurable(), self.pictures.clone(), wanted)
    }

    /// Notes what one engine takes for the portion.
    fn note(&self, measured: &mut Measured, portion: f64, slowdown: Slowdown) {
        let seconds = portion / self.pictures.len().max(1) as f64;
        measured.note_look(Look { seconds, slowdown });
    }
}

impl Ready {
    /// What is measured of the engine.
    fn measurable(&self) -> Measurable {
        let Self { segment, device, clock, .. } = self;
        Measurable { backbone: segment.clone(), device: device.clone(), clock: *clock }
    }
}

/// The middle one of an odd number of times.
fn middle(seconds: &[f64]) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
