//! `city schema` and `city config`: what the city offers and what can be set, as text.

use city_blobs::S3Config;
use city_boot::{BootError, InfraConfig, config};
use city_ids::ServiceName;

use crate::config::CityConfig;

/// Print a generated document: the GraphQL schema, or the OpenAPI document of the admin API.
#[derive(Debug, clap::Args)]
#[command(after_help = "`cargo xtask schema` writes both into graphql/.")]
pub struct SchemaCommand {
    /// Which document.
    #[arg(value_enum, default_value = "graphql")]
    document: Document,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Document {
    /// The GraphQL schema, sorted.
    Graphql,
    /// The admin API, merged from all services.
    Admin,
}

/// Print every setting with its meaning, variable and default.
#[derive(Debug, clap::Args)]
pub struct ConfigCommand {}

/// The text of a document.
///
/// # Errors
/// When the services' admin documents contradict each other.
pub fn schema(command: &SchemaCommand) -> Result<String, BootError> {
    match command.document {
        Document::Graphql => Ok(city_gateway::schema::sdl()),
        Document::Admin => admin(),
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
