//! `city bench`: speed as ratios between two sides that run in turn in the same minute, never as absolute promises.

mod load;
mod rows;
mod smoke;

use city_boot::{BootError, Process};

/// Measure the city on private throwaway servers, against a baseline in the same run.
///
/// The ratio is the result; the rates depend on the machine and on what else it does.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: cargo xtask bench smoke")]
pub struct BenchCommand {
    /// Which benchmark.
    #[arg(value_enum)]
    name: Bench,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Bench {
    /// The GraphQL feed page of 20 reports against the same page behind a bare axum route.
    Smoke,
}

/// Runs a benchmark and prints both sides and their ratio.
///
/// # Errors
/// When the servers or the city do not start, or a side answers an error.
pub async fn run(command: &BenchCommand, process: Process) -> Result<(), BootError> {
    match command.name {
        Bench::Smoke => smoke::run(process).await,
    }
}
