//! Every check of the project in one run: it goes on after a failure, and the last line says how
//! many tests passed, how many failed, and how many were skipped if any were.

mod count;
mod steps;

use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use anyhow::{Result, ensure};

use self::count::Count;
use crate::workspace::Workspace;

/// One kind of check.
struct Step {
    /// What it checks, for the headings.
    name: &'static str,
    check: fn(&Workspace) -> Result<Count>,
}

/// The step from whose begin on what the browser needs is compiled beside it.
const NATIVE: &str = "tests, native";
/// The first step that needs it.
const SITE: &str = "site";

/// Cheap checks first, so that a slip is seen early; the browser last, since it needs the site.
const STEPS: [Step; 11] = [
    Step { name: "formatting", check: steps::formatting },
    Step { name: "lints, native", check: steps::lint_native },
    Step { name: NATIVE, check: steps::test_native },
    Step { name: "tests, tasks", check: steps::test_tasks },
    Step { name: "lints, page", check: steps::lint_page },
    Step { name: "lints, worker", check: steps::lint_worker },
    Step { name: "lints, bench", check: steps::lint_bench },
    Step { name: "tests, bench", check: steps::test_bench },
    Step { name: SITE, check: steps::build_site },
    Step { name: "tests, wasm", check: steps::test_wasm },
    Step { name: "tests, browser", check: steps::test_browser },
];

/// Runs every check and prints the totals as the last line.
///
/// # Errors
/// When any check failed.
pub fn test(workspace: &Workspace, only: &[String]) -> Result<()> {
    let chosen: Vec<&Step> = STEPS
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|part| step.name.contains(part.as_str())))
        .collect();
    ensure!(!chosen.is_empty(), "no check has such a name; there are {}", names());
    let mut total = Count::default();
    let mut rows = Vec::new();
    thread::scope(|scope| {
        let mut ahead = None;
        for step in chosen {
            println!("\n=== {} ===", step.name);
            let start = Instant::now();
            if step.name == NATIVE && only.is_empty() {
                ahead = Some(scope.spawn(|| steps::compile_ahead(workspace)));
            }
            if step.name == SITE {
                // Whether it went well, this step and those behind it find out for themselves.
                ahead.take().map(ScopedJoinHandle::join);
            }
            let count = (step.check)(workspace).unwrap_or_else(|error| {
                println!("error: {error:#}");
                Count::check(false)
            });
            total += count;
            rows.push((step.name, count, start.elapsed().as_secs()));
        }
    });
    println!("\n{:<16} {:>7} {:>7} {:>7} {:>8}", "check", "passed", "failed", "skipped", "seconds");
    for (name, count, seconds) in rows {
        let Count { passed, failed, skipped } = count;
        println!("{name:<16} {passed:>7} {failed:>7} {skipped:>7} {seconds:>8}");
    }
    print!("\n{} passed, {} failed", total.passed, total.failed);
    match total.skipped {
        0 => println!(),
        skipped => println!(", {skipped} skipped"),
    }
    // The totals are the last line, so a failure adds no message of its own.
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn names() -> String {
    STEPS.map(|step| step.name).join("; ")
}
