//! The thread that starts the servers, lives with them and stops them.
//!
//! It has a small runtime of its own, so the servers do not depend on the caller's, and so the thread that started a
//! child lives exactly as long as the child may.

use std::future::pending;

use secrecy::SecretString;
use tokio::sync::oneshot;

use super::folder::DataFolder;
use super::postgres::Postgres;
use super::redis::Redis;
use super::s3::{S3, S3Access};
use super::{EmbeddedError, EmbeddedOptions, postgres, redis, s3};

/// What the thread tells the handle, and the other way round.
pub(super) struct Channels {
    pub(super) started: oneshot::Sender<Result<Started, EmbeddedError>>,
    pub(super) asked_to_stop: oneshot::Receiver<()>,
    pub(super) on_early_end: oneshot::Sender<EmbeddedError>,
    pub(super) on_stopped: oneshot::Sender<()>,
}

/// How to reach what was started.
pub(super) struct Started {
    pub(super) postgres_url: Option<SecretString>,
    pub(super) redis_url: Option<SecretString>,
    pub(super) s3: Option<S3Access>,
}

/// Runs the servers until the handle asks to stop or is dropped.
pub(super) fn run(options: &EmbeddedOptions, channels: Channels) {
    let Channels { started, asked_to_stop, on_early_end, on_stopped } = channels;
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return answer(started, Err(EmbeddedError::Thread(error))),
    };
    runtime.block_on(async {
        let (folder, mut servers) = match start(options).await {
            Ok(running) => running,
            Err(error) => return answer(started, Err(error)),
        };
        answer(started, Ok(servers.access()));
        tokio::select! {
            _ = asked_to_stop => {}
            error = servers.ended_early() => {
                tracing::error!(error = &error as &dyn std::error::Error, "A private server ended by itself");
                answer(on_early_end, error);
            }
        }
        servers.stop().await;
        if let Err(error) = folder.delete_throwaway_data() {
            tracing::warn!(error = &error as &dyn std::error::Error, "Deleting the throwaway data failed");
        }
    });
    answer(on_stopped, ());
}

/// A handle that is gone wants no answer; the servers stop all the same, because its end of the channels is closed.
fn answer<T>(to: oneshot::Sender<T>, value: T) {
    if to.send(value).is_err() {
        tracing::debug!("Nobody waits for the private servers any more");
    }
}

async fn start(options: &EmbeddedOptions) -> Result<(DataFolder, Servers), EmbeddedError> {
    let folder = DataFolder::take(&options.data_dir, options.durability)?;
    let mut servers = Servers::default();
    match servers.start(options, &folder).await {
        Ok(()) => Ok((folder, servers)),
        Err(error) => {
            servers.stop().await;
            Err(error)
        }
    }
}

#[derive(Default)]
struct Servers {
    postgres: Option<Postgres>,
    redis: Option<Redis>,
    s3: Option<S3>,
}

impl Servers {
    async fn start(
        &mut self,
        options: &EmbeddedOptions,
        folder: &DataFolder,
    ) -> Result<(), EmbeddedError> {
        if options.postgres {
            self.postgres = Some(postgres::start(folder, &options.launcher).await?);
        }
        if options.redis {
            self.redis = Some(redis::start(folder, &options.launcher).await?);
        }
        if options.s3 {
            self.s3 = Some(s3::start(folder).await?);
        }
        Ok(())
    }

    fn access(&self) -> Started {
        Started {
            postgres_url: self.postgres.as_ref().map(|postgres| postgres.url.clone()),
            redis_url: self.redis.as_ref().map(|redis| redis.url.clone()),
            s3: self.s3.as_ref().map(|s3| s3.access.clone()),
        }
    }

    async fn ended_early(&mut self) -> EmbeddedError {
        let postgres = async {
            match self.postgres.as_mut() {
                Some(postgres) => postgres.process.ended_early().await,
                None => pending().await,
            }
        };
        let redis = async {
            match self.redis.as_mut() {
                Some(redis) => redis.process.ended_early().await,
                None => pending().await,
            }
        };
        tokio::select! { error = postgres => error, error = redis => error }
    }

    /// The users of a server before the server: what is still being written finds its store.
    async fn stop(self) {
        if let Some(s3) = self.s3 {
            s3::stop(s3).await;
        }
        if let Some(redis) = self.redis {
            redis::stop(redis).await;
        }
        if let Some(postgres) = self.postgres {
            postgres::stop(postgres).await;
        }
    }
}
