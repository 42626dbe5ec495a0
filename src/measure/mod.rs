//! What came out: metrics, intervals, similarity, and what damage does to pictures.
//!
//! | file | what lives there |
//! |---|---|
//! | `confusion` | who is taken for whom, accuracy, balanced accuracy |

mod confusion;

pub use confusion::Confusion;
