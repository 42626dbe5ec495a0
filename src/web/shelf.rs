//! Where files stand while the page shows them: handles by id, never their bytes.

use std::collections::HashMap;

use js_sys::{Array, Uint8Array};
use web_sys::{Blob, BlobPropertyBag, File, Url};

use crate::session::{ArchiveId, Command, PictureId, QuestionId};

/// File handles by the ids under which the engine knows them.
#[derive(Default)]
pub struct Shelf {
    pictures: HashMap<PictureId, File>,
    archives: HashMap<ArchiveId, File>,
    question: Option<(QuestionId, File)>,
    given: u32,
}

impl Shelf {
    /// Keeps a picture's file, under a new id.
    pub fn put_picture(&mut self, file: File) -> PictureId {
        let id = PictureId(self.next());
        self.pictures.insert(id, file);
        id
    }

    /// Keeps an archive, under a new id that no picture has either.
    pub fn put_archive(&mut self, file: File) -> ArchiveId {
        let id = ArchiveId(self.next());
        self.archives.insert(id, file);
        id
    }

    /// The first of so many new ids for pictures.
    pub fn new_pictures(&mut self, count: usize) -> PictureId {
        let first = PictureId(self.given + 1);
        self.given += count as u32;
        first
    }

    /// Keeps the file of a question in place of the one before, under a new id.
    pub fn put_question(&mut self, file: File) -> QuestionId {
        let id = QuestionId(self.next());
        self.question = Some((id, file));
        id
    }

    /// A new id for a picture whose file never came.
    pub fn new_picture(&mut self) -> PictureId {
        PictureId(self.next())
    }

    /// A new id for a question without a file.
    pub fn new_question(&mut self) -> QuestionId {
        QuestionId(self.next())
    }

    /// Lets a picture's file go.
    pub fn forget(&mut self, picture: PictureId) {
        self.pictures.remove(&picture);
    }

    /// The file that must travel beside a command.
    pub fn file_for(&self, command: &Command) -> Option<&File> {
        match command {
            Command::AddPicture { picture, .. } | Command::PackPicture { picture, .. } => {
                self.pictures.get(picture)
            }
            Command::AddArchive { archive, .. } => self.archives.get(archive),
            Command::Ask { question, .. } => {
                self.question.as_ref().filter(|(id, _)| id == question).map(|(_, file)| file)
            }
            _ => None,
        }
    }

    fn next(&mut self) -> u32 {
        self.given += 1;
        self.given
    }
}

/// An address under which the page can show a PNG, until it is revoked.
pub fn png_url(bytes: &[u8]) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type("image/png");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Lets the picture behind an address go.
pub fn revoke(url: &str) {
    // An address that was never made is not worth a word.
    let _ = Url::revoke_object_url(url);
}
