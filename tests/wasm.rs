//! The engine as the browser gets it: wasm with SIMD, one thread.

#![cfg(target_arch = "wasm32")]

#[path = "common/fingerprint.rs"]
mod fingerprint;

use burn::tensor::{Device, Tensor, TensorData};
use headstart::data::{decode, draw};
use headstart::model::{Backbone, pool, read};
use headstart::session::{
    Command, Cut, DeviceChoice, Devices, Event, Lane, RunId, SampleTask, Session, Strategy,
};
use safetensors::SafeTensors;
use wasm_bindgen_test::wasm_bindgen_test;

const BACKBONE: &[u8] = include_bytes!("../static/models/mobilenetv2-035.safetensors");
const ACTIVATIONS: &[u8] = include_bytes!("reference/activations.safetensors");

fn no_time() -> f64 {
    0.0
}

async fn session() -> Session {
    Session::begin(BACKBONE, Devices::cpu_only(), DeviceChoice::Automatic, no_time)
        .await
        .expect("the session begins")
}

async fn after(session: &mut Session, command: Command) -> Vec<Event> {
    session.submit(command);
    let mut events = Vec::new();
    while session.has_work() {
        session.work().await;
        events.extend(session.take_events());
    }
    events
}

fn train(cut: Cut) -> Command {
    let mut strategy = Strategy::for_cut(cut);
    strategy.head_epochs = 3;
    strategy.unfrozen_epochs = strategy.unfrozen_epochs.min(1);
    Command::Train { lanes: vec![Lane { run: RunId(0), strategy }], seed: 1 }
}

fn ended(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event, Event::RunEnded { .. }))
}

#[wasm_bindgen_test]
async fn pooled_features_match_the_reference_within_half_precision() {
    let file = SafeTensors::deserialize(ACTIVATIONS).expect("the reference file");
    let values = |name: &str| -> Vec<f32> {
        let view = file.tensor(name).expect("a tensor of that name");
        view.data().as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect()
    };
    let device = Device::flex();
    let input = TensorData::new(values("input"), [4, 3, 96, 96]);
    let segment = Backbone::read(BACKBONE, 96).expect("loads").on(&device).expect("fits");
    let input = Tensor::<4>::from_data(input, &device).permute([0, 2, 3, 1]);
    let found = read(pool(segment.forward(input))).await.expect("a read");
    let expected = values("pooled");
    let largest = expected.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    for (a, b) in expected.iter().zip(&found) {
        assert!((a - b).abs() / largest <= 5e-3, "{a} became {b}");
    }
}

#[wasm_bindgen_test]
async fn a_drawn_task_is_learned_and_repeats_bit_for_bit() {
    let run = async |cut| {
        let mut session = session().await;
        let task = SampleTask::Fabric;
        after(&mut session, Command::DrawSample { task, seed: 2 }).await;
        after(&mut session, train(cut)).await
    };
    for cut in [Cut::HeadOnly, Cut::LastBlocks(1)] {
        let first = run(cut).await;
        assert!(ended(&first));
        assert_eq!(first, run(cut).await);
    }
}

#[wasm_bindgen_test]
fn pictures_are_drawn_to_the_bit_as_on_any_other_machine() {
    for (task, scene, expected) in fingerprint::DRAWN {
        let drawn: Vec<_> = draw(task, scene, 1).pictures().collect();
        assert_eq!(fingerprint::of(&drawn), expected, "{task:?} {scene:?}");
    }
}

#[wasm_bindgen_test]
fn what_is_no_picture_is_refused_and_not_a_panic() {
    for bytes in [&b""[..], b"GIF89a", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"] {
        assert!(decode(bytes, 96).is_err());
    }
}
