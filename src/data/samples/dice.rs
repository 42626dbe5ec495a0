//! Seeded chance in the forms that drawing needs.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::arithmetic::{Triple, blend, triple};

/// A stream of chance: the same seed and stream give the same throws on every platform.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Any 32 bits, to seed noise.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Evenly between `low` and `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        // 24 bits are all that the fraction of an f32 holds.
        low + (high - low) * ((self.bits() >> 8) as f32 / 16_777_216.0)
    }

    /// About `mean`, rarely further than `spread` away: three throws together.
    pub fn about(&mut self, mean: f32, spread: f32) -> f32 {
        let sum: f32 = (0..3).map(|_| self.between(-1.0, 1.0)).sum();
        mean + spread * sum / 1.5
    }

    pub fn chance(&mut self, probability: f32) -> bool {
        self.between(0.0, 1.0) < probability
    }

    /// One of `choices`, which are at least one.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        // Not usize: it has another width in the browser.
        choices[(self.bits() % choices.len() as u32) as usize]
    }

    /// A colour somewhere between two of `palette`, a little off.
    pub fn colour(&mut self, palette: &[Triple]) -> Triple {
        let (first, second) = (self.pick(palette), self.pick(palette));
        let colour = blend(first, second, self.between(0.0, 1.0));
        let off = triple(self.between(0.9, 1.1), self.between(0.9, 1.1), self.between(0.9, 1.1));
        colour.times(off)
    }
}
