//! `city payments check`: proves that the books agree with themselves.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use city_boot::{BootError, config};
use city_payments::check::check;
use indicatif::ProgressBar;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use crate::config::CityConfig;

/// Look after the payments ledger in the database that `DATABASE_URL` names.
#[derive(Debug, clap::Args)]
pub struct PaymentsCommand {
    #[command(subcommand)]
    action: PaymentsAction,
}

#[derive(Debug, clap::Subcommand)]
enum PaymentsAction {
    /// Replay every leg in one snapshot and name the first row that is wrong.
    #[command(
        after_help = "Example: DATABASE_URL_FILE=/run/secrets/reader city payments check --keys keys.json"
    )]
    Check {
        /// Roots and signatures are verified from this batch on; everything else always is.
        #[arg(long, default_value_t = 1, value_name = "N")]
        from_batch: i64,
        /// The published keys of the ledger.
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },
}

/// Runs `city payments`.
///
/// # Errors
/// The first wrong row, or why the ledger cannot be read.
pub async fn run(command: &PaymentsCommand) -> Result<(), BootError> {
    let PaymentsAction::Check { from_batch, keys } = &command.action;
    let settings: CityConfig = config::load()?;
    let url = settings.database_url()?.ok_or_else(|| {
        BootError::Config("set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it".into())
    })?;
    let keys = city_payments::published_keys(keys)?;
    let connected = PgConnection::connect(url.expose_secret()).await;
    let mut db = connected.map_err(|error| BootError::failed("reaching the database", error))?;
    let mut lines =
        Lines { bar: ProgressBar::new(0), terminal: std::io::stderr().is_terminal(), told: 0 };
    let checked = check(&mut db, &keys, *from_batch, |done, all| lines.say(done, all)).await;
    lines.bar.finish_and_clear();
    let checked = checked.map_err(|error| BootError::failed("checking the ledger", error))?;
    let said = writeln!(
        std::io::stdout(),
        "The ledger is right: {} legs in {} batches",
        checked.legs,
        checked.batches
    );
    said.map_err(|error| BootError::failed("saying so", error))
}

/// A bar on a terminal, a line for each tenth elsewhere.
struct Lines {
    bar: ProgressBar,
    terminal: bool,
    told: i64,
}

impl Lines {
    fn say(&mut self, done: i64, all: i64) {
        let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
        if self.terminal {
            self.bar.set_length(unsigned(all));
            self.bar.set_position(unsigned(done));
        } else if done * 10 / all.max(1) > self.told {
            self.told = done * 10 / all.max(1);
            // Progress is a courtesy: nothing depends on anybody reading it.
            writeln!(std::io::stderr(), "{done} of {all} batches").unwrap_or_default();
        }
    }
}
