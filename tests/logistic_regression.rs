//! The head against multinomial logistic regression on the same features: what scikit-learn's
//! `LogisticRegression` minimises at its defaults (C = 1), solved here to convergence.

mod common;

use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Device, Tensor, TensorData};
use common::{folder, material, shared_data, train};
use futures_lite::future::block_on;
use headstart::model::read;
use headstart::session::{Cut, Strategy};
use headstart::train::Material;

const SEEDS: u64 = 10;

fn one_hot(material: &Material, indices: &[usize]) -> Tensor<2> {
    let mut values = vec![0.0f32; indices.len() * material.classes];
    for (row, &index) in values.chunks_exact_mut(material.classes).zip(indices) {
        row[material.labels[index]] = 1.0;
    }
    let shape = [indices.len(), material.classes];
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(read(tensor)).expect("the CPU answers")
}

/// Minimises the summed cross-entropy plus half the squared weights (not the bias) with
/// Nesterov's method, and returns how many test pictures the minimum names rightly.
fn logistic_regression(material: &Material) -> usize {
    let features = material.features.pooled(&material.split.training);
    let targets = one_hot(material, &material.split.training);
    let [pictures, width] = features.dims();
    // A column of ones carries the bias; the mask keeps it out of the penalty.
    let with_bias = |features: Tensor<2>| {
        let ones = Tensor::ones([features.dims()[0], 1], &Device::flex());
        Tensor::cat(vec![features, ones], 1)
    };
    let inputs = with_bias(features);
    let mut penalised = vec![1.0f32; width + 1];
    penalised[width] = 0.0;
    let penalised =
        Tensor::<2>::from_data(TensorData::new(penalised, [width + 1, 1]), &Device::flex());
    // The softmax's curvature is at most one half; the trace bounds the largest eigenvalue.
    let step = 1.0 / (0.5 * largest_eigenvalue(&inputs, pictures) + 1.0);
    let mut weights = Tensor::<2>::zeros([width + 1, material.classes], &Device::flex());
    let mut ahead = weights.clone();
    let mut gradient_norm = f32::INFINITY;
    let mut iteration = 0;
    while gradient_norm > 1e-2 && iteration < 20_000 {
        let residual = softmax(inputs.clone().matmul(ahead.clone()), 1) - targets.clone();
        let gradient =
            inputs.clone().transpose().matmul(residual) + ahead.clone() * penalised.clone();
        let next = ahead - gradient.clone() * step;
        let momentum = iteration as f64 / (iteration as f64 + 3.0);
        ahead = next.clone() + (next.clone() - weights) * momentum;
        weights = next;
        iteration += 1;
        if iteration % 100 == 0 {
            gradient_norm = floats(gradient.abs().max())[0];
        }
    }
    assert!(gradient_norm <= 1e-2, "the regression did not converge: {gradient_norm}");
    let test = with_bias(material.features.pooled(&material.split.test));
    let answers = log_softmax(test.matmul(weights), 1).argmax(1);
    let answers = floats(answers.float());
    let is_right = |(answer, &index): (&f32, &usize)| *answer as usize == material.labels[index];
    answers.iter().zip(&material.split.test).filter(|pair| is_right((pair.0, pair.1))).count()
}

/// Power iteration on the pictures' Gram matrix, a little above the true value.
fn largest_eigenvalue(inputs: &Tensor<2>, pictures: usize) -> f64 {
    let gram = inputs.clone().matmul(inputs.clone().transpose());
    let mut vector = Tensor::<2>::ones([pictures, 1], &Device::flex());
    let mut value = 0.0;
    for _ in 0..50 {
        let next = gram.clone().matmul(vector);
        value = f64::from(floats(next.clone().square().sum().sqrt())[0]);
        vector = next.div_scalar(value);
    }
    1.05 * value
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn the_head_falls_no_more_than_three_points_behind_logistic_regression_on_flowers() {
    let pictures = folder(&shared_data("flowers"));
    let (mut head, mut regression, mut count) = (0, 0, 0);
    for seed in 0..SEEDS {
        let material = material(pictures.clone(), &[Cut::HeadOnly], seed);
        regression += logistic_regression(&material);
        count += material.split.test.len();
        head += train(Strategy::for_cut(Cut::HeadOnly), material).result.test.correct;
    }
    let points = |correct: usize| 100.0 * correct as f64 / count as f64;
    println!(
        "flowers, {SEEDS} seeds, {count} test answers: head {:.1} %, logistic regression {:.1} %",
        points(head),
        points(regression)
    );
    assert!(points(head) >= points(regression) - 3.0);
}
