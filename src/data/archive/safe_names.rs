//! Names for folders and files that every system takes, whatever they were called before.

use std::collections::{HashMap, HashSet};

use super::names::plain;
use crate::data::FileName;

/// Most bytes of a name: with a folder before it, far below what any system takes.
const LONGEST: usize = 120;
/// Most bytes of what tells the kind of a file at the end of its name.
const LONGEST_KIND: usize = 12;
/// Names of devices on Windows, whatever stands behind a point (Microsoft, "Naming Files, Paths, and
/// Namespaces").
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Gives names, each once. Names that differ only in the case of letters are one to some systems.
#[derive(Clone, Debug, Default)]
pub struct SafeNames {
    taken: HashSet<String>,
    /// The number to try next for a name that is taken: ten thousand may be called alike.
    next: HashMap<String, usize>,
}

impl SafeNames {
    /// Keeps a name for somebody else.
    pub fn reserve(&mut self, path: &str) {
        self.taken.insert(folded(path));
    }

    /// A new folder, called as wanted where that can be.
    pub fn folder(&mut self, wanted: &str) -> String {
        self.unique("", &safe(wanted, "class"), "")
    }

    /// The path of a new file in a folder, called as wanted where that can be.
    pub fn file(&mut self, folder: &str, wanted: &str) -> String {
        let name = safe(wanted, "picture");
        let at = name.rfind('.').filter(|at| name.len() - at <= LONGEST_KIND);
        let (stem, kind) = name.split_at(at.unwrap_or(name.len()));
        self.unique(&format!("{folder}/"), stem, kind)
    }

    /// The first of `stem`, `stem (2)`, `stem (3)` that nobody has.
    fn unique(&mut self, before: &str, stem: &str, kind: &str) -> String {
        let first = format!("{before}{stem}{kind}");
        let key = folded(&first);
        if self.taken.insert(key.clone()) {
            return first;
        }
        let next = self.next.entry(key).or_insert(2);
        loop {
            let name = format!("{before}{stem} ({next}){kind}");
            *next += 1;
            if self.taken.insert(folded(&name)) {
                return name;
            }
        }
    }
}

/// The same for names that a system may take for one another.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// A name that is one on every system, and that no reader of archives passes over.
fn safe(wanted: &str, otherwise: &str) -> String {
    let allowed = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | char::REPLACEMENT_CHARACTER => '_',
        other => other,
    };
    let name: String = plain(wanted).chars().map(allowed).collect();
    let name = shortened(&name);
    // Windows takes points and spaces off the end.
    let name = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() {
        return otherwise.to_owned();
    }
    let needs_mark = FileName(name).is_clutter() || is_device(name);
    format!("{}{name}", if needs_mark { "_" } else { "" })
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_port = |number: &str| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    };
    let port = ["com", "lpt"].iter().find_map(|kind| stem.strip_prefix(kind));
    DEVICES.contains(&stem.as_str()) || port.is_some_and(is_port)
}

/// A name of [`LONGEST`] bytes at most, with what tells its kind.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let at = name.rfind('.').filter(|at| name.len() - at <= LONGEST_KIND).unwrap_or(name.len());
    let (stem, kind) = name.split_at(at);
    let mut end = LONGEST - kind.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{kind}", stem[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(wanted: &str) -> String {
        SafeNames::default().folder(wanted)
    }

    #[test]
    fn a_name_that_is_one_everywhere_stays_as_it_is() {
        for name in ["rose", "Äpfel & Birnen", "IMG_0001.JPG", "com10", "concert", "日本", "a.b.c"]
        {
            assert_eq!(named(name), name);
        }
    }

    #[test]
    fn what_some_system_does_not_take_is_called_otherwise() {
        for (wanted, name) in [
            ("", "class"),
            (" . ", "class"),
            ("..", "class"),
            ("a/b\\c:d", "a_b_c_d"),
            ("what? \"this\" <now>|*", "what_ _this_ _now___"),
            (".hidden", "_.hidden"),
            ("Thumbs.db", "_Thumbs.db"),
            ("__MACOSX", "___MACOSX"),
            ("CON", "_CON"),
            ("aux .tar.png", "_aux .tar.png"),
            ("Lpt9.jpg", "_Lpt9.jpg"),
            ("COM²", "_COM²"),
            ("rose. . ", "rose"),
            ("a\u{1b}[2J\u{202e}b\u{0}", "a_[2Jb_"),
        ] {
            assert_eq!(named(wanted), name, "{wanted:?}");
        }
    }

    #[test]
    fn names_that_some_system_takes_for_one_are_numbered() {
        let mut names = SafeNames::default();
        let folders = ["Rose", "rose", "ROSE", "rose (2)"].map(|wanted| names.folder(wanted));
        assert_eq!(folders, ["Rose", "rose (2)", "ROSE (3)", "rose (2) (2)"]);
        let files = ["a.png", "A.PNG", "a.jpg"].map(|wanted| names.file("Rose", wanted));
        assert_eq!(files, ["Rose/a.png", "Rose/A (2).PNG", "Rose/a.jpg"]);
        assert_eq!(names.file("rose (2)", "a.png"), "rose (2)/a.png");
        names.reserve("notes.json");
        assert_eq!(names.folder("Notes.json"), "Notes.json (2)");
    }

    #[test]
    fn a_long_name_keeps_what_tells_its_kind() {
        let name = SafeNames::default().file("a", &format!("{}.jpeg", "ö".repeat(300)));
        assert!(name.ends_with("ö.jpeg") && name.len() <= 2 + LONGEST, "{name}");
    }

    proptest! {
        #[test]
        fn every_name_is_safe_and_there_once(wanted in prop::collection::vec(prop_oneof![
            ".{0,30}", "[aA./: ]{0,3}", "(con|Com1|nul)[. ]{0,2}[a]{0,1}", "[é.]{100,140}",
        ], 0..20)) {
            let mut names = SafeNames::default();
            let mut seen = HashSet::new();
            for wanted in &wanted {
                let path = names.file("folder", wanted);
                let name = path.strip_prefix("folder/").unwrap_or_default().to_owned();
                prop_assert!(seen.insert(folded(&name)), "{name:?} twice");
                prop_assert!(!name.is_empty() && name == plain(&name) && name.len() <= LONGEST + 6);
                prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']));
                prop_assert!(!name.chars().any(char::is_control) && !name.ends_with('.'));
                prop_assert!(!FileName(&name).is_clutter() && !is_device(&name), "{name:?}");
            }
        }
    }
}
