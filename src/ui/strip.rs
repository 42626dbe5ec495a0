//! Geometry of the drawn network: a bar a stage, tall where pictures are large, wide where they
//! have many channels.

use crate::session::{Architecture, Cut, Stage, StageKind};

/// Height of the drawing.
pub const HEIGHT: f64 = 136.0;
/// Radius of the head.
pub const HEAD_RADIUS: f64 = 13.0;
const GAP: f64 = 8.0;

/// One stage's bar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width, from the logarithm of the channels.
    pub width: f64,
    /// Height, from the logarithm of the side.
    pub height: f64,
}

/// The drawn network.
#[derive(Clone, PartialEq, Debug)]
pub struct Strip {
    /// A bar a stage, in order.
    pub bars: Vec<Bar>,
    /// What each stage is, in a few words.
    pub names: Vec<String>,
    /// Centre of the head.
    pub head: f64,
    /// Width of the drawing.
    pub width: f64,
}

impl Strip {
    /// Lays out a network.
    pub fn of(architecture: &Architecture) -> Self {
        let mut x = GAP;
        let bars = architecture.stages.iter().map(|stage| {
            let width = 3.0 + 4.0 * (stage.output_channels as f64).log2();
            let height = 36.0 + 16.0 * (stage.output_side as f64).log2();
            let bar = Bar { x, y: (HEIGHT - height) / 2.0, width, height };
            x += width + GAP;
            bar
        });
        let bars = bars.collect();
        let names = architecture.stages.iter().enumerate().map(|(at, stage)| name(at, stage));
        let names = names.collect();
        let head = x + GAP / 2.0 + HEAD_RADIUS;
        Self { bars, names, head, width: head + HEAD_RADIUS + GAP }
    }

    /// Where the line between frozen and trained stands.
    pub fn line(&self, cut: Cut) -> f64 {
        let first = cut.first_trained_stage();
        match self.bars.get(first) {
            Some(bar) => bar.x - GAP / 2.0,
            None => self.head - HEAD_RADIUS - GAP / 2.0,
        }
    }

    /// The cut whose line is nearest.
    pub fn cut_at(&self, x: f64) -> Cut {
        let distance = |cut: &Cut| (self.line(*cut) - x).abs();
        (0..Cut::POSITIONS)
            .map(Cut::from_position)
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .unwrap_or(Cut::HeadOnly)
    }
}

fn name(at: usize, stage: &Stage) -> String {
    let what = match stage.kind {
        StageKind::Stem => "First layer".to_owned(),
        StageKind::Block { .. } => format!("Block {at}"),
        StageKind::Top => "Top layer".to_owned(),
    };
    let (channels, side) = (stage.output_channels, stage.output_side);
    format!("{what}: {channels} channels of {side} × {side}, {} weights", stage.parameters())
}

/// What learns at a cut, in a few words.
pub fn learns(cut: Cut) -> String {
    match cut {
        Cut::HeadOnly => "new head only".to_owned(),
        Cut::LastBlocks(1) => "last block and head".to_owned(),
        Cut::LastBlocks(blocks) => format!("last {blocks} blocks and head"),
        Cut::Everything => "every layer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_leads_back_to_its_cut() {
        let strip = Strip::of(&Architecture::bundled());
        for position in 0..Cut::POSITIONS {
            let cut = Cut::from_position(position);
            assert_eq!(strip.cut_at(strip.line(cut)), cut);
        }
    }

    #[test]
    fn beyond_either_end_lies_the_last_cut() {
        let strip = Strip::of(&Architecture::bundled());
        assert_eq!(strip.cut_at(-100.0), Cut::Everything);
        assert_eq!(strip.cut_at(strip.width + 100.0), Cut::HeadOnly);
    }

    #[test]
    fn bars_stand_apart_and_inside() {
        let strip = Strip::of(&Architecture::bundled());
        for pair in strip.bars.windows(2) {
            assert!(pair[0].x + pair[0].width < pair[1].x);
        }
        assert!(strip.bars.iter().all(|bar| bar.y >= 0.0 && bar.height <= HEIGHT));
    }
}
