//! Walks a JPEG file's segments before it is decoded, for two things the decoder does not do: it
//! fills a file that stops early with grey, and it takes as many scans as a file has.

use super::PictureError;
use super::decode::MAXIMUM_PIXELS;

/// Pixels visited by all scans together. A progressive photograph has about ten scans, so the
/// largest picture still passes; a file made to keep the decoder busy has thousands.
const MAXIMUM_VISITS: u64 = 20 * MAXIMUM_PIXELS;

const FORMAT: &str = "JPEG";
const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Refuses a JPEG that stops before its end marker or scans its pixels too often.
///
/// Anything else that is wrong is left to the decoder, which says it better.
pub(super) fn check(bytes: &[u8]) -> Result<(), PictureError> {
    let truncated = PictureError::Truncated { format: FORMAT };
    let mut pixels: u64 = 0;
    let mut scans = 0;
    let mut rest = bytes;
    loop {
        let (marker, after) = next_marker(rest).ok_or_else(|| truncated.clone())?;
        rest = after;
        match marker {
            END_OF_IMAGE => return Ok(()),
            // Markers that stand alone: start of image, restarts, and the temporary one.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let &[high, low, ..] = rest else { return Err(truncated) };
        let length = usize::from(u16::from_be_bytes([high, low])).max(2);
        let (segment, after) = rest.split_at_checked(length).ok_or_else(|| truncated.clone())?;
        rest = after;
        if is_frame(marker)
            && let &[_, _, _, height_high, height_low, width_high, width_low, ..] = segment
        {
            pixels = u64::from(u16::from_be_bytes([height_high, height_low]))
                * u64::from(u16::from_be_bytes([width_high, width_low]));
        }
        if marker == START_OF_SCAN {
            scans += 1;
            if pixels * scans > MAXIMUM_VISITS {
                return Err(PictureError::TooCostly { format: FORMAT });
            }
        }
    }
}

/// The next marker's code and what follows it. Skips compressed data, in which 0xff is followed
/// by zero, and fill bytes.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let position =
        bytes.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff))?;
    Some((bytes[position + 1], &bytes[position + 2..]))
}

/// Whether the segment declares the picture's size: any start of frame.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}
