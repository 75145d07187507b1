//! `city bench`: speed as ratios between two sides that run in turn in the same minute, never as absolute promises.

mod catalogue;
mod load;
pub mod payments;
mod rows;
mod smoke;

use std::time::Duration;

use city_boot::{BootError, Process};

/// Measure the city on private throwaway servers, against a baseline in the same run.
///
/// The ratio is the result; the rates depend on the machine and on what else it does.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: cargo xtask bench smoke\n\n`payments` takes about 35 minutes, and with --peers some more: each of its 18 \
                  sides runs 30 s in each of 3 rounds, is judged after each, and every leg is replayed at the end. For a look of \
                  some minutes: cargo xtask bench payments -- --seconds 2 --rounds 1"
)]
pub struct BenchCommand {
    /// Which benchmark.
    #[arg(value_enum)]
    name: Bench,
    /// Only these parts of `catalogue`.
    #[arg(long = "part", value_enum)]
    parts: Vec<catalogue::Part>,
    /// How long each side of `payments` runs in a round.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How often each side of `payments` runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Microseconds by which each sync of `payments` takes longer, as on a slower disk: for all sides alike.
    #[arg(long, value_name = "MICROSECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100_000))]
    sync_delay: u32,
    /// Also run other ledgers beside `payments`; they are built first, which takes minutes and needs their registries.
    #[arg(long)]
    peers: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Bench {
    /// The GraphQL feed page of 20 reports against the same page behind a bare axum route.
    Smoke,
    /// The catalogue: reads from memory, search, the recount after a new calendar, the work list; each against its baseline.
    Catalogue,
    /// The ledger, in process and through its doors, against a transaction a payment.
    Payments,
}

/// Runs a benchmark and prints both sides and their ratio.
///
/// # Errors
/// When the servers or the city do not start, or a side answers an error.
pub async fn run(command: &BenchCommand, process: Process) -> Result<(), BootError> {
    match command.name {
        Bench::Smoke => smoke::run(process).await,
        Bench::Catalogue => catalogue::run(&command.parts).await,
        Bench::Payments => {
            let plan = payments::Plan {
                seconds: command.seconds,
                rounds: command.rounds,
                sync_delay: Duration::from_micros(command.sync_delay.into()),
                peers: command.peers,
            };
            payments::run(plan, process).await
        }
    }
}
