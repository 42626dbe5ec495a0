//! The backbone against activations that PyTorch computed for the same weights and pictures.
//! `tests/reference/` holds them; they were made for this project.

use burn::tensor::{Device, Tensor};
use futures_lite::future::block_on;
use headstart::model::{Backbone, pool, read};
use safetensors::SafeTensors;

const ACTIVATIONS: &[u8] = include_bytes!("reference/activations.safetensors");
const SINGLE: &[u8] = include_bytes!("reference/mobilenetv2-035-f32.safetensors");
const HALF: &[u8] = include_bytes!("../static/models/mobilenetv2-035.safetensors");

fn reference(name: &str) -> (Vec<usize>, Vec<f32>) {
    let file = SafeTensors::deserialize(ACTIVATIONS).expect("the reference file");
    let view = file.tensor(name).expect("a tensor of that name");
    let values =
        view.data().as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
    (view.shape().to_vec(), values)
}

fn pictures(device: &Device) -> Tensor<4> {
    let (shape, values) = reference("input");
    let shape: [usize; 4] = shape.try_into().expect("four dimensions");
    let planes = Tensor::<4>::from_data(burn::tensor::TensorData::new(values, shape), device);
    // PyTorch has the channels in front of the pixels, the network behind.
    planes.permute([0, 2, 3, 1])
}

/// Largest difference over the largest magnitude.
fn relative_error(expected: &[f32], found: &[f32]) -> f32 {
    assert_eq!(expected.len(), found.len());
    let largest = expected.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    expected.iter().zip(found).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs())) / largest
}

fn check(file: &[u8], tolerance: f32) {
    let device = Device::flex();
    let backbone = Backbone::read(file, 96).expect("the weights load");
    let segment = backbone.on(&device).expect("the weights fit");
    let head = backbone.pretrained_head(&device).expect("the file has a classifier");
    let mut stages = Vec::new();
    let top = segment.forward_seen(pictures(&device), |stage, value| {
        stages.push((stage, value.clone()));
    });
    for (stage, value) in stages {
        // The reference keeps every stage of the first picture only.
        let found = block_on(read(value.narrow(0, 0, 1).permute([0, 3, 1, 2]))).expect("a read");
        let error = relative_error(&reference(&format!("block_{stage:02}")).1, &found);
        assert!(error <= tolerance, "stage {stage} is off by {error:e}");
    }
    let pooled = pool(top);
    let logits = head.forward(pooled.clone());
    for (name, value) in [("pooled", pooled), ("logits", logits)] {
        let error = relative_error(&reference(name).1, &block_on(read(value)).expect("a read"));
        assert!(error <= tolerance, "{name} is off by {error:e}");
    }
}

#[test]
fn single_precision_matches_the_reference_at_every_stage_within_1e_4() {
    check(SINGLE, 1e-4);
}

#[test]
fn half_precision_matches_the_reference_at_every_stage_within_5e_3() {
    check(HALF, 5e-3);
}

#[test]
fn running_a_backbone_in_two_parts_changes_no_bit() {
    let device = Device::flex();
    let segment = Backbone::read(HALF, 96).expect("loads").on(&device).expect("fits");
    let whole = block_on(read(segment.forward(pictures(&device)))).expect("a read");
    for stage in [0, 1, 7, 18, 19] {
        let (before, after) = segment.cut_at(stage);
        assert_eq!(before.stages() + after.stages(), 19);
        let parts = after.forward(before.forward(pictures(&device)));
        assert_eq!(block_on(read(parts)).expect("a read"), whole, "cut at {stage}");
    }
}
