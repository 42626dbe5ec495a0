//! Measures the site as a host would serve it, and its engine beside its peer TensorFlow.js: what
//! it weighs, when it is usable, how long it computes, in a real browser and in one run. Before
//! that it proves that this very site, on a host that sends no headers, trains and answers: `test`
//! clicks through a site that wasm-opt has not touched. Where there is a graphics card, its kernels
//! are measured natively too. Prints tables and writes `target/bench.json`
//! and `target/bench-native.json`.

mod comparison;
mod goals;
mod native;
mod parts;
mod prediction;
mod report;
#[path = "../../../src/bin/bench/roof.rs"]
mod roof;
mod roofline;

use std::env;
use std::fs;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use self::parts::{Needs, Part};
use self::report::{Report, Row};
use crate::compress::Sizes;
use crate::dist;
use crate::npm;
use crate::optimise;
use crate::process;
use crate::site::{self, BENCH};
use crate::tools;
use crate::workspace::Workspace;

/// The pictures that training is measured on, beside the checkout where they are given.
const FLOWERS: &str = "../shared/data/flowers";

/// Measures the parts whose names contain one of the words, or all.
///
/// # Errors
/// When something does not build, the site does not work, the browser cannot be had or does not get
/// through, or, once all is measured, a prediction was further off than the page promises.
pub fn bench(workspace: &Workspace, only: &[String]) -> Result<()> {
    let chosen = parts::chosen(only)?;
    let mut far = 0;
    if chosen.iter().any(|part| part.needs != Needs::Card) {
        far = in_browser(workspace, &chosen)?;
    }
    if chosen.iter().any(|part| part.needs == Needs::Card) {
        native::measure(workspace)?;
    }
    ensure!(far == 0, "{far} of the predictions were further off than the page promises");
    Ok(())
}

/// Measures what needs a browser, and the site's weight. How many of the page's predictions were
/// further off than it promises.
fn in_browser(workspace: &Workspace, chosen: &[&Part]) -> Result<usize> {
    let needs = |need| chosen.iter().any(|part| part.needs == need);
    tools::ensure_node()?;
    let chromium = tools::ensure_chromium()?;
    npm::install(&workspace.end_to_end())?;
    let mut node = Command::new("node");
    node.current_dir(workspace.bench()).env("CHROMIUM", chromium);
    let mut weights = Vec::new();
    if needs(Needs::Site) || needs(Needs::Sizes) {
        let site = dist::build(workspace)?;
        weights = weigh(&site.sizes);
        node.env("SITE", site.folder);
        node.env("XTASK", env::current_exe().context("this program cannot find itself")?);
    }
    if needs(Needs::Program) {
        npm::install(&workspace.bench())?;
        npm::install(&workspace.wasm_opt())?;
        let compiled = site::compile_program(workspace, &BENCH)?;
        node.env("PROGRAM", optimise::optimise(workspace, &BENCH, &compiled)?);
    }
    let mut report = measure(workspace, node, chosen)?;
    report.rows.splice(0..0, weights);
    let processor = processor();
    let cores = thread::available_parallelism().map_or(0, usize::from);
    print(&report);
    println!("\nOn {processor}, {cores} cores, Chromium {}.", report.browser);
    if !report.adapter.is_empty() {
        println!("WebGPU's adapter: {}.", report.adapter);
    }
    write(workspace, &report, &processor, cores)?;
    Ok(prediction::far(&report.predictions))
}

/// The weight of both programs, as they are and as they travel.
fn weigh(sizes: &[Sizes]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, file) in [("page", "app_bg.wasm"), ("engine", "worker_bg.wasm")] {
        for size in sizes.iter().filter(|size| size.served.ends_with(file)) {
            for (kind, bytes) in [("raw", size.raw), ("brotli", size.brotli)] {
                rows.push(Row {
                    name: format!("{name}, wasm, {kind}"),
                    value: bytes as f64 / 1e6,
                    unit: "MB".to_owned(),
                    note: format!("{bytes} bytes"),
                });
            }
        }
    }
    rows
}

/// Lets the browser measure the parts that it can, and returns what it found.
fn measure(workspace: &Workspace, mut node: Command, chosen: &[&Part]) -> Result<Report> {
    let result = workspace.target().join("bench-browser.json");
    node.arg("bench.mjs").arg(&result);
    let in_browser = |part: &&&Part| matches!(part.needs, Needs::Site | Needs::Program);
    node.args(chosen.iter().filter(in_browser).map(|part| part.name));
    let flowers = workspace.root().join(FLOWERS);
    if flowers.is_dir() {
        node.env("FLOWERS", &flowers);
    }
    process::run(&mut node)?;
    let text =
        fs::read_to_string(&result).with_context(|| format!("cannot read {}", result.display()))?;
    serde_json::from_str(&text).context("the browser's result makes no sense")
}

fn print(report: &Report) {
    for row in &report.rows {
        println!("{:<42} {:>10.3} {:<10} {}", row.name, row.value, row.unit, row.note);
    }
    comparison::print(&report.comparisons);
    roofline::print(&report.ceilings, &report.layers);
    prediction::print(&report.predictions);
    goals::print(report);
}

fn write(workspace: &Workspace, report: &Report, processor: &str, cores: usize) -> Result<()> {
    let file = workspace.target().join("bench.json");
    let machine = json!({
        "processor": processor,
        "cores": cores,
        "browser": report.browser,
        "adapter": report.adapter,
    });
    let result = json!({
        "machine": machine,
        "rows": report.rows,
        "comparisons": report.comparisons,
        "ceilings": report.ceilings,
        "layers": report.layers,
        "predictions": report.predictions,
    });
    let text = serde_json::to_string_pretty(&result).context("the result cannot be written")?;
    fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// The processor's name, where the system tells it.
fn processor() -> String {
    let description = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        description.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or_else(|| "an unnamed processor".to_owned(), |(_, name)| name.trim().to_owned())
}
