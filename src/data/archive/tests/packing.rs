//! Archives byte by byte, so that a test can have them say anything.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// An entry, with all that its archive says of it.
#[derive(Clone, Debug)]
pub struct Packed {
    pub path: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub bytes: Vec<u8>,
    pub size: u32,
    pub checksum: u32,
    /// Where it is said to begin, if not where it does.
    pub offset: Option<u32>,
}

/// An entry that is kept as it is.
pub fn stored(path: impl AsRef<[u8]>, bytes: &[u8]) -> Packed {
    let mut checksum = Crc::new();
    checksum.update(bytes);
    Packed {
        path: path.as_ref().to_vec(),
        flags: 0,
        method: 0,
        bytes: bytes.to_vec(),
        size: bytes.len() as u32,
        checksum: checksum.sum(),
        offset: None,
    }
}

/// An entry that is packed.
pub fn deflated(path: impl AsRef<[u8]>, bytes: &[u8]) -> Packed {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    let packed = encoder.finish().expect("memory can be written");
    Packed { method: 8, bytes: packed, ..stored(path, bytes) }
}

/// The fields that an entry's two headers share (APPNOTE 4.3.7 and 4.3.12).
fn shared(entry: &Packed) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in [20, entry.flags, entry.method, 0, 0] {
        bytes.extend(field.to_le_bytes());
    }
    for field in [entry.checksum, entry.bytes.len() as u32, entry.size] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend((entry.path.len() as u16).to_le_bytes());
    bytes.extend(0u16.to_le_bytes());
    bytes
}

/// An archive of these entries that says it has `count`.
pub fn archive_that_says(entries: &[Packed], count: u16) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = entry.offset.unwrap_or(archive.len() as u32);
        archive.extend(b"PK\x03\x04");
        archive.extend(shared(entry));
        archive.extend(&entry.path);
        archive.extend(&entry.bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(shared(entry));
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.path);
    }
    let start = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend(0u16.to_le_bytes());
    archive
}

/// An archive of these entries.
pub fn archive(entries: &[Packed]) -> Vec<u8> {
    archive_that_says(entries, entries.len() as u16)
}

/// The same as ZIP64: the end says where everything is in 64 bits (APPNOTE 4.3.14 to 4.3.16).
pub fn archive_64(entries: &[Packed]) -> Vec<u8> {
    let mut archive = archive(entries);
    let end = archive.split_off(archive.len() - 22);
    let number =
        |from: usize| u32::from_le_bytes([end[from], end[from + 1], end[from + 2], end[from + 3]]);
    let (directory_size, directory_start) = (u64::from(number(12)), u64::from(number(16)));
    let record = archive.len() as u64;
    archive.extend(b"PK\x06\x06");
    archive.extend(44u64.to_le_bytes());
    archive.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for field in [entries.len() as u64, entries.len() as u64, directory_size, directory_start] {
        archive.extend(field.to_le_bytes());
    }
    archive.extend(b"PK\x06\x07\0\0\0\0");
    archive.extend(record.to_le_bytes());
    archive.extend(1u32.to_le_bytes());
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([0xff; 12]);
    archive.extend(0u16.to_le_bytes());
    archive
}
