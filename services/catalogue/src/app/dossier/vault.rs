//! What people wrote is sealed (AES-256-GCM) under a key for each dossier, which the service's own key wraps. Dropping the
//! wrapped key erases everything that it sealed: the contents, the names of files, the answers kept for repetitions.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use city_auth::{KeyName, Sealed, constant_time_eq};
use city_contracts::catalogue::dossier::DossierContact;
use city_ids::DossierId;
use secrecy::{ExposeSecret as _, SecretBox};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;

use crate::app::App;
use crate::error::{Error, broken};
use crate::store;

const TABLE: &str = "catalogue.dossier";

/// What a dossier says: the only place where answers and contact are together in the clear.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// The answers, by the form.
    pub answers: Value,
    /// How to reach the applicant.
    #[serde(default)]
    pub contact: DossierContact,
    /// What the applicant wrote to each round of questions.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sheet([redacted])")
    }
}

impl Sheet {
    /// A sheet on which nothing was written yet.
    pub fn empty() -> Self {
        Self {
            answers: Value::Object(serde_json::Map::new()),
            contact: DossierContact::default(),
            notes: Vec::new(),
        }
    }
}

/// The key of one dossier.
pub struct DossierKey {
    dossier: DossierId,
    bytes: SecretBox<[u8; 32]>,
}

impl std::fmt::Debug for DossierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DossierKey({}, [redacted])", self.dossier)
    }
}

/// What a sealed value is; it opens as nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Answers and contact.
    Sheet,
    /// The name of a file.
    FileName,
    /// An answer kept for a repetition of its request.
    Answer,
}

impl Part {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sheet => "sealed",
            Self::FileName => "file_name",
            Self::Answer => "answer",
        }
    }
}

impl DossierKey {
    /// A new key, and its wrapped form with the number of the key that wraps it.
    pub fn generate(app: &App, dossier: DossierId) -> (Self, Vec<u8>, String) {
        let bytes: [u8; 32] = app.ids.bytes();
        let row = dossier.to_string();
        let wrapped = app.keyring.seal(wrapping(&row), &bytes);
        let kid = app.keyring.newest(KeyName::Kek).kid().to_string();
        (Self { dossier, bytes: SecretBox::new(Box::new(bytes)) }, wrapped, kid)
    }

    /// Unwraps a key.
    ///
    /// # Errors
    /// A fault when it was changed or the key that wraps it is no longer kept.
    pub fn unwrap(app: &App, dossier: DossierId, wrapped: &[u8]) -> Result<Self, Error> {
        let row = dossier.to_string();
        let bytes: Option<[u8; 32]> =
            app.keyring.open(wrapping(&row), wrapped).and_then(|bytes| bytes.try_into().ok());
        let bytes =
            bytes.ok_or_else(|| broken("unwrapping a dossier's key", "it does not open"))?;
        Ok(Self { dossier, bytes: SecretBox::new(Box::new(bytes)) })
    }

    /// Seals a value.
    ///
    /// # Panics
    /// When the machine has no randomness to give.
    pub fn seal(&self, part: Part, plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .cipher()
            .seal_in_place_append_tag(Aad::from(self.place(part)), &mut sealed)
            .expect("the operating system gives random bytes");
        [nonce.as_ref().as_slice(), &sealed].concat()
    }

    /// Opens a value; none if it was changed or is something else.
    pub fn open(&self, part: Part, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(12)?;
        let mut body = body.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened =
            self.cipher().open_in_place(nonce, Aad::from(self.place(part)), &mut body).ok()?;
        Some(opened.to_vec())
    }

    /// Seals what a dossier says.
    ///
    /// # Panics
    /// Never: a sheet has string keys only.
    pub fn seal_sheet(&self, sheet: &Sheet) -> Vec<u8> {
        self.seal(Part::Sheet, &serde_json::to_vec(sheet).expect("a sheet has string keys only"))
    }

    /// Opens what a dossier says.
    ///
    /// # Errors
    /// A fault when it was changed.
    pub fn open_sheet(&self, sealed: &[u8]) -> Result<Sheet, Error> {
        const DOING: &str = "opening a dossier";
        let plain =
            self.open(Part::Sheet, sealed).ok_or_else(|| broken(DOING, "it does not open"))?;
        serde_json::from_slice(&plain).map_err(|_| broken(DOING, "it is no sheet")) // the cause would quote it
    }

    fn place(&self, part: Part) -> Vec<u8> {
        [TABLE, part.as_str(), &self.dossier.to_string()].join("\0").into_bytes()
    }

    fn cipher(&self) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, self.bytes.expose_secret())
            .expect("32 bytes are an AES-256 key")
    }
}

const fn wrapping(row: &str) -> Sealed<'_> {
    Sealed { table: TABLE, column: "wrapped_key", row }
}

/// The key of a dossier; none when there is no such dossier or its key was dropped.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn key_of(
    app: &App,
    db: &mut PgConnection,
    dossier: DossierId,
) -> Result<Option<DossierKey>, Error> {
    let row = store::dossier::sealed::read(db, dossier).await?;
    let Some(wrapped) = row.and_then(|row| row.wrapped_key) else { return Ok(None) };
    DossierKey::unwrap(app, dossier, &wrapped).map(Some)
}

/// What a dossier says; none when its key was dropped. Whoever shows it to staff writes the access log first.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn read_sheet(
    app: &App,
    db: &mut PgConnection,
    dossier: DossierId,
) -> Result<Option<Sheet>, Error> {
    let Some(row) = store::dossier::sealed::read(db, dossier).await? else { return Ok(None) };
    let (Some(sealed), Some(wrapped)) = (row.sealed, row.wrapped_key) else { return Ok(None) };
    DossierKey::unwrap(app, dossier, &wrapped)?.open_sheet(&sealed).map(Some)
}

/// Seals what a new dossier says, under a new key.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn begin_sheet(
    app: &App,
    db: &mut PgConnection,
    dossier: DossierId,
    sheet: &Sheet,
) -> Result<DossierKey, Error> {
    let (key, wrapped, kid) = DossierKey::generate(app, dossier);
    store::dossier::sealed::write(db, dossier, &key.seal_sheet(sheet), &wrapped, &kid).await?;
    Ok(key)
}

/// By what the tracking page knows the applicant: a MAC over the code and the phone's last four digits.
pub fn track_mac(app: &App, code: &str, last4: &str) -> [u8; 32] {
    mac(app.keyring.newest(KeyName::Otp), code, last4)
}

/// Whether a MAC was made of this code and these digits, by any key that is still kept.
pub fn tracks(app: &App, stored: &[u8], code: &str, last4: &str) -> bool {
    (0..=u8::MAX)
        .filter_map(|kid| app.keyring.find(KeyName::Otp, kid))
        .any(|key| constant_time_eq(stored, &mac(key, code, last4)))
}

fn mac(key: &city_auth::Key, code: &str, last4: &str) -> [u8; 32] {
    key.mac(&[b"dossier-track", code.as_bytes(), last4.as_bytes()])
}
