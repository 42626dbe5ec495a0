//! How few pictures a class may have. Plain data, so that the page can say it beforehand.

/// Pictures a class must have: two to learn from, one to choose the best epoch on, one to test.
pub const MINIMUM_PER_CLASS: usize = 4;

/// Groups of its own that a class must have: one to learn from, one to choose by and one to test on.
#[cfg(feature = "engine")]
pub const MINIMUM_GROUPS: usize = 3;
