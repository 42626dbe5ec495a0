//! Knowledge goes one way between the rooms. This test reads the sources and holds it.

use std::path::{Path, PathBuf};

/// Each room with the rooms that it may know.
const ROOMS: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("data", &[]),
    ("train", &["model", "data"]),
    ("session", &["model", "data", "train"]),
    ("command", &["session", "data"]),
    ("web", &["session"]),
    ("ui", &["session", "web"]),
];

/// Every Rust file below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rooms that a text names after `crate::`.
fn rooms_named_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    })
}

#[test]
fn every_room_knows_only_the_rooms_it_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (room, allowed) in ROOMS {
        let files = sources(&source.join(room));
        assert!(!files.is_empty(), "{room} has no sources");
        for file in files {
            let text = std::fs::read_to_string(&file).expect("a source file");
            for named in rooms_named_in(&text) {
                let is_room = ROOMS.iter().any(|(other, _)| *other == named);
                assert!(
                    !is_room || named == room || allowed.contains(&named),
                    "{} knows `{named}`, which {room} may not",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn the_core_has_no_browser_types() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for room in ["model", "data", "train", "session"] {
        for file in sources(&source.join(room)) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            for word in ["wasm_bindgen", "web_sys", "js_sys", "yew"] {
                assert!(!text.contains(word), "{} names {word}", file.display());
            }
        }
    }
}

#[test]
fn every_room_is_in_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(source).expect("the sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "bin" {
            assert!(
                ROOMS.iter().any(|(room, _)| *room == name),
                "{name} is in no row of the table"
            );
        }
    }
}
