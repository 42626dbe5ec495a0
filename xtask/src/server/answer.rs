//! What is answered to a request, without sockets: which file is meant, in which encoding, and
//! whether the browser has it already.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::headers::{ALWAYS, content_type};
use crate::fingerprint::fingerprint;

/// A folder that is served below a path.
pub struct Shelf {
    folder: PathBuf,
    under: String,
}

/// The parts of a request that matter here.
pub struct Asked<'request> {
    /// GET or HEAD; everything else is refused.
    pub method: &'request str,
    /// Path and query.
    pub url: &'request str,
    /// The header `Accept-Encoding`, or nothing.
    pub accepted_encodings: &'request str,
    /// The header `If-None-Match`, or nothing.
    pub known_tag: &'request str,
}

/// Status, headers and body.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, in the encoding that the headers name.
    pub body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, body: Vec<u8>) -> Self {
        let headers = ALWAYS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { status, headers, body }
    }

    fn note(status: u16, text: &str) -> Self {
        Self::new(status, format!("{text}\n").into_bytes())
            .with("Content-Type", "text/plain; charset=utf-8")
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Shelf {
    /// Serves `folder` below the path `under`, which starts and ends with a slash.
    pub fn new(folder: PathBuf, under: &str) -> Self {
        Self { folder, under: under.to_owned() }
    }

    /// Answers a request.
    pub fn answer(&self, asked: &Asked) -> Answer {
        if !matches!(asked.method, "GET" | "HEAD") {
            return Answer::note(405, "This server only hands out files.")
                .with("Allow", "GET, HEAD");
        }
        let path = asked.url.split(['?', '#']).next().unwrap_or_default();
        if path.len() + 1 == self.under.len() && self.under.starts_with(path) {
            return Answer::note(301, "The page is one slash further.")
                .with("Location", self.under.clone());
        }
        let file = path
            .strip_prefix(self.under.as_str())
            .and_then(decoded)
            .and_then(|inside| self.file_of(&inside));
        match file {
            Some(file) => deliver(&file, asked),
            None => Answer::note(404, "There is no such file."),
        }
    }

    /// The file that a decoded path below the shelf means. Nothing outside the folder is found.
    fn file_of(&self, inside: &str) -> Option<PathBuf> {
        let relative = Path::new(inside);
        let stays_inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if !stays_inside || inside.contains(['\\', '\0']) {
            return None;
        }
        let file = self.folder.join(relative);
        let file =
            if inside.is_empty() || inside.ends_with('/') { file.join("index.html") } else { file };
        file.is_file().then_some(file)
    }
}

/// Reads a file, or its precompressed copy, unless the browser has the very same already.
fn deliver(file: &Path, asked: &Asked) -> Answer {
    let encoded = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, extension)| {
        let copy = PathBuf::from(format!("{}.{extension}", file.display()));
        let wanted = asked.accepted_encodings.split(',').any(|name| name.trim() == encoding);
        (wanted && copy.is_file()).then_some((copy, encoding))
    });
    let source = encoded.as_ref().map_or(file, |(copy, _)| copy.as_path());
    let Ok(bytes) = fs::read(source) else {
        return Answer::note(500, "The file is there but cannot be read.");
    };
    let tag = format!("\"{}\"", fingerprint(&[&bytes]));
    let known = asked.known_tag.split(',').any(|known| known.trim() == tag);
    let answer = if known { Answer::new(304, Vec::new()) } else { Answer::new(200, bytes) };
    let answer = answer
        .with("Content-Type", content_type(file))
        .with("ETag", tag)
        .with("Vary", "Accept-Encoding");
    match encoded {
        Some((_, encoding)) => answer.with("Content-Encoding", encoding),
        None => answer,
    }
}

/// Undoes percent encoding. Nothing when it is broken or not UTF-8.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let decoded = if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        };
        bytes.push(decoded);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        _folder: tempfile::TempDir,
        shelf: Shelf,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("pkg")).expect("a folder");
        fs::write(folder.path().join("secret.txt"), "outside").expect("a file");
        fs::write(site.join("index.html"), "page").expect("a file");
        fs::write(site.join("pkg/app_bg.wasm"), "wasm").expect("a file");
        fs::write(site.join("pkg/app_bg.wasm.br"), "small").expect("a file");
        Place { _folder: folder, shelf: Shelf::new(site, "/shelf/") }
    }

    fn get<'request>(url: &'request str) -> Asked<'request> {
        Asked { method: "GET", url, accepted_encodings: "", known_tag: "" }
    }

    fn header<'answer>(answer: &'answer Answer, name: &str) -> Option<&'answer str> {
        answer.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn files_come_with_their_type_and_the_security_headers() {
        let answer = place().shelf.answer(&get("/shelf/pkg/app_bg.wasm?version=1"));
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"wasm"[..]));
        assert_eq!(header(&answer, "Content-Type"), Some("application/wasm"));
        assert_eq!(header(&answer, "X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(header(&answer, "Referrer-Policy"), Some("no-referrer"));
        let policy = header(&answer, "Content-Security-Policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"));
    }

    #[test]
    fn the_folder_itself_means_its_page() {
        let place = place();
        assert_eq!(place.shelf.answer(&get("/shelf/")).body, b"page");
        let moved = place.shelf.answer(&get("/shelf"));
        assert_eq!((moved.status, header(&moved, "Location")), (301, Some("/shelf/")));
    }

    #[test]
    fn nothing_outside_the_folder_is_found() {
        let place = place();
        for url in [
            "/shelf/../secret.txt",
            "/shelf/%2e%2e/secret.txt",
            "/shelf/..%2fsecret.txt",
            "/shelf//etc/passwd",
            "/shelf/%",
            "/secret.txt",
            "/",
        ] {
            assert_eq!(place.shelf.answer(&get(url)).status, 404, "{url}");
        }
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let place = place();
        let first = place.shelf.answer(&get("/shelf/"));
        let tag = header(&first, "ETag").unwrap_or_default().to_owned();
        let again = place.shelf.answer(&Asked { known_tag: &tag, ..get("/shelf/") });
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(header(&again, "Cache-Control"), Some("no-cache"));
    }

    #[test]
    fn a_precompressed_copy_is_sent_to_whoever_takes_it() {
        let asked = Asked { accepted_encodings: "gzip, br", ..get("/shelf/pkg/app_bg.wasm") };
        let answer = place().shelf.answer(&asked);
        assert_eq!(
            (answer.body.as_slice(), header(&answer, "Content-Encoding")),
            (&b"small"[..], Some("br"))
        );
        assert_eq!(header(&answer, "Content-Type"), Some("application/wasm"));
    }

    #[test]
    fn anything_but_reading_is_refused() {
        let answer = place().shelf.answer(&Asked { method: "POST", ..get("/shelf/") });
        assert_eq!(answer.status, 405);
    }
}
