//! Where the store is and with which keys it is asked.

use std::path::PathBuf;

use city_boot::{BootError, config};
use confique::Config;
use secrecy::SecretString;

/// How to reach the object store, as the environment says it.
#[derive(Debug, Clone, Config)]
pub struct S3Config {
    /// Base URL of the S3-compatible store, such as `http://127.0.0.1:9000`. The bucket is addressed by path.
    #[config(env = "S3_ENDPOINT")]
    pub endpoint: String,
    /// Base URL under which phones and browsers reach the same store, when it differs.
    #[config(env = "S3_PUBLIC_ENDPOINT")]
    pub public_endpoint: Option<String>,
    /// Region of the signatures.
    #[config(env = "S3_REGION", default = "us-east-1")]
    pub region: String,
    /// The private bucket, which must exist.
    #[config(env = "S3_BUCKET")]
    pub bucket: String,
    /// The access key id.
    #[config(env = "S3_ACCESS_KEY")]
    pub access_key: Option<SecretString>,
    /// A file that holds `S3_ACCESS_KEY`.
    #[config(env = "S3_ACCESS_KEY_FILE")]
    pub access_key_file: Option<PathBuf>,
    /// The secret key.
    #[config(env = "S3_SECRET_KEY")]
    pub secret_key: Option<SecretString>,
    /// A file that holds `S3_SECRET_KEY`.
    #[config(env = "S3_SECRET_KEY_FILE")]
    pub secret_key_file: Option<PathBuf>,
}

/// How to reach the object store, complete.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// Base URL of the store.
    pub endpoint: String,
    /// Region of the signatures.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// The access key id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: SecretString,
    /// Base URL for clients outside, when it differs.
    pub public_endpoint: Option<String>,
}

impl S3Config {
    /// The settings, with keys read from their files.
    ///
    /// # Errors
    /// One line that names the variable which is missing or given twice.
    pub fn settings(&self) -> Result<S3Settings, BootError> {
        let required = |name: &str, value: Option<SecretString>| {
            value.ok_or_else(|| {
                BootError::Config(format!("set {name}, or {name}_FILE to a file that holds it"))
            })
        };
        let access_key = config::secret(
            "S3_ACCESS_KEY",
            self.access_key.clone(),
            self.access_key_file.as_deref(),
        )?;
        let secret_key = config::secret(
            "S3_SECRET_KEY",
            self.secret_key.clone(),
            self.secret_key_file.as_deref(),
        )?;
        let access_key = required("S3_ACCESS_KEY", access_key)?;
        Ok(S3Settings {
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            bucket: self.bucket.clone(),
            access_key: secrecy::ExposeSecret::expose_secret(&access_key).to_owned(),
            secret_key: required("S3_SECRET_KEY", secret_key)?,
            public_endpoint: self.public_endpoint.clone(),
        })
    }
}
