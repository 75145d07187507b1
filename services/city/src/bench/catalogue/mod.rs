//! The benchmarks of the catalogue: a file a part, all on one throwaway city with the seed.
//!
//! A part prints both sides and gives its ratio; the ratio is the gate. Absolute numbers are reported, as machines differ.

mod queries;
mod search;

use std::sync::Arc;

use city_auth::Keyring;
use city_boot::{BootError, Profile};
use city_ids::Ids;
use secrecy::SecretString;

use crate::embedded::{Durability, Embedded, EmbeddedOptions};
use crate::start;

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Part {
    /// Search: the index in memory against a trigram index of PostgreSQL.
    C2,
}

impl Part {
    /// All parts, in the order they run.
    const ALL: [Self; 1] = [Self::C2];
}

/// What a part found.
pub(super) struct Outcome {
    part: Part,
    /// How many times better than its baseline.
    ratio: f64,
    /// How many times better it must be.
    gate: f64,
}

/// Where the parts find the seeded city.
pub(super) struct Ground {
    /// The database, with the rights of its owner.
    database_url: SecretString,
}

/// Runs the parts in turn, all when none is named.
pub(super) async fn run(parts: &[Part]) -> Result<(), BootError> {
    let data_dir = std::env::temp_dir().join(format!("city-bench-{}", std::process::id()));
    let options =
        EmbeddedOptions { durability: Durability::Throwaway, ..EmbeddedOptions::all(&data_dir) };
    let servers = Embedded::start(options)
        .await
        .map_err(|error| BootError::failed("starting servers", error))?;
    let measured = measure(&servers, parts).await;
    servers.stop().await;
    let removed = std::fs::remove_dir_all(&data_dir);
    let outcomes = measured?;
    removed
        .map_err(|error| BootError::failed(format!("removing {}", data_dir.display()), error))?;
    judge(&outcomes)
}

async fn measure(servers: &Embedded, parts: &[Part]) -> Result<Vec<Outcome>, BootError> {
    let missing = || BootError::Config("the private database did not say where it is".into());
    let ground = Ground { database_url: servers.postgres_url.clone().ok_or_else(missing)? };
    let keyring = Arc::new(Keyring::generate(&Ids::random()));
    start::migrate(&ground.database_url).await?;
    start::seed(&ground.database_url, Profile::Development, &keyring).await?;
    let mut outcomes = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| parts.is_empty() || parts.contains(part)) {
        outcomes.push(match part {
            Part::C2 => search::measure(&ground).await?,
        });
    }
    Ok(outcomes)
}

/// Prints how each part did against its gate; a gate that is missed fails the command.
#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn judge(outcomes: &[Outcome]) -> Result<(), BootError> {
    let mut missed = Vec::new();
    for Outcome { part, ratio, gate } in outcomes {
        let met = ratio >= gate;
        println!(
            "{part:?}: ratio {ratio:.1}, gate {gate:.0}: {}",
            if met { "met" } else { "MISSED" }
        );
        if !met {
            missed.push(format!("{part:?}"));
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    Err(BootError::Config(format!("below the gate: {}", missed.join(", "))))
}
