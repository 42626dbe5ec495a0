//! The command line as a person uses it: the program that was built, its output and exit codes.

mod common;

use std::process::{Command, Stdio};

use common::packing::{archive, deflated, stored};
use common::program::{Folder, headstart, said, small_set};
use headstart::data::DRAWN_A_CLASS;
use serde_json::Value;

#[test]
fn compare_prints_a_table_writes_json_and_leaves_bad_files_out() {
    let folder = Folder::new("compare");
    small_set(&folder);
    std::fs::write(folder.join("set/Apple/notes.jpg"), "no picture").expect("a bad file");
    let arguments =
        ["compare", "set", "--cut", "head", "--cut", "last-1", "--epochs", "2", "--seed", "7"];
    let output = headstart(&[&arguments[..], &["--json", "runs.json"]].concat(), &folder.0);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("left out Apple/notes.jpg"), "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("\nhead ") && table.contains("\nlast-1 "), "{table}");
    assert!(table.contains("\nin all: predicted "), "{table}");

    let json = std::fs::read_to_string(folder.join("runs.json")).expect("the JSON was written");
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    for name in ["feature_seconds", "seconds", "memory_bytes"] {
        for name in [name.to_owned(), format!("predicted_{name}")] {
            assert!(json[&name].as_f64().is_some_and(|value| value > 0.0), "{name}");
        }
    }
    let runs = json["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2);
    // The head's twenty epochs come before the two of the thawed layers.
    for (run, (cut, epochs)) in runs.iter().zip([("head", 2), ("last-1", 22)]) {
        assert_eq!(run["cut"], cut);
        assert_eq!(run["seed"], 7);
        let parts = ["training_pictures", "validation_pictures", "test_pictures"];
        let pictures: u64 = parts.iter().filter_map(|part| run[part].as_u64()).sum();
        assert_eq!(pictures, 16);
        assert!((0.0..=1.0).contains(&run["test_accuracy"].as_f64().expect("an accuracy")));
        assert_eq!(run["epochs"].as_array().map(Vec::len), Some(epochs));
        for name in ["seconds", "predicted_seconds", "predicted_memory_bytes"] {
            assert!(run[name].as_f64().is_some_and(|value| value > 0.0), "{name}");
        }
        let count = |name: &str| run[name].as_u64().expect("a count");
        assert!(count("parameters_trained") < count("parameters_total"));
        assert_eq!(run["strategy"]["batch"], 16);
    }
}

#[test]
fn an_archive_is_taken_like_the_folder_that_is_in_it() {
    let folder = Folder::new("archive");
    small_set(&folder);
    let mut packed = vec![stored("../up.png", b"leads out")];
    for class in std::fs::read_dir(folder.join("set")).expect("classes") {
        let class = class.expect("a class").path();
        let name = class.file_name().expect("a name").to_string_lossy().into_owned();
        for file in std::fs::read_dir(&class).expect("files") {
            let file = file.expect("a file").path();
            let bytes = std::fs::read(&file).expect("a picture");
            let file = file.file_name().expect("a name").to_string_lossy().into_owned();
            packed.push(deflated(format!("all/of them/{name}/{file}"), &bytes));
        }
    }
    std::fs::write(folder.join("set.zip"), archive(&packed)).expect("an archive");
    let outcomes = ["set", "set.zip"].map(|set| {
        let json = format!("{set}.json");
        let arguments = ["compare", set, "--cut", "head", "--epochs", "1", "--json", &json];
        let output = headstart(&arguments, &folder.0);
        assert!(output.status.success(), "{}", said(&output));
        let is_archive = set.ends_with("zip");
        assert_eq!(said(&output).contains("left out ../up.png"), is_archive, "{}", said(&output));
        let json = std::fs::read_to_string(folder.join(&json)).expect("the JSON was written");
        let json: Value = serde_json::from_str(&json).expect("it is JSON");
        let run = &json["runs"][0];
        (run["test_accuracy"].clone(), run["test_pictures"].clone(), run["classes"].clone())
    });
    assert_eq!(outcomes[0], outcomes[1]);
}

#[test]
fn compare_writes_a_report_of_ten_cards_and_every_trial() {
    let folder = Folder::new("report");
    small_set(&folder);
    let drawn = headstart(&["draw", "fruit", "new", "--scene", "new"], &folder.0);
    assert!(drawn.status.success(), "{}", said(&drawn));
    for class in ["Apple", "Banana"] {
        std::fs::create_dir_all(folder.join("elsewhere")).expect("a folder");
        std::fs::rename(folder.join("new").join(class), folder.join("elsewhere").join(class))
            .expect("another place");
    }
    let arguments = ["compare", "set", "--cut", "head", "--cut", "last-1", "--epochs", "1"];
    let study = ["--seed", "7", "--seeds", "1", "--report", "report.json"];
    let unknown = ["--new-setting", "new"];
    let output = headstart(&[&arguments[..], &study, &unknown].concat(), &folder.0);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("bears the name of no class"), "{}", said(&output));
    let study = [&study[..], &["--new-setting", "elsewhere"]].concat();
    let output = headstart(&[&arguments[..], &study].concat(), &folder.0);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();

    let json = std::fs::read_to_string(folder.join("report.json")).expect("the JSON was written");
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["seeds"], serde_json::json!([7]));
    assert_eq!(json["failures"], serde_json::json!([]));
    // Eight pictures a class leave four to learn from: both ways on 1, 2 and 4 of them, four
    // further cuts, thawing at once, and learning from nothing. All of that with each of five folds
    // as the test, so that each of sixteen pictures is asked about once.
    let trials = json["trials"].as_array().expect("trials");
    assert_eq!(json["folds"], 5);
    assert_eq!(trials.len(), 5 * (2 * 3 + 4 + 2));
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    assert_eq!(trials.iter().map(|trial| length(&trial["answers"])).sum::<usize>(), 12 * 16);
    for trial in trials {
        assert_eq!(trial["trial"]["repetition"]["seed"], 7);
        if !trial["examination"].is_null() {
            assert_eq!(length(&trial["examination"]["new_setting"]), 2 * DRAWN_A_CLASS);
        }
    }
    let cards = json["cards"].as_array().expect("cards");
    assert_eq!(cards.len(), 10);
    for card in cards {
        let found = &card["finding"]["Ok"];
        let headline = found["headline"].as_str().unwrap_or_else(|| panic!("{card}"));
        assert!(text.contains(headline), "{headline}");
        let sources = found["sources"].as_array().expect("sources");
        assert!(!sources.is_empty(), "{card}");
        let is_place = |place: &Value| place.as_u64().is_some_and(|p| p < trials.len() as u64);
        assert!(sources.iter().all(is_place), "{card}");
    }
}

#[test]
fn advise_tells_what_to_train_and_why_and_check_whether_it_held() {
    let folder = Folder::new("advise");
    small_set(&folder);
    let arguments = ["advise", "set", "--seed", "3", "--json", "advice.json"];
    let output = headstart(&arguments, &folder.0);
    assert!(output.status.success(), "{}", said(&output));
    let alone = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(alone.starts_with("set: ") && alone.contains("confidence "), "{alone}");
    for way in ["transfer learning", "fine-tuning"] {
        assert!(
            alone.contains(&format!("Probability of the right class, held-out pictures, {way}")),
            "{alone}"
        );
    }
    assert!(!alone.contains("regret"), "{alone}");

    let output = headstart(&[&arguments[..], &["--check", "--seeds", "2"]].concat(), &folder.0);
    assert!(output.status.success(), "{}", said(&output));
    let checked = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(checked.contains("\nmean regret "), "{checked}");
    let json = std::fs::read_to_string(folder.join("advice.json")).expect("the JSON was written");
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    let row = &json["folders"][0];
    let (advised, outcome) = (&row["advice"], &row["check"]["outcome"]);
    assert!(advised["confidence"].as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)));
    let measured = row["check"]["measured"].as_array().expect("what was measured");
    assert_eq!(measured.len(), 5);
    let share = |row: &Value| {
        assert_eq!(row["count"], 2 * 4);
        row["correct"].as_f64().expect("hits") / 8.0
    };
    let best = measured.iter().map(share).fold(0.0, f64::max);
    assert_eq!(outcome["best_accuracy"].as_f64(), Some(best));
    let regret = best - outcome["advised_accuracy"].as_f64().expect("an accuracy");
    assert_eq!(outcome["regret"].as_f64(), Some(regret));
}

#[cfg(unix)]
#[test]
fn links_and_what_is_no_file_are_told_and_left_out() {
    let folder = Folder::new("links");
    small_set(&folder);
    let apple = folder.join("set/Apple");
    std::os::unix::fs::symlink("/nowhere/at/all.png", apple.join("linked.png")).expect("a link");
    // Somebody who opened it would wait forever.
    let pipe = apple.join("pipe.png");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts").success());
    let output = headstart(&["compare", "set", "--cut", "head", "--epochs", "1"], &folder.0);
    assert!(output.status.success(), "{}", said(&output));
    for (name, why) in [("linked.png", "Links are not followed."), ("pipe.png", "It is no file.")] {
        let line = format!("left out set/Apple/{name}: {why}");
        assert!(said(&output).contains(&line), "{}", said(&output));
    }
    assert!(String::from_utf8_lossy(&output.stdout).contains("2 classes: Apple, Banana"));
}

#[test]
fn a_task_is_drawn_in_the_usual_scene_unless_another_is_asked_for() {
    let folder = Folder::new("scenes");
    for (target, extra) in
        [("plain", &[][..]), ("usual", &["--scene", "usual"]), ("new", &["--scene", "new"])]
    {
        let drawn = headstart(&[&["draw", "glyphs", target], extra].concat(), &folder.0);
        assert!(drawn.status.success(), "{}", said(&drawn));
    }
    let bytes = |file: &str| std::fs::read(folder.join(file)).expect("a drawn picture");
    let usual = bytes("usual/Zil/Zil 01, drawn.png");
    assert_eq!(bytes("plain/Zil/Zil 01, drawn.png"), usual);
    assert_ne!(bytes("new/Zil/Zil 01, new scene, drawn.png"), usual);
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let folder = Folder::new("gone");
    let mut child = Command::new(env!("CARGO_BIN_EXE_headstart"))
        .args(["draw", "fabric", "all"])
        .current_dir(&folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "");
}

#[test]
fn what_cannot_be_done_is_named_and_ends_with_1() {
    let folder = Folder::new("refused");
    small_set(&folder);
    std::fs::create_dir(folder.join("empty")).expect("an empty folder");
    std::fs::write(folder.join("broken.zip"), "no archive").expect("a broken archive");
    std::fs::write(folder.join("broken.safetensors"), "no weights").expect("a broken file");
    let cases: [(&[&str], &str); 9] = [
        (&["find-rate", "missing"], "missing is no folder and no ZIP"),
        (&["find-rate", "set", "--json", "no/such/rate.json"], "no/such/rate.json"),
        (&["compare", "missing"], "missing is no folder"),
        (&["compare", "broken.zip"], "no ZIP archive"),
        (&["compare", "empty"], "empty has no folders"),
        (&["compare", "set", "--backbone", "broken.safetensors"], "broken.safetensors"),
        (&["compare", "set", "--json", "no/such/runs.json"], "no/such/runs.json"),
        (&["compare", "set", "--report", "no/such/report.json"], "no/such/report.json"),
        (&["draw", "fabric", "set"], "set is not empty"),
    ];
    for (arguments, expected) in cases {
        let output = headstart(arguments, &folder.0);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(expected), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?} did something first");
    }
}

#[test]
fn arguments_that_make_no_sense_end_with_2() {
    let folder = Folder::new("usage");
    let cases: [&[&str]; 17] = [
        &["find-rate"],
        &["find-rate", "set", "--cut", "head", "--cut", "all"],
        &["find-rate", "set", "--batch", "0"],
        &["compare", "set", "--without", "flip"],
        &["compare", "set", "--views", "1", "--without", "turn"],
        &["compare", "set", "--views", "1", "--without", "flip,crop,colour"],
        &["compare", "set", "--new-setting", "elsewhere"],
        &["compare", "set", "--cut", "last-1", "--report", "report.json"],
        &["compare", "set", "--json", "runs.json", "--report", "report.json"],
        &["advise"],
        &["advise", "set", "--seeds", "0"],
        &["compare", "set", "--cut", "last-18"],
        &["compare", "set", "--cut", "head", "--cut", "head"],
        &["compare", "set", "--epochs", "0"],
        &["compare", "set", "--seed", "often"],
        &["draw", "dragons", "set"],
        &["draw", "fruit", "set", "--scene", "old"],
    ];
    for arguments in cases {
        let output = headstart(arguments, &folder.0);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(!said(&output).is_empty());
    }
}

#[test]
fn too_few_pictures_are_explained() {
    let folder = Folder::new("few");
    small_set(&folder);
    let class = folder.join("set/Banana");
    let files: Vec<_> = std::fs::read_dir(&class).expect("a class").collect();
    for file in files.into_iter().skip(3) {
        std::fs::remove_file(file.expect("a file").path()).expect("it goes");
    }
    let output = headstart(&["compare", "set"], &folder.0);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("“Banana” has 3 of the 4"), "{}", said(&output));
    for task in ["advise", "find-rate"] {
        let output = headstart(&[task, "set"], &folder.0);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("“Banana” has 3 of the 4"), "{}", said(&output));
    }
}

#[test]
fn the_numbers_of_a_strategy_reach_the_run_and_a_patience_ends_it_early() {
    let folder = Folder::new("tuning");
    small_set(&folder);
    let numbers = [
        ["--batch", "4"],
        ["--head-rate", "1e-40"],
        ["--unfrozen-rate", "0.001"],
        ["--depth-factor", "0.5"],
        ["--weight-decay", "0"],
        ["--label-smoothing", "0.1"],
        ["--class-weights", "balanced"],
        ["--patience", "2"],
        ["--batch-norm", "frozen"],
        ["--views", "2"],
        ["--without", "crop,colour"],
        ["--json", "runs.json"],
        ["--cut", "head"],
    ];
    let output = headstart(&[&["compare", "set"][..], numbers.as_flattened()].concat(), &folder.0);
    assert!(output.status.success(), "{}", said(&output));
    let json = std::fs::read_to_string(folder.join("runs.json")).expect("the JSON was written");
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    let run = &json["runs"][0];
    let strategy = &run["strategy"];
    assert_eq!(strategy["batch"], 4);
    assert_eq!(strategy["unfrozen_rate"], 0.001);
    assert_eq!(strategy["depth_factor"], 0.5);
    assert_eq!(strategy["weight_decay"], 0.0);
    assert_eq!(strategy["label_smoothing"], 0.1);
    assert_eq!(strategy["class_weights"], "Balanced");
    assert_eq!(strategy["norm"], "Frozen");
    assert_eq!(strategy["views"], 2);
    let changes = serde_json::json!({ "flip": true, "crop": false, "colour": false });
    assert_eq!(strategy["augmentation"], changes);
    // At that rate nothing moves: the first epoch is the best, and two more are waited for.
    assert_eq!(run["ending"], "Converged");
    assert_eq!(run["epochs"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_number_out_of_range_is_refused_before_anything_is_read() {
    let folder = Folder::new("refused-number");
    for (name, value, wanted) in [
        ("--batch", "0", "the strategy's batch is 0; it must be from 1 to 1024 pictures"),
        ("--label-smoothing", "-0.5", "it must be from 0 to below 1"),
        ("--views", "17", "it must be from 0 to 16"),
        ("--patience", "0", "it must be at least 1 epoch, or none"),
        ("--depth-factor", "2", "it must be above 0 and at most 1"),
    ] {
        let output = headstart(&["compare", "nowhere", name, value], &folder.0);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(wanted), "{}", said(&output));
    }
}
