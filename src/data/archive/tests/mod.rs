//! Archives as people make them, and as nobody who means well does.

mod packing;

use proptest::prelude::*;

use super::*;
use packing::{Packed, archive, archive_64, archive_that_says, deflated, stored};

fn open(bytes: Vec<u8>) -> Result<(Archive, Listing), ArchiveError> {
    Archive::open(Box::new(bytes))
}

fn opened(entries: &[Packed]) -> (Archive, Listing) {
    open(archive(entries)).expect("an archive")
}

/// Names with their folders.
fn named(archive: &Archive) -> Vec<(&str, Option<&str>)> {
    archive.entries().collect()
}

/// The one refusal of an archive of a picture and this entry; the picture is read all the same.
fn refusal_of(entry: Packed) -> EntryError {
    let (archive, listing) = opened(&[entry, stored("good/1.png", b"good")]);
    assert_eq!(named(&archive), [("1.png", Some("good"))]);
    assert_eq!(archive.read(0).as_deref(), Ok(&b"good"[..]));
    let [(_, error)] = &listing.refused[..] else { panic!("{listing:?}") };
    assert!(error.to_string().ends_with('.') && error.remedy().ends_with('.'));
    error.clone()
}

#[test]
fn the_nearest_folder_is_told_and_entries_are_in_the_order_of_their_paths() {
    let (archive, listing) = opened(&[
        stored("flowers/tulip/1.png", b"t"),
        deflated("flowers/rose/red/2.png", b"r"),
        stored("loose.png", b"l"),
        stored("flowers/rose/", b""),
        stored("./flowers//rose/ 1.png ", b"r"),
    ]);
    let expected = [
        ("1.png", Some("rose")),
        ("2.png", Some("red")),
        ("1.png", Some("tulip")),
        ("loose.png", None),
    ];
    assert_eq!(named(&archive), expected);
    assert_eq!(listing, Listing::default());
    assert_eq!(archive.read(2).as_deref(), Ok(&b"t"[..]));
}

#[test]
fn entries_of_one_name_are_two_entries() {
    let (archive, _) = opened(&[stored("a/1.png", b"first"), stored("a/1.png", b"second")]);
    assert_eq!(archive.read(0).as_deref(), Ok(&b"first"[..]));
    assert_eq!(archive.read(1).as_deref(), Ok(&b"second"[..]));
    assert_eq!(archive.read(2), Err(EntryError::Missing));
}

#[test]
fn what_systems_leave_behind_is_only_counted() {
    let (archive, listing) = opened(&[
        stored("a/1.png", b"1"),
        stored("a/.DS_Store", b"x"),
        stored("__MACOSX/a/._1.png", b"x"),
        stored("a/Thumbs.db", b"x"),
    ]);
    assert_eq!(named(&archive), [("1.png", Some("a"))]);
    assert_eq!((listing.clutter, listing.refused.len()), (3, 0));
}

#[test]
fn paths_that_lead_out_are_refused_and_cost_nothing_else() {
    for path in [
        "../up.png",
        "a/../../up.png",
        "/etc/up.png",
        "C:up.png",
        "c:/up.png",
        "a/ .. /up.png",
        "a/.\u{202e}./up.png",
        "\u{200e}C:up.png",
    ] {
        assert_eq!(refusal_of(stored(path, b"x")), EntryError::LeadsOut, "{path}");
    }
    for path in ["a\\1.png", "..\\up.png", "a/1.png\0.exe"] {
        assert_eq!(refusal_of(stored(path, b"x")), EntryError::OddPath, "{path}");
    }
    assert_eq!(refusal_of(stored("", b"x")), EntryError::NoName);
    assert_eq!(refusal_of(stored("a/  ", b"x")), EntryError::NoName);
    assert_eq!(refusal_of(stored("a/\u{2066}", b"x")), EntryError::NoName);
    assert_eq!(refusal_of(stored("d/".repeat(40) + "1.png", b"x")), EntryError::TooDeep);
    assert_eq!(refusal_of(stored("x".repeat(2000), b"x")), EntryError::LongPath);
}

#[test]
fn what_cannot_be_read_is_refused_before_it_is_tried() {
    let whole = deflated("a/1.png", &[7; 1000]);
    assert_eq!(refusal_of(Packed { flags: 1, ..whole.clone() }), EntryError::Locked);
    assert_eq!(refusal_of(Packed { flags: 0x41, ..whole.clone() }), EntryError::Locked);
    let lzma = Packed { method: 14, ..whole.clone() };
    assert!(matches!(refusal_of(lzma), EntryError::ForeignMethod { method: Some(_) }));
    let unknown = refusal_of(Packed { method: 4711, ..whole.clone() });
    assert_eq!(unknown, EntryError::ForeignMethod { method: None });
    let outside = Packed { offset: Some(u32::MAX - 1), ..whole.clone() };
    assert_eq!(refusal_of(outside), EntryError::Missing);
    let large = Packed { size: 100_000_001, ..whole.clone() };
    assert_eq!(refusal_of(large), EntryError::TooLarge { bytes: 100_000_001 });
    let swollen = deflated("a/1.png", &vec![0; 20_000_000]);
    assert!(matches!(refusal_of(swollen), EntryError::Bomb { times: 900..=1032 }));
}

#[test]
fn an_entry_that_is_not_what_the_directory_says_is_refused_when_it_is_read() {
    let whole = deflated("a/1.png", &[7; 1000]);
    let cases = [
        (Packed { size: 999, ..whole.clone() }, EntryError::WrongSize),
        (Packed { size: 1001, ..whole.clone() }, EntryError::WrongSize),
        (Packed { size: 0, ..whole.clone() }, EntryError::WrongSize),
        (Packed { checksum: 1, ..whole.clone() }, EntryError::Damaged),
        (Packed { bytes: vec![0xff; 30], ..whole.clone() }, EntryError::Damaged),
        (Packed { offset: Some(3), ..whole.clone() }, EntryError::Missing),
        (Packed { method: 0, ..whole.clone() }, EntryError::WrongSize),
    ];
    for (entry, expected) in cases {
        let (archive, listing) = opened(std::slice::from_ref(&entry));
        assert!(listing.refused.is_empty(), "{listing:?}");
        assert_eq!(archive.read(0), Err(expected), "{entry:?}");
    }
}

#[test]
fn many_entries_are_refused_whether_the_end_says_so_or_not() {
    let many = vec![stored("1.png", b""); 60_000];
    let Err(error) = open(archive(&many)) else { panic!("60,000 entries are too many") };
    assert_eq!(error, ArchiveError::TooManyEntries { entries: Some(60_000) });
    let Err(error) = open(archive_that_says(&many, 5)) else { panic!("it has more than 5") };
    assert_eq!(error, ArchiveError::TooManyEntries { entries: None });
    let many = vec![stored("1.png", b""); 100_000];
    let Err(error) = open(archive_64(&many)) else { panic!("100,000 entries are too many") };
    assert_eq!(error, ArchiveError::TooManyEntries { entries: Some(100_000) });
    assert!(open(archive(&vec![stored("1.png", b""); MOST_ENTRIES])).is_ok());
}

#[test]
fn a_directory_of_long_names_is_refused_unread() {
    let long = vec![stored("x".repeat(60_000), b""); 300];
    assert_eq!(open(archive(&long)).err(), Some(ArchiveError::DirectoryTooLarge));
}

#[test]
fn entries_that_share_their_bytes_are_refused_together() {
    // Each grows a hundred times, which a drawing does too; all of them grow ten thousand times.
    let one = Packed { size: 6_000_000, bytes: vec![0; 60_000], ..stored("1.png", b"") };
    let none = Packed { bytes: Vec::new(), offset: Some(0), ..one.clone() };
    let mut bytes = archive(&std::iter::once(one).chain(vec![none; 100]).collect::<Vec<_>>());
    // Every record of the directory says that it has the first one's bytes.
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|window| window == b"PK\x01\x02") {
        bytes[at + found + 20..at + found + 24].copy_from_slice(&60_000u32.to_le_bytes());
        at += found + 4;
    }
    let Err(error) = open(bytes) else { panic!("it is a bomb") };
    assert!(matches!(error, ArchiveError::Bomb { unpacked: 606_000_000, .. }), "{error:?}");
}

#[test]
fn what_is_no_archive_is_refused_in_words() {
    let cases = [
        (Vec::new(), ArchiveError::NoArchive),
        (b"no archive".to_vec(), ArchiveError::NoArchive),
        (archive(&[]), ArchiveError::Empty),
        (archive(&[stored("folder/", b"")]), ArchiveError::Empty),
    ];
    for (bytes, expected) in cases {
        let Err(error) = open(bytes) else { panic!("{expected:?}") };
        assert_eq!(error, expected);
        assert!(error.to_string().ends_with('.') && error.remedy().ends_with('.'));
    }
}

#[test]
fn an_archive_of_64_bits_is_read_as_any_other() {
    let entries = [stored("a/1.png", b"one"), deflated("b/2.png", b"two")];
    let (archive, listing) = open(archive_64(&entries)).expect("an archive");
    assert_eq!(named(&archive), [("1.png", Some("a")), ("2.png", Some("b"))]);
    assert_eq!(archive.read(1).as_deref(), Ok(&b"two"[..]));
    assert_eq!(listing, Listing::default());
}

#[test]
fn a_directory_that_is_cut_short_keeps_what_it_named() {
    let (archive, listing) =
        open(archive_that_says(&[stored("a/1.png", b"1")], 7)).expect("an archive");
    assert_eq!(archive.entries().len(), 1);
    assert!(listing.is_cut_short);
}

/// Reads all that can be read.
fn read_all(bytes: Vec<u8>) {
    if let Ok((archive, listing)) = open(bytes) {
        assert!(archive.entries().len() + listing.refused.len() <= MOST_ENTRIES);
        for index in 0..archive.entries().len() {
            let _ = archive.read(index);
        }
    }
}

fn some_archive() -> Vec<u8> {
    archive(&[
        deflated("rose/1.png", &[1, 2, 3, 4].repeat(200)),
        stored("rose/2.png", b"as it is"),
        deflated("tulip/3.png", b"short"),
    ])
}

proptest! {
    #[test]
    fn entries_come_out_as_they_went_in(files in prop::collection::vec(
        (prop::collection::vec(any::<u8>(), 0..3000), any::<bool>()), 1..6)) {
        let packed: Vec<_> = files.iter().enumerate().map(|(number, (bytes, is_stored))| {
            let path = format!("class/{number}.png");
            if *is_stored { stored(path, bytes) } else { deflated(path, bytes) }
        }).collect();
        for bytes in [archive(&packed), archive_64(&packed)] {
            let (archive, _) = open(bytes).expect("an archive");
            for (index, (bytes, _)) in files.iter().enumerate() {
                prop_assert_eq!(&archive.read(index), &Ok(bytes.clone()));
            }
        }
    }

    #[test]
    fn names_are_plain_text_without_paths(path in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        "[./\\\\ :a-cA\u{0}\u{1b}\u{202e}é]{0,40}".prop_map(String::into_bytes),
    ]) {
        let (archive, listing) = opened(&[stored(&path, b"x"), stored("safe/safe.png", b"x")]);
        let parts = archive.entries().flat_map(|(name, folder)| [Some(name), folder]).flatten();
        for part in parts {
            prop_assert!(!part.is_empty() && part == part.trim());
            prop_assert!(part != "." && part != ".." && !part.contains(['/', '\\']));
            prop_assert!(!part.chars().any(char::is_control), "{part:?}");
            prop_assert!(!part.contains('\u{202e}'), "{part:?}");
        }
        for (shown, _) in &listing.refused {
            prop_assert!(!shown.is_empty() && !shown.chars().any(char::is_control), "{shown:?}");
        }
        // Nothing is lost without a word, but folders and what systems leave behind.
        let told = archive.entries().len() + listing.refused.len() + listing.clutter;
        prop_assert_eq!(told, if path.ends_with(b"/") { 1 } else { 2 });
    }

    #[test]
    fn any_bytes_are_refused_or_read_but_never_break_anything(
        bytes in prop::collection::vec(any::<u8>(), 0..400), end in any::<bool>()) {
        let mut bytes = bytes;
        if end {
            // So that more of them are looked at: an end that says anything.
            let at = bytes.len().saturating_sub(22);
            bytes.splice(at..(at + 4).min(bytes.len()), *b"PK\x05\x06");
            if let Some(comment) = bytes.last_chunk_mut::<2>() {
                *comment = [0, 0];
            }
        }
        read_all(bytes);
    }

    #[test]
    fn a_cut_or_flipped_archive_never_breaks_anything(
        cut in any::<prop::sample::Index>(), flips in prop::collection::vec(
        (any::<prop::sample::Index>(), 0..8u8), 0..6), is_64 in any::<bool>(), is_cut in any::<bool>()) {
        let mut bytes = some_archive();
        if is_64 {
            bytes = archive_64(&[deflated("rose/1.png", &[9; 500]), stored("b/2.png", b"2")]);
        }
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_all(bytes);
    }
}
