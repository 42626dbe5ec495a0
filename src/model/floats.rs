//! Burn's operations on tensors of floats, asked of the backend by name.
//!
//! The methods of [`Tensor`] do the same and more: each also knows quantized numbers, which take
//! minima, comparisons, masks and kernels of their own to be made. The network has none, and what a
//! method could reach is in the engine whether it is ever reached or not: a fifth of it.

mod reshaping;

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, DispatchKindConversion, DispatchTensor, TensorMetadata};
use reshaping::ReshapeOperation;

use burn::tensor::{BackendPrimitive, Device, Float, Slice, Tensor, TensorData};

/// Numbers in memory order, on a device.
pub fn placed<const D: usize>(data: TensorData, device: &Device) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::float_from_data(data, device.as_dispatch()))
}

/// The same numbers in another shape of as many.
pub fn reshaped<const D: usize, const E: usize>(tensor: Tensor<D>, shape: [usize; E]) -> Tensor<E> {
    let tensor = tensor.into_dispatch();
    Tensor::from_dispatch(<Dispatch as ReshapeOperation>::reshaped(tensor, shape.into()))
}

/// The same numbers in a row.
pub fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let length = tensor.shape().num_elements();
    reshaped(tensor, [length])
}

/// What takes tensors without a graph of gradients, on the backend that they are on. Asked of the
/// dispatching backend, it would bring along how to go back through it: a reduction, a scatter and an
/// assignment to slices, each with kernels for a graphics card.
trait Plain<const D: usize> {
    fn on<B: Backend>(self) -> Tensor<D>
    where
        DispatchTensor: DispatchKindConversion<B>,
        Float: BackendPrimitive<B, Primitive = FloatTensor<B>>;
}

/// Carries it out on the backend that this tensor is on.
fn carried_out<const D: usize>(place: &Tensor<D>, operation: impl Plain<D>) -> Tensor<D> {
    #[cfg(feature = "worker")]
    if place.clone().try_into_primitive::<burn::backend::Cube>().is_ok() {
        return operation.on::<burn::backend::Cube>();
    }
    let _ = place;
    operation.on::<burn::backend::Flex>()
}

fn primitive<B: Backend, const D: usize>(tensor: Tensor<D>) -> FloatTensor<B>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    // There are two backends, the other one is ruled out, and nobody hands in a tracked tensor.
    tensor.try_into_primitive::<B>().expect("a tensor without a graph, on the device of the others")
}

struct Selection<'a, const D: usize>(Tensor<D>, &'a [usize]);

impl<const D: usize> Plain<D> for Selection<'_, D> {
    fn on<B: Backend>(self) -> Tensor<D>
    where
        DispatchTensor: DispatchKindConversion<B>,
        Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
    {
        let values: Vec<i32> = self.1.iter().map(|&index| index as i32).collect();
        let rows = primitive::<B, D>(self.0);
        let values = TensorData::new(values, [self.1.len()]);
        let indices = B::int_from_data(values, &rows.device());
        Tensor::from_primitive::<B>(B::float_select(rows, 0, indices))
    }
}

/// The rows at `indices`, in that order, of a tensor without a graph of gradients.
///
/// # Shapes
/// - tensor: `[rows, …]`, result: `[indices, …]`
pub fn selected<const D: usize>(tensor: Tensor<D>, indices: &[usize]) -> Tensor<D> {
    carried_out(&tensor.clone(), Selection(tensor, indices))
}

struct First(Tensor<1>);

impl Plain<1> for First {
    fn on<B: Backend>(self) -> Tensor<1>
    where
        DispatchTensor: DispatchKindConversion<B>,
        Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
    {
        let row = primitive::<B, 1>(self.0);
        Tensor::from_primitive::<B>(B::float_slice(row, &[Slice::new(0, Some(1), 1)]))
    }
}

/// Its first number alone, of a tensor without a graph of gradients.
///
/// # Shapes
/// `[1]`
pub fn first<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let row = flat(tensor);
    carried_out(&row.clone(), First(row))
}

struct Joined<const D: usize>(Vec<Tensor<D>>);

impl<const D: usize> Plain<D> for Joined<D> {
    fn on<B: Backend>(self) -> Tensor<D>
    where
        DispatchTensor: DispatchKindConversion<B>,
        Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
    {
        let parts = self.0.into_iter().map(primitive::<B, D>).collect();
        Tensor::from_primitive::<B>(B::float_cat(parts, 0))
    }
}

/// Tensors without a graph of gradients one behind the other, along the first dimension.
///
/// # Shapes
/// - tensors: `[rows, …]` each, result: `[all rows, …]`
///
/// # Panics
/// Without any tensor.
pub fn joined<const D: usize>(tensors: Vec<Tensor<D>>) -> Tensor<D> {
    let place = tensors.first().cloned().expect("at least one tensor");
    carried_out(&place, Joined(tensors))
}

struct Sum<const D: usize>(Tensor<D>, Tensor<D>);

impl<const D: usize> Plain<D> for Sum<D> {
    fn on<B: Backend>(self) -> Tensor<D>
    where
        DispatchTensor: DispatchKindConversion<B>,
        Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
    {
        let (left, right) = (primitive::<B, D>(self.0), primitive::<B, D>(self.1));
        Tensor::from_primitive::<B>(B::float_add(left, right))
    }
}

/// Number by number the sum of two tensors of a shape, without a graph of gradients.
pub fn sum<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> Tensor<D> {
    carried_out(&left.clone(), Sum(left, right))
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
        assert_eq!(numbers(selected(tensor(), &[2, 0, 2])), expected);
        let expected = numbers(Tensor::cat(vec![plain(), plain()], 0));
        assert_eq!(numbers(joined(vec![tensor(), tensor()])), expected);
        assert_eq!(numbers(sum(tensor(), tensor())), numbers(plain() + plain()));
    }
}
