//! Named secret keys of a service, what they seal (AES-256-GCM) and what they authenticate (HMAC-SHA-256).

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use city_ids::Ids;
use secrecy::{ExposeSecret as _, SecretBox};
use serde::{Deserialize, Serialize};

/// What a key is for; no key has two uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyName {
    /// Seals columns.
    Kek,
    /// Derives refresh tokens.
    Refresh,
    /// Authenticates codes.
    Otp,
    /// Authenticates wallet PINs.
    Pin,
    /// The secret input of password hashes.
    Password,
    /// Hides identity subjects.
    Subject,
    /// Hides installation ids.
    Installation,
    /// Signs audit checkpoints.
    Audit,
}

impl KeyName {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Kek,
        Self::Refresh,
        Self::Otp,
        Self::Pin,
        Self::Password,
        Self::Subject,
        Self::Installation,
        Self::Audit,
    ];
}

/// One key: 32 bytes under a number.
pub struct Key {
    kid: u8,
    bytes: SecretBox<[u8; 32]>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, [redacted])", self.kid)
    }
}

/// Why a keyring cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Not the JSON that `city` writes.
    #[error("the keyring is not a JSON object of key lists")]
    Shape,
    /// A key is not 32 bytes of base64.
    #[error("key {1} of {0:?} is not 32 bytes in base64")]
    Bytes(KeyName, u8),
    /// A list is missing or empty.
    #[error("the keyring has no key for {0:?}")]
    Missing(KeyName),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    kid: u8,
    key: String,
}

/// The named lists of keys: the first of a list makes new values, all of it verify.
#[derive(Debug)]
pub struct Keyring(BTreeMap<KeyName, Vec<Key>>);

/// What a sealed value belongs to; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// Table, with its schema.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Primary key of the row.
    pub row: &'a str,
}

impl Sealed<'_> {
    fn associated_data(&self) -> Vec<u8> {
        [self.table, self.column, self.row].join("\0").into_bytes()
    }
}

impl Keyring {
    /// A keyring of new random keys.
    pub fn generate(ids: &Ids) -> Self {
        let list = || vec![Key { kid: 1, bytes: SecretBox::new(Box::new(ids.bytes())) }];
        Self(KeyName::ALL.into_iter().map(|name| (name, list())).collect())
    }

    /// Reads the JSON form: `{"otp":[{"kid":1,"key":"<base64>"}], …}`.
    ///
    /// # Errors
    /// [`KeyringError`] names the list and key at fault, never its bytes.
    pub fn from_json(json: &str) -> Result<Self, KeyringError> {
        let lists: BTreeMap<KeyName, Vec<Entry>> =
            serde_json::from_str(json).map_err(|_| KeyringError::Shape)?;
        let mut keys = BTreeMap::new();
        for (name, entries) in lists {
            let list = entries
                .into_iter()
                .map(|entry| {
                    let decoded =
                        STANDARD.decode(&entry.key).ok().and_then(|bytes| bytes.try_into().ok());
                    let bytes = SecretBox::new(Box::new(
                        decoded.ok_or(KeyringError::Bytes(name, entry.kid))?,
                    ));
                    Ok(Key { kid: entry.kid, bytes })
                })
                .collect::<Result<Vec<_>, KeyringError>>()?;
            keys.insert(name, list);
        }
        for name in KeyName::ALL {
            if keys.get(&name).is_none_or(Vec::is_empty) {
                return Err(KeyringError::Missing(name));
            }
        }
        Ok(Self(keys))
    }

    /// The JSON form, secrets in the clear: for the keyring file alone.
    ///
    /// # Panics
    /// Never: the form has string keys only.
    pub fn to_json(&self) -> String {
        let entry =
            |key: &Key| Entry { kid: key.kid, key: STANDARD.encode(key.bytes.expose_secret()) };
        let lists: BTreeMap<_, Vec<_>> =
            self.0.iter().map(|(name, list)| (name, list.iter().map(entry).collect())).collect();
        serde_json::to_string_pretty(&lists).expect("the form has string keys only")
    }

    /// The key that makes new values.
    ///
    /// # Panics
    /// Never: both constructors fill every list.
    pub fn newest(&self, name: KeyName) -> &Key {
        self.0.get(&name).and_then(|list| list.first()).expect("every list has a key")
    }

    /// The key of a number, if it is still kept.
    pub fn find(&self, name: KeyName, kid: u8) -> Option<&Key> {
        self.0.get(&name)?.iter().find(|key| key.kid == kid)
    }

    /// Seals a value for one column of one row under the `kek`.
    ///
    /// # Panics
    /// When the machine has no randomness to give.
    pub fn seal(&self, place: Sealed<'_>, plain: &[u8]) -> Vec<u8> {
        let key = self.newest(KeyName::Kek);
        let mut sealed = plain.to_vec();
        let nonce = key
            .cipher()
            .seal_in_place_append_tag(Aad::from(place.associated_data()), &mut sealed)
            .expect("the operating system gives random bytes");
        [&[key.kid], nonce.as_ref().as_slice(), &sealed].concat()
    }

    /// Opens a sealed value; none if it was changed, moved to another place, or its key is gone.
    pub fn open(&self, place: Sealed<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (kid, rest) = sealed.split_first()?;
        let (nonce, body) = rest.split_at_checked(12)?;
        let key = self.find(KeyName::Kek, *kid)?;
        let mut body = body.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = key
            .cipher()
            .open_in_place(nonce, Aad::from(place.associated_data()), &mut body)
            .ok()?;
        Some(opened.to_vec())
    }
}

impl Key {
    /// The number that names it in stored values.
    pub const fn kid(&self) -> u8 {
        self.kid
    }

    /// The bytes, for libraries that take a secret as it is (argon2).
    pub fn expose(&self) -> &[u8; 32] {
        self.bytes.expose_secret()
    }

    /// HMAC-SHA-256 over parts, each prefixed by its length, so that no two lists of parts give the same text.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.bytes.expose_secret());
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }

    fn cipher(&self) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, self.bytes.expose_secret())
            .expect("32 bytes are an AES-256 key")
    }
}

/// Compares secrets without telling by time where they differ.
pub fn constant_time_eq(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Sealed<'_> =
        Sealed { table: "accounts.otp_send", column: "code_sealed", row: "7" };

    #[test]
    fn a_sealed_value_opens_only_in_its_place() {
        let keyring = Keyring::generate(&Ids::seeded(1));
        let sealed = keyring.seal(PLACE, b"123456");

        assert_eq!(keyring.open(PLACE, &sealed).as_deref(), Some(&b"123456"[..]));
        assert_eq!(keyring.open(Sealed { row: "8", ..PLACE }, &sealed), None);
        assert_eq!(keyring.open(PLACE, &sealed[..sealed.len() - 1]), None);
        assert_eq!(keyring.open(PLACE, &[]), None);
        assert_eq!(Keyring::generate(&Ids::seeded(2)).open(PLACE, &sealed), None);
    }

    #[test]
    fn a_keyring_survives_its_file_and_shows_no_secret() {
        let keyring = Keyring::generate(&Ids::seeded(1));
        let again = Keyring::from_json(&keyring.to_json()).unwrap();

        assert_eq!(
            again.newest(KeyName::Otp).mac(&[b"a"]),
            keyring.newest(KeyName::Otp).mac(&[b"a"])
        );
        assert!(
            !format!("{keyring:?}")
                .contains(&STANDARD.encode(keyring.newest(KeyName::Otp).expose()))
        );
        assert_eq!(Keyring::from_json("{}").unwrap_err(), KeyringError::Missing(KeyName::Kek));
        assert_eq!(
            Keyring::from_json(r#"{"otp":[{"kid":3,"key":"AAAA"}]}"#).unwrap_err(),
            KeyringError::Bytes(KeyName::Otp, 3)
        );
    }

    #[test]
    fn parts_cannot_be_shifted_into_one_another() {
        let keyring = Keyring::generate(&Ids::seeded(1));
        let key = keyring.newest(KeyName::Otp);
        assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
    }
}
