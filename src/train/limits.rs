//! What a device can hold and what it holds near at hand, and into how many parts a batch is divided
//! where that is less than a step needs.

use crate::model::Architecture;

/// What a device can hold. Told from outside, where devices are opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the largest single array.
    pub largest_buffer: u64,
    /// Bytes that the activations of a step may take.
    pub activations: u64,
    /// Bytes of activations that are still near at hand on the way back.
    pub near: u64,
}

/// Fewer pictures at once are not worth it for being near: products of few rows are slower than what the caches give.
pub(super) const FEWEST_NEAR: usize = 4;

impl Limits {
    /// Of an engine on the CPU. WebAssembly has four gibibytes at most, of which features, pictures
    /// and the engine itself take their part; its largest array is two. Native code has no such
    /// limit, and computes the same way all the same, so that it comes to the same bits.
    ///
    /// What is near was measured: of a step with 35 MB of activations, four parts of 9 MB take a tenth
    /// less time than the whole on a processor with 2 MiB of second cache; one with 10 MB takes as long
    /// either way.
    pub const WASM: Self =
        Self { largest_buffer: (1 << 31) - 1, activations: 1 << 30, near: 9 << 20 };

    /// Of a graphics card that holds arrays of so many bytes: it is fastest with whole batches.
    pub fn of_graphics(largest_buffer: u64) -> Self {
        Self { largest_buffer, near: u64::MAX, ..Self::WASM }
    }

    /// Pictures of the largest of the parts that a step on `batch` pictures is made in, when the stages
    /// from `first` on learn: all of them where the device holds them near at hand, else so many that
    /// the fewest parts are needed; what is only a matter of nearness leaves none with fewer than
    /// [`FEWEST_NEAR`], as long as they are dealt out evenly. At least 1, whatever the limits.
    pub fn micro_batch(&self, architecture: &Architecture, batch: usize, first: usize) -> usize {
        let batch = batch.max(1);
        let bytes = |pictures: usize| architecture.step_bytes(pictures, first);
        let is_held = |pictures: usize| {
            architecture.largest_activation_bytes(pictures, first) <= self.largest_buffer
                && bytes(pictures) <= self.activations
        };
        let fewest = |most: usize, is_good: &dyn Fn(usize) -> bool| {
            (1..=most).find(|&parts| is_good(batch.div_ceil(parts))).unwrap_or(most)
        };
        let near = fewest((batch / FEWEST_NEAR).max(1), &|pictures| bytes(pictures) <= self.near);
        batch.div_ceil(near.max(fewest(batch, &is_held)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::STAGES;

    const UNLIMITED: Limits =
        Limits { largest_buffer: u64::MAX, activations: u64::MAX, near: u64::MAX };

    #[test]
    fn a_batch_that_fits_stays_whole() {
        let network = Architecture::bundled();
        assert_eq!(UNLIMITED.micro_batch(&network, 1024, 0), 1024);
        assert_eq!(Limits::of_graphics(u64::MAX).micro_batch(&network, 16, 0), 16);
        // The last four blocks work on 6 × 6 and 3 × 3 pixels.
        assert_eq!(Limits::WASM.micro_batch(&network, 16, 14), 16);
        // The head's activations are nothing beside these limits.
        assert_eq!(Limits::WASM.micro_batch(&network, 1024, STAGES), 1024);
    }

    #[test]
    fn a_batch_that_does_not_fit_is_divided_into_the_fewest_parts() {
        let network = Architecture::bundled();
        // The widest array of a picture is 48 channels at 48 × 48; six of them are held.
        let limits = Limits { largest_buffer: 6 * 4 * 48 * 48 * 48, ..UNLIMITED };
        assert_eq!(limits.micro_batch(&network, 6, 0), 6);
        assert_eq!(limits.micro_batch(&network, 7, 0), 4);
        assert_eq!(limits.micro_batch(&network, 16, 0), 6);
        let limits = Limits { activations: network.step_bytes(5, 10), ..UNLIMITED };
        assert_eq!(limits.micro_batch(&network, 16, 10), 4);
    }

    #[test]
    fn parts_are_near_at_hand_but_not_of_fewer_than_four_pictures() {
        let network = Architecture::bundled();
        assert_eq!(Limits::WASM.micro_batch(&network, 16, 0), 4);
        assert_eq!(Limits::WASM.micro_batch(&network, 10, 0), 5);
        assert_eq!(Limits::WASM.micro_batch(&network, 7, 0), 7);
        let limits = Limits { near: 1, ..UNLIMITED };
        assert_eq!(limits.micro_batch(&network, 32, 0), 4);
        assert_eq!(limits.micro_batch(&network, 3, 0), 3);
        // What a device cannot hold is another thing.
        let limits = Limits { near: 1, activations: network.step_bytes(2, 0), ..UNLIMITED };
        assert_eq!(limits.micro_batch(&network, 32, 0), 2);
    }

    #[test]
    fn where_not_even_a_picture_fits_it_is_tried_alone() {
        let limits = Limits { largest_buffer: 1, activations: 1, near: 1 };
        assert_eq!(limits.micro_batch(&Architecture::bundled(), 16, 0), 1);
    }

    proptest! {
        #[test]
        fn nearness_leaves_no_part_with_fewer_than_four_pictures(
            batch in 1usize..200,
            first in 0usize..STAGES,
            near in 0u64..100 << 20,
        ) {
            let micro = Limits { near, ..UNLIMITED }.micro_batch(&Architecture::bundled(), batch, first);
            let parts = batch.div_ceil(micro);
            prop_assert!(batch / parts >= batch.min(FEWEST_NEAR), "{parts} parts of {batch}");
        }

        #[test]
        fn every_part_fits_and_one_part_fewer_would_not(
            batch in 1usize..200,
            first in 0usize..STAGES,
            most in 1usize..200,
        ) {
            let network = Architecture::bundled();
            let limits = Limits { activations: network.step_bytes(most, first), ..UNLIMITED };
            let micro = limits.micro_batch(&network, batch, first);
            prop_assert!((1..=most.min(batch)).contains(&micro));
            let parts = batch.div_ceil(micro);
            prop_assert!(parts == 1 || batch.div_ceil(parts - 1) > most);
        }
    }
}
