//! `city serve`: the whole city on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use city_blobs::{S3Config, S3Settings};
use city_boot::{BootError, Process, Profile, config};
use secrecy::SecretString;

use crate::config::CityConfig;
use crate::embedded::{Durability, Embedded, EmbeddedOptions};
use crate::start::{Parts, head_key_at, keyring_at, migrate, private_store, seed, start};

/// Start the whole city: servers, migrations, seed data, all services and the gateway.
///
/// PostgreSQL, Redis and the S3 store are started privately under the data folder unless `DATABASE_URL`, `REDIS_URL` or
/// `S3_ENDPOINT` names yours. The data survives restarts and crashes. Ctrl-C stops everything within 10 seconds.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  city serve\n  city serve --listen 127.0.0.1:9000 --data /var/lib/city\n  \
    DATABASE_URL_FILE=/run/secrets/db city serve      use your own PostgreSQL\n\nEvery setting: city config"
)]
pub struct ServeCommand {
    /// Where the gateway listens; also `LISTEN` [default: 127.0.0.1:8080].
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// The folder that keeps data, keys and logs; also `CITY_DATA` [default: .city].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs until stopped.
///
/// # Errors
/// One line that says what to do: a missing server package, a taken address, a wrong setting.
pub async fn run(command: &ServeCommand, process: Process) -> Result<(), BootError> {
    let mut settings: CityConfig = config::load()?;
    if let Some(listen) = &command.listen {
        settings.listen.clone_from(listen);
    }
    if let Some(data) = &command.data {
        settings.data_dir.clone_from(data);
    }
    let stop = process.tasks.stopping();
    let Some((parts, embedded)) = (tokio::select! {
        stood = stand_up(&settings) => Some(stood?),
        () = stop.cancelled() => None, // whatever had started is stopped by its own thread
    }) else {
        return Ok(());
    };
    let mut servers = embedded;
    let mut served = tokio::select! {
        served = open(&parts, &process) => served,
        failed = ended_early(&mut servers) => Err(failed),
        () = stop.cancelled() => Ok(()),
    };
    if served.is_ok() && !stop.is_cancelled() {
        // An error, so that whoever watches this process starts it again.
        served = tokio::select! {
            () = stop.cancelled() => Ok(()),
            failed = ended_early(&mut servers) => Err(failed),
        };
    }
    // The services first, so that nothing they do is cut off; then what they stand on. Together within 10 s.
    process.tasks.shutdown(std::time::Duration::from_secs(7)).await;
    if let Some(servers) = servers {
        servers.stop().await;
    }
    served
}

/// Migrates, seeds and starts the services, and tells the address.
async fn open(parts: &Parts, process: &Process) -> Result<(), BootError> {
    migrate(&parts.database_url).await?;
    say("Schemas are up to date");
    seed(&parts.database_url, parts.profile, &parts.keyring).await?;
    say("Wards, agencies, calendar, categories and templates are seeded");
    let running = start(parts, process).await?;
    announce(parts, running.gateway)
}

/// The parts of the city, with those servers that nobody named started privately.
async fn stand_up(settings: &CityConfig) -> Result<(Parts, Option<Embedded>), BootError> {
    let (database_url, redis_url) = (settings.database_url()?, settings.redis_url()?);
    let s3 = own_store()?;
    let options = EmbeddedOptions {
        postgres: database_url.is_none(),
        redis: redis_url.is_none(),
        s3: s3.is_none(),
        durability: Durability::Lasting,
        ..EmbeddedOptions::all(&settings.data_dir)
    };
    let private =
        [(options.postgres, "PostgreSQL"), (options.redis, "Redis"), (options.s3, "the S3 store")];
    let names: Vec<_> =
        private.iter().filter(|(private, _)| *private).map(|(_, name)| *name).collect();
    let embedded = if names.is_empty() {
        std::fs::create_dir_all(&settings.data_dir).map_err(|error| {
            BootError::failed(format!("making {}", settings.data_dir.display()), error)
        })?;
        None
    } else {
        say(&format!("Starting {} under {}", names.join(", "), settings.data_dir.display()));
        let started = Embedded::start(options).await;
        Some(started.map_err(|error| BootError::failed("starting the private servers", error))?)
    };
    let started = |url: Option<SecretString>, own: Option<&SecretString>| {
        url.or_else(|| own.cloned())
            .ok_or_else(|| BootError::Config("a private server did not say where it is".into()))
    };
    let notifications_keyring = settings.data_dir.join("notifications-keyring.json");
    keyring_at(&notifications_keyring)?;
    let catalogue_keyring = settings.data_dir.join("catalogue-keyring.json");
    keyring_at(&catalogue_keyring)?;
    let payments_keyring = settings.data_dir.join("payments-keyring.json");
    keyring_at(&payments_keyring)?;
    let head_key = settings.data_dir.join("payments-head.key");
    head_key_at(&head_key)?;
    let parts = Parts {
        profile: settings.profile(),
        database_url: started(
            database_url,
            embedded.as_ref().and_then(|own| own.postgres_url.as_ref()),
        )?,
        redis_url: started(redis_url, embedded.as_ref().and_then(|own| own.redis_url.as_ref()))?,
        redis_prefix: settings.redis_prefix.clone(),
        s3: s3
            .or_else(|| embedded.as_ref().and_then(private_store))
            .ok_or_else(|| BootError::Config("the S3 store did not say where it is".into()))?,
        keyring: Arc::new(keyring_at(&settings.data_dir.join("keyring.json"))?),
        notifications_keyring_file: Some(notifications_keyring),
        catalogue_keyring_file: Some(catalogue_keyring),
        payments_keyring_file: Some(payments_keyring),
        payments_head_key_file: Some(head_key),
        payments_durability: None,
        response_cache: None,
        listen: settings.listen.clone(),
        photo_child: None,
    };
    Ok((parts, embedded))
}

/// The store that the environment names, if it names one.
fn own_store() -> Result<Option<S3Settings>, BootError> {
    if !config::is_set("S3_ENDPOINT") {
        return Ok(None);
    }
    config::load::<S3Config>()?.settings().map(Some)
}

/// A private server that ends by itself ends the city; without private servers this never happens.
async fn ended_early(servers: &mut Option<Embedded>) -> BootError {
    match servers {
        Some(servers) => BootError::failed("a private server ended", servers.ended_early().await),
        None => std::future::pending().await,
    }
}

/// Tells a newcomer what there is now.
fn announce(parts: &Parts, gateway: SocketAddr) -> Result<(), BootError> {
    say("");
    say("City is ready");
    say(&format!("  GraphQL        http://{gateway}/graphql"));
    if parts.profile == Profile::Production {
        say(&format!("  Admin API      http://{gateway}/admin/v1"));
        return Ok(());
    }
    say(&format!("  Query editor   http://{gateway}/graphiql"));
    say(&format!("  Admin API      http://{gateway}/admin/v1/openapi.json"));
    say(&format!("  Sent messages  http://{gateway}/dev/outbox?to=%2B84901234567"));
    say("");
    say(
        "Residents sign in with any Vietnamese mobile number; the code is among the sent messages.",
    );
    say("Demo staff (e-mail, password, authenticator secret):");
    for member in city_accounts::demo_staff()? {
        say(&format!(
            "  {:<30} {:<26} {}  {}",
            member.email, member.password, member.totp_secret, member.position
        ));
    }
    say("");
    say("Try it: in a second shell, city demo. Stop: Ctrl-C.");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn say(line: &str) {
    println!("{line}");
}
