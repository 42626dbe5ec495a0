//! The graphics card's kernels natively: whether they compute what the CPU does, and how much of
//! what the card gives they use.

mod card;
mod ceilings;
mod kernels;
mod networks;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_lite::future::block_on;
use headstart::model::layer_agreements;
use headstart::train::{loss_agreements, step_agreements};

use self::card::Card;
use self::networks::Extent;
use self::report::{Compared, Report};
use crate::error::BenchError;

/// Measures the engine's kernels on this machine's graphics card.
#[derive(Parser)]
#[command(name = "bench")]
struct Options {
    /// Small sizes, as for an adapter that is a program on the CPU.
    #[arg(long)]
    quick: bool,
    /// Where to write what was measured.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Any number would do; it must only be the same in every run.
const SEED: u64 = 7;

/// Runs the program. Without a card nothing is measured, which is no failure.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let card = match Card::open() {
        Ok(card) => card,
        Err(reason) => {
            println!("The native kernels were not measured, for want of a graphics card: {reason}");
            return ExitCode::SUCCESS;
        }
    };
    match block_on(measure(&card, &options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!(
                "error: kernels differ from the CPU's, and their times count for nothing; the list above names them"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures everything, prints it as it comes, and tells whether all kernels compute rightly.
async fn measure(card: &Card, options: &Options) -> Result<bool, BenchError> {
    let is_quick = options.quick || card.adapter.is_software;
    let extent = if is_quick { Extent::quick() } else { Extent::full() };
    let mut report = Report::new(card.adapter.clone(), options.json.clone());
    report.begin();
    card.device.seed(SEED);

    let mut agreements = layer_agreements(SEED, extent.compared, &card.device).await?;
    agreements.extend(step_agreements(SEED, &card.device).await?);
    agreements.extend(loss_agreements(SEED, extent.compared, &card.device).await?);
    card.nobody_complained()?;
    let compared = Compared::of(&agreements);
    let is_right = compared.apart.is_empty();
    report.add_comparison(compared)?;

    report.add_ceilings(ceilings::measure(card, extent.ceilings).await?)?;
    report.add_latency(ceilings::latency(&card.device, extent.ceilings).await?)?;
    card.nobody_complained()?;

    for shape in extent.networks().into_iter().filter(|shape| networks::fits(card, shape)) {
        report.add_network(networks::whole(card, &shape, &extent).await?)?;
        card.nobody_complained()?;
    }
    let by_kinds = extent.networks_by_kinds().into_iter();
    for shape in by_kinds.filter(|shape| networks::fits(card, shape)) {
        report.add_kinds(networks::by_kinds(card, &shape, &extent).await?)?;
        card.nobody_complained()?;
    }
    Ok(is_right)
}
