//! Seeded randomness: one seed, a stream of its own for each purpose.
//!
//! Streams keep purposes apart, so that drawing one number more for one of them never changes
//! what another gets.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Dividing pictures into training, validation and test.
    Split,
    /// The head's initial weights.
    Head,
    /// The order in which pictures are shown.
    Order,
    /// Numbers that two devices are compared on.
    Probe,
    /// Drawing pictures again, for an interval.
    Resampling,
    /// Making pictures worse.
    Corruption,
    /// Which pictures a smaller training set has.
    Subset,
    /// The weights of a network that was never trained.
    Scratch,
    /// Dividing what is no test into folds.
    Folds,
    /// Drawing what strategies may come to.
    Advice,
    /// Views of a picture to learn from.
    View,
    /// Which view of a picture an epoch shows.
    Showing,
}

/// A generator that gives the same numbers on every platform for the same seed and purpose.
pub fn seeded(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(purpose as u64 + 1);
    generator
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn purposes_do_not_share_numbers_and_seeds_repeat() {
        let first = |seed, purpose| seeded(seed, purpose).next_u64();
        assert_eq!(first(1, Purpose::Split), first(1, Purpose::Split));
        assert_ne!(first(1, Purpose::Split), first(1, Purpose::Head));
        assert_ne!(first(1, Purpose::Split), first(2, Purpose::Split));
    }
}
