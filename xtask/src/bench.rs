//! Measures the site as a host would serve it: what it weighs, when it is usable, how long it
//! trains, in a real browser. Before that it proves that this very site, on a host that sends no
//! headers, trains and answers: `test` clicks through a site that wasm-opt has not touched. Prints
//! a table and writes `target/bench.json`.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::compress::Sizes;
use crate::dist;
use crate::npm;
use crate::process;
use crate::tools;
use crate::workspace::Workspace;

/// The pictures that training is measured on, beside the checkout where they are given.
const FLOWERS: &str = "../shared/data/flowers";

/// One measured number.
struct Row {
    name: String,
    value: f64,
    unit: String,
    note: String,
}

/// Measures the site.
///
/// # Errors
/// When it does not build, does not work, or the browser cannot be had or does not get through.
pub fn bench(workspace: &Workspace) -> Result<()> {
    tools::ensure_node()?;
    let chromium = tools::ensure_chromium()?;
    npm::install(&workspace.end_to_end())?;
    let site = dist::build(workspace)?;
    let mut rows = weigh(&site.sizes);
    let (browser, measured) = measure(workspace, &site.folder, &chromium)?;
    rows.extend(measured);
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let processor = processor();
    print(&rows);
    println!("\nOn {processor}, {cores} cores, Chromium {browser}.");
    write(
        workspace,
        &json!({
            "machine": { "processor": processor, "cores": cores, "browser": browser },
            "rows": rows.iter().map(|row| json!({
                "name": row.name, "value": row.value, "unit": row.unit, "note": row.note,
            })).collect::<Vec<_>>(),
        }),
    )
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

/// Lets the browser measure, and returns its version and the rows.
fn measure(workspace: &Workspace, site: &Path, chromium: &str) -> Result<(String, Vec<Row>)> {
    let result = workspace.target().join("bench-browser.json");
    let xtask = env::current_exe().context("this program cannot find itself")?;
    let mut node = Command::new("node");
    node.current_dir(workspace.end_to_end()).arg("bench.mjs").arg(&result);
    node.env("SITE", site).env("XTASK", xtask).env("CHROMIUM", chromium);
    let flowers = workspace.root().join(FLOWERS);
    if flowers.is_dir() {
        node.arg(&flowers);
    } else {
        println!("There are no pictures at {FLOWERS}, so training is not measured.");
    }
    process::run(&mut node)?;
    let text =
        fs::read_to_string(&result).with_context(|| format!("cannot read {}", result.display()))?;
    let result: Value =
        serde_json::from_str(&text).context("the browser's result makes no sense")?;
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = result["rows"].as_array().context("the browser's result has no rows")?;
    let rows = rows.iter().map(|row| {
        Ok(Row {
            name: text_of(&row["name"]),
            value: row["value"].as_f64().context("the browser measured something infinite")?,
            unit: text_of(&row["unit"]),
            note: text_of(&row["note"]),
        })
    });
    Ok((text_of(&result["browser"]), rows.collect::<Result<_>>()?))
}

fn print(rows: &[Row]) {
    for row in rows {
        println!("{:<42} {:>10.3} {:<10} {}", row.name, row.value, row.unit, row.note);
    }
}

fn write(workspace: &Workspace, result: &Value) -> Result<()> {
    let file = workspace.target().join("bench.json");
    let text = serde_json::to_string_pretty(result).context("the result cannot be written down")?;
    fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// The processor's name, where the system tells it.
fn processor() -> String {
    let description = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        description.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or_else(|| "an unnamed processor".to_owned(), |(_, name)| name.trim().to_owned())
}
