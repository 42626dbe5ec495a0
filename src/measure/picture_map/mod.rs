//! Many pictures' features as places on a plane: principal components, and t-SNE.
//!
//! Both start from the same thing, how pictures lie to one another ([`Products`]), and each is done
//! in small pieces. Exact t-SNE is ours: bhtsne, umap-rs, linfa-tsne and fast-umap bring threads
//! (rayon), matrix or transform crates or a graphics stack, and run to their end in one call, which
//! a worker that answers between two pieces cannot use. For the at most thousand pictures of a page,
//! every pair is looked at, so nothing is approximated.

mod jacobi;
mod principal;
mod products;
mod stochastic;
mod turning;

pub use principal::{Principal, PrincipalSearch};
pub use products::{Gathering, Products};
pub use stochastic::{NeighbourMap, perplexity_for};
pub use turning::turned_onto;
