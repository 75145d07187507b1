//! `city migrate` and `city seed`: a database brought to where the services expect it.

use std::sync::Arc;

use city_boot::{BootError, config};
use secrecy::SecretString;

use crate::config::CityConfig;
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
pub struct SeedCommand {}

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
/// When no database is named, it is away, or a seed file is wrong.
pub async fn seed(_: &SeedCommand) -> Result<(), BootError> {
    let settings: CityConfig = config::load()?;
    let keyring = Arc::new(start::keyring_at(&settings.data_dir.join("keyring.json"))?);
    start::seed(&named_database(&settings)?, settings.profile(), &keyring).await
}

fn named_database(settings: &CityConfig) -> Result<SecretString, BootError> {
    let refused = || {
        BootError::Config("set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it".into())
    };
    settings.database_url()?.ok_or_else(refused)
}
