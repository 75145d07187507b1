//! Settings of the whole city. What is not set is started privately.

use std::path::PathBuf;

use city_boot::{BootError, Profile, config};
use confique::Config;
use secrecy::SecretString;

/// Settings of `city serve`, beside those of each service.
#[derive(Debug, Clone, Config)]
pub struct CityConfig {
    /// `development` or `production`. Unset, `city` takes `development`; no service on its own does.
    #[config(env = "CITY_ENV")]
    pub profile: Option<Profile>,
    /// Where the gateway listens.
    #[config(env = "LISTEN", default = "127.0.0.1:8080")]
    pub listen: String,
    /// The folder for the data of private servers, keys and logs.
    #[config(env = "CITY_DATA", default = ".city")]
    pub data_dir: PathBuf,
    /// PostgreSQL 15 or newer, such as `postgres://user:password@host/city`. Unset, a private one is started.
    #[config(env = "DATABASE_URL")]
    pub database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`.
    #[config(env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Redis 7 or newer, or Valkey, such as `redis://:password@host:6379`. Unset, a private one is started.
    #[config(env = "REDIS_URL")]
    pub redis_url: Option<SecretString>,
    /// A file that holds `REDIS_URL`.
    #[config(env = "REDIS_URL_FILE")]
    pub redis_url_file: Option<PathBuf>,
    /// Prefix of every Redis key and stream.
    #[config(env = "REDIS_PREFIX", default = "")]
    pub redis_prefix: String,
}

impl CityConfig {
    /// Development, unless told otherwise.
    pub fn profile(&self) -> Profile {
        self.profile.unwrap_or(Profile::Development)
    }

    /// The database to use instead of a private one.
    ///
    /// # Errors
    /// When it is given twice or its file cannot be read.
    pub fn database_url(&self) -> Result<Option<SecretString>, BootError> {
        config::secret("DATABASE_URL", self.database_url.clone(), self.database_url_file.as_deref())
    }

    /// The Redis to use instead of a private one.
    ///
    /// # Errors
    /// When it is given twice or its file cannot be read.
    pub fn redis_url(&self) -> Result<Option<SecretString>, BootError> {
        config::secret("REDIS_URL", self.redis_url.clone(), self.redis_url_file.as_deref())
    }
}
