//! `city identity`: stands in for an identity provider while developing.

use city_boot::BootError;
use serde_json::json;

/// Say how well a resident's identity is proven, in a running city of the development profile.
///
/// No identity provider is connected yet; wallets ask for level 2. The resident must have signed in once with the number.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: city identity --phone 0901234567 --level 2")]
pub struct IdentityCommand {
    /// The resident's mobile number.
    #[arg(long, value_name = "NUMBER")]
    phone: String,
    /// 0 a phone, 1 a name, 2 proven.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=2))]
    level: u8,
    /// Where the gateway listens.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
}

/// Runs `city identity`.
///
/// # Errors
/// When no city answers, nobody has the number, or the profile is production.
#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
pub async fn run(command: &IdentityCommand) -> Result<(), BootError> {
    let url = format!("{}/dev/identity", command.url.trim_end_matches('/'));
    let body = json!({ "phone": command.phone, "level": command.level });
    let answer = city_http::client().post(&url).json(&body).send().await.map_err(|error| {
        BootError::failed(format!("no answer from {url}: is the city running?"), error)
    })?;
    let status = answer.status();
    if status.is_success() {
        println!("The identity of {} is at level {}", command.phone, command.level);
        return Ok(());
    }
    let text = answer.text().await.unwrap_or_default();
    Err(BootError::Config(format!("{url} answered {status}: {text}")))
}
