//! Which format a file is, by its first bytes: names lie. Formats that are not read are told apart
//! too, so that the refusal can say what the file is.

use image::ImageFormat;

use super::PictureError;

const SAVE_AS_JPEG: &str = "Save or export it as JPEG or PNG and add that file.";
const PHONE: &str = "Save it as JPEG or PNG and add that file; iPhones do so by themselves when \
    Settings, Camera, Formats is set to Most Compatible.";
const UNPACK: &str = "Unpack it and add the pictures inside.";
const EXPORT_PAGE: &str = "Export its pages as JPEG or PNG, or take a screenshot, and add those.";
const SCREENSHOT: &str = "Take a screenshot of the moment you want and add that as JPEG or PNG.";
const SAVE_PICTURE: &str =
    "A web page was saved instead of the picture: open the picture itself and save it as an image.";
const NOT_A_PICTURE: &str = "Add a picture instead, best as JPEG or PNG.";

/// First bytes, what the file is, and what to do.
type Foreign = (&'static [u8], &'static str, &'static str);

const FOREIGN: &[Foreign] = &[
    (b"%PDF", "a PDF document", EXPORT_PAGE),
    (b"%!PS", "a PostScript document", EXPORT_PAGE),
    (b"\xc5\xd0\xd3\xc6", "a PostScript picture (EPS)", SAVE_AS_JPEG),
    (b"8BPS", "a Photoshop document (PSD)", SAVE_AS_JPEG),
    (b"gimp xcf", "a GIMP document (XCF)", SAVE_AS_JPEG),
    (b"\xff\x0a", "a JPEG XL picture", SAVE_AS_JPEG),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", SAVE_AS_JPEG),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", SAVE_AS_JPEG),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture", SAVE_AS_JPEG),
    (b"II\xbc", "a JPEG XR picture", SAVE_AS_JPEG),
    (b"FUJIFILMCCD-RAW", "a camera's raw file", SAVE_AS_JPEG),
    (b"qoif", "a QOI picture", SAVE_AS_JPEG),
    (b"DDS ", "a DirectDraw texture (DDS)", SAVE_AS_JPEG),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture", SAVE_AS_JPEG),
    (b"#?RADIANCE", "a Radiance picture (HDR)", SAVE_AS_JPEG),
    (b"farbfeld", "a farbfeld picture", SAVE_AS_JPEG),
    (b"SIMPLE  =", "a FITS picture", SAVE_AS_JPEG),
    (b"\0\0\x02\0", "a mouse cursor (CUR)", SAVE_AS_JPEG),
    (b"PK\x03\x04", "a ZIP archive or an office document", UNPACK),
    (b"PK\x05\x06", "an empty ZIP archive", NOT_A_PICTURE),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"\x1a\x45\xdf\xa3", "a video (Matroska or WebM)", SCREENSHOT),
    (b"OggS", "an Ogg sound or video", NOT_A_PICTURE),
    (b"ID3", "a sound (MP3)", NOT_A_PICTURE),
    (b"fLaC", "a sound (FLAC)", NOT_A_PICTURE),
    (b"{\\rtf", "a text document (RTF)", NOT_A_PICTURE),
    (b"\xd0\xcf\x11\xe0", "an office document", NOT_A_PICTURE),
    (b"\x7fELF", "a program", NOT_A_PICTURE),
    (b"MZ", "a program", NOT_A_PICTURE),
    (b"\0asm", "a program (WebAssembly)", NOT_A_PICTURE),
];

/// The format, if it is one that is decoded.
///
/// # Errors
/// [`PictureError::ForeignFormat`] for other formats that are known,
/// [`PictureError::Unrecognised`] for the rest.
pub(super) fn sniff(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    if let Some(format) = decoded_format(bytes) {
        return Ok(format);
    }
    let (description, remedy) = FOREIGN
        .iter()
        .find(|(start, ..)| bytes.starts_with(start))
        .map(|&(_, description, remedy)| (description, remedy))
        .or_else(|| boxed_media(bytes))
        .or_else(|| riff(bytes))
        .or_else(|| portable_map(bytes))
        .or_else(|| markup(bytes))
        .ok_or(PictureError::Unrecognised)?;
    Err(PictureError::ForeignFormat { description, remedy })
}

fn decoded_format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        // The version is 42, or 43 in files that may exceed four gigabytes.
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(ImageFormat::Tiff),
        [0, 0, 1, 0, ..] => Some(ImageFormat::Ico),
        [b'B', b'M', ..] => Some(ImageFormat::Bmp),
        _ => None,
    }
}

/// HEIC, AVIF, MP4 and their kin: a box named `ftyp`, then the brand.
fn boxed_media(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let brand = bytes.get(8..12).filter(|_| bytes.get(4..8) == Some(b"ftyp"))?;
    Some(match brand {
        b"avif" | b"avis" => ("an AVIF picture", SAVE_AS_JPEG),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
            ("a HEIC picture, as phones take them", PHONE)
        }
        b"crx " => ("a camera's raw file", SAVE_AS_JPEG),
        b"M4A " | b"M4B " => ("a sound (MPEG-4)", NOT_A_PICTURE),
        _ => ("a video (MP4 or QuickTime)", SCREENSHOT),
    })
}

/// Sounds and videos that share their first bytes with WebP.
fn riff(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes.get(8..12).filter(|_| bytes.starts_with(b"RIFF"))? {
        b"AVI " => Some(("a video (AVI)", SCREENSHOT)),
        b"WAVE" => Some(("a sound (WAV)", NOT_A_PICTURE)),
        _ => None,
    }
}

fn portable_map(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n', ..] => {
            Some(("a portable map (PBM, PGM, PPM or PAM)", SAVE_AS_JPEG))
        }
        _ => None,
    }
}

/// SVG and HTML have no fixed first bytes: comments and declarations may stand before them.
fn markup(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let start = bytes.get(..1024).unwrap_or(bytes);
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with('<') {
        let is_text = !start.contains(['\u{fffd}', '\0']);
        return is_text.then_some(("plain text", NOT_A_PICTURE));
    }
    if start.contains("<svg") {
        Some(("a drawing (SVG)", SAVE_AS_JPEG))
    } else if start.contains("<html") || start.contains("<!doctype html") {
        Some(("a web page (HTML)", SAVE_PICTURE))
    } else {
        Some(("an XML document", NOT_A_PICTURE))
    }
}
