//! Which training pictures a step shows, and as which of their views.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::{Purpose, Split, seeded};

/// The order of an epoch. What it gives are indices into the features, in which view `v` of picture
/// `i` of `n` stands at `v · n + i`.
pub(super) struct Showing {
    /// The training pictures, as this epoch shows them.
    order: Vec<usize>,
    generator: ChaCha8Rng,
    views: usize,
    /// Pictures in all, of every part.
    pictures: usize,
    /// For each place of the order, its view; 0 for the picture itself. Empty without views.
    shown: Vec<usize>,
    view_generator: ChaCha8Rng,
}

impl Showing {
    /// Of the training pictures of a split of so many `pictures`, each of which has so many views.
    pub fn new(split: &Split, views: usize, pictures: usize, seed: u64) -> Self {
        Self {
            order: split.training.clone(),
            generator: seeded(seed, Purpose::Order),
            views,
            pictures,
            shown: Vec::new(),
            view_generator: seeded(seed, Purpose::Showing),
        }
    }

    /// Training pictures, each of which an epoch shows once.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Begins an epoch: another order, and for each picture one of its views or itself.
    pub fn begin_epoch(&mut self) {
        self.order.shuffle(&mut self.generator);
        if self.views > 0 {
            let Self { view_generator, views, .. } = self;
            let choose = |_: &usize| view_generator.random_range(0..=*views);
            self.shown = self.order.iter().map(choose).collect();
        }
    }

    /// The indices of a step on `size` pictures. Every batch has the same size, since a device
    /// compiles and allocates for shapes: the last one of an epoch is filled up from its beginning.
    pub fn batch(&self, step_of_epoch: usize, size: usize) -> Vec<usize> {
        let size = size.min(self.order.len());
        let places = (0..size).map(|offset| (step_of_epoch * size + offset) % self.order.len());
        places.map(|place| self.index(place)).collect()
    }

    fn index(&self, place: usize) -> usize {
        let view = self.shown.get(place).copied().unwrap_or(0);
        view * self.pictures + self.order[place]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::Labelled;

    proptest! {
        #[test]
        fn an_epoch_shows_each_training_picture_once_as_a_view_of_itself_and_no_other_picture(
            labels in proptest::collection::vec(0usize..2, 0..40),
            views in 0usize..5,
            size in 1usize..20,
            seed: u64,
        ) {
            let labels: Vec<usize> = [0, 0, 0, 0, 1, 1, 1, 1].into_iter().chain(labels).collect();
            let split = Split::stratified(Labelled::singly(&labels, 2), seed).expect("enough pictures");
            let pictures = labels.len();
            let mut showing = Showing::new(&split, views, pictures, seed);
            for _ in 0..3 {
                showing.begin_epoch();
                let size = size.min(showing.len());
                let steps = showing.len().div_ceil(size);
                let mut asked: Vec<usize> =
                    (0..steps).flat_map(|step| showing.batch(step, size)).collect();
                prop_assert!(asked.iter().all(|index| index / pictures <= views));
                prop_assert!(asked.iter().all(|index| split.training.contains(&(index % pictures))));
                asked.truncate(showing.len());
                let mut shown: Vec<usize> = asked.iter().map(|index| index % pictures).collect();
                shown.sort_unstable();
                prop_assert_eq!(shown, split.training.clone());
            }
        }

        #[test]
        fn views_leave_the_order_as_it_is(views in 1usize..5, seed: u64) {
            let split = Split { training: (0..30).collect(), ..Split::default() };
            let (mut with, mut without) =
                (Showing::new(&split, views, 40, seed), Showing::new(&split, 0, 40, seed));
            for _ in 0..3 {
                with.begin_epoch();
                without.begin_epoch();
                let order: Vec<usize> = with.batch(0, 30).iter().map(|index| index % 40).collect();
                prop_assert_eq!(order, without.batch(0, 30));
            }
        }
    }

    #[test]
    fn every_view_is_shown_about_equally_often() {
        let split = Split { training: (0..100).collect(), ..Split::default() };
        let mut showing = Showing::new(&split, 3, 100, 7);
        let mut counts = [0usize; 4];
        for _ in 0..40 {
            showing.begin_epoch();
            showing.batch(0, 100).iter().for_each(|index| counts[index / 100] += 1);
        }
        // Of 4000, a quarter each; four standard deviations are 110.
        assert!(counts.iter().all(|count| (890..=1110).contains(count)), "{counts:?}");
    }
}
