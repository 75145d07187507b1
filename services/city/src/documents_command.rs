//! `city schema` and `city config`: what the city offers and what can be set, as text.

use std::path::PathBuf;

use city_blobs::S3Config;
use city_boot::{BootError, InfraConfig, config};
use city_ids::ServiceName;

use crate::config::CityConfig;

/// Print a generated document: the GraphQL schema, the OpenAPI document of the admin API, or a manifest of GraphQL documents.
#[derive(Debug, clap::Args)]
#[command(after_help = "`cargo xtask schema` writes all of them into graphql/.")]
pub struct SchemaCommand {
    /// Which document.
    #[arg(value_enum, default_value = "graphql")]
    document: Document,
    /// The folder of the documents that a manifest names: one a file, `<operation>.graphql`.
    #[arg(long, default_value = "graphql/operations")]
    operations: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Document {
    /// The GraphQL schema, sorted.
    Graphql,
    /// The admin API, merged from all services.
    Admin,
    /// The documents of a folder as a manifest of trusted documents.
    Manifest,
}

/// Print every setting with its meaning, variable and default.
#[derive(Debug, clap::Args)]
pub struct ConfigCommand {}

/// The text of a document.
///
/// # Errors
/// When the services' admin documents contradict each other, or a document of the folder cannot be read.
pub fn schema(command: &SchemaCommand) -> Result<String, BootError> {
    match command.document {
        Document::Graphql => Ok(city_gateway::schema::sdl()),
        Document::Admin => admin(),
        Document::Manifest => city_gateway::trusted::of_folder(&command.operations)
            .map_err(|error| BootError::failed("reading the documents of a manifest", error)),
    }
}

fn admin() -> Result<String, BootError> {
    let failed = |error: serde_json::Error| BootError::failed("writing the admin document", error);
    let documents = [
        (ServiceName::Accounts, city_accounts::openapi()),
        (ServiceName::Reports, city_reports::openapi()),
        (ServiceName::Catalogue, city_catalogue::openapi()),
        (ServiceName::Payments, city_payments::openapi()),
    ]
    .into_iter()
    .map(|(service, document)| Ok((service, serde_json::to_value(document).map_err(failed)?)))
    .collect::<Result<Vec<_>, BootError>>()?;
    let merged = city_gateway::admin::merge(documents)
        .map_err(|error| BootError::failed("merging the services' admin documents", error))?;
    Ok(serde_json::to_string_pretty(&merged).map_err(failed)? + "\n")
}

/// All settings, part by part.
pub fn settings() -> String {
    let parts = [
        ("city serve", config::describe::<CityConfig>()),
        ("every service on its own", config::describe::<InfraConfig>()),
        ("object store", config::describe::<S3Config>()),
        ("accounts", config::describe::<city_accounts::Config>()),
        ("reports", config::describe::<city_reports::Config>()),
        ("notifications", config::describe::<city_notifications::Config>()),
        ("catalogue", config::describe::<city_catalogue::Config>()),
        ("payments", config::describe::<city_payments::Config>()),
        ("gateway", config::describe::<city_gateway::Config>()),
    ];
    parts.map(|(part, text)| format!("### {part}\n\n{text}")).join("\n")
}
