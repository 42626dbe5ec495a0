//! Short names for contents: the same bytes have the same fingerprint. A folder remembers the
//! fingerprint of what it was made from, beside itself, so that unchanged work is skipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The fingerprint of several pieces in order, as 32 hexadecimal digits.
pub fn fingerprint(pieces: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece.len().to_le_bytes());
        hash.update(piece);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a folder was last made from an input with this fingerprint.
pub fn is_current(folder: &Path, input: &str) -> bool {
    fs::read_to_string(mark_of(folder)).is_ok_and(|mark| mark == input)
}

/// Remembers what a folder was made from.
///
/// # Errors
/// When the mark cannot be written.
pub fn mark_current(folder: &Path, input: &str) -> Result<()> {
    let mark = mark_of(folder);
    fs::write(&mark, input).with_context(|| format!("cannot write {}", mark.display()))
}

fn mark_of(folder: &Path) -> PathBuf {
    folder.with_extension("made-from")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_piece_ends_matters() {
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_eq!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"ab", b"c"]));
        assert_eq!(fingerprint(&[]).len(), 32);
    }

    #[test]
    fn a_folder_remembers_what_it_was_made_from() -> Result<()> {
        let place = tempfile::tempdir()?;
        let folder = place.path().join("app");
        assert!(!is_current(&folder, "one"));
        mark_current(&folder, "one")?;
        assert!(is_current(&folder, "one"));
        assert!(!is_current(&folder, "two"));
        Ok(())
    }
}
