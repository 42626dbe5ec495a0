//! Neighbours kept together on a plane: exact t-SNE (van der Maaten and Hinton 2008, JMLR 9).
//!
//! It begins with the first two principal components, made small, instead of by chance (Kobak and
//! Berens 2019, Nature Communications 10:5416): so the map keeps what is far apart somewhat better,
//! and the same pictures always give the same map.

use super::products::Products;

/// Neighbours of each picture that count, where there are enough pictures.
const PERPLEXITY: f64 = 30.0;

/// How closely the perplexity of each row is met.
const TOLERANCE: f64 = 1e-4;

/// Iterations during which neighbours attract one another more strongly, and those in all.
const EXAGGERATED: usize = 250;
const ITERATIONS: usize = 750;

/// How much more strongly. Rates and momenta are those of Belkina et al. 2019, Nature Communications
/// 10:5415, and of the paper.
const EXAGGERATION: f32 = 12.0;

/// Where the first axis of a map begins: its standard deviation.
const START: f64 = 1e-4;

/// Pairs that are looked at in one piece of work: some 20 ms of a browser's.
const PAIRS_A_PIECE: usize = 4_000_000;

/// However few pictures there are, whoever waits may see the map take shape.
const MOST_MOVES_A_PIECE: usize = 50;

/// Numbers that are summed side by side.
const LANES: usize = 8;

/// The perplexity for so many pictures: 30, or a third of the others where they are fewer than 91.
pub fn perplexity_for(count: usize) -> f64 {
    PERPLEXITY.min(count.saturating_sub(1) as f64 / 3.0).max(1.0)
}

/// A map in the making.
#[derive(Debug)]
pub struct NeighbourMap {
    count: usize,
    /// How near each pair is, `[count, count]`: of all pairs together 1.
    joint: Vec<f32>,
    /// The next row whose neighbours are weighed.
    next_row: usize,
    iteration: usize,
    /// Both coordinates, `[2][count]`.
    places: [Vec<f32>; 2],
    steps: [Vec<f32>; 2],
    gains: [Vec<f32>; 2],
}

impl NeighbourMap {
    /// Prepares a map that begins with these places, in any size.
    pub fn begin(start: &[[f64; 2]]) -> Self {
        let count = start.len();
        let squares: f64 = start.iter().map(|[x, _]| x * x).sum();
        let deviation = (squares / count.max(1) as f64).sqrt();
        let scale = if deviation > 0.0 { START / deviation } else { 0.0 };
        let places = [0, 1].map(|axis| start.iter().map(|at| (at[axis] * scale) as f32).collect());
        Self {
            count,
            joint: vec![0.0; count * count],
            next_row: 0,
            iteration: 0,
            places,
            steps: [vec![0.0; count], vec![0.0; count]],
            gains: [vec![1.0; count], vec![1.0; count]],
        }
    }

    /// The share of all work that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.iteration as f64 / ITERATIONS as f64
    }

    /// Does one piece of work: weighs some rows, or moves all places a few times. Returns whether the
    /// map is done.
    pub fn advance(&mut self, products: &Products) -> bool {
        if self.count < 2 {
            return true;
        }
        if self.next_row < self.count {
            // A row takes some forty looks at every other until its perplexity is met.
            let rows = (PAIRS_A_PIECE / (100 * self.count)).max(1);
            for _ in 0..rows.min(self.count - self.next_row) {
                self.weigh_row(products);
            }
            if self.next_row == self.count {
                self.join();
            }
            return false;
        }
        let moves = (PAIRS_A_PIECE / (self.count * self.count)).clamp(1, MOST_MOVES_A_PIECE);
        for _ in 0..moves.min(ITERATIONS - self.iteration) {
            self.move_all();
        }
        self.iteration >= ITERATIONS
    }

    /// Where each picture lies so far, around the middle of all.
    pub fn points(&self) -> Vec<[f64; 2]> {
        let [x, y] = &self.places;
        x.iter().zip(y).map(|(&x, &y)| [f64::from(x), f64::from(y)]).collect()
    }

    /// How badly the map keeps neighbours: the Kullback-Leibler divergence of its pairs from those of
    /// the features, in nats (equation 2 of the paper).
    pub fn divergence(&self) -> f64 {
        let near = |i: usize, j: usize| {
            let [x, y] = [0, 1].map(|axis| f64::from(self.places[axis][i] - self.places[axis][j]));
            1.0 / (1.0 + x * x + y * y)
        };
        let pairs = || (0..self.count).flat_map(|i| (0..i).map(move |j| (i, j)));
        let all: f64 = 2.0 * pairs().map(|(i, j)| near(i, j)).sum::<f64>();
        let of_pair = |(i, j): (usize, usize)| {
            let joint = f64::from(self.joint[i * self.count + j]);
            if joint > 0.0 { 2.0 * joint * (joint * all / near(i, j)).ln() } else { 0.0 }
        };
        pairs().map(of_pair).sum()
    }

    /// Weighs the others of the next row: how likely it is to choose each as its neighbour.
    fn weigh_row(&mut self, products: &Products) {
        let row = self.next_row;
        let distances = products.squared_distances(row);
        let weights = neighbour_weights(&distances, row, perplexity_for(self.count));
        let (begin, end) = (row * self.count, (row + 1) * self.count);
        for (place, weight) in self.joint[begin..end].iter_mut().zip(weights) {
            *place = weight as f32;
        }
        self.next_row += 1;
    }

    /// Makes pairs of what the rows chose (section 3.1: the mean of both).
    fn join(&mut self) {
        let count = self.count;
        let half = 0.5 / count as f32;
        for i in 0..count {
            for j in 0..=i {
                let joint = (self.joint[i * count + j] + self.joint[j * count + i]) * half;
                self.joint[i * count + j] = joint;
                self.joint[j * count + i] = joint;
            }
        }
    }

    /// One step of gradient descent with momentum and gains (sections 2 and 3.4).
    fn move_all(&mut self) {
        let is_early = self.iteration < EXAGGERATED;
        let (exaggeration, momentum) = if is_early { (EXAGGERATION, 0.5) } else { (1.0, 0.8) };
        // The rate of a gradient with its factor of four.
        let rate = (self.count as f32 / (4.0 * EXAGGERATION)).max(50.0);
        let gradient = self.gradient(exaggeration);
        let axes = self.places.iter_mut().zip(&mut self.steps).zip(&mut self.gains);
        for (((places, steps), gains), slopes) in axes.zip(&gradient) {
            let moving = places.iter_mut().zip(steps).zip(gains);
            for (((place, step), gain), &slope) in moving.zip(slopes) {
                let turns = slope * *step > 0.0;
                *gain = if turns { (*gain * 0.8).max(0.01) } else { *gain + 0.2 };
                *step = momentum * *step - rate * *gain * slope;
                *place += *step;
            }
            let mean =
                places.iter().map(|&place| f64::from(place)).sum::<f64>() / self.count as f64;
            places.iter_mut().for_each(|place| *place -= mean as f32);
        }
        self.iteration += 1;
    }

    /// The slope of the divergence at each place (equation 5), with pairs that attract one another
    /// `exaggeration` times as strongly.
    fn gradient(&self, exaggeration: f32) -> [Vec<f32>; 2] {
        let count = self.count;
        let mut all = 0.0f64;
        let mut pulls = [vec![0.0f32; count], vec![0.0f32; count]];
        let mut pushes = [vec![0.0f32; count], vec![0.0f32; count]];
        for place in 0..count {
            let row = &self.joint[place * count..(place + 1) * count];
            let sums = self.row_sums(place, row);
            // A picture is as near as can be to itself.
            all += f64::from(sums.near) - 1.0;
            for axis in 0..2 {
                pulls[axis][place] = sums.pulls[axis];
                pushes[axis][place] = sums.pushes[axis];
            }
        }
        let share = (1.0 / all.max(f64::MIN_POSITIVE)) as f32;
        let slope = |(pull, push): (&f32, &f32)| 4.0 * (exaggeration * pull - share * push);
        [0, 1].map(|axis| pulls[axis].iter().zip(&pushes[axis]).map(slope).collect())
    }

    /// What all others do to one place, in lanes side by side, so that it takes vectors.
    fn row_sums(&self, place: usize, row: &[f32]) -> RowSums {
        let [xs, ys] = &self.places;
        let (own_x, own_y) = (xs[place], ys[place]);
        let mut sums = [[0.0f32; LANES]; 5];
        let mut add = |lane: usize, x: f32, y: f32, joint: f32| {
            let (across, up) = (own_x - x, own_y - y);
            let near = 1.0 / (1.0 + across * across + up * up);
            let (pull, push) = (joint * near, near * near);
            let parts = [near, pull * across, pull * up, push * across, push * up];
            sums.iter_mut().zip(parts).for_each(|(sum, part)| sum[lane] += part);
        };
        let (x_whole, x_rest) = xs.as_chunks::<LANES>();
        let (y_whole, y_rest) = ys.as_chunks::<LANES>();
        let (row_whole, row_rest) = row.as_chunks::<LANES>();
        for ((x, y), joint) in x_whole.iter().zip(y_whole).zip(row_whole) {
            for lane in 0..LANES {
                add(lane, x[lane], y[lane], joint[lane]);
            }
        }
        for (lane, ((&x, &y), &joint)) in x_rest.iter().zip(y_rest).zip(row_rest).enumerate() {
            add(lane, x, y, joint);
        }
        let [near, pull_x, pull_y, push_x, push_y] = sums.map(|lanes| lanes.iter().sum::<f32>());
        RowSums { near, pulls: [pull_x, pull_y], pushes: [push_x, push_y] }
    }
}

/// What all others do to one place.
struct RowSums {
    near: f32,
    pulls: [f32; 2],
    pushes: [f32; 2],
}

/// How likely a row is to choose each other row as its neighbour: a normal distribution over
/// distances, as wide as its perplexity wants (equation 1 and section 2 of the paper). Of all together
/// 1, of itself 0.
fn neighbour_weights(distances: &[f32], row: usize, perplexity: f64) -> Vec<f64> {
    let wanted = perplexity.ln();
    let others = || distances.iter().enumerate().filter(|(other, _)| *other != row);
    let nearest = others().map(|(_, &d)| d).fold(f32::INFINITY, f32::min);
    let weights_at = |precision: f64| -> (Vec<f64>, f64) {
        let mut weights = vec![0.0; distances.len()];
        let (mut sum, mut weighted) = (0.0, 0.0);
        for (other, &distance) in others() {
            // Less the nearest, which changes no share, so that not all become nothing.
            let further = f64::from(distance - nearest);
            let weight = (-precision * further).exp();
            weights[other] = weight;
            sum += weight;
            weighted += weight * further;
        }
        weights.iter_mut().for_each(|weight| *weight /= sum);
        (weights, sum.ln() + precision * weighted / sum)
    };
    let (mut low, mut high) = (0.0, f64::INFINITY);
    // One over the mean distance: where it would be if all were equally far.
    let mean = others().map(|(_, &d)| f64::from(d - nearest)).sum::<f64>() / perplexity.max(1.0);
    let mut precision = if mean > 0.0 { 1.0 / mean } else { 1.0 };
    let mut found = weights_at(precision);
    for _ in 0..100 {
        let off = found.1 - wanted;
        if off.abs() <= TOLERANCE {
            break;
        }
        if off > 0.0 {
            low = precision;
            precision = if high.is_finite() { (low + high) / 2.0 } else { precision * 2.0 };
        } else {
            high = precision;
            precision = (low + high) / 2.0;
        }
        found = weights_at(precision);
    }
    found.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::data::{Purpose, seeded};
    use crate::measure::picture_map::principal::PrincipalSearch;
    use crate::measure::picture_map::products::tests::products_of;

    /// Rows around `clusters` directions of a space of sixteen dimensions, in turn.
    fn rows(count: usize, clusters: usize, noise: f32, seed: u64) -> Vec<Vec<f32>> {
        let mut generator = seeded(seed, Purpose::Probe);
        (0..count)
            .map(|index| {
                let mut row: Vec<f32> =
                    (0..16).map(|_| generator.random_range(-noise..noise)).collect();
                row[index % clusters] += 1.0;
                row
            })
            .collect()
    }

    fn begun(rows: &[Vec<f32>]) -> (NeighbourMap, Products) {
        let products = products_of(rows);
        let mut search = PrincipalSearch::begin(rows.len());
        let start = loop {
            if let Some(found) = search.advance(&products) {
                break found.points;
            }
        };
        (NeighbourMap::begin(&start), products)
    }

    fn done(rows: &[Vec<f32>]) -> NeighbourMap {
        let (mut map, products) = begun(rows);
        while !map.advance(&products) {}
        map
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_divergence() {
        let (mut map, products) = begun(&rows(23, 3, 0.4, 1));
        while map.next_row < map.count {
            map.advance(&products);
        }
        // Somewhere far from the start, so that no two differences are alike.
        let mut generator = seeded(2, Purpose::Probe);
        for axis in 0..2 {
            map.places[axis].iter_mut().for_each(|at| *at = generator.random_range(-2.0..2.0));
        }
        let gradient = map.gradient(1.0);
        for (axis, place) in [(0, 0), (1, 7), (0, 15), (1, 22)] {
            let mut at = |step: f32| {
                let before = map.places[axis][place];
                map.places[axis][place] = before + step;
                let divergence = map.divergence();
                map.places[axis][place] = before;
                divergence
            };
            let expected = (at(0.0078125) - at(-0.0078125)) / 0.015625;
            let found = f64::from(gradient[axis][place]);
            assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
        }
    }

    #[test]
    fn the_divergence_of_two_pairs_is_the_one_worked_out_by_hand() {
        // Three places on a line at 0, 1 and 3: nearness 1/2, 1/5 and 1/10, so shares 5/16, 2/16 and
        // 1/16 of each ordered pair. Joint 1/4, 1/4 and 0 a pair.
        let mut map = NeighbourMap::begin(&[[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]]);
        map.places = [vec![0.0, 1.0, 3.0], vec![0.0; 3]];
        map.joint = vec![0.0, 0.25, 0.0, 0.25, 0.0, 0.25, 0.0, 0.25, 0.0];
        let expected = 0.5 * (0.25f64 / (5.0 / 16.0)).ln() + 0.5 * (0.25f64 / (2.0 / 16.0)).ln();
        assert!((map.divergence() - expected).abs() < 1e-7, "{}", map.divergence());
    }

    #[test]
    fn a_map_keeps_neighbours_better_than_it_began_and_is_the_same_again() {
        let rows = rows(150, 6, 0.35, 3);
        let (mut map, products) = begun(&rows);
        while map.next_row < map.count {
            map.advance(&products);
        }
        let before = map.divergence();
        while !map.advance(&products) {}
        let after = map.divergence();
        assert!(after < before, "{before} {after}");
        assert_eq!(map.progress(), 1.0);
        assert_eq!(done(&rows).points(), map.points());
    }

    /// Clusters whose members are nearer to one another than to any other: on the map the nearest of
    /// every picture is of its own.
    #[test]
    fn clusters_that_are_apart_stay_apart() {
        const CLUSTERS: usize = 5;
        let points = done(&rows(160, CLUSTERS, 0.15, 4)).points();
        for (i, a) in points.iter().enumerate() {
            let others = points.iter().enumerate().filter(|(j, _)| *j != i);
            let nearest = others.min_by(|(_, b), (_, c)| {
                let distance = |to: &[f64; 2]| (a[0] - to[0]).hypot(a[1] - to[1]);
                distance(b).total_cmp(&distance(c))
            });
            let (nearest, _) = nearest.expect("there are others");
            assert_eq!(nearest % CLUSTERS, i % CLUSTERS, "{i} lies beside {nearest}");
        }
    }

    #[test]
    fn few_and_equal_pictures_have_finite_places() {
        assert!(done(&[]).points().is_empty());
        assert_eq!(done(&rows(1, 1, 0.1, 1)).points(), [[0.0; 2]]);
        for rows in [
            rows(2, 2, 0.1, 1),
            vec![vec![1.0; 4]; 9],
            [rows(4, 2, 0.1, 2), rows(4, 2, 0.1, 2)].concat(),
        ] {
            let points = done(&rows).points();
            assert!(points.iter().flatten().all(|at| at.is_finite()), "{points:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_row_meets_its_perplexity(
            distances in prop::collection::vec(0.001..4.0f32, 8..120),
        ) {
            let perplexity = perplexity_for(distances.len());
            let weights = neighbour_weights(&distances, 3, perplexity);
            prop_assert_eq!(weights[3], 0.0);
            prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let entropy: f64 =
                weights.iter().filter(|&&w| w > 0.0).map(|w| -w * w.ln()).sum();
            prop_assert!((entropy.exp() / perplexity - 1.0).abs() < 2.0 * TOLERANCE, "{}", entropy.exp());
        }
    }
}
