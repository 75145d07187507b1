//! Logs and metrics. Structured lines by default, readable ones on a terminal.

use std::io::IsTerminal as _;

use confique::Config;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config;
use crate::process::BootError;

/// How a process speaks.
#[derive(Debug, Clone, Config)]
pub struct TelemetryConfig {
    /// What is logged, as `tracing` filters: a level, or `target=level` pairs. A level alone is that of the city's own code;
    /// libraries keep to warnings unless they are named.
    #[config(env = "LOG", default = "info,sqlx=warn,hyper=warn,aws=warn,s3s=warn")]
    pub log: String,
    /// `text` or `json`; unset, text on a terminal and JSON elsewhere.
    #[config(env = "LOG_FORMAT")]
    pub format: Option<String>,
}

/// The debug lines of these libraries tell statements, headers and signed URLs, which open photos: `LOG=debug` is no wish for
/// them.
const QUIET: &str = "sqlx=warn,hyper=warn,aws=warn,s3s=warn";

fn filter(log: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::try_new(format!("{QUIET},{log}")) // what is named again counts instead
}

/// Installs the subscriber and the metrics recorder of the process.
pub(crate) fn install() -> Result<PrometheusHandle, BootError> {
    let settings: TelemetryConfig = config::load()?;
    let filter =
        filter(&settings.log).map_err(|error| BootError::Config(format!("LOG: {error}")))?;
    let on_terminal = std::io::stderr().is_terminal();
    let json = match settings.format.as_deref() {
        None => !on_terminal,
        Some("json") => true,
        Some("text") => false,
        Some(_) => return Err(BootError::Config("LOG_FORMAT is text or json".into())),
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = if json {
        builder.json().flatten_event(true).with_span_events(FmtSpan::NONE).try_init()
    } else {
        builder.with_ansi(on_terminal).with_target(false).compact().try_init()
    };
    installed.map_err(|error| BootError::Config(error.to_string()))?;
    PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| BootError::Config(error.to_string()))
}

#[cfg(test)]
mod tests {
    use tracing::{Level, event_enabled};

    use super::*;

    fn within<T>(log: &str, look: impl FnOnce() -> T) -> T {
        let filter = filter(log).expect("it is a filter");
        let builder = tracing_subscriber::fmt().with_env_filter(filter);
        tracing::subscriber::with_default(builder.with_writer(std::io::sink).finish(), look)
    }

    #[test]
    fn a_level_alone_does_not_make_libraries_tell_signed_urls() {
        let [ours, store, client] = within("debug", || {
            [
                event_enabled!(target: "city_reports::app", Level::DEBUG),
                event_enabled!(target: "s3s::service", Level::DEBUG),
                event_enabled!(target: "aws_smithy_runtime::client", Level::DEBUG),
            ]
        });

        assert!(ours);
        assert!(!store && !client);
    }

    #[test]
    fn a_library_that_is_named_speaks() {
        let speaks =
            within("info,sqlx=debug", || event_enabled!(target: "sqlx::query", Level::DEBUG));

        assert!(speaks);
    }
}
