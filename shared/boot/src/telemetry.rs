//! Logs and metrics. Structured lines by default, readable ones on a terminal.

use std::io::IsTerminal as _;

use confique::Config;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config;
use crate::process::BootError;

/// How a process speaks.
#[derive(Debug, Clone, Config)]
pub struct TelemetryConfig {
    /// What is logged, as `tracing` filters: a level, or `target=level` pairs.
    #[config(env = "LOG", default = "info,sqlx=warn,hyper=warn,aws=warn,s3s=warn")]
    pub log: String,
    /// `text` or `json`; unset, text on a terminal and JSON elsewhere.
    #[config(env = "LOG_FORMAT")]
    pub format: Option<String>,
}

/// Installs the subscriber and the metrics recorder of the process.
pub(crate) fn install() -> Result<PrometheusHandle, BootError> {
    let settings: TelemetryConfig = config::load()?;
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| BootError::Config(format!("LOG: {error}")))?;
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
