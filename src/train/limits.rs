//! What a device can hold, and into how many parts a batch is divided where that is less than a
//! step needs.

use crate::model::Architecture;

/// What a device can hold. Told from outside, where devices are opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the largest single array.
    pub largest_buffer: u64,
    /// Bytes that the activations of a step may take.
    pub activations: u64,
}

impl Limits {
    /// Of an engine on the CPU. WebAssembly has four gibibytes at most, of which features, pictures
    /// and the engine itself take their part; its largest array is two. Native code has no such
    /// limit, and computes the same way all the same, so that it comes to the same bits.
    pub const WASM: Self = Self { largest_buffer: (1 << 31) - 1, activations: 1 << 30 };

    /// Pictures of the parts that a step on `batch` pictures is made in, when the stages from
    /// `first` on learn: all of them where the device holds them, else so many that the fewest
    /// parts are needed, of nearly the same size. At least 1, whatever the limits.
    pub fn micro_batch(&self, architecture: &Architecture, batch: usize, first: usize) -> usize {
        let batch = batch.max(1);
        let holds = |pictures: usize| {
            architecture.largest_activation_bytes(pictures, first) <= self.largest_buffer
                && architecture.step_bytes(pictures, first) <= self.activations
        };
        let parts = (1..=batch).find(|&parts| holds(batch.div_ceil(parts)));
        batch.div_ceil(parts.unwrap_or(batch))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::STAGES;

    const UNLIMITED: Limits = Limits { largest_buffer: u64::MAX, activations: u64::MAX };

    #[test]
    fn a_batch_that_fits_stays_whole() {
        let network = Architecture::bundled();
        assert_eq!(UNLIMITED.micro_batch(&network, 1024, 0), 1024);
        assert_eq!(Limits::WASM.micro_batch(&network, 16, 0), 16);
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
    fn where_not_even_a_picture_fits_it_is_tried_alone() {
        let limits = Limits { largest_buffer: 1, activations: 1 };
        assert_eq!(limits.micro_batch(&Architecture::bundled(), 16, 0), 1);
    }

    proptest! {
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
