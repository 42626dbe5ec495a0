//! Knowledge goes one way between the rooms. This test reads the sources and holds it.

use std::path::{Path, PathBuf};

/// Each room with the rooms that it may know, the package below all of them included.
const ROOMS: [(&str, &[&str]); 9] = [
    ("model", &["kernels"]),
    ("data", &[]),
    ("train", &["kernels", "model", "data"]),
    ("measure", &["kernels", "model", "data", "train"]),
    ("compare", &["model", "data", "train", "measure"]),
    ("session", &["model", "data", "train", "measure", "compare"]),
    ("command", &["session", "data"]),
    ("web", &["session"]),
    ("ui", &["session", "web"]),
];

/// The files of the worker's end, which drive a session or assist one, and so know all of it. Every
/// other file of `web` and `ui` knows only its messages.
const DRIVERS: [&str; 4] =
    ["src/web/assistants.rs", "src/web/blob_reader.rs", "src/web/gpu.rs", "src/web/worker_side.rs"];

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

/// The rooms that a text names after `crate::`, and the package of kernels where it names that.
fn rooms_named_in(text: &str) -> impl Iterator<Item = &str> {
    let rooms = text.split("crate::").skip(1).map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    });
    // A module of that name would stand behind `::`.
    let below = text.match_indices("kernels::").filter(|(at, _)| {
        !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
    });
    rooms.chain(below.map(|_| "kernels"))
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
                let is_room = named == "kernels" || ROOMS.iter().any(|(other, _)| *other == named);
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
fn the_kernels_know_slices_and_nothing_of_tensors_or_rooms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("its manifest");
    let (_, dependencies) = manifest.split_once("[dependencies]").expect("its dependencies");
    let (dependencies, _) = dependencies.split_once("\n[").expect("what follows them");
    let names =
        dependencies.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    assert_eq!(names.collect::<Vec<_>>(), ["wide"]);
}

/// The names that a text takes from `crate::session`.
fn names_from_session(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for rest in text.split("crate::session::").skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => words(rest).next().unwrap_or_default(),
        };
        names.extend(words(list));
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// What `session`'s messages export: what is declared there, and what is passed on.
fn messages() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/session/message.rs");
    let text = std::fs::read_to_string(file).expect("the messages");
    let mut names = Vec::new();
    for kind in ["pub struct ", "pub enum ", "pub const ", "pub use "] {
        for rest in text.split(kind).skip(1) {
            let taken = if kind == "pub use " { usize::MAX } else { 1 };
            let statement = rest.split(';').next().unwrap_or_default();
            let exported = words(statement).take(taken);
            names.extend(exported.filter(|name| name.starts_with(char::is_uppercase)));
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn page_and_browser_know_only_the_messages_of_a_session() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let messages = messages();
    assert!(messages.iter().any(|name| name == "Command") && messages.len() > 20);
    let mut drivers = 0;
    for file in ["web", "ui"].iter().flat_map(|room| sources(&root.join("src").join(room))) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let taken = names_from_session(&text);
        let foreign: Vec<_> =
            taken.iter().filter(|name| !messages.iter().any(|m| m == *name)).collect();
        if DRIVERS.iter().any(|driver| file == root.join(driver)) {
            assert!(!foreign.is_empty(), "{} needs no exception", file.display());
            drivers += 1;
        } else {
            assert!(foreign.is_empty(), "{} names {foreign:?}, no messages", file.display());
        }
    }
    assert_eq!(drivers, DRIVERS.len());
}

#[test]
fn no_name_is_taken_in_a_way_that_these_tests_cannot_read() {
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for hidden in [
            "crate::{",
            "crate::*",
            "use crate as",
            "session::*",
            "crate::session as",
            "crate::session;",
            "super::super",
        ] {
            assert!(!text.contains(hidden), "{} has `{hidden}`", file.display());
        }
    }
}

#[test]
fn the_core_has_no_browser_types() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for room in ["model", "data", "train", "measure", "compare", "session"] {
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
