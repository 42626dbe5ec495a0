//! What came out: metrics, intervals, similarity, and what damage does to pictures.
//!
//! | file | what lives there |
//! |---|---|
//! | `confusion` | who is taken for whom, accuracy, balanced accuracy |
//! | `interval` | an estimate with its bounds |
//! | `bootstrap`, `quantiles` | bounds of shares and paired differences, a picture a unit |
//! | `similarity` | how alike two layers see the same pictures (linear CKA) |
//! | `neighbours` | what frozen features alone tell: nearest mean, overlap of classes |
//! | `nearest` | the pictures whose features point most nearly the same way |
//! | `strongest` | where channels of a layer answer most strongly |
//! | `lanes` | the inner loops of these three |
//! | `corruption` | pictures made worse in seven ways and five steps |
//! | `picture_map` | many pictures as places on a plane: principal components, t-SNE |
//! | `heat_map` | where in a picture a model finds what speaks for a class (Grad-CAM) |

#[cfg(feature = "engine")]
mod bootstrap;
mod confusion;
mod corruption;
mod heat_map;
mod interval;
mod lanes;
mod nearest;
mod neighbours;
#[cfg(feature = "engine")]
mod picture_map;
#[cfg(feature = "engine")]
mod quantiles;
mod similarity;
#[cfg(feature = "engine")]
mod strongest;

#[cfg(feature = "engine")]
pub use bootstrap::{Unit, bootstrap, mean_difference, mean_share, paired_difference, share};
pub use confusion::Confusion;
#[cfg(feature = "engine")]
pub use corruption::corrupted;
pub use corruption::{Corruption, SEVERITIES};
pub use heat_map::{Grain, HeatMap, shares_of_thirds};
#[cfg(feature = "engine")]
pub use heat_map::{grad_cam, overlay};
pub use interval::Interval;
pub use nearest::nearest;
pub use neighbours::{nearest_mean_accuracy, overlap};
#[cfg(feature = "engine")]
pub use picture_map::{
    Gathering, NeighbourMap, Principal, PrincipalSearch, Products, perplexity_for, turned_onto,
};
pub use similarity::{Gram, similarity};
#[cfg(feature = "engine")]
pub use strongest::{Peak, Strongest};
