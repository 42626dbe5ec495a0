//! Halves the size of a pretrained backbone. Names and values stay as they are, as far as half
//! precision holds them; what it cannot hold is refused rather than bent.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::workspace::Workspace;

/// Under which name the page asks for its backbone.
const BUNDLED: &str = "models/mobilenetv2-035.safetensors";

/// A tensor in half precision, as its file stores it.
struct HalfTensor {
    name: String,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// A whole file in half precision, and what the conversion cost.
struct Halved {
    file: Vec<u8>,
    tensors: usize,
    values: usize,
    largest_error: f32,
}

/// Converts `source` to half precision and stores it as the page's backbone.
///
/// # Errors
/// When the file cannot be read, holds anything but single precision, or holds a value that half
/// precision cannot.
pub fn store(workspace: &Workspace, source: &Path) -> Result<()> {
    let bytes = fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
    let halved = halve(&bytes).with_context(|| format!("cannot convert {}", source.display()))?;
    let goal = workspace.static_files().join(BUNDLED);
    if let Some(folder) = goal.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(&goal, &halved.file).with_context(|| format!("cannot write {}", goal.display()))?;
    println!(
        "{} tensors, {} values, {} bytes, largest change of a value {:.2e}: {}",
        halved.tensors,
        halved.values,
        halved.file.len(),
        halved.largest_error,
        goal.display()
    );
    Ok(())
}

/// Converts the bytes of a safetensors file. The same bytes in give the same bytes out.
fn halve(bytes: &[u8]) -> Result<Halved> {
    let source = SafeTensors::deserialize(bytes).context("this is not a safetensors file")?;
    let mut names = source.names();
    names.sort_unstable();
    let mut tensors = Vec::with_capacity(names.len());
    let mut values = 0;
    let mut largest_error = 0.0_f32;
    for name in names {
        let tensor = source.tensor(name)?;
        ensure!(
            tensor.dtype() == Dtype::F32,
            "tensor {name} is stored as {:?}; only F32 is converted",
            tensor.dtype()
        );
        let mut halves = Vec::with_capacity(tensor.data().len() / 2);
        for (index, four) in tensor.data().as_chunks::<4>().0.iter().enumerate() {
            let exact = f32::from_le_bytes(*four);
            let half = f16::from_f32(exact);
            ensure!(
                half.is_finite(),
                "value {index} of tensor {name} is {exact}, which half precision cannot hold"
            );
            largest_error = largest_error.max((half.to_f32() - exact).abs());
            halves.extend_from_slice(&half.to_le_bytes());
            values += 1;
        }
        tensors.push(HalfTensor {
            name: name.to_owned(),
            shape: tensor.shape().to_vec(),
            bytes: halves,
        });
    }
    let views = tensors
        .iter()
        .map(|tensor| {
            let view = TensorView::new(Dtype::F16, tensor.shape.clone(), &tensor.bytes)?;
            Ok((tensor.name.as_str(), view))
        })
        .collect::<Result<Vec<_>>>()?;
    let file = safetensors::serialize(views, None)?;
    Ok(Halved { file, tensors: tensors.len(), values, largest_error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_of(name: &str, values: &[f32]) -> Vec<u8> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![values.len()], &bytes).expect("a valid view");
        safetensors::serialize([(name, view)], None).expect("a valid file")
    }

    #[test]
    fn names_shapes_and_values_survive() {
        let halved = halve(&file_of("features.0.0.weight", &[0.5, -2.0, 0.0])).expect("converts");
        let read = SafeTensors::deserialize(&halved.file).expect("a valid file");
        let tensor = read.tensor("features.0.0.weight").expect("the tensor is there");
        assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F16, &[3][..]));
        let values: Vec<f32> = tensor
            .data()
            .as_chunks::<2>()
            .0
            .iter()
            .map(|two| f16::from_le_bytes(*two).to_f32())
            .collect();
        assert_eq!(values, [0.5, -2.0, 0.0]);
        assert_eq!(halved.largest_error, 0.0);
    }

    #[test]
    fn what_half_precision_cannot_hold_is_refused_by_name() {
        for value in [f32::NAN, f32::INFINITY, 70_000.0] {
            let error = halve(&file_of("classifier.1.bias", &[1.0, value])).err();
            let message = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(message.contains("value 1 of tensor classifier.1.bias"), "{message}");
        }
    }

    #[test]
    fn a_file_that_is_something_else_is_refused() {
        assert!(halve(b"not a safetensors file").is_err());
    }
}
