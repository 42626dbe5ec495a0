//! Many pictures' features as places on a plane: principal components, and t-SNE.
//!
//! Both start from the same thing, how pictures lie to one another ([`Products`]), and each is done
//! in small pieces. Exact t-SNE is ours: of the crates for it, bhtsne and umap-rs bring threads (rayon)
//! with matrix or transform crates, and fast-umap a graphics stack, while a worker without threads has to
//! stop between two pieces to listen. For the at most thousand pictures of a page, every pair is looked
//! at, so nothing is approximated.

mod jacobi;
mod principal;
mod products;
mod stochastic;
mod turning;

pub use principal::{Principal, PrincipalSearch};
pub use products::{Gathering, Products};
pub use stochastic::{NeighbourMap, perplexity_for};
pub use turning::turned_onto;
