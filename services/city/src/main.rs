//! The `city` command.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use city_city::bench::{self, BenchCommand};
use city_city::child::{self, ChildGuard};
use city_city::database_commands::{self, MigrateCommand, SeedCommand};
use city_city::demo::{self, DemoCommand};
use city_city::documents_command::{self, ConfigCommand, SchemaCommand};
use city_city::identity_command::{self, IdentityCommand};
use city_city::infra_command::{self, InfraCommand};
use city_city::keys_command::{self, KeysCommand};
use city_city::payments_command::{self, PaymentsCommand};
use city_city::serve_command::{self, ServeCommand};
use clap::{Parser, Subcommand};

/// The back end of a city super-app, whole, in one program.
///
/// Begin with `city serve` in one shell and `city demo` in another.
#[derive(Debug, Parser)]
#[command(name = "city", version, about, arg_required_else_help = true)]
struct City {
    #[command(subcommand)]
    command: CityCommand,
}

#[derive(Debug, Subcommand)]
enum CityCommand {
    Serve(ServeCommand),
    Demo(DemoCommand),
    Identity(IdentityCommand),
    Infra(InfraCommand),
    Migrate(MigrateCommand),
    Seed(SeedCommand),
    Keys(KeysCommand),
    Payments(PaymentsCommand),
    Config(ConfigCommand),
    Schema(SchemaCommand),
    Bench(BenchCommand),
    /// Decodes photos for the reports service.
    #[command(name = city_reports::photo::CHILD, hide = true)]
    PhotoChild,
    #[command(name = "child-guard", hide = true)]
    ChildGuard(ChildGuard),
}

fn main() -> ExitCode {
    let outcome: Result<(), Box<dyn Error>> = match City::parse().command {
        // These two must stay as they are called: no runtime, no subscriber, no threads.
        CityCommand::PhotoChild => return city_reports::photo::child_main(),
        CityCommand::ChildGuard(guard) => match child::become_server(&guard) {
            Ok(never) => match never {},
            Err(error) => Err(error.into()),
        },
        CityCommand::Infra(command) => infra_command::run(&command).map_err(Into::into),
        CityCommand::Serve(command) => {
            city_boot::run(|process| async move { serve_command::run(&command, process).await })
                .map_err(Into::into)
        }
        CityCommand::Demo(command) => city_boot::run(|_| async move {
            demo::run(&command)
                .await
                .map_err(|error| city_boot::BootError::failed("the demonstration stopped", error))
        })
        .map_err(Into::into),
        CityCommand::Identity(command) => {
            city_boot::run(|_| async move { identity_command::run(&command).await })
                .map_err(Into::into)
        }
        CityCommand::Migrate(command) => {
            city_boot::run(|_| async move { database_commands::migrate(&command).await })
                .map_err(Into::into)
        }
        CityCommand::Seed(command) => {
            city_boot::run(|_| async move { database_commands::seed(&command).await })
                .map_err(Into::into)
        }
        CityCommand::Bench(command) => {
            city_boot::run(|process| async move { bench::run(&command, process).await })
                .map_err(Into::into)
        }
        CityCommand::Payments(command) => {
            city_boot::run(|_| async move { payments_command::run(&command).await })
                .map_err(Into::into)
        }
        CityCommand::Keys(command) => keys_command::run(&command).map_err(Into::into),
        CityCommand::Config(ConfigCommand {}) => print(&documents_command::settings()),
        CityCommand::Schema(command) => {
            documents_command::schema(&command).map_err(Into::into).and_then(|text| print(&text))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            writeln!(std::io::stderr(), "city: {}", city_http::chain(error.as_ref()))
                .unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

/// Writes a document to standard output, whole or not at all.
fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
