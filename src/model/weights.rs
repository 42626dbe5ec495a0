//! Reading a weight file: every tensor is checked before any of it is used.

use std::collections::BTreeMap;

use burn::tensor::TensorData;
use half::f16;
use safetensors::{Dtype, SafeTensors};

/// Tensors of a safetensors file by name, converted to single precision.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
    /// Tensors in other number formats, which matter only when they are asked for: PyTorch's
    /// own files count batches in whole numbers.
    in_other_formats: BTreeMap<String, String>,
}

/// A weight file cannot be used. Names the tensor where there is one to name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WeightsError {
    /// Not a safetensors file, or cut short.
    #[error("the weight file ({bytes} bytes) cannot be read: {cause}; fetch or copy it again")]
    Unreadable {
        /// Its length.
        bytes: usize,
        /// What the reader said.
        cause: String,
    },
    /// A tensor that the network needs is not there.
    #[error(
        "the weight file has no tensor `{name}`; it is not a MobileNetV2 with torchvision's names"
    )]
    Missing {
        /// The tensor's name.
        name: String,
    },
    /// A tensor has another shape than the network.
    #[error(
        "tensor `{name}` has shape {found:?}, the network wants {wanted:?}; is the file of another width?"
    )]
    Shape {
        /// The tensor's name.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// The shape of the network.
        wanted: Vec<usize>,
    },
    /// A tensor is stored in a number format that is not read.
    #[error("tensor `{name}` is stored as {found}; only F32 and F16 are read")]
    Format {
        /// The tensor's name.
        name: String,
        /// The format in the file.
        found: String,
    },
    /// A variance below zero, which has no root.
    #[error(
        "tensor `{name}` holds {value} at position {position}; a variance is never negative, the file is damaged"
    )]
    NegativeVariance {
        /// The tensor's name.
        name: String,
        /// Where, counted from 0.
        position: usize,
        /// What stands there.
        value: String,
    },
    /// A tensor holds an infinity or a value that is no number.
    #[error("tensor `{name}` holds {value} at position {position}; the file is damaged")]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// Where, counted from 0 in memory order.
        position: usize,
        /// What stands there.
        value: String,
    },
}

impl Weights {
    /// Reads a safetensors file in single or half precision.
    ///
    /// # Errors
    /// When the file is cut short or no safetensors file, or a tensor has another number format
    /// or a value that is not finite.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| WeightsError::Unreadable {
            bytes: bytes.len(),
            cause: error.to_string(),
        })?;
        let (mut tensors, mut in_other_formats) = (BTreeMap::new(), BTreeMap::new());
        for (name, view) in file.iter() {
            let name = name.to_owned();
            let values: Vec<f32> = match view.dtype() {
                Dtype::F32 => view
                    .data()
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|chunk| f32::from_le_bytes(*chunk))
                    .collect(),
                Dtype::F16 => view
                    .data()
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .map(|chunk| f16::from_le_bytes(*chunk).to_f32())
                    .collect(),
                other => {
                    in_other_formats.insert(name, format!("{other:?}"));
                    continue;
                }
            };
            if let Some(position) = values.iter().position(|value| !value.is_finite()) {
                let value = values[position].to_string();
                return Err(WeightsError::NotFinite { name, position, value });
            }
            tensors.insert(name, (view.shape().to_vec(), values));
        }
        Ok(Self { tensors, in_other_formats })
    }

    /// Adds a tensor, in place of one of the same name.
    pub(super) fn insert(&mut self, name: String, shape: Vec<usize>, values: Vec<f32>) {
        self.tensors.insert(name, (shape, values));
    }

    /// The tensor of that name, ready to be placed on a device.
    ///
    /// # Errors
    /// When it is missing or has another shape than `wanted`.
    pub fn tensor<const D: usize>(
        &self,
        name: &str,
        wanted: [usize; D],
    ) -> Result<TensorData, WeightsError> {
        if let Some(found) = self.in_other_formats.get(name) {
            return Err(WeightsError::Format { name: name.to_owned(), found: found.clone() });
        }
        let (shape, values) = self
            .tensors
            .get(name)
            .ok_or_else(|| WeightsError::Missing { name: name.to_owned() })?;
        if shape[..] != wanted {
            return Err(WeightsError::Shape {
                name: name.to_owned(),
                found: shape.clone(),
                wanted: wanted.to_vec(),
            });
        }
        Ok(TensorData::new(values.clone(), wanted))
    }

    /// The running variance of that name.
    ///
    /// # Errors
    /// As [`Weights::tensor`], and when a value is negative.
    pub fn variance(&self, name: &str, wanted: [usize; 1]) -> Result<TensorData, WeightsError> {
        let data = self.tensor(name, wanted)?;
        let values = self.tensors.get(name).map_or(&[][..], |(_, values)| values);
        match values.iter().position(|&value| value < 0.0) {
            Some(position) => Err(WeightsError::NegativeVariance {
                name: name.to_owned(),
                position,
                value: values[position].to_string(),
            }),
            None => Ok(data),
        }
    }

    /// The shape of a tensor, if it is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|(shape, _)| shape.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{TensorView, serialize};

    use super::*;

    fn file(dtype: Dtype, shape: Vec<usize>, bytes: &[u8]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape, bytes).expect("the test's own tensor");
        serialize([("stem", view)], None).expect("the test's own file")
    }

    #[test]
    fn single_and_half_precision_give_the_same_small_numbers() {
        let single: Vec<u8> =
            [1.5f32, -0.25].iter().flat_map(|value| value.to_le_bytes()).collect();
        let half: Vec<u8> =
            [1.5f32, -0.25].iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect();
        for bytes in [file(Dtype::F32, vec![2], &single), file(Dtype::F16, vec![2], &half)] {
            let weights = Weights::from_safetensors(&bytes).expect("a sound file");
            let data = weights.tensor("stem", [2]).expect("the right shape");
            assert_eq!(data.as_slice::<f32>().expect("floats"), [1.5, -0.25]);
        }
    }

    #[test]
    fn a_value_that_is_not_finite_is_refused_with_name_and_place() {
        let bytes: Vec<u8> =
            [1.0f32, f32::NAN].iter().flat_map(|value| value.to_le_bytes()).collect();
        let error = Weights::from_safetensors(&file(Dtype::F32, vec![2], &bytes)).unwrap_err();
        assert_eq!(
            error,
            WeightsError::NotFinite { name: "stem".into(), position: 1, value: "NaN".into() }
        );
    }

    #[test]
    fn a_tensor_in_whole_numbers_is_passed_over_until_it_is_asked_for() {
        let weights = Weights::from_safetensors(&file(Dtype::I64, vec![1], &[0; 8]));
        let error = weights.expect("a sound file").tensor("stem", [1]).unwrap_err();
        assert_eq!(error, WeightsError::Format { name: "stem".into(), found: "I64".into() });
    }

    #[test]
    fn a_negative_variance_is_refused_with_name_and_place() {
        let bytes: Vec<u8> = [1.0f32, -0.5].iter().flat_map(|value| value.to_le_bytes()).collect();
        let weights = Weights::from_safetensors(&file(Dtype::F32, vec![2], &bytes));
        let error = weights.expect("finite numbers").variance("stem", [2]).unwrap_err();
        assert_eq!(
            error,
            WeightsError::NegativeVariance {
                name: "stem".into(),
                position: 1,
                value: "-0.5".into()
            }
        );
    }

    #[test]
    fn a_file_cut_short_anywhere_is_refused() {
        let bytes = file(Dtype::F32, vec![2], &[0; 8]);
        for length in 0..bytes.len() {
            assert!(
                matches!(
                    Weights::from_safetensors(&bytes[..length]),
                    Err(WeightsError::Unreadable { .. })
                ),
                "{length} of {} bytes were taken",
                bytes.len()
            );
        }
    }

    #[test]
    fn a_missing_and_a_misshapen_tensor_are_named() {
        let weights =
            Weights::from_safetensors(&file(Dtype::F32, vec![2], &[0; 8])).expect("a sound file");
        let missing = weights.tensor("top", [2]).unwrap_err().to_string();
        assert!(missing.contains("`top`"), "{missing}");
        let misshapen = weights.tensor("stem", [1, 2]).unwrap_err().to_string();
        assert!(misshapen.contains("`stem`") && misshapen.contains("[1, 2]"), "{misshapen}");
    }
}
