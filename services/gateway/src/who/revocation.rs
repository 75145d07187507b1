//! Listens to what accounts announces about sessions, so that an ended one is refused at once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use city_auth::session::{CHANNEL, SessionChanged};
use city_boot::{Progress, RedisStore, Worker, WorkerError};
use futures_util::StreamExt as _;
use redis::aio::PubSub;
use tokio::sync::Mutex;

use super::sessions::Sessions;

/// How long a step waits for an announcement.
const WAIT: Duration = Duration::from_millis(500);
/// A subscription that was never answered ends here.
const CONNECT: Duration = Duration::from_secs(1);

/// Applies announcements of changed sessions. Idempotent: an announcement only ever forgets.
pub struct SessionListener {
    sessions: Arc<Sessions>,
    redis: RedisStore,
    subscription: Mutex<Option<PubSub>>,
}

impl SessionListener {
    pub fn new(sessions: Arc<Sessions>, redis: RedisStore) -> Self {
        Self { sessions, redis, subscription: Mutex::default() }
    }

    async fn subscribe(&self) -> Result<PubSub, WorkerError> {
        let connect = async {
            let mut subscription = self.redis.subscriber().await?;
            subscription.subscribe(self.redis.key(CHANNEL)).await?;
            Ok::<_, city_boot::RedisError>(subscription)
        };
        let doing = "subscribing to changed sessions";
        match tokio::time::timeout(CONNECT, connect).await {
            Ok(subscription) => subscription.map_err(|error| WorkerError::new(doing, error)),
            Err(late) => Err(WorkerError::new(doing, late)),
        }
    }
}

#[async_trait]
impl Worker for SessionListener {
    fn name(&self) -> &'static str {
        "gateway.sessions"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let mut place = self.subscription.lock().await;
        let mut subscription = if let Some(subscription) = place.take() {
            subscription
        } else {
            let new = self.subscribe().await?;
            self.sessions.set_told(true);
            new
        };
        let next = tokio::time::timeout(WAIT, subscription.on_message().next()).await;
        match next {
            Ok(Some(message)) => {
                // What does not parse is from a newer version, and the record's short life still holds.
                if let Ok(change) =
                    serde_json::from_slice::<SessionChanged>(message.get_payload_bytes())
                {
                    self.sessions.learn(change);
                }
                *place = Some(subscription);
                Ok(Progress::Worked)
            }
            Ok(None) => {
                self.sessions.set_told(false);
                Err(WorkerError::new("listening to changed sessions", "the connection ended"))
            }
            Err(_) => {
                *place = Some(subscription);
                Ok(Progress::Idle)
            }
        }
    }

    /// The step itself waits.
    async fn idle(&self) {}
}
