//! What came out: metrics, intervals, similarity, and what damage does to pictures.
//!
//! | file | what lives there |
//! |---|---|
//! | `confusion` | who is taken for whom, accuracy, balanced accuracy |
//! | `interval` | an estimate with its bounds |
//! | `bootstrap`, `quantiles` | bounds of shares and paired differences, a picture a unit |
//! | `similarity` | how alike two layers see the same pictures (linear CKA) |
//! | `neighbours` | what frozen features alone tell: nearest mean, overlap of classes |
//! | `lanes` | the inner loops of these two |
//! | `corruption` | pictures made worse in seven ways and five steps |

#[cfg(feature = "engine")]
mod bootstrap;
mod confusion;
mod corruption;
mod interval;
mod lanes;
mod neighbours;
#[cfg(feature = "engine")]
mod quantiles;
mod similarity;

#[cfg(feature = "engine")]
pub use bootstrap::{Unit, bootstrap, mean_difference, mean_share, paired_difference, share};
pub use confusion::Confusion;
#[cfg(feature = "engine")]
pub use corruption::corrupted;
pub use corruption::{Corruption, SEVERITIES};
pub use interval::Interval;
pub use neighbours::{nearest_mean_accuracy, overlap};
pub use similarity::{Gram, similarity};
