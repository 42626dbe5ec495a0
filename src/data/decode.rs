//! A file's bytes to a picture, in bounded memory and time. Nothing here may panic, whatever the
//! bytes: in the browser a panic ends the whole engine.

use std::error::Error;
use std::io::{self, Cursor};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::flatten::{Alpha, flatten_on_white};
use super::sniff::sniff;
use super::{Picture, PictureError, jpeg_structure, tiff_structure};

/// Largest file that is read, in bytes.
pub const MAXIMUM_FILE_BYTES: usize = 100_000_000;

/// Most pixels that are decoded.
pub const MAXIMUM_PIXELS: u64 = 64_000_000;

/// Largest width or height that is decoded, in pixels.
pub const MAXIMUM_SIDE: u32 = 30_000;

/// Most memory that one decoder may take, in bytes.
const MAXIMUM_ALLOCATION: u64 = 512 << 20;

/// A picture and how large its original was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// What the network sees.
    pub picture: Picture,
    /// Width of the upright original, in pixels.
    pub width: u32,
    /// Height of the upright original, in pixels.
    pub height: u32,
}

/// Decodes a picture file as the backbone expects it: upright by its EXIF orientation, alpha on
/// white, shorter side to `side` with an antialiasing triangle filter, centre crop.
///
/// Reads BMP, GIF, ICO, JPEG, PNG, TIFF and WebP, known by their content and not by a name. Of an
/// animation the first frame counts, of a TIFF file the first page, of an icon the largest.
/// Colour profiles are not applied. `side` is at least 1.
///
/// # Errors
/// Everything else is refused with a reason and a remedy, see [`PictureError`]; a file that stops
/// in the middle is refused rather than shown half grey.
pub fn decode(bytes: &[u8], side: usize) -> Result<Decoded, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.len() > MAXIMUM_FILE_BYTES {
        return Err(PictureError::FileTooLarge { bytes: bytes.len() });
    }
    let format = sniff(bytes)?;
    match format {
        ImageFormat::Jpeg => jpeg_structure::check(bytes)?,
        ImageFormat::Tiff => tiff_structure::check(bytes)?,
        _ => {}
    }
    let upright = read(bytes, format)?;
    let picture = Picture::from_image(&upright, side)?;
    Ok(Decoded { picture, width: upright.width(), height: upright.height() })
}

/// Upright, opaque RGB.
fn read(bytes: &[u8], format: ImageFormat) -> Result<RgbImage, PictureError> {
    let refuse = |error| refusal(bytes, format, &error);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAXIMUM_SIDE);
    limits.max_image_height = Some(MAXIMUM_SIDE);
    limits.max_alloc = Some(MAXIMUM_ALLOCATION);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refuse)?;

    // The declared size is checked before anything of that size is allocated.
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PictureError::NoPixels);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAXIMUM_PIXELS || width.max(height) > MAXIMUM_SIDE {
        return Err(PictureError::TooManyPixels { width, height });
    }
    if decoder.total_bytes() > MAXIMUM_ALLOCATION {
        return Err(PictureError::TooCostly { format: name(format) });
    }

    let orientation = orientation(&mut decoder);
    let decoded = DynamicImage::from_decoder(decoder).map_err(refuse)?;
    let alpha = match format {
        ImageFormat::Tiff if tiff_structure::is_premultiplied(bytes) => Alpha::Premultiplied,
        _ => Alpha::Straight,
    };
    // Flattened before it is turned: three bytes a pixel are the least to move.
    let mut upright = DynamicImage::ImageRgb8(flatten_on_white(decoded, alpha));
    upright.apply_orientation(orientation);
    Ok(upright.into_rgb8())
}

/// How the file says it must be turned. Damaged notes about a picture are no reason to refuse it.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    match decoder.orientation() {
        Ok(Orientation::NoTransforms) | Err(_) => {}
        Ok(orientation) => return orientation,
    }
    // In WebP and PNG some programs put JPEG's prefix before the notes.
    let notes = decoder.exif_metadata().ok().flatten();
    notes
        .and_then(|notes| Orientation::from_exif_chunk(notes.strip_prefix(b"Exif\0\0")?))
        .unwrap_or(Orientation::NoTransforms)
}

fn refusal(bytes: &[u8], format: ImageFormat, error: &ImageError) -> PictureError {
    let is_cut_off = format == ImageFormat::WebP && is_shorter_than_declared(bytes);
    let format = name(format);
    match error {
        ImageError::Limits(_) => PictureError::TooCostly { format },
        ImageError::Unsupported(_) => PictureError::RareKind { format, detail: own_words(error) },
        _ if is_cut_off || ends_too_early(error) => PictureError::Truncated { format },
        _ => PictureError::Broken { format, detail: own_words(error) },
    }
}

/// Whether the decoder, or whatever it decodes through, ran out of bytes.
fn ends_too_early(error: &ImageError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = match error {
        // Its source is the cause of the input error, not the input error itself.
        ImageError::IoError(error) => Some(error),
        other => other.source(),
    };
    while let Some(error) = cause {
        let input = error.downcast_ref::<io::Error>();
        if input.is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) {
            return true;
        }
        cause = error.source();
    }
    // Some decoders have an error of their own for it, which only its words tell apart.
    let words = error.to_string().to_ascii_lowercase();
    RUNS_OUT.iter().any(|ending| words.contains(ending))
}

/// Whether a WebP file has fewer bytes than its header says: its decoder only sees nonsense then.
fn is_shorter_than_declared(bytes: &[u8]) -> bool {
    let declared =
        bytes.get(4..8).and_then(|digits| digits.try_into().ok()).map(u32::from_le_bytes);
    declared.is_none_or(|declared| (bytes.len() as u64) < u64::from(declared) + 8)
}

/// What decoders say when they run out of bytes without an input error.
const RUNS_OUT: [&str; 4] =
    ["unexpected end", "unexpected eof", "failed to fill whole buffer", "no more data"];

/// The decoder's words, fit to stand between a colon and a full stop.
fn own_words(error: &ImageError) -> String {
    let words = error.to_string();
    // The sentence around it has named the format already.
    let words =
        match words.strip_prefix("Format error decoding ").and_then(|it| it.split_once(": ")) {
            Some((_, words)) => words,
            None => &words,
        };
    words
        .trim_matches(|letter: char| letter == '"' || letter == '.' || letter.is_whitespace())
        .to_owned()
}

/// The format's name as people write it.
fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Bmp => "BMP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Ico => "ICO",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::WebP => "WebP",
        _ => "picture",
    }
}
