//! The notes of a project: what `headstart.json` in the root of its archive says. Whoever made the
//! file may have written anything into it.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::message::{PROJECT_FORMAT, Project, ProjectSample, Refusal};
use crate::data::{Archive, MOST_ENTRIES, class_names, plain};

/// The name of the notes' file.
pub(super) const NOTES: &str = "headstart.json";
/// Most bytes of it: some 400 for each of as many pictures as an archive may have, and as much again.
pub(super) const MOST_NOTES_BYTES: u64 = 8_000_000;
/// Most pictures: one entry of the archive is the notes' own.
const MOST_PICTURES: usize = MOST_ENTRIES - 1;
/// Most classes: each is a card of the page.
const MOST_CLASSES: usize = 1_000;
/// Most samples: each is drawn as a whole.
const MOST_SAMPLES: usize = 32;
/// Most characters of a name, which is as much as systems take.
const LONGEST_NAME: usize = 255;

/// What is wrong with notes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum BadNotes {
    /// They make no sense.
    Broken,
    /// They are of a format that is not known yet.
    Newer(u32),
}

/// Takes the notes out of an archive. `None` where it is no project. One that was unpacked and packed
/// again often has a folder around all of it, which its paths have before theirs from now on.
pub(super) fn take_notes(archive: &mut Archive) -> Option<Result<Project, BadNotes>> {
    let around = folder_around(archive)?;
    let bytes = archive.take(&format!("{around}{NOTES}"), MOST_NOTES_BYTES)?;
    let read = bytes.map_err(|_| BadNotes::Broken).and_then(|bytes| read(&bytes));
    Some(read.map(|mut project| {
        for picture in &mut project.pictures {
            picture.path.insert_str(0, &around);
        }
        project
    }))
}

/// What stands before every path of a project, with its slash.
fn folder_around(archive: &Archive) -> Option<String> {
    if archive.paths().any(|path| path == NOTES) {
        return Some(String::new());
    }
    let mut around = archive.paths().filter_map(|path| path.strip_suffix(NOTES));
    let around = around.find(|around| around.find('/') == around.len().checked_sub(1))?;
    archive.paths().all(|path| path.starts_with(around)).then(|| around.to_owned())
}

/// All that must be understood of every format.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

fn read(bytes: &[u8]) -> Result<Project, BadNotes> {
    let Format { format } = serde_json::from_slice(bytes).map_err(|_| BadNotes::Broken)?;
    if format > PROJECT_FORMAT {
        return Err(BadNotes::Newer(format));
    }
    let project = serde_json::from_slice(bytes).map_err(|_| BadNotes::Broken)?;
    checked(project).ok_or(BadNotes::Broken)
}

/// What a project has more of than may be, in words.
pub(super) fn excess(project: &Project) -> Option<String> {
    let counts = [
        (project.pictures.len(), MOST_PICTURES, "picture files"),
        (project.classes.len(), MOST_CLASSES, "classes"),
        (project.samples.len(), MOST_SAMPLES, "drawn samples"),
    ];
    let (count, most, what) = counts.into_iter().find(|(count, most, _)| count > most)?;
    Some(format!("{count} {what}, more than {most}"))
}

/// A project with plain names, if everything that it names is there.
pub(super) fn checked(mut project: Project) -> Option<Project> {
    if excess(&project).is_some() {
        return None;
    }
    let Project { classes, pictures, samples, .. } = &mut project;
    if pictures.iter().any(|picture| picture.class >= classes.len()) {
        return None;
    }
    for class in classes.iter_mut() {
        class.name = short(&class.name);
    }
    for picture in pictures.iter_mut() {
        picture.name = short(&picture.name);
    }
    let mut drawn = HashSet::new();
    for (place, sample) in samples.iter().enumerate() {
        for name in &sample.removed {
            if !has_class(sample, name) || !drawn.insert((place, name.clone())) {
                return None;
            }
        }
    }
    let mut moved = 0;
    for class in classes.iter() {
        if let Some(own) = &class.drawn {
            // One that is never drawn, or twice, would be waited for.
            let is_there = samples.get(own.sample).is_some_and(|s| has_class(s, &own.class));
            if !is_there || !drawn.insert((own.sample, own.class.clone())) {
                return None;
            }
        }
        moved += class.moved.len();
        let are_there = class.moved.iter().all(|moved| {
            samples.get(moved.sample).is_some_and(|sample| has_class(sample, &moved.class))
        });
        if !are_there {
            return None;
        }
    }
    (moved <= MOST_ENTRIES).then_some(project)
}

fn has_class(sample: &ProjectSample, name: &str) -> bool {
    class_names(sample.task).contains(&name)
}

/// A name as any other is shown.
fn short(name: &str) -> String {
    let cut: String = plain(name).chars().take(LONGEST_NAME).collect();
    cut.trim_end().to_owned()
}

/// Where the notes want an archive's pictures, and which of them are not there.
pub(super) struct Places {
    by_path: HashMap<String, usize>,
    by_folder: HashMap<String, usize>,
}

impl Places {
    /// Puts an archive's entries into the order of the notes; what they do not name comes last.
    pub fn arrange(project: &Project, archive: &mut Archive) -> Self {
        let mut by_path = HashMap::new();
        for (place, picture) in project.pictures.iter().enumerate() {
            by_path.entry(picture.path.clone()).or_insert(place);
        }
        let folders = project.classes.iter().enumerate();
        let by_folder = folders.map(|(place, class)| (class.folder.clone(), place)).collect();
        archive.sort_by_rank(|path| by_path.get(path).copied().unwrap_or(usize::MAX));
        Self { by_path, by_folder }
    }

    /// The place of a picture in the notes, if they name it.
    pub fn picture(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The class that has this folder. A picture that somebody has put there belongs to it.
    pub fn class_of_folder(&self, folder: &str) -> Option<usize> {
        self.by_folder.get(folder).copied()
    }
}

/// Why the notes are passed over, for the person.
pub(super) fn broken() -> Refusal {
    Refusal {
        reason: "The project’s own notes cannot be read, so its pictures come as those of any \
                 archive: by their folders, without bursts, new settings, drawn samples and what was \
                 set."
            .to_owned(),
        remedy: "If that is not what you want, remove them and look for an earlier copy of the file."
            .to_owned(),
    }
}

/// Why a project is not opened at all.
pub(super) fn newer(format: u32) -> Refusal {
    Refusal {
        reason: format!(
            "It is a project of format {format}; this Headstart knows those up to {PROJECT_FORMAT}."
        ),
        remedy: "Open it on a newer page, or unpack it and add its folders.".to_owned(),
    }
}

/// Why a picture is not there, for the person.
pub(super) fn not_there() -> Refusal {
    Refusal {
        reason: "The project names it, but it is not in the file.".to_owned(),
        remedy: "Add it again from where it came.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::session::{
        ProjectClass, ProjectDrawn, ProjectMoved, ProjectPicture, SampleTask, Scene,
    };

    fn fruit() -> ProjectSample {
        ProjectSample { task: SampleTask::Fruit, seed: 1, removed: Vec::new() }
    }

    fn some() -> Project {
        let drawn = class_names(SampleTask::Fruit)[0].to_owned();
        let class = ProjectClass { name: "rose".to_owned(), ..ProjectClass::default() };
        let own = ProjectDrawn { sample: 0, class: drawn.clone(), removed: vec!["1".into()] };
        let moved = ProjectMoved { sample: 0, class: drawn, picture: "2".to_owned() };
        Project {
            format: PROJECT_FORMAT,
            classes: vec![
                ProjectClass { moved: vec![moved], ..class.clone() },
                ProjectClass { drawn: Some(own), ..class },
            ],
            pictures: vec![ProjectPicture {
                name: "1.png".to_owned(),
                path: "rose/1.png".to_owned(),
                class: 1,
                scene: Scene::New,
                burst: Some(7),
            }],
            samples: vec![fruit()],
            ..Project::default()
        }
    }

    fn written(project: &Project) -> Vec<u8> {
        serde_json::to_vec(project).expect("plain data")
    }

    #[test]
    fn notes_are_read_as_they_were_written() {
        assert_eq!(read(&written(&some())), Ok(some()));
    }

    #[test]
    fn a_later_format_is_told_even_where_nothing_else_makes_sense() {
        let later = format!("{{\"format\":{},\"classes\":7}}", PROJECT_FORMAT + 1);
        assert_eq!(read(later.as_bytes()), Err(BadNotes::Newer(PROJECT_FORMAT + 1)));
        assert_eq!(read(b"{\"format\":1,\"classes\":7}"), Err(BadNotes::Broken));
        assert_eq!(read(b"{}"), Err(BadNotes::Broken));
    }

    #[test]
    fn notes_that_name_what_is_not_there_are_broken() {
        let spoil: [fn(&mut Project); 8] = [
            |project| project.pictures[0].class = 2,
            |project| project.samples.clear(),
            |project| project.samples = vec![fruit(); MOST_SAMPLES + 1],
            |project| project.samples[0].removed = vec!["no fruit".to_owned()],
            |project| project.classes[0].moved[0].sample = 1,
            |project| project.classes[0].drawn = project.classes[1].drawn.clone(),
            |project| {
                let drawn = project.classes[1].drawn.iter().map(|drawn| drawn.class.clone());
                project.samples[0].removed = drawn.collect();
            },
            |project| project.pictures = vec![ProjectPicture::default(); MOST_ENTRIES],
        ];
        for (number, spoil) in spoil.into_iter().enumerate() {
            let mut project = some();
            spoil(&mut project);
            assert_eq!(read(&written(&project)), Err(BadNotes::Broken), "{number}");
        }
    }

    #[test]
    fn names_are_plain_and_no_longer_than_systems_take() {
        let mut project = some();
        project.classes[0].name = format!(" a\u{1b}\u{202e}{}", "x".repeat(500));
        let name = read(&written(&project)).map(|project| project.classes[0].name.clone());
        assert_eq!(name, Ok(format!("a\u{fffd}{}", "x".repeat(253))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_but_never_break_anything(
            cut in any::<prop::sample::Index>(),
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5)) {
            let mut bytes = written(&some());
            for (place, byte) in flips {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let _ = read(&bytes);
            bytes.truncate(cut.index(bytes.len()));
            prop_assert!(read(&bytes).is_err());
        }
    }
}
