//! Picture files, and the commands that bring them in.

use headstart::data::{Scene, draw};
use headstart::session::{ClassId, Command, PictureId, SampleTask};

/// A drawn picture as a PNG file.
pub fn file(task: SampleTask, class: usize, number: usize) -> Vec<u8> {
    let picture = draw(task, Scene::Usual, 9).picture(class, number);
    let side = headstart::data::DRAWN_SIDE as u32;
    let image = image::RgbImage::from_raw(side, side, picture.pixels).expect("all pixels");
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).expect("a PNG");
    bytes.into_inner()
}

pub fn add_class(class: u32, name: &str) -> Command {
    Command::AddClass { class: ClassId(class), name: name.to_owned() }
}

pub fn add_picture(picture: u32, class: u32, bytes: Vec<u8>) -> Command {
    let name = format!("picture {picture}.png");
    let (picture, class) = (PictureId(picture), ClassId(class));
    Command::AddPicture { picture, class, name, scene: Scene::Usual, burst: None, bytes }
}

/// Two classes of fruit with `a_class` pictures each.
pub fn two_classes(a_class: u32) -> Vec<Command> {
    let mut commands = vec![add_class(0, "first"), add_class(1, "second")];
    for class in 0..2 {
        for number in 0..a_class {
            let bytes = file(SampleTask::Fruit, class as usize, number as usize);
            commands.push(add_picture(class * 100 + number, class, bytes));
        }
    }
    commands
}
