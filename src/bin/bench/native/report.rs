//! What was measured, printed as it comes and written down after every part: a card may be taken
//! back at any time.

use std::fs;
use std::path::PathBuf;

use headstart::model::Agreement;
use serde::Serialize;

use super::card::Adapter;
use super::ceilings::{Ceilings, Latency, Reached};
use super::networks::{Kinds, Network};
use crate::error::BenchError;
use crate::roof::{self, Part, Roof};
use crate::row::Row;

/// How far a kernel's result may be from the CPU's, as ‖a − b‖ / ‖a‖.
const TOLERANCE: f64 = 1e-4;

/// Everything that was measured so far.
#[derive(Serialize)]
pub struct Report {
    adapter: Adapter,
    compared: Option<Compared>,
    ceilings: Option<Ceilings>,
    latency: Option<Latency>,
    networks: Vec<Network>,
    kinds: Vec<Kinds>,
    #[serde(skip)]
    file: Option<PathBuf>,
}

/// How the kernels' results compare with the CPU's.
#[derive(Serialize)]
pub struct Compared {
    results: usize,
    largest: f64,
    largest_of: String,
    /// Results beyond the tolerance, or no numbers at all.
    pub apart: Vec<String>,
}

impl Compared {
    /// Sums up.
    pub fn of(agreements: &[Agreement]) -> Self {
        // What is no number is larger than any, whatever its sign.
        let size = |agreement: &Agreement| agreement.difference.abs();
        let largest = agreements.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
        let is_apart = |agreement: &&Agreement| {
            let difference = agreement.difference;
            difference.is_nan() || difference > TOLERANCE
        };
        let apart = agreements.iter().filter(is_apart);
        Self {
            results: agreements.len(),
            largest: largest.map_or(0.0, |largest| largest.difference),
            largest_of: largest.map_or_else(String::new, |largest| largest.what.clone()),
            apart: apart
                .map(|Agreement { what, difference }| format!("{difference:.1e} {what}"))
                .collect(),
        }
    }
}

impl Report {
    /// Of an adapter, written to `file` if there is one.
    pub fn new(adapter: Adapter, file: Option<PathBuf>) -> Self {
        let (networks, kinds) = (Vec::new(), Vec::new());
        Self { adapter, compared: None, ceilings: None, latency: None, networks, kinds, file }
    }

    /// Says what is measured.
    pub fn begin(&self) {
        let Adapter { name, interface, driver, is_software } = &self.adapter;
        println!("Adapter: {name}, by {interface}, driver {driver}.");
        if *is_software {
            println!(
                "It is a program on the CPU: small sizes, and no number below is one of a card."
            );
        }
    }

    pub fn add_comparison(&mut self, compared: Compared) -> Result<(), BenchError> {
        let Compared { results, largest, largest_of, apart } = &compared;
        println!(
            "\n{results} results of kernels beside the CPU's, {} beyond {TOLERANCE:e}; the largest \
             difference is {largest:.1e}, {largest_of}.",
            apart.len()
        );
        apart.iter().for_each(|line| println!("  {line}"));
        self.compared = Some(compared);
        self.write()
    }

    pub fn add_ceilings(&mut self, ceilings: Ceilings) -> Result<(), BenchError> {
        println!("\n{:<52} {:>10} {:>10} {:>10}", "ceiling", "ms, median", "ms, best", "best");
        let print = |reached: &Reached, unit| {
            let Reached { name, milliseconds, best, .. } = reached;
            let rate = reached.rate() / 1e6;
            println!("{name:<52} {milliseconds:>10.3} {best:>10.3} {rate:>10.1} {unit}");
        };
        ceilings.copies.iter().for_each(|copy| print(copy, "GB/s, read and written"));
        ceilings.copies_in_cache.iter().for_each(|copy| print(copy, "GB/s, for comparison"));
        ceilings.arithmetic.iter().for_each(|reached| print(reached, "GFLOP/s"));
        print(&ceilings.product, "GFLOP/s");
        self.ceilings = Some(ceilings);
        self.write()
    }

    pub fn add_latency(&mut self, latency: Latency) -> Result<(), BenchError> {
        let Latency { launch_and_read, further_launch } = latency;
        println!(
            "\nA launch of nothing, read back: {launch_and_read:.1} µs. Each further launch in front \
             of the read: {further_launch:.1} µs."
        );
        self.latency = Some(latency);
        self.write()
    }

    pub fn add_network(&mut self, network: Network) -> Result<(), BenchError> {
        let Network { width, batch, side, rows } = &network;
        println!("\n{}", roof::heading(&format!("width {width}, {batch} × {side} px, as a whole")));
        self.print(rows);
        for row in rows {
            let pictures = *batch as f64 * 1e3 / row.milliseconds;
            println!("{}: {pictures:.0} pictures a second", row.kind);
        }
        self.networks.push(network);
        self.write()
    }

    pub fn add_kinds(&mut self, kinds: Kinds) -> Result<(), BenchError> {
        let Kinds { width, batch, side, by_card, by_system } = &kinds;
        for (clock, rows) in [("the card's clock", by_card), ("the system's", by_system)] {
            let title = format!("width {width}, {batch} × {side} px, {clock}");
            println!("\n{}", roof::heading(&title));
            self.print(rows);
            self.print(&rows.iter().map(of_pass).collect::<Vec<_>>());
        }
        println!(
            "BatchNorm, ReLU6 and shortcut are part of the layers above. What a shortcut gives back \
             is added to what its block does, which is in no row."
        );
        self.kinds.push(kinds);
        self.write()
    }

    fn print(&self, rows: &[Row]) {
        let parts: Vec<Part> = rows.iter().map(part).collect();
        let roof: Option<Roof> = self.ceilings.as_ref().map(Ceilings::roof);
        roof::sums(&parts, roof).iter().for_each(|sum| println!("{sum}"));
    }

    fn write(&self) -> Result<(), BenchError> {
        let Some(file) = &self.file else { return Ok(()) };
        let failed = |error: &dyn std::fmt::Display| BenchError::Unwritten {
            path: file.display().to_string(),
            reason: error.to_string(),
        };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(&error))?;
        fs::write(file, text + "\n").map_err(|error| failed(&error))
    }
}

fn part(row: &Row) -> Part<'_> {
    let Row { kind, milliseconds, operations, bytes } = row;
    Part { kind, milliseconds: *milliseconds, operations: *operations, bytes: *bytes }
}

/// A row as one of all that a pass does, which is what its kind begins with. A loss and a step of the
/// optimizer are part of training.
fn of_pass(row: &Row) -> Row {
    let pass = row.kind.split(',').next().unwrap_or_default();
    Row { kind: format!("{pass}, all of the above"), ..row.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(difference: f64) -> Agreement {
        Agreement { what: format!("the output at {difference}"), difference }
    }

    #[test]
    fn what_is_far_off_or_no_number_is_apart() {
        let compared = Compared::of(&[1e-7, 2e-4, f64::NAN, 1e-4].map(agreement));
        assert_eq!((compared.results, compared.apart.len()), (4, 2));
        assert!(compared.largest.is_nan(), "{}", compared.largest);
        let fine = Compared::of(&[1e-7, 3e-6].map(agreement));
        assert_eq!((fine.largest, fine.apart.len()), (3e-6, 0));
    }
}
