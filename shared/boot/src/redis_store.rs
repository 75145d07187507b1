//! Redis: never the only copy of a fact, so every use must cope with its absence within milliseconds.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, FromRedisValue};

use crate::process::BootError;

/// The error of the Redis library, for callers that tell its kinds apart.
pub type RedisError = redis::RedisError;

/// A connection that recovers by itself, and the prefix of every key.
#[derive(Clone)]
pub struct RedisStore {
    client: Client,
    manager: ConnectionManager,
    prefix: String,
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RedisStore({:?})", self.prefix) // the URL holds a password
    }
}

impl RedisStore {
    /// Prepares a connection; it is made when first used.
    ///
    /// # Errors
    /// When the URL does not parse.
    pub fn open(url: &str, prefix: &str) -> Result<Self, BootError> {
        let refused = |_| {
            BootError::Config("REDIS_URL is not a Redis URL (redis://:password@host:6379)".into())
        };
        let client = Client::open(url).map_err(refused)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(250)))
            .set_response_timeout(Some(Duration::from_millis(250)))
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_secs(1));
        let manager =
            ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(refused)?;
        Ok(Self { client, manager, prefix: prefix.to_owned() })
    }

    /// A key or channel with the prefix of this installation.
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Runs one command or pipeline-built command.
    ///
    /// # Errors
    /// Whatever Redis or the way to it refuses.
    pub async fn run<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.manager.clone()).await
    }

    /// Runs a script.
    ///
    /// # Errors
    /// Whatever Redis or the way to it refuses.
    pub async fn run_script<T: FromRedisValue>(
        &self,
        script: &redis::ScriptInvocation<'_>,
    ) -> Result<T, RedisError> {
        script.invoke_async(&mut self.manager.clone()).await
    }

    /// A connection of its own for blocking reads, which wait up to `patience` for an answer.
    ///
    /// # Errors
    /// When Redis is away.
    pub async fn blocking(&self, patience: Duration) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(250)))
            .set_response_timeout(Some(patience + Duration::from_secs(1)));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    /// A pub/sub connection; it ends when Redis goes away, and the reader opens a new one.
    ///
    /// # Errors
    /// When Redis is away.
    pub async fn subscriber(&self) -> Result<redis::aio::PubSub, RedisError> {
        self.client.get_async_pubsub().await
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> bool {
        self.run::<String>(&redis::cmd("PING")).await.is_ok()
    }
}
