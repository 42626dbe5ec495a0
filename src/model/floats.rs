//! Burn's operations on tensors of floats, asked of the backend by name.
//!
//! The methods of [`Tensor`] do the same and more: each also knows quantized numbers, which take
//! minima, comparisons, masks and kernels of their own to be made. The network has none, and what a
//! method could reach is in the engine whether it is ever reached or not: a fifth of it.

use burn::backend::Dispatch;
use burn::backend::ops::{FloatTensorOps, IntTensorOps};
use burn::tensor::{Device, Slice, Tensor, TensorData};

/// Numbers in memory order, on a device.
pub fn placed<const D: usize>(data: TensorData, device: &Device) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::float_from_data(data, device.as_dispatch()))
}

/// The same numbers in another shape of as many.
pub fn reshaped<const D: usize, const E: usize>(tensor: Tensor<D>, shape: [usize; E]) -> Tensor<E> {
    Tensor::from_dispatch(Dispatch::float_reshape(tensor.into_dispatch(), shape.into()))
}

/// The same numbers in a row.
pub fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let length = tensor.shape().num_elements();
    reshaped(tensor, [length])
}

/// The rows at `indices`, in that order.
///
/// # Shapes
/// - tensor: `[rows, …]`, result: `[indices, …]`
pub fn selected<const D: usize>(
    tensor: Tensor<D>,
    indices: &[usize],
    device: &Device,
) -> Tensor<D> {
    let values: Vec<i32> = indices.iter().map(|&index| index as i32).collect();
    let values = TensorData::new(values, [indices.len()]);
    let indices = Dispatch::int_from_data(values, device.as_dispatch());
    Tensor::from_dispatch(Dispatch::float_select(tensor.into_dispatch(), 0, indices))
}

/// Its first number alone.
///
/// # Shapes
/// `[1]`
pub fn first<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let row = flat(tensor).into_dispatch();
    Tensor::from_dispatch(Dispatch::float_slice(row, &[Slice::new(0, Some(1), 1)]))
}

/// Tensors one behind the other, along the first dimension. At least one.
///
/// # Shapes
/// - tensors: `[rows, …]` each, result: `[all rows, …]`
pub fn joined<const D: usize>(tensors: Vec<Tensor<D>>) -> Tensor<D> {
    let tensors = tensors.into_iter().map(Tensor::into_dispatch).collect();
    Tensor::from_dispatch(Dispatch::float_cat(tensors, 0))
}

/// Number by number the sum of two tensors of a shape.
pub fn sum<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::float_add(left.into_dispatch(), right.into_dispatch()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers<const D: usize>(tensor: Tensor<D>) -> (Vec<usize>, Vec<f32>) {
        let shape = tensor.dims().to_vec();
        (shape, tensor.into_data().try_into_vec().expect("the CPU answers"))
    }

    #[test]
    fn each_does_what_the_method_of_a_tensor_does() {
        let device = Device::flex();
        let values: Vec<f32> = (0..12u8).map(f32::from).collect();
        let tensor = || placed::<3>(TensorData::new(values.clone(), [3, 2, 2]), &device);
        let plain = || Tensor::<3>::from_data(TensorData::new(values.clone(), [3, 2, 2]), &device);
        assert_eq!(numbers(tensor()), numbers(plain()));
        assert_eq!(numbers(reshaped(tensor(), [4, 3])), numbers(plain().reshape([4, 3])));
        assert_eq!(numbers(flat(tensor())), (vec![12], values.clone()));
        assert_eq!(numbers(first(sum(tensor(), tensor()))), (vec![1], vec![0.0]));
        let order = Tensor::from_ints([2, 0, 2], &device);
        let expected = numbers(plain().select(0, order));
        assert_eq!(numbers(selected(tensor(), &[2, 0, 2], &device)), expected);
        let expected = numbers(Tensor::cat(vec![plain(), plain()], 0));
        assert_eq!(numbers(joined(vec![tensor(), tensor()])), expected);
        assert_eq!(numbers(sum(tensor(), tensor())), numbers(plain() + plain()));
    }
}
