//! Files that a person gives: chosen, dropped, or in folders of folders.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DataTransfer, File, FilePropertyBag, FileSystemDirectoryEntry, FileSystemDirectoryReader,
    FileSystemEntry, FileSystemFileEntry, HtmlInputElement,
};

use crate::session::FileName;

/// A file, and the folder that it lay in if it came with one.
pub struct Found {
    /// The file.
    pub file: File,
    /// The name of its nearest folder.
    pub folder: Option<String>,
}

impl Found {
    /// A file that lay in no folder.
    pub fn loose(file: File) -> Self {
        Self { file, folder: None }
    }
}

/// The same bytes as a file of this name. `None` where the browser makes none.
pub fn named(bytes: &Blob, name: &str) -> Option<File> {
    let options = FilePropertyBag::new();
    options.set_type(&bytes.type_());
    File::new_with_blob_sequence_and_options(&Array::of1(bytes), name, &options).ok()
}

/// What came of a drop.
#[derive(Default)]
pub struct Collected {
    /// The files, in order.
    pub found: Vec<Found>,
    /// Names of files and folders that could not be read.
    pub unreadable: Vec<String>,
}

/// Takes the files out of an input, so that the same ones can be chosen again.
pub fn take_chosen(input: &HtmlInputElement) -> Vec<Found> {
    let list = input.files();
    let files = list.iter().flat_map(|list| (0..list.length()).filter_map(|i| list.get(i)));
    let found = files.filter_map(|file| {
        let path = relative_path(&file);
        let mut parts = path.rsplit('/').skip(1);
        let folder = parts.next().filter(|folder| !folder.is_empty()).map(str::to_owned);
        let within = folder.is_some();
        let kept = !within || !path.split('/').any(|part| FileName(part).is_clutter());
        kept.then_some(Found { file, folder })
    });
    let mut found: Vec<Found> = found.collect();
    // Browsers list folders in the order of the disk.
    found.sort_by_cached_key(|found| relative_path(&found.file));
    input.set_value("");
    found
}

/// `flowers/rose/1.jpg` where a folder was chosen, else empty.
fn relative_path(file: &File) -> String {
    Reflect::get(file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .unwrap_or_default()
}

/// What was dropped, before its folders are read.
pub enum Dropped {
    /// A file, or a folder with all that lies in it.
    Entry(FileSystemEntry),
    /// A file from a browser that tells nothing of folders.
    File(File),
}

/// Takes down what was dropped. Only possible during the drop event itself.
pub fn dropped(transfer: &DataTransfer) -> Vec<Dropped> {
    let items = transfer.items();
    (0..items.length())
        .filter_map(|index| items.get(index))
        .filter(|item| item.kind() == "file")
        .filter_map(|item| match item.webkit_get_as_entry() {
            Ok(Some(entry)) => Some(Dropped::Entry(entry)),
            _ => item.get_as_file().ok().flatten().map(Dropped::File),
        })
        .collect()
}

/// Reads what was dropped, folder by folder, each in the order of its names.
pub async fn collect(dropped: Vec<Dropped>) -> Collected {
    let mut collected = Collected::default();
    // Folders still to read. A list instead of recursion, so that no depth is too deep.
    let mut folders = Vec::new();
    for dropped in dropped {
        match dropped {
            Dropped::File(file) => collected.found.push(Found { file, folder: None }),
            Dropped::Entry(entry) => place(entry, None, &mut collected, &mut folders).await,
        }
    }
    folders.reverse();
    while let Some(folder) = folders.pop() {
        let (mut entries, is_whole) = entries(&folder).await;
        if !is_whole {
            collected.unreadable.push(folder.name());
        }
        entries.retain(|entry| !FileName(&entry.name()).is_clutter());
        entries.sort_by_key(FileSystemEntry::name);
        let mut within = Vec::new();
        for entry in entries {
            place(entry, Some(folder.name()), &mut collected, &mut within).await;
        }
        folders.extend(within.into_iter().rev());
    }
    collected
}

async fn place(
    entry: FileSystemEntry,
    folder: Option<String>,
    collected: &mut Collected,
    folders: &mut Vec<FileSystemDirectoryEntry>,
) {
    if entry.is_directory() {
        folders.push(entry.unchecked_into());
    } else {
        match file(entry.unchecked_ref()).await {
            Ok(file) => collected.found.push(Found { file, folder }),
            Err(_) => collected.unreadable.push(entry.name()),
        }
    }
}

async fn file(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject);
    });
    JsFuture::from(promise).await?.dyn_into()
}

/// The entries of a folder, which browsers hand out in portions, and whether these are all.
async fn entries(folder: &FileSystemDirectoryEntry) -> (Vec<FileSystemEntry>, bool) {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        match portion(&reader).await {
            Ok(portion) if portion.length() > 0 => {
                entries.extend(portion.iter().map(JsCast::unchecked_into));
            }
            Ok(_) => return (entries, true),
            Err(_) => return (entries, false),
        }
    }
}

async fn portion(reader: &FileSystemDirectoryReader) -> Result<Array, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}
