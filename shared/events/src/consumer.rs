//! Reads the streams of other services and hands each event to a handler until it has taken effect.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, RedisStore, Worker, WorkerError};
use city_clock::SharedClock;
use city_contracts::event::Envelope;
use city_ids::ServiceName;
use redis::streams::StreamReadReply;
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::inbox;
use crate::relay::stream_name;

const BATCH: usize = 32;
/// Faults after which an event is put aside. A dependency that is away does not count.
const TRIES: u32 = 8;
/// An entry that another instance took and has not settled for this long is taken over.
const ABANDONED: Duration = Duration::from_mins(1);

/// What a handler did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// It took effect now.
    Now,
    /// It had taken effect before.
    Before,
    /// It is none of this handler's business.
    Ignored,
}

/// Why a handler could not apply an event.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something is away: wait and try again, however long it takes.
    #[error("a dependency is away")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault that may pass; after some tries the event goes to the dead letters.
    #[error("a fault that may pass")]
    Retry(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It can never be applied: to the dead letters.
    #[error("it can never be applied")]
    Fail(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        if city_boot::db::is_away(&error) {
            Self::Away(error.into())
        } else {
            Self::Retry(error.into())
        }
    }
}

/// Applies events. Must be idempotent by [`inbox::claim`].
#[async_trait]
pub trait Handler: Send + Sync {
    /// The name under which events are claimed; unique in the service.
    fn name(&self) -> &'static str;
    /// The services whose streams it reads.
    fn streams(&self) -> &'static [ServiceName];
    /// Applies one event.
    async fn handle(&self, event: &Envelope<serde_json::Value>) -> Result<Handled, Failure>;
}

/// The worker around a handler: a consumer group of its service and name.
pub struct Consumer<H> {
    handler: H,
    service: ServiceName,
    db: PgPool,
    redis: RedisStore,
    clock: SharedClock,
    instance: String,
    /// The event that failed last, and how often.
    failing: Mutex<Option<(String, u32)>>,
    /// When abandoned entries were last looked for.
    taken_over: Mutex<Option<tokio::time::Instant>>,
}

impl<H: std::fmt::Debug> std::fmt::Debug for Consumer<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("handler", &self.handler).finish_non_exhaustive()
    }
}

impl<H: Handler> Consumer<H> {
    /// A consumer of `service`; `instance` tells replicas apart and may be random.
    pub fn new(
        handler: H,
        service: ServiceName,
        db: PgPool,
        redis: RedisStore,
        clock: SharedClock,
        instance: &str,
    ) -> Self {
        Self {
            handler,
            service,
            db,
            redis,
            clock,
            instance: instance.to_owned(),
            failing: Mutex::new(None),
            taken_over: Mutex::new(None),
        }
    }

    fn group(&self) -> String {
        format!("{}.{}", self.service, self.handler.name())
    }

    fn streams(&self) -> Vec<String> {
        self.handler
            .streams()
            .iter()
            .map(|service| self.redis.key(&stream_name(*service)))
            .collect()
    }

    /// Reads entries: our unsettled ones (`0`) or new ones (`>`).
    async fn read(&self, from: &str) -> Result<Vec<(String, String, String)>, WorkerError> {
        let streams = self.streams();
        let mut command = redis::cmd("XREADGROUP");
        command
            .arg("GROUP")
            .arg(self.group())
            .arg(&self.instance)
            .arg("COUNT")
            .arg(BATCH)
            .arg("STREAMS");
        command.arg(&streams).arg(vec![from; streams.len()]);
        let reply: Option<StreamReadReply> = match self.redis.run(&command).await {
            Ok(reply) => reply,
            Err(error) if error.code() == Some("NOGROUP") => {
                self.join().await?;
                return Box::pin(self.read(from)).await;
            }
            Err(error) => return Err(WorkerError::new("reading a stream", error)),
        };
        let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|stream| {
            let key = stream.key;
            stream.ids.into_iter().map(move |entry| {
                let envelope = entry.get::<String>("envelope").unwrap_or_default();
                (key.clone(), entry.id, envelope)
            })
        });
        Ok(entries.collect())
    }

    /// Creates the group where it is missing, and the stream with it: one service that has not published yet must not hold up
    /// the others' events. An empty stream is at position 0-0, so its relay still sees what Redis lost.
    async fn join(&self) -> Result<(), WorkerError> {
        for stream in self.streams() {
            let mut command = redis::cmd("XGROUP");
            command.arg("CREATE").arg(&stream).arg(self.group()).arg("0").arg("MKSTREAM");
            match self.redis.run::<()>(&command).await {
                Err(error) if error.code() != Some("BUSYGROUP") => {
                    return Err(WorkerError::new("joining a stream", error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    async fn take_over_abandoned(&self) -> Result<(), WorkerError> {
        let mut last = self.taken_over.lock().await;
        if last.is_some_and(|last| last.elapsed() < ABANDONED) {
            return Ok(()); // the first step looks at once: most entries are abandoned by a restart
        }
        *last = Some(tokio::time::Instant::now());
        for stream in self.streams() {
            let mut command = redis::cmd("XAUTOCLAIM");
            command.arg(&stream).arg(self.group()).arg(&self.instance);
            let millis = u64::try_from(ABANDONED.as_millis()).unwrap_or(u64::MAX);
            command.arg(millis).arg("0").arg("COUNT").arg(BATCH).arg("JUSTID");
            if let Err(error) = self.redis.run::<redis::Value>(&command).await {
                tracing::debug!(error = %error, "Nothing to take over");
            }
        }
        Ok(())
    }

    /// Applies one entry; an error keeps it for the next step.
    async fn settle(&self, stream: &str, entry: &str, envelope: &str) -> Result<(), WorkerError> {
        if let Ok(event) = serde_json::from_str::<Envelope<serde_json::Value>>(envelope) {
            if let Err(failure) = self.handler.handle(&event).await {
                self.judge(entry, &event, failure).await?;
            }
        } else if !envelope.is_empty() {
            // An entry deleted by trimming is empty; anything else that does not parse was not written by a relay.
            tracing::error!(stream, entry, "Skipped a stream entry that is no event");
        }
        let mut ack = redis::cmd("XACK");
        ack.arg(stream).arg(self.group()).arg(entry);
        self.redis
            .run::<i64>(&ack)
            .await
            .map(drop)
            .map_err(|error| WorkerError::new("settling an entry", error))
    }

    /// Decides what becomes of an event that was not applied.
    async fn judge(
        &self,
        entry: &str,
        event: &Envelope<serde_json::Value>,
        failure: Failure,
    ) -> Result<(), WorkerError> {
        let hopeless = match &failure {
            Failure::Away(_) => false,
            Failure::Fail(_) => true,
            Failure::Retry(_) => {
                let mut failing = self.failing.lock().await;
                let tries = match failing.take() {
                    Some((last, tries)) if last == entry => tries + 1,
                    _ => 1,
                };
                *failing = Some((entry.to_owned(), tries));
                tries >= TRIES
            }
        };
        if !hopeless {
            return Err(WorkerError::new("applying an event", failure));
        }
        let reason = city_http::chain(&failure);
        let envelope = serde_json::to_value(event)
            .map_err(|error| WorkerError::new("writing an envelope", error))?;
        let mut db =
            self.db.acquire().await.map_err(|error| WorkerError::new("burying an event", error))?;
        inbox::bury(&mut db, self.handler.name(), event.id, &envelope, &reason, self.clock.now())
            .await
            .map_err(|error| WorkerError::new("burying an event", error))?;
        tracing::error!(event.id = %event.id, event.kind = event.kind, error.chain = reason, "Buried event {}", event.id);
        Ok(())
    }
}

#[async_trait]
impl<H: Handler> Worker for Consumer<H> {
    fn name(&self) -> &'static str {
        self.handler.name()
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.take_over_abandoned().await?;
        let mut entries = self.read("0").await?;
        if entries.is_empty() {
            entries = self.read(">").await?;
        }
        if entries.is_empty() {
            return Ok(Progress::Idle);
        }
        for (stream, entry, envelope) in entries {
            self.settle(&stream, &entry, &envelope).await?;
        }
        Ok(Progress::Worked)
    }

    async fn idle(&self) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
