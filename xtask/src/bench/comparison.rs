//! Ours beside the peer's, as a table with ratios.

use super::report::{Comparison, Entry};

/// Prints a line a contestant, and what a training step of ours costs in passes forward.
pub fn print(comparisons: &[Comparison]) {
    if comparisons.is_empty() {
        return;
    }
    println!(
        "\n{:<42} {:<22} {:>10} {:>8} {:>10} {:>8} {:>8}",
        "question", "contestant", "ms, median", "over us", "ms, least", "over us", "peak MB"
    );
    for comparison in comparisons {
        let ours = comparison.entries.first();
        for entry in &comparison.entries {
            println!("{:<42} {}", question(comparison), line(entry, ours));
        }
    }
    for training in comparisons.iter().filter(|comparison| comparison.task == "training") {
        if let Some(ratio) = step_over_pass(training, comparisons) {
            println!("{}: a step takes {ratio:.2} times a pass forward", question(training));
        }
    }
}

fn question(Comparison { task, device, width, batch, side, .. }: &Comparison) -> String {
    format!("{task}, {device}, width {width}, {batch} × {side} px")
}

/// The median is what a visitor gets; the least is what remains where others use the machine.
fn line(entry: &Entry, ours: Option<&Entry>) -> String {
    let Entry { name, megabytes, error, .. } = entry;
    let (Some(typical), Some(least)) = (median(entry), least(entry)) else {
        return format!("{name:<22} {}", error.as_deref().unwrap_or("was not measured"));
    };
    let over = |time: f64, ours: Option<f64>| {
        ours.map_or_else(|| "-".to_owned(), |ours| format!("{:.2}×", time / ours))
    };
    let by_median = over(typical, ours.and_then(median));
    let by_least = over(least, ours.and_then(self::least));
    let memory = megabytes.map_or_else(|| "-".to_owned(), |megabytes| format!("{megabytes:.0}"));
    format!("{name:<22} {typical:>10.1} {by_median:>8} {least:>10.1} {by_least:>8} {memory:>8}")
}

fn least(entry: &Entry) -> Option<f64> {
    entry.milliseconds.iter().copied().min_by(f64::total_cmp)
}

/// The middle one of an entry's times. `None` where it has none.
pub fn median(entry: &Entry) -> Option<f64> {
    let mut times = entry.milliseconds.clone();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// Our training step over our pass forward, of the same network on the same device.
pub fn step_over_pass(training: &Comparison, all: &[Comparison]) -> Option<f64> {
    let inference = all.iter().find(|other| {
        other.task == "inference"
            && other.device == training.device
            && other.width == training.width
    })?;
    Some(median(training.entries.first()?)? / median(inference.entries.first()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(milliseconds: &[f64], error: Option<&str>) -> Entry {
        Entry {
            name: "TF.js".to_owned(),
            milliseconds: milliseconds.to_vec(),
            megabytes: None,
            error: error.map(str::to_owned),
        }
    }

    fn asked(task: &str, milliseconds: &[f64]) -> Comparison {
        let (task, device) = (task.to_owned(), "CPU".to_owned());
        let entries = vec![entry(milliseconds, None)];
        Comparison { task, device, width: 1.0, batch: 16, side: 96, entries }
    }

    #[test]
    fn a_slower_peer_has_a_ratio_above_one() {
        let ours = entry(&[40.0, 60.0, 20.0], None);
        let line = line(&entry(&[24.0, 90.0, 60.0], None), Some(&ours));
        let numbers: Vec<&str> = line.split_whitespace().skip(1).collect();
        assert_eq!(numbers, ["60.0", "1.50×", "24.0", "1.20×", "-"]);
    }

    #[test]
    fn a_peer_that_cannot_compute_says_why() {
        let line = line(&entry(&[], Some("no such kernel")), None);
        assert!(line.ends_with("no such kernel"), "{line}");
    }

    #[test]
    fn a_step_is_held_against_a_pass_of_the_same_network() {
        let all = [asked("inference", &[20.0]), asked("training", &[70.0])];
        assert_eq!(step_over_pass(&all[1], &all), Some(3.5));
        assert_eq!(step_over_pass(&all[1], &all[1..]), None);
    }
}
