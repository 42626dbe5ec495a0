//! One group of channels along rows of pixels: where it lies is checked once, not at every pixel,
//! since a check costs as much as a product.

use std::marker::PhantomData;

use crate::vector::{Lane, Unwritten};

/// Where in a row of pixels a group of channels lies.
#[derive(Clone, Copy)]
pub struct Place {
    /// Numbers in a pixel.
    pub channels: usize,
    /// The first number of the group.
    pub channel: usize,
    /// Pixels in the row.
    pub pixels: usize,
}

impl Place {
    /// Makes sure that a row of so many numbers has the group in all of its pixels.
    #[inline(always)]
    fn check<L: Lane>(self, length: usize) {
        assert!(self.channel + L::COUNT <= self.channels, "a group lies within its pixel");
        assert!(self.pixels * self.channels <= length, "a row has its pixels");
    }

    /// Where the group of a pixel begins and ends: never behind the end of a row that was checked,
    /// since x · channels + channel + n is at most (x + 1) · channels.
    #[inline(always)]
    fn at<L: Lane>(self, x: usize) -> std::ops::Range<usize> {
        assert!(x < self.pixels, "a row ends at its width");
        let begin = x * self.channels + self.channel;
        begin..begin + L::COUNT
    }
}

/// Reads a group of channels along some rows of as many pixels.
#[derive(Clone, Copy)]
pub struct Tracks<'a, L, const ROWS: usize> {
    rows: [&'a [f32]; ROWS],
    place: Place,
    lane: PhantomData<L>,
}

impl<'a, L: Lane, const ROWS: usize> Tracks<'a, L, ROWS> {
    /// The group at `place` in each of the rows.
    #[inline(always)]
    pub fn new(rows: [&'a [f32]; ROWS], place: Place) -> Self {
        for row in &rows {
            place.check::<L>(row.len());
        }
        Self { rows, place, lane: PhantomData }
    }

    /// Pixels in a row.
    #[inline(always)]
    pub fn pixels(&self) -> usize {
        self.place.pixels
    }

    /// The group at pixel `x` of one row.
    #[inline(always)]
    pub fn in_row(&self, row: usize, x: usize) -> L {
        let range = self.place.at::<L>(x);
        // SAFETY: every row was checked, and `Place::at` never leaves such a one.
        L::load(unsafe { self.rows[row].get_unchecked(range) })
    }

    /// The group at pixel `x` of each row.
    #[inline(always)]
    pub fn at(&self, x: usize) -> [L; ROWS] {
        let range = self.place.at::<L>(x);
        // SAFETY: every row was checked, and `Place::at` never leaves such a one.
        self.rows.map(|row| L::load(unsafe { row.get_unchecked(range.clone()) }))
    }
}

/// Writes a group of channels along a row of pixels.
pub struct TrackMut<'a, L> {
    row: &'a mut Unwritten,
    place: Place,
    lane: PhantomData<L>,
}

impl<'a, L: Lane> TrackMut<'a, L> {
    /// The group at `place` in a row.
    #[inline(always)]
    pub fn new(row: &'a mut Unwritten, place: Place) -> Self {
        place.check::<L>(row.len());
        Self { row, place, lane: PhantomData }
    }

    /// Writes the group at pixel `x`.
    #[inline(always)]
    pub fn put(&mut self, x: usize, group: L) {
        // SAFETY: the row was checked, and `Place::at` never leaves such a one.
        group.initialise(unsafe { self.row.get_unchecked_mut(self.place.at::<L>(x)) });
    }
}
