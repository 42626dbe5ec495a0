//! How much memory archives take that were made to take all of it.

mod common;

use common::files::add_class;
use common::packing::{Packed, archive, archive_64, archive_that_says, deflated, stored};
use common::{session, settle};
use headstart::data::{Archive, ArchiveError, EntryError};
use headstart::session::{
    ArchiveId, ClassId, Command, CountingAllocator, EntryId, Event, PictureId, Scene,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MEGABYTE: u64 = 1 << 20;

/// One test for all, since there is one count for the whole program.
#[test]
fn archives_take_little_memory_whatever_they_say() {
    // What is weighed holds the archive itself already.
    let many = archive_64(&vec![stored("class/picture.png", b""); 100_000]);
    let (opened, bytes) = CountingAllocator::weigh(|| Archive::open(Box::new(many)).err());
    assert_eq!(opened, Some(ArchiveError::TooManyEntries { entries: Some(100_000) }));
    assert!(bytes < MEGABYTE, "100,000 entries took {bytes}");

    // As many names as are taken, of about the longest that are taken.
    let long = vec![stored("x".repeat(1000), b""); 15_000];
    let lying = archive_that_says(&long, 1);
    drop(long);
    let (opened, bytes) = CountingAllocator::weigh(|| Archive::open(Box::new(lying)).err());
    assert_eq!(opened, Some(ArchiveError::TooManyEntries { entries: None }));
    assert!(bytes < 16 * MEGABYTE, "long names took {bytes}");

    // A hundred megabytes that say they are one kilobyte.
    let bomb = Packed { size: 1000, ..deflated("a/bomb.png", &vec![0; 100 << 20]) };
    let bomb = archive(&[bomb]);
    let (opened, _) = Archive::open(Box::new(bomb)).expect("an archive");
    let (read, bytes) = CountingAllocator::weigh(|| opened.read(0));
    assert_eq!(read, Err(EntryError::WrongSize));
    assert!(bytes < MEGABYTE, "a bomb took {bytes}");

    // Two hundred megabytes of entries in one archive, all asked for at once.
    let noise: Vec<u8> =
        (0..2_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files = (0..100).map(|number| stored(format!("a/{number}.png"), &noise));
    let large = archive(&files.collect::<Vec<_>>());
    let mut session = session();
    session.give_archive(ArchiveId(1), Box::new(large));
    session.submit(Command::AddArchive { archive: ArchiveId(1), name: "large.zip".to_owned() });
    session.submit(add_class(0, "a"));
    let (events, bytes) = CountingAllocator::weigh(|| {
        for index in 0..100 {
            session.submit(Command::AddEntry {
                picture: PictureId(index),
                class: ClassId(0),
                name: format!("{index}.png"),
                scene: Scene::Usual,
                burst: None,
                entry: EntryId { archive: ArchiveId(1), index },
            });
        }
        settle(&mut session)
    });
    let refused = |event: &&Event| matches!(event, Event::PictureRefused { .. });
    assert_eq!(events.iter().filter(refused).count(), 100);
    assert!(bytes < 12 * MEGABYTE, "entries of two megabytes each took {bytes}");
}
