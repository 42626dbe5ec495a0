//! Reads a TIFF file's first directory before it is decoded, for two things: the one lawful layout
//! that makes the decoder (tiff 0.11.3) panic, tiles whose colours lie in separate planes; and
//! whether its colours were multiplied by alpha, which the decoder does not tell.

use super::PictureError;

const PLANAR_CONFIGURATION: u16 = 284;
const TILE_OFFSETS: u16 = 324;
const EXTRA_SAMPLES: u16 = 338;
const TYPE_SHORT: u16 = 3;

/// Refuses tiled files whose colours are not interleaved.
///
/// Anything else that is wrong is left to the decoder, which says it better.
pub(super) fn check(bytes: &[u8]) -> Result<(), PictureError> {
    let Some(directory) = Directory::first(bytes) else { return Ok(()) };
    let is_tiled = directory.entries(TILE_OFFSETS).next().is_some();
    let is_planar = directory
        .entries(PLANAR_CONFIGURATION)
        .any(|entry| directory.short_value(entry) != Some(1));
    if is_tiled && is_planar {
        return Err(PictureError::RareKind {
            format: "TIFF",
            detail: "tiles with separate colour planes".to_owned(),
        });
    }
    Ok(())
}

/// Whether the colours were multiplied by alpha when the file was written.
pub(super) fn is_premultiplied(bytes: &[u8]) -> bool {
    Directory::first(bytes).is_some_and(|directory| {
        directory.entries(EXTRA_SAMPLES).any(|entry| directory.short_value(entry) == Some(1))
    })
}

/// The list of facts that opens a TIFF file.
struct Directory<'bytes> {
    is_big_endian: bool,
    entry_length: usize,
    entries: &'bytes [u8],
}

impl<'bytes> Directory<'bytes> {
    fn first(bytes: &'bytes [u8]) -> Option<Self> {
        let is_big_endian = bytes.first()? == &b'M';
        let number = |at: usize, length: usize| {
            let digits = bytes.get(at..at.checked_add(length)?)?;
            let join = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
            let value = if is_big_endian {
                digits.iter().fold(0, join)
            } else {
                digits.iter().rev().fold(0, join)
            };
            usize::try_from(value).ok()
        };
        let is_large = number(2, 2)? == 43;
        let (offset, count_length, entry_length) =
            if is_large { (number(8, 8)?, 8, 20) } else { (number(4, 4)?, 2, 12) };
        let length = number(offset, count_length)?.checked_mul(entry_length)?;
        // A directory that ends too early is read as far as it goes.
        let entries = bytes.get(offset.checked_add(count_length)?..)?;
        let entries = entries.get(..length).unwrap_or(entries);
        Some(Self { is_big_endian, entry_length, entries })
    }

    fn entries(&self, tag: u16) -> impl Iterator<Item = &'bytes [u8]> {
        let entries = self.entries.chunks_exact(self.entry_length);
        entries.filter(move |entry| self.short(entry, 0) == Some(tag))
    }

    fn short(&self, entry: &[u8], at: usize) -> Option<u16> {
        let digits = [*entry.get(at)?, *entry.get(at + 1)?];
        Some(if self.is_big_endian {
            u16::from_be_bytes(digits)
        } else {
            u16::from_le_bytes(digits)
        })
    }

    /// An entry's first value, if it has the type that the format asks for here.
    fn short_value(&self, entry: &[u8]) -> Option<u16> {
        let value_at = if self.entry_length == 20 { 12 } else { 8 };
        self.short(entry, value_at).filter(|_| self.short(entry, 2) == Some(TYPE_SHORT))
    }
}
