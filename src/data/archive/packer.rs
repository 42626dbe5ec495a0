//! A new archive, whose bytes are taken away while it grows.

use std::cell::RefCell;
use std::io::{Error, ErrorKind, Result, Write};
use std::rc::Rc;

use rawzip::{CompressionMethod, ZipArchiveWriter};

/// Where the format's crate writes to, and whoever packs takes from.
#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut packed = self.0.borrow_mut();
        packed.try_reserve(bytes.len()).map_err(|_| Error::from(ErrorKind::OutOfMemory))?;
        packed.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Packs files into an archive. They are kept as they are, since photos are compressed already. No
/// more is in memory than what nobody has taken yet.
pub struct Packer {
    writer: ZipArchiveWriter<Sink>,
    sink: Sink,
}

impl Default for Packer {
    fn default() -> Self {
        let sink = Sink::default();
        Self { writer: ZipArchiveWriter::new(sink.clone()), sink }
    }
}

impl Packer {
    /// Packs a file under a path that [`SafeNames`](super::SafeNames) has made.
    ///
    /// # Errors
    /// When there is no memory for it. The archive is of no use any more then.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let file = self.writer.new_file(path).compression_method(CompressionMethod::STORE);
        let (mut entry, data) = file.start().map_err(Error::other)?;
        let mut writer = data.wrap(&mut entry);
        writer.write_all(bytes)?;
        let (_, descriptor) = writer.finish().map_err(Error::other)?;
        entry.finish(descriptor).map_err(Error::other)?;
        Ok(())
    }

    /// How many bytes could be taken.
    pub fn waiting(&self) -> usize {
        self.sink.0.borrow().len()
    }

    /// Takes what was packed since the last time: the next bytes of the archive.
    pub fn take(&mut self) -> Vec<u8> {
        self.sink.0.take()
    }

    /// Ends the archive with its directory. Returns the last of its bytes.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn finish(self) -> Result<Vec<u8>> {
        let sink = self.writer.finish().map_err(Error::other)?;
        Ok(sink.0.take())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::{Archive, Listing, SafeNames};

    /// Packs files under safe names in pieces; gives the archive and the names.
    fn packed(files: &[(String, String, Vec<u8>)]) -> (Vec<u8>, Vec<String>) {
        let (mut names, mut packer) = (SafeNames::default(), Packer::default());
        let (mut archive, mut paths) = (Vec::new(), Vec::new());
        for (folder, name, bytes) in files {
            let path = names.file(&names.clone().folder(folder), name);
            packer.add(&path, bytes).expect("memory");
            paths.push(path);
            if packer.waiting() > 100 {
                archive.extend(packer.take());
                assert_eq!(packer.waiting(), 0);
            }
        }
        archive.extend(packer.finish().expect("memory"));
        (archive, paths)
    }

    proptest! {
        #[test]
        fn whatever_is_packed_is_read_as_it_was(files in prop::collection::vec((
            "[a-cA-C. :/\\\\\u{0}\u{202e}é]{0,8}", ".{0,12}",
            prop::collection::vec(any::<u8>(), 0..400),
        ), 1..12)) {
            let (archive, paths) = packed(&files);
            let (mut opened, listing) = Archive::open(Box::new(archive)).expect("an archive");
            prop_assert_eq!(listing, Listing::default());
            opened.sort_by_rank(|path| paths.iter().position(|p| p == path).unwrap_or(usize::MAX));
            prop_assert_eq!(opened.paths().collect::<Vec<_>>(), paths.iter().collect::<Vec<_>>());
            for (index, (_, _, bytes)) in files.iter().enumerate() {
                prop_assert_eq!(&opened.read(index), &Ok(bytes.clone()));
            }
        }
    }
}
