//! Writes a sample task as picture files.

use std::path::Path;

use super::{CommandError, DrawArguments, print};
use crate::data::{DRAWN_SIDE, draw};

pub fn run(arguments: &DrawArguments) -> Result<(), CommandError> {
    let folder = &arguments.folder;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| CommandError::Write { path, cause }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let is_empty = std::fs::read_dir(folder).map_err(failed(folder))?.next().is_none();
    if !is_empty {
        return Err(CommandError::NotEmpty { path: folder.clone() });
    }
    let task = draw(arguments.task.into(), arguments.scene.into(), arguments.seed);
    let names = task.classes();
    let mut pictures = 0;
    for drawn in task.pictures() {
        let class = folder.join(names[drawn.class_index]);
        std::fs::create_dir_all(&class).map_err(failed(&class))?;
        let file = class.join(format!("{}.png", drawn.name));
        let side = DRAWN_SIDE as u32;
        image::save_buffer(&file, &drawn.pixels, side, side, image::ExtendedColorType::Rgb8)
            .map_err(|error| failed(&file)(std::io::Error::other(error)))?;
        pictures += 1;
    }
    print(&format!(
        "drew {pictures} pictures in {} classes into {}\n",
        names.len(),
        folder.display()
    ))
}
