//! Smaller copies of files for hosts that hand them out: brotli and gzip. A copy is kept under the
//! fingerprint of what it was made from, so that unchanged files are not compressed again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};

use crate::fingerprint::fingerprint;
use crate::site::{self, Files};

/// Pictures and fonts are compressed already; these are not.
const COMPRESSIBLE: [&str; 12] = [
    "html",
    "js",
    "css",
    "wasm",
    "json",
    "webmanifest",
    "svg",
    "ico",
    "md",
    "tsv",
    "txt",
    "safetensors",
];

/// The bytes of a file, as it is and compressed.
pub struct Sizes {
    /// Where it is served.
    pub served: PathBuf,
    /// As it is.
    pub raw: usize,
    /// With brotli, or as it is where that is no smaller.
    pub brotli: usize,
}

/// Adds a `.br` and a `.gz` beside every file that gets smaller, keeping copies in `kept`.
///
/// # Errors
/// When a file cannot be read, compressed or written.
pub fn add_copies(files: &mut Files, kept: &Path) -> Result<Vec<Sizes>> {
    let mut sizes = Vec::new();
    for (served, source) in files.clone() {
        let bytes =
            fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
        let mut brotli = bytes.len();
        if is_compressible(&served) {
            for (extension, compress) in [("br", brotlied as Compressor), ("gz", gzipped)] {
                let copy = kept.join(format!("{}.{extension}", fingerprint(&[&bytes])));
                if !copy.is_file() {
                    let smaller = compress(&bytes)
                        .with_context(|| format!("cannot compress {}", source.display()))?;
                    site::write_if_different(&copy, &smaller)?;
                }
                let length = fs::metadata(&copy)
                    .with_context(|| format!("cannot read {}", copy.display()))?
                    .len();
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if length < bytes.len() {
                    files.insert(format!("{}.{extension}", served.display()).into(), copy);
                    if extension == "br" {
                        brotli = length;
                    }
                }
            }
        }
        sizes.push(Sizes { served, raw: bytes.len(), brotli });
    }
    Ok(sizes)
}

fn is_compressible(served: &Path) -> bool {
    let extension = served.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| COMPRESSIBLE.contains(&extension))
}

type Compressor = fn(&[u8]) -> std::io::Result<Vec<u8>>;

fn brotlied(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    // The largest window that every browser takes.
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzipped(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // No name and no time, so that the same bytes give the same file.
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_gets_smaller_has_copies() -> Result<()> {
        let place = tempfile::tempdir()?;
        let (long, short) = (place.path().join("long.js"), place.path().join("short.js"));
        fs::write(&long, "let x = 1;\n".repeat(100))?;
        fs::write(&short, "1")?;
        let picture = place.path().join("a.png");
        fs::write(&picture, vec![0; 1000])?;
        let mut files = Files::from([
            ("long.js".into(), long),
            ("short.js".into(), short),
            ("a.png".into(), picture),
        ]);

        let sizes = add_copies(&mut files, &place.path().join("kept"))?;

        let served: Vec<_> = files.keys().map(|served| served.display().to_string()).collect();
        assert_eq!(served, ["a.png", "long.js", "long.js.br", "long.js.gz", "short.js"]);
        assert_eq!(sizes.len(), 3);
        assert!(sizes[1].brotli < sizes[1].raw && sizes[0].brotli == sizes[0].raw);
        Ok(())
    }

    #[test]
    fn a_copy_unpacks_to_the_file() -> Result<()> {
        let text = b"the same bytes again and again and again";
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &brotlied(text)?[..], &mut unpacked)?;
        assert_eq!(unpacked, text);
        assert_eq!(gzipped(text)?, gzipped(text)?);
        Ok(())
    }
}
