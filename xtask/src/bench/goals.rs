//! What the engine has to reach, as ratios of what one run measured.

use super::comparison::{median, step_over_pass};
use super::report::{Comparison, Report};
use super::roofline::best_product;

/// A number that is to be reached.
struct Goal {
    what: String,
    reach: Reach,
    /// What was measured, in the goal's unit. `None` where this run did not ask.
    measured: Option<f64>,
    unit: &'static str,
}

/// On which side of a number the goal lies.
#[derive(Clone, Copy)]
enum Reach {
    AtLeast(f64),
    AtMost(f64),
}

impl Reach {
    fn is_reached(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(least) => measured >= least,
            Self::AtMost(most) => measured <= most,
        }
    }
}

/// How many times as fast as a peer: task, device, width, the peer, and the least.
const PEERS: [(&str, &str, f64, &str, f64); 6] = [
    ("inference", "CPU", 0.35, "TF.js wasm", 1.5),
    ("inference", "CPU", 1.0, "TF.js wasm", 1.5),
    ("training", "CPU", 0.35, "TF.js cpu", 100.0),
    ("training", "CPU", 1.0, "TF.js cpu", 100.0),
    ("inference", "WebGPU", 0.35, "TF.js webgpu", 3.0),
    ("training", "WebGPU", 0.35, "TF.js webgpu", 3.0),
];

/// Prints a line a goal of which something was measured.
pub fn print(report: &Report) {
    let goals = goals(report);
    let lines: Vec<String> = goals.iter().filter_map(line).collect();
    if !lines.is_empty() {
        println!("\n{:<58} {:>10} {:>10}", "goal", "reach", "measured");
        lines.iter().for_each(|line| println!("{line}"));
    }
}

fn line(goal: &Goal) -> Option<String> {
    let Goal { what, reach, measured, unit } = goal;
    let measured = (*measured)?;
    let bound = match reach {
        Reach::AtLeast(least) => format!("≥ {least}"),
        Reach::AtMost(most) => format!("≤ {most}"),
    };
    let verdict = if reach.is_reached(measured) { "reached" } else { "not reached" };
    Some(format!("{what:<58} {bound:>10} {measured:>10.2} {unit:<2} {verdict}"))
}

fn goals(report: &Report) -> Vec<Goal> {
    let asked = |task: &str, device: &str, width: f64| {
        report.comparisons.iter().find(|comparison| {
            comparison.task == task && comparison.device == device && comparison.width == width
        })
    };
    let row = |name: &str| report.rows.iter().find(|row| row.name == name).map(|row| row.value);
    let by_cores = report.rows.iter().find(|row| {
        row.name.starts_with("features with ") && row.name.ends_with(" engines against 1")
    });
    let goal =
        |what: &str, reach, measured, unit| Goal { what: what.to_owned(), reach, measured, unit };
    let over_peers = PEERS.map(|(task, device, width, peer, least)| {
        let what = format!("{task} over {peer}, {device}, width {width}");
        let measured = asked(task, device, width).and_then(|asked| ahead_of(asked, peer));
        goal(&what, Reach::AtLeast(least), measured, "×")
    });
    let step_over_pass = asked("training", "CPU", 0.35)
        .and_then(|training| step_over_pass(training, &report.comparisons));
    let share = asked("inference", "CPU", 0.35).and_then(|inference| share(inference, report));
    let off_work = row("steps in proportion to their work");
    let others = [
        goal("training over our own inference, CPU", Reach::AtMost(3.3), step_over_pass, "×"),
        goal(
            "features with all cores' engines over one",
            Reach::AtLeast(1.7),
            by_cores.map(|row| row.value),
            "×",
        ),
        goal("inference, share of the best product", Reach::AtLeast(50.0), share, "%"),
        goal("engine, WebAssembly, brotli", Reach::AtMost(1.8), row("engine, wasm, brotli"), "MB"),
        goal("a step's cost from its blocks' work", Reach::AtMost(20.0), off_work, "%"),
    ];
    over_peers.into_iter().chain(others).collect()
}

/// The peer's median over ours.
fn ahead_of(comparison: &Comparison, peer: &str) -> Option<f64> {
    let (ours, entries) = comparison.entries.split_first()?;
    let peer = entries.iter().find(|entry| entry.name == peer)?;
    Some(median(peer)? / median(ours)?)
}

/// Our median's share, in percent, of what the best product of this run would take for as much
/// arithmetic.
fn share(inference: &Comparison, report: &Report) -> Option<f64> {
    let whole = report
        .layers
        .iter()
        .find(|layers| layers.device == inference.device && layers.width == inference.width)?;
    let row = whole.rows.iter().find(|row| row.kind == "forward, the whole network")?;
    let rate = row.operations / median(inference.entries.first()?)?;
    Some(100.0 * rate / best_product(&report.ceilings)?)
}

#[cfg(test)]
mod tests {
    use super::super::report::{Ceiling, CeilingKind, Entry, LayerRow, Layers, Row};
    use super::*;

    fn entry(name: &str, milliseconds: f64) -> Entry {
        let (name, milliseconds) = (name.to_owned(), vec![milliseconds]);
        Entry { name, milliseconds, megabytes: None, error: None }
    }

    fn comparison(task: &str, entries: Vec<Entry>) -> Comparison {
        let (task, device) = (task.to_owned(), "CPU".to_owned());
        Comparison { task, device, width: 0.35, batch: 16, side: 96, entries }
    }

    fn report() -> Report {
        let layer = LayerRow {
            kind: "forward, the whole network".to_owned(),
            milliseconds: 99.0,
            operations: 600.0,
            bytes: 0.0,
        };
        Report {
            browser: String::new(),
            adapter: String::new(),
            rows: vec![Row {
                name: "engine, wasm, brotli".to_owned(),
                value: 1.9,
                unit: "MB".to_owned(),
                note: String::new(),
            }],
            comparisons: vec![
                comparison("inference", vec![entry("Headstart", 10.0), entry("TF.js wasm", 40.0)]),
                comparison("training", vec![entry("Headstart", 33.0), entry("TF.js cpu", 3000.0)]),
            ],
            ceilings: vec![Ceiling {
                kind: CeilingKind::Product,
                name: String::new(),
                milliseconds: 1.0,
                amount: 100.0,
            }],
            layers: vec![Layers {
                device: "CPU".to_owned(),
                width: 0.35,
                batch: 16,
                side: 96,
                rows: vec![layer],
                kinds: Vec::new(),
            }],
            predictions: Vec::new(),
        }
    }

    #[test]
    fn every_goal_is_a_ratio_of_what_this_run_measured() {
        let goals = goals(&report());
        let found = |what: &str| {
            let goal = goals.iter().find(|goal| goal.what == what).expect("a goal");
            goal.measured.map(|measured| (measured, goal.reach.is_reached(measured)))
        };
        assert_eq!(found("inference over TF.js wasm, CPU, width 0.35"), Some((4.0, true)));
        let step = found("training over TF.js cpu, CPU, width 0.35").expect("measured");
        assert!((step.0 - 3000.0 / 33.0).abs() < 1e-9 && !step.1);
        let ratio = found("training over our own inference, CPU");
        assert_eq!(ratio, Some((3.3, true)));
        // 600 in 10 ms are 60 a millisecond, of 100.
        assert_eq!(found("inference, share of the best product"), Some((60.0, true)));
        assert_eq!(found("engine, WebAssembly, brotli"), Some((1.9, false)));
    }

    #[test]
    fn what_was_not_measured_has_no_line() {
        let lines: Vec<String> = goals(&report()).iter().filter_map(line).collect();
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|line| !line.contains("webgpu")));
        assert!(lines.last().is_some_and(|line| line.ends_with("not reached")));
    }
}
