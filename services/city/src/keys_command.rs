//! `city keys`: the secret files of a city that runs one process a service.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use city_auth::SigningKey;
use city_auth::internal::Identity;
use city_boot::BootError;
use city_clock::SystemClock;
use city_ids::{Ids, ServiceName};

use crate::embedded::write_private;
use crate::start::{head_key_at, keyring_at};

/// Make and publish the keys with which services prove themselves and seal what they keep.
#[derive(Debug, clap::Args)]
pub struct KeysCommand {
    #[command(subcommand)]
    action: KeysAction,
}

#[derive(Debug, clap::Subcommand)]
enum KeysAction {
    /// Write what is missing of `<service>.key`, `keyring.json`, `notifications-keyring.json`, `catalogue-keyring.json`,
    /// `payments-keyring.json` and `payments-head.key`, and `internal-jwks.json` with the public halves. Existing keys stay.
    ///
    /// Each service needs its own `.key` (`INTERNAL_KEY_FILE`) and the public set (`INTERNAL_JWKS_FILE`), accounts also
    /// `keyring.json`, notifications also `notifications-keyring.json`, catalogue also `catalogue-keyring.json`, payments
    /// also `payments-keyring.json` and `payments-head.key`. Nobody else may read the private files.
    #[command(after_help = "Example: city keys publish --dir /run/city/keys")]
    Publish {
        /// The folder of the key files; made when it is not there.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
}

/// Runs `city keys`.
///
/// # Errors
/// When a file cannot be read or written, or is damaged.
pub fn run(command: &KeysCommand) -> Result<(), BootError> {
    let KeysAction::Publish { dir } = &command.action;
    std::fs::create_dir_all(dir)
        .map_err(|error| BootError::failed(format!("making {}", dir.display()), error))?;
    let published = ServiceName::ALL
        .into_iter()
        .map(|service| {
            let path = dir.join(format!("{service}.key"));
            if !path.exists() {
                let [high, low] = [(); 2].map(|()| u128::from_be_bytes(Ids::random().bytes()));
                write(&path, &format!("{high:032x}{low:032x}"))?;
            }
            let key: SigningKey = city_boot::signing_key(&path)?;
            Ok(Identity::new(service, key, Arc::new(SystemClock)).published())
        })
        .collect::<Result<Vec<_>, BootError>>()?;
    let json = serde_json::to_string_pretty(&published)
        .map_err(|error| BootError::failed("writing the set", error))?;
    write(&dir.join("internal-jwks.json"), &json)?;
    keyring_at(&dir.join("keyring.json"))?;
    keyring_at(&dir.join("notifications-keyring.json"))?;
    keyring_at(&dir.join("catalogue-keyring.json"))?;
    keyring_at(&dir.join("payments-keyring.json"))?;
    head_key_at(&dir.join("payments-head.key"))?;
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), BootError> {
    write_private(path, text).map_err(|error| BootError::failed("writing keys", error))
}
