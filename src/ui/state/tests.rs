//! The reducer, without a browser: here is what its tests share.

mod concerns;
mod engine;
mod evaluation;
mod experiments;
mod explanations;
mod forecasts;
mod history;
mod intake;
mod pictures;
mod project;

use super::*;
use crate::session::{
    Answer, ArchiveEntry, Augmentation, ClassSplit, ClassWeights, Cut, DeviceChoice, Ending,
    EpochRow, FIRST_OWN_ID, FoundRate, NormMode, Phase, RatePoint, RefusedEntry, RunPlan,
    RunResult, Scene, Score, Strategy,
};

fn opened() -> State {
    let mut state = State::default();
    state.reduce(Action::Open);
    state
}

fn ready() -> State {
    let mut state = opened();
    hear(&mut state, Event::Ready { device: device(DeviceKind::Cpu) });
    state
}

fn device(kind: DeviceKind) -> DeviceReport {
    let (choice, name, reason) = (DeviceChoice::Automatic, "CPU, SIMD", "No graphics card.");
    DeviceReport { choice, kind, name: name.to_owned(), reason: reason.to_owned() }
}

fn hear(state: &mut State, event: Event) -> Vec<Effect> {
    state.reduce(Action::Heard { event, image: None })
}

fn offered(first: u32, files: &[(&str, Option<&str>)]) -> Vec<Offered> {
    let offered = files.iter().zip(first..).map(|((name, folder), id)| Offered {
        picture: PictureId(id),
        name: (*name).to_owned(),
        folder: folder.map(str::to_owned),
        burst: None,
    });
    offered.collect()
}

fn see(state: &mut State, picture: u32, class: ClassId) -> Vec<Effect> {
    state.reduce(Action::Heard {
        event: Event::PictureAdded {
            picture: PictureId(picture),
            class,
            name: "a.png".to_owned(),
            scene: Scene::Usual,
            thumbnail: Vec::new(),
            width: 640,
            height: 480,
        },
        image: Some(format!("blob:{picture}")),
    })
}

/// Two classes with four decoded pictures each: 1 to 4 and 5 to 8.
fn filled() -> State {
    let mut state = ready();
    let names = (1..=8).map(|number| format!("{number}.png"));
    let folders = [Some("Ripe"); 4].into_iter().chain([Some("Spoiled"); 4]);
    let names: Vec<String> = names.collect();
    let files: Vec<_> = names.iter().map(String::as_str).zip(folders).collect();
    state.reduce(Action::Offer(Place::Page, offered(1, &files)));
    let classes = [state.pictures.classes[0].id, state.pictures.classes[1].id];
    for picture in 1..=8 {
        see(&mut state, picture, classes[usize::from(picture > 4)]);
    }
    state
}

fn draw(state: &mut State, task: SampleTask, first: u32) -> Vec<Effect> {
    let effects = state.reduce(Action::DrawSample(task));
    for number in first..first + 2 {
        let class = ClassId(FIRST_OWN_ID + number);
        hear(state, Event::ClassAdded { class, name: format!("drawn {number}") });
        see(state, FIRST_OWN_ID + number, class);
    }
    hear(state, Event::SampleDrawn { task, pictures: 2 });
    effects
}

fn names(state: &State) -> Vec<&str> {
    state.pictures.classes.iter().map(|class| class.name.as_str()).collect()
}

fn counts(state: &State) -> Vec<usize> {
    state.pictures.classes.iter().map(|class| class.pictures.len()).collect()
}

fn sent(effects: &[Effect]) -> Vec<&Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    });
    commands.collect()
}

/// Both lanes started as runs 1 and 2.
fn racing() -> State {
    let mut state = filled();
    let effects = state.reduce(Action::Start(Sides::Both));
    let [Command::Train { lanes, seed }] = sent(&effects)[..] else {
        panic!("one command starts both: {effects:?}")
    };
    let plans = lanes.iter().map(|lane| RunPlan {
        run: lane.run,
        strategy: lane.strategy.clone(),
        parameters_trained: 10,
        parameters_total: 100,
    });
    let classes = state.pictures.classes.iter().map(|class| ClassSplit {
        class: class.id,
        name: class.name.clone(),
        training: 6,
        validation: 2,
        test: 2,
    });
    let started = Event::ExperimentStarted {
        seed: *seed,
        classes: classes.collect(),
        runs: plans.collect(),
        estimate: None,
    };
    hear(&mut state, started);
    state
}

fn result(ending: Ending) -> RunResult {
    let score = Score { correct: 3, count: 4, loss: 0.5 };
    RunResult { ending, best_epoch: 1, validation: score, test: score, seconds: 1.0 }
}
