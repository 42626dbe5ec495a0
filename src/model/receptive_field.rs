//! What part of the picture a cell of a stage's output can see.

use super::architecture::{Architecture, StageKind};

/// Where the cells of a stage's output look (Araujo et al. 2019, "Computing Receptive Fields of
/// Convolutional Neural Networks", Distill, sections 2 and 3).
///
/// Every 3×3 convolution has one pixel of zeros around, so cell `i` looks at the pixel `i · spacing`
/// in its middle, whatever the stage: the first cell's middle is the first pixel, not half a cell
/// further in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReceptiveField {
    /// Pixels from one cell's middle to the next one's.
    pub spacing: usize,
    /// Height and width of what a cell sees, in pixels, an odd number. Most of it may lie outside the
    /// picture.
    pub size: usize,
}

impl ReceptiveField {
    /// The first pixel that a cell sees and the one behind the last, in a row or column of `side`
    /// pixels.
    pub fn seen_by(self, cell: usize, side: usize) -> (usize, usize) {
        let (middle, half) = (cell * self.spacing, self.size / 2);
        (middle.saturating_sub(half).min(side), (middle + half + 1).min(side))
    }
}

impl Architecture {
    /// What the cells of a stage's output see; for a stage beyond the last, of the last.
    pub fn receptive_field(&self, stage: usize) -> ReceptiveField {
        let (mut spacing, mut size) = (1, 1);
        for stage in self.stages.iter().take(stage + 1) {
            // A stage has one 3×3 convolution, and the top none. It reads neighbours that are as far
            // apart as its input's cells.
            size += match stage.kind {
                StageKind::Stem | StageKind::Block { .. } => 2 * spacing,
                StageKind::Top => 0,
            };
            spacing *= stage.stride;
        }
        ReceptiveField { spacing, size }
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::model::Backbone;

    #[test]
    fn fields_are_those_worked_out_by_hand() {
        let bundled = Architecture::bundled();
        let field = |stage| {
            let ReceptiveField { spacing, size } = bundled.receptive_field(stage);
            (spacing, size)
        };
        // The stem: 3. Block 1: 3 + 2·2. Block 2, stride 2: 7 + 2·2, spacing 4. Block 3: 11 + 2·4.
        assert_eq!([field(0), field(1), field(2), field(3)], [(2, 3), (2, 7), (4, 11), (4, 19)]);
        // The last block with 6×6 cells, the last one, and the top, which adds nothing.
        let sizes = (19 + 2 * 4 + 3 * 2 * 8 + 6 * 2 * 16, 19 + 8 + 48 + 192 + 2 * 16 + 3 * 2 * 32);
        assert_eq!(field(13), (16, sizes.0));
        assert_eq!([field(17), field(18)], [(32, sizes.1); 2]);
    }

    /// The output of the first four stages of a small random network for a picture of `side` pixels.
    fn output(values: Vec<f32>, side: usize) -> Vec<f32> {
        let device = Device::flex();
        let architecture = Architecture::mobilenet_v2(0.35, side);
        let mut generator = ChaCha8Rng::seed_from_u64(3);
        generator.set_stream(8);
        let backbone = Backbone::random(architecture, 2, &mut generator);
        let front = backbone.on(&device).expect("it fits itself").cut_at(4).0;
        let input = Tensor::from_data(TensorData::new(values, [1, side, side, 3]), &device);
        front.forward(input).into_data().try_into_vec().expect("the CPU answers")
    }

    #[test]
    fn a_cell_sees_the_edge_of_its_field_and_nothing_beyond() {
        const SIDE: usize = 48;
        let field = Architecture::mobilenet_v2(0.35, SIDE).receptive_field(3);
        let (first, behind) = field.seen_by(5, SIDE);
        assert_eq!((first, behind), (20 - 9, 20 + 10));
        let plain = vec![0.1; SIDE * SIDE * 3];
        let before = output(plain.clone(), SIDE);
        let cells = SIDE / 4;
        let channels = before.len() / (cells * cells);
        let at = (5 * cells + 5) * channels;
        let changes = |column: usize| {
            let mut changed = plain.clone();
            let pixel = (20 * SIDE + column) * 3;
            changed[pixel..pixel + 3].copy_from_slice(&[0.9, -0.7, 0.5]);
            output(changed, SIDE)[at..at + channels] != before[at..at + channels]
        };
        assert_eq!([first - 1, first, behind - 1, behind].map(changes), [false, true, true, false]);
    }
}
