//! A file that the browser hands out in parts, to a worker that waits for each.

use std::io::{Error, ErrorKind, Result};

use js_sys::Uint8Array;
use web_sys::{File, FileReaderSync};

use crate::session::ArchiveFile;

/// A file of which nothing is in memory but what is asked for.
pub(super) struct BlobReader {
    file: File,
    reader: FileReaderSync,
}

impl BlobReader {
    /// `None` where the browser cannot read files so.
    pub fn new(file: File) -> Option<Self> {
        Some(Self { file, reader: FileReaderSync::new().ok()? })
    }
}

impl ArchiveFile for BlobReader {
    fn size(&self) -> u64 {
        self.file.size() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        let end = offset.saturating_add(buffer.len() as u64).min(self.size());
        if offset >= end {
            return Ok(0);
        }
        // Sizes are far below where a float could not count bytes any more.
        let part = self.file.slice_with_f64_and_f64(offset as f64, end as f64);
        let read = part.and_then(|part| self.reader.read_as_array_buffer(&part));
        let read = read.map_err(|_| Error::from(ErrorKind::NotFound))?;
        let bytes = Uint8Array::new(&read);
        let length = bytes.length() as usize;
        let place = buffer.get_mut(..length).ok_or_else(|| Error::from(ErrorKind::Other))?;
        bytes.copy_to(place);
        Ok(length)
    }
}
