//! What the card gives at most: numbers moved, numbers multiplied and added, and the way there and
//! back.

use burn::tensor::{Device, Distribution, Tensor};
use burn_cubecl::tensor::CubeTensor;
use serde::Serialize;

use super::card::Card;
use super::kernels::{self, VECTOR};
use crate::clock::{median, now};
use crate::error::BenchError;
use crate::roof::Roof;
use crate::timer::{Timer, finish};

/// Vectors that an invocation moves: the best of these counts.
const VECTORS_EACH: [usize; 3] = [1, 4, 8];
/// Chains of multiply-adds that an invocation has: the best of these counts.
const CHAINS: [usize; 3] = [2, 4, 8];
/// Milliseconds of work after which a card that was at rest runs at its full pace.
const WAKING: f64 = 500.0;
/// Bytes of a number in single precision.
const NUMBER: usize = 4;

/// How much is moved and computed to see what the card gives.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Numbers that are moved: more than any cache holds.
    pub moved: usize,
    /// Numbers that are moved within a cache.
    pub cached: usize,
    /// Invocations that multiply and add, and rounds of it.
    pub invocations: usize,
    pub rounds: usize,
    /// Rows and columns of the matrices of a product.
    pub matrix: usize,
    /// Launches behind one another.
    pub launches: usize,
    pub repeats: usize,
}

/// The two ceilings, and how each was reached.
#[derive(Debug, Serialize)]
pub struct Ceilings {
    /// Copies of a large tensor; amounts are bytes read and written.
    pub copies: Vec<Reached>,
    /// Copies of a small one, for comparison: what a layer reads may still be in a cache.
    pub copies_in_cache: Vec<Reached>,
    /// Multiply-adds in registers; amounts are floating point operations.
    pub arithmetic: Vec<Reached>,
    /// Burn's own product of two matrices in single precision: where it is faster than the multiply-adds
    /// above, it is the ceiling.
    pub product: Reached,
}

/// What one way to the ceiling reached.
#[derive(Debug, Serialize)]
pub struct Reached {
    pub name: String,
    pub amount: f64,
    /// The median of the repeats, and the best one.
    pub milliseconds: f64,
    pub best: f64,
}

impl Reached {
    fn new(name: String, amount: f64, times: Vec<f64>) -> Self {
        // The first one warms up.
        let best = times.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
        Self { name, amount, milliseconds: median(times), best }
    }

    /// In a millisecond, at best.
    pub fn rate(&self) -> f64 {
        self.amount / self.best
    }
}

impl Ceilings {
    /// The best of each.
    pub fn roof(&self) -> Roof {
        let best = |list: &[Reached]| list.iter().map(Reached::rate).fold(0.0, f64::max);
        let product = std::slice::from_ref(&self.product);
        Roof { operations: best(&self.arithmetic).max(best(product)), bytes: best(&self.copies) }
    }
}

/// Measures the ceilings by the card's own clock.
///
/// # Errors
/// When the card does not answer.
pub async fn measure(card: &Card, sizes: Sizes) -> Result<Ceilings, BenchError> {
    let timer = card.own_clock(sizes.repeats);
    let begin = now();
    while now() - begin < WAKING {
        arithmetic(card, sizes, &timer).await?;
    }
    let most = card.largest_binding() as usize / NUMBER;
    let copies = copies(card, sizes.moved.min(most), &timer).await?;
    let copies_in_cache = self::copies(card, sizes.cached, &timer).await?;
    let arithmetic = arithmetic(card, sizes, &timer).await?;
    let product = product(card, sizes, &timer).await?;
    Ok(Ceilings { copies, copies_in_cache, arithmetic, product })
}

/// Multiply-adds, each way to do them.
async fn arithmetic(
    card: &Card,
    sizes: Sizes,
    timer: &impl Timer,
) -> Result<Vec<Reached>, BenchError> {
    let mut arithmetic = Vec::new();
    for chains in CHAINS {
        let (invocations, rounds) = (sizes.invocations, sizes.rounds);
        // A factor below one, so that every chain stays where it is.
        let seeds = noise(card, (2 + chains) * VECTOR, 0.5, 0.9)?;
        let goal = Tensor::<1>::zeros([invocations * VECTOR], &card.device);
        let sums = kernels::on_card(&goal)?;
        let times = timer.times(|| {
            kernels::multiply_add(&seeds, &sums, chains, rounds);
            goal.clone()
        });
        let name = format!("multiply-adds in registers, {chains} chains of {VECTOR}");
        let amount = kernels::operations(invocations, chains, rounds);
        arithmetic.push(Reached::new(name, amount, times.await?));
    }
    Ok(arithmetic)
}

/// Copies of so many numbers, or a few less, each way to do it.
async fn copies(card: &Card, count: usize, timer: &impl Timer) -> Result<Vec<Reached>, BenchError> {
    let mut copies = Vec::new();
    for each in VECTORS_EACH {
        let at_once = kernels::moved_at_once(each);
        let count = count / at_once * at_once;
        let source = noise(card, count, -1.0, 1.0)?;
        let goal = Tensor::<1>::zeros([count], &card.device);
        let target = kernels::on_card(&goal)?;
        let times = timer.times(|| {
            kernels::copy(&source, &target, each);
            goal.clone()
        });
        let bytes = 2 * count * NUMBER;
        let name = format!("copy of {} MiB, {each} × 16 bytes an invocation", bytes >> 21);
        copies.push(Reached::new(name, bytes as f64, times.await?));
    }
    Ok(copies)
}

fn noise(card: &Card, count: usize, low: f64, high: f64) -> Result<CubeTensor, BenchError> {
    let noise = Distribution::Uniform(low, high);
    kernels::on_card(&Tensor::<1>::random([count], noise, &card.device))
}

async fn product(card: &Card, sizes: Sizes, timer: &impl Timer) -> Result<Reached, BenchError> {
    let side = sizes.matrix;
    let noise = || Tensor::random([side, side], Distribution::Uniform(-1.0, 1.0), &card.device);
    let (left, right): (Tensor<2>, Tensor<2>) = (noise(), noise());
    let times = timer.times(|| left.clone().matmul(right.clone())).await?;
    let amount = 2.0 * (side as f64).powi(3);
    Ok(Reached::new(format!("product {side} × {side} × {side} by Burn, untuned"), amount, times))
}

/// What a launch costs beside its kernel, in microseconds.
#[derive(Debug, Serialize)]
pub struct Latency {
    /// One launch of a kernel with nothing to do, until a number is read back.
    pub launch_and_read: f64,
    /// One more launch in front of that read.
    pub further_launch: f64,
}

/// Measures launches of as good as nothing by the system's clock.
///
/// # Errors
/// When the card does not answer.
pub async fn latency(device: &Device, sizes: Sizes) -> Result<Latency, BenchError> {
    let number = Tensor::<1>::zeros([1], device);
    let kernel = kernels::on_card(&number)?;
    let mut medians = [0.0; 2];
    for (median_of, launches) in medians.iter_mut().zip([1, sizes.launches]) {
        let mut times = Vec::new();
        for _ in 0..=sizes.repeats {
            let begin = now();
            (0..launches).for_each(|_| kernels::launch_nothing(&kernel));
            finish(number.clone()).await?;
            times.push((now() - begin) * 1e3);
        }
        *median_of = median(times);
    }
    let [one, many] = medians;
    let further_launch = (many - one) / (sizes.launches - 1) as f64;
    Ok(Latency { launch_and_read: one, further_launch })
}
