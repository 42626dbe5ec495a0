//! Where channels of a layer answer most strongly: the pictures that tell what a channel looks for
//! (Zeiler and Fergus 2014, arXiv 1311.2901, section 4.1).

/// One channel's answer to one picture, where it is largest.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Peak {
    /// Which picture.
    pub picture: usize,
    /// Which cell, counted row by row.
    pub cell: usize,
    /// The activation there.
    pub value: f32,
}

/// The strongest peaks of every channel over many pictures, the strongest first.
#[derive(Clone, PartialEq, Debug)]
pub struct Strongest {
    most: usize,
    channels: Vec<Vec<Peak>>,
}

impl Strongest {
    /// Prepares to keep so many peaks of each channel.
    pub fn new(channels: usize, most: usize) -> Self {
        Self { most, channels: vec![Vec::new(); channels] }
    }

    /// Looks at one more picture, which has one peak a channel, so that no picture fills a row. Of equal
    /// peaks the earlier stays in front. What is no number is no peak.
    ///
    /// # Shapes
    /// `activations`: `[cells, channels]`
    pub fn add(&mut self, picture: usize, activations: &[f32]) {
        let count = self.channels.len().max(1);
        for (channel, kept) in self.channels.iter_mut().enumerate() {
            let values = activations.iter().skip(channel).step_by(count).copied().enumerate();
            let peak = values
                .filter(|(_, value)| value.is_finite())
                .reduce(|best, next| if next.1 > best.1 { next } else { best });
            let Some((cell, value)) = peak else { continue };
            let place = kept.partition_point(|other| other.value >= value);
            if place < self.most {
                kept.insert(place, Peak { picture, cell, value });
                kept.truncate(self.most);
            }
        }
    }

    /// The peaks, channel by channel.
    pub fn finish(self) -> Vec<Vec<Peak>> {
        self.channels
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_picture_has_one_peak_a_channel_and_the_strongest_come_first() {
        let mut strongest = Strongest::new(2, 2);
        // Three cells of two channels.
        strongest.add(0, &[1.0, -5.0, 3.0, -4.0, 2.0, -6.0]);
        strongest.add(1, &[9.0, -4.0, 8.0, -7.0, 7.0, f32::NAN]);
        strongest.add(2, &[3.5, 1.0, 0.0, 2.0, 0.0, 0.5]);
        let peak = |picture, cell, value| Peak { picture, cell, value };
        let expected = [
            vec![peak(1, 0, 9.0), peak(2, 0, 3.5)],
            // The first picture's −4 came before the second's.
            vec![peak(2, 1, 2.0), peak(0, 1, -4.0)],
        ];
        assert_eq!(strongest.finish(), expected);
        let mut none = Strongest::new(0, 3);
        none.add(0, &[]);
        assert!(none.finish().is_empty());
    }

    proptest! {
        #[test]
        fn they_are_the_largest_of_all_pictures(
            pictures in prop::collection::vec(prop::collection::vec(-9..9i8, 12), 0..12),
            most in 1usize..5,
        ) {
            let mut strongest = Strongest::new(3, most);
            for (picture, values) in pictures.iter().enumerate() {
                let values: Vec<f32> = values.iter().map(|&value| f32::from(value)).collect();
                strongest.add(picture, &values);
            }
            for (channel, peaks) in strongest.finish().into_iter().enumerate() {
                let largest = |values: &Vec<i8>| values.iter().skip(channel).step_by(3).max().copied();
                let mut expected: Vec<i8> = pictures.iter().filter_map(largest).collect();
                expected.sort_by(|a, b| b.cmp(a));
                expected.truncate(most);
                let found: Vec<i8> = peaks.iter().map(|peak| peak.value as i8).collect();
                prop_assert_eq!(found, expected);
                for peak in peaks {
                    let at = pictures[peak.picture][peak.cell * 3 + channel];
                    prop_assert_eq!(f32::from(at), peak.value);
                }
            }
        }
    }
}
