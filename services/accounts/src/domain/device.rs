//! The device that signs in, as its app describes it.

use city_auth::Key;
use city_contracts::accounts::DeviceInput;
use unicode_normalization::UnicodeNormalization as _;

use super::Flaw;

/// An app installation, known by a MAC only: the id itself would let a reader of the database pretend to be the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Installation([u8; 32]);

impl Installation {
    /// Reads an installation id: 16 to 128 visible ASCII characters.
    ///
    /// # Errors
    /// [`Flaw`] of the given field.
    pub fn parse(raw: &str, field: &'static str, key: &Key) -> Result<Self, Flaw> {
        if is_token(raw) {
            Ok(Self(key.mac(&[b"installation", raw.as_bytes()])))
        } else {
            Err(Flaw::new(
                field,
                "INSTALLATION_INVALID",
                "an installation id is 16 to 128 visible ASCII characters",
            ))
        }
    }

    /// What is kept of it.
    pub const fn mac(&self) -> &[u8; 32] {
        &self.0
    }

    /// The name under which its idempotency keys are kept.
    pub fn caller(&self) -> String {
        format!("installation:{}", hex::encode(self.0))
    }
}

/// Reads a device nonce: 16 to 128 visible ASCII characters, random.
///
/// # Errors
/// [`Flaw`] of `/deviceNonce`.
pub fn parse_nonce(raw: &str) -> Result<String, Flaw> {
    if is_token(raw) {
        Ok(raw.to_owned())
    } else {
        Err(Flaw::new(
            "/deviceNonce",
            "NONCE_INVALID",
            "a device nonce is 16 to 128 visible ASCII characters",
        ))
    }
}

fn is_token(raw: &str) -> bool {
    (16..=128).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A device as its owner will see it in the list of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The installation.
    pub installation: Installation,
    /// 1 to 60 characters, NFC.
    pub name: String,
    /// `IOS`, `ANDROID` or `WEB`.
    pub platform: &'static str,
    /// Dotted numbers.
    pub app_version: String,
}

impl Device {
    /// Reads a device; all flaws at once.
    ///
    /// # Errors
    /// A flaw a field.
    pub fn parse(raw: &DeviceInput, key: &Key) -> Result<Self, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let installation = Installation::parse(&raw.installation_id, "/device/installationId", key);
        let name: String = raw.name.trim().chars().take(61).nfc().collect();
        if !(1..=60).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            flaws.push(Flaw::new(
                "/device/name",
                "NAME_INVALID",
                "a device name is 1 to 60 characters on one line",
            ));
        }
        let platform = ["IOS", "ANDROID", "WEB"].into_iter().find(|known| *known == raw.platform);
        if platform.is_none() {
            flaws.push(Flaw::new(
                "/device/platform",
                "PLATFORM_UNKNOWN",
                "a platform is IOS, ANDROID or WEB",
            ));
        }
        let version = &raw.app_version;
        let dotted = version
            .split('.')
            .all(|part| (1..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
        if version.len() > 32 || !dotted {
            flaws.push(Flaw::new(
                "/device/appVersion",
                "VERSION_INVALID",
                "an app version is dotted numbers, such as 2.14.0",
            ));
        }
        match (installation, platform) {
            (Ok(installation), Some(platform)) if flaws.is_empty() => {
                Ok(Self { installation, name, platform, app_version: version.clone() })
            }
            (Err(flaw), _) => {
                flaws.insert(0, flaw);
                Err(flaws)
            }
            _ => Err(flaws),
        }
    }
}

#[cfg(test)]
mod tests {
    use city_auth::{KeyName, Keyring};
    use city_ids::Ids;

    use super::*;

    #[test]
    fn every_flaw_of_a_device_is_named_at_once() {
        let keyring = Keyring::generate(&Ids::seeded(1));
        let raw = DeviceInput {
            installation_id: "short".into(),
            name: "x".repeat(61),
            platform: "ios".into(),
            app_version: "1..2".into(),
        };

        let flaws = Device::parse(&raw, keyring.newest(KeyName::Installation)).unwrap_err();

        let fields: Vec<_> = flaws.iter().map(|flaw| flaw.field).collect();
        assert_eq!(
            fields,
            ["/device/installationId", "/device/name", "/device/platform", "/device/appVersion"]
        );
    }

    #[test]
    fn a_vietnamese_name_counts_characters_not_bytes() {
        let keyring = Keyring::generate(&Ids::seeded(1));
        let raw = DeviceInput {
            installation_id: "installation-0001".into(),
            name: " Điện thoại của Hương ".into(),
            platform: "ANDROID".into(),
            app_version: "1.0".into(),
        };

        let device = Device::parse(&raw, keyring.newest(KeyName::Installation)).unwrap();

        assert_eq!(device.name, "Điện thoại của Hương");
    }
}
