//! The search for a learning rate on the command line, held against a session with the same files.

mod common;

use common::program::{Folder, headstart, said, small_set};
use common::{after, session};
use headstart::session::{
    ClassId, Command, Cut, Event, FoundRate, NormMode, Phase, PictureId, Scene, Strategy,
};
use serde_json::Value;

/// What a session finds for a strategy on the folder of two classes.
fn found_by_a_session(folder: &Folder, strategy: Strategy, seed: u64) -> FoundRate {
    let mut session = session();
    let mut picture = 0;
    for (class, name) in (0..).zip(["Apple", "Banana"]) {
        let class = ClassId(class);
        session.submit(Command::AddClass { class, name: name.to_owned() });
        let files = std::fs::read_dir(folder.join("set").join(name)).expect("the class");
        let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        files.sort();
        for file in files {
            let bytes = std::fs::read(&file).expect("a picture");
            let (id, name) = (PictureId(picture), file.display().to_string());
            session.submit(Command::AddPicture {
                picture: id,
                class,
                name,
                scene: Scene::Usual,
                burst: None,
                bytes,
            });
            picture += 1;
        }
    }
    let events = after(&mut session, [Command::FindRate { strategy, seed }]);
    let found = events.into_iter().find_map(|event| match event {
        Event::RateFound(found) => Some(found),
        _ => None,
    });
    found.expect("a search on two classes")
}

#[test]
fn find_rate_prints_the_sweep_and_suggests_what_a_session_does() {
    let folder = Folder::new("find-rate");
    small_set(&folder);
    let thawed = Strategy { norm: NormMode::Adapt, ..Strategy::for_cut(Cut::LastBlocks(1)) };
    for (cut, options, strategy, phase, option) in [
        ("head", &[][..], Strategy::for_cut(Cut::HeadOnly), Phase::Head, "--head-rate"),
        ("last-1", &["--batch-norm", "adapt"], thawed, Phase::Unfrozen, "--unfrozen-rate"),
    ] {
        let arguments = ["find-rate", "set", "--seed", "3", "--json", "rate.json", "--cut", cut];
        let output = headstart(&[&arguments[..], options].concat(), &folder.0);
        assert!(output.status.success(), "{}", said(&output));
        let expected = found_by_a_session(&folder, strategy, 3);
        assert_eq!(expected.phase, phase);

        let json = std::fs::read_to_string(folder.join("rate.json")).expect("it was written");
        let json: Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!((&json["folder"], &json["seed"]), (&"set".into(), &3.into()));
        // By their texts, since not every bit of a number survives being read from one.
        let written = serde_json::to_string(&expected).expect("plain numbers");
        assert_eq!(json["found"], serde_json::from_str::<Value>(&written).expect("JSON"), "{cut}");

        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let suggestion = expected.suggestion.expect("the loss of two kinds of fruit falls");
        assert!(text.contains(&format!("{option} {suggestion:.1e}")), "{text}");
        let curve = &expected.curve;
        for point in [curve[0], curve[curve.len() - 1]] {
            let row = format!("{:>9} {:>9.4}", format!("{:.1e}", point.rate), point.loss);
            assert!(text.contains(&row), "{row} is missing in {text}");
        }
    }
}
