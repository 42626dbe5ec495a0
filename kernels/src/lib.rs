//! The arithmetic of Headstart's network on slices of numbers, four at once.
//!
//! It is a package of its own so that it can be compiled for speed while all else in the browser's
//! engine is compiled for size: that takes a tenth off the engine, and without this package it would
//! make a step fourteen times slower. It knows nothing of tensors, pictures or strategies. What is
//! called from outside has no type parameters, since a function with some is compiled where it is
//! called.

mod adam;
#[cfg(any(test, feature = "ceiling"))]
pub mod ceiling;
mod depthwise;
mod fold;
mod layer;
mod outer;
mod panels;
mod patches;
mod pointwise;
mod pooling;
mod product;
mod rows;
mod shape;
mod vector;

pub use adam::{Update, sum_of_squares};
pub use layer::{Found, Own, Ready, Sums};
pub use pooling::{pool, pool_gradient};
pub use rows::{product as row_product, squared_distance};
pub use shape::{Activation, Area, EPSILON, Kind, Layer, TAPS};
pub use vector::through_clamp_all;
