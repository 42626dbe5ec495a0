//! What came out: metrics, intervals, similarity, and what damage does to pictures.
//!
//! | file | what lives there |
//! |---|---|
//! | `confusion` | who is taken for whom, accuracy, balanced accuracy |
//! | `interval` | an estimate with its bounds |
//! | `bootstrap`, `quantiles` | bounds of shares and paired differences, a picture a unit |

#[cfg(feature = "engine")]
mod bootstrap;
mod confusion;
mod interval;
#[cfg(feature = "engine")]
mod quantiles;

#[cfg(feature = "engine")]
pub use bootstrap::{Unit, bootstrap, paired_difference, share};
pub use confusion::Confusion;
pub use interval::Interval;
