//! `city migrate` and `city seed`: a database brought to where the services expect it.

use std::sync::Arc;

use city_boot::{BootError, config};
use city_catalogue::synthetic;
use city_clock::{Clock as _, SystemClock};
use city_ids::ServiceName;
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::CityConfig;
use crate::progress::Progress;
use crate::start;

/// Bring the schemas of all services up to date in the database that `DATABASE_URL` names.
///
/// Run it before a new version starts; the old version goes on working on the new schemas.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: DATABASE_URL_FILE=/run/secrets/owner city migrate")]
pub struct MigrateCommand {}

/// Write the facts of `seed/` into the database that `DATABASE_URL` names: wards, agencies, calendar, categories, templates.
///
/// In the development profile (`CITY_ENV=development`) also the demo staff. Again, it changes only what differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: cargo xtask seed --procedures 2307")]
pub struct SeedCommand {
    /// Also publish this many synthetic procedures, for measuring and trying out. Never in production.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=9216))]
    procedures: Option<u32>,
}

/// Runs `city migrate`.
///
/// # Errors
/// When no database is named, it is away, or a migration fails.
pub async fn migrate(_: &MigrateCommand) -> Result<(), BootError> {
    start::migrate(&named_database(&config::load()?)?).await
}

/// Runs `city seed`.
///
/// # Errors
/// When no database is named, it is away, a seed file is wrong, or synthetic data is asked for in production.
pub async fn seed(command: &SeedCommand) -> Result<(), BootError> {
    let settings: CityConfig = config::load()?;
    if command.procedures.is_some() && !settings.profile().is_development() {
        let refused = "synthetic procedures are for the development profile (CITY_ENV=development)";
        return Err(BootError::Config(refused.into()));
    }
    let url = named_database(&settings)?;
    let keyring = Arc::new(start::keyring_at(&settings.data_dir.join("keyring.json"))?);
    start::seed(&url, settings.profile(), &keyring).await?;
    if let Some(count) = command.procedures {
        synthetic_procedures(&url, count).await?;
    }
    Ok(())
}

async fn synthetic_procedures(url: &SecretString, count: u32) -> Result<(), BootError> {
    let pool = city_boot::db::pool(url.expose_secret(), ServiceName::Catalogue, 2)?;
    let progress = Progress::new("synthetic procedures", count.into())?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let now = SystemClock.now();
    let made = synthetic::seed_procedures(&pool, count, now, || progress.one_more()).await;
    let made = made.map_err(|error| BootError::failed("seeding synthetic procedures", error))?;
    progress.done(&format!("{made} new, {} were there", count - made));
    Ok(())
}

fn named_database(settings: &CityConfig) -> Result<SecretString, BootError> {
    let refused = || {
        BootError::Config("set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it".into())
    };
    settings.database_url()?.ok_or_else(refused)
}
