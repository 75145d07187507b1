//! The one reader of event streams: one blocking `XREAD` for the whole gateway, without a consumer group.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, RedisError, RedisStore, Worker, WorkerError};
use city_contracts::event::Envelope;
use city_ids::ServiceName;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamInfoStreamReply, StreamReadReply};
use serde_json::Value;
use tokio::sync::Mutex;

use super::groups::Groups;
use super::topics::{self, PUBLISHERS};
use crate::cache::ResponseCache;

/// How long Redis holds a read without news; also how long shutdown waits for this worker.
const BLOCK: Duration = Duration::from_secs(1);
const BATCH: usize = 500;
const BEGINNING: EntryId = EntryId(0, 0);

/// Turns events into work for groups. Positions live in memory only: after a restart every client subscribes anew and gets
/// a snapshot.
pub struct Reader {
    redis: RedisStore,
    groups: Arc<Groups>,
    cache: Option<Arc<ResponseCache>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    /// After which entry of each publisher's stream to read on; none before the first contact.
    after: Option<[EntryId; PUBLISHERS.len()]>,
}

/// The id of a stream entry: milliseconds and sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct EntryId(u64, u64);

impl EntryId {
    fn parse(text: &str) -> Option<Self> {
        let (ms, seq) = text.split_once('-')?;
        Some(Self(ms.parse().ok()?, seq.parse().ok()?))
    }
}

impl std::fmt::Display for EntryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// The ends of a stream as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends {
    /// Nothing is left from before the first reader.
    first: Option<EntryId>,
    last: EntryId,
}

/// Whether events between our position and the stream were lost: it begins after us, or ends before us.
fn has_gap(after: EntryId, ends: Ends) -> bool {
    let trimmed_past_us = after != BEGINNING && ends.first.is_some_and(|first| first > after);
    ends.last < after || trimmed_past_us
}

impl Reader {
    pub fn new(redis: RedisStore, groups: Arc<Groups>, cache: Option<Arc<ResponseCache>>) -> Self {
        Self { redis, groups, cache, state: Mutex::default() }
    }

    /// Anything may have changed unheard.
    fn doubt_all(&self) {
        self.groups.refresh_all();
        if let Some(cache) = &self.cache {
            cache.drop_all();
        }
    }

    fn stream(&self, publisher: ServiceName) -> String {
        self.redis.key(&format!("city.{publisher}"))
    }

    async fn read(&self, state: &mut State) -> Result<usize, RedisError> {
        if state.connection.is_none() {
            state.connection = Some(self.redis.blocking(BLOCK).await?);
            self.find_position(&mut state.after).await?;
        }
        let (Some(connection), Some(after)) = (&mut state.connection, &mut state.after) else {
            return Ok(0);
        };
        let mut command = redis::cmd("XREAD");
        command
            .arg("COUNT")
            .arg(BATCH)
            .arg("BLOCK")
            .arg(BLOCK.as_millis().to_string())
            .arg("STREAMS");
        for publisher in PUBLISHERS {
            command.arg(self.stream(publisher));
        }
        for id in after.iter() {
            command.arg(id.to_string());
        }
        let reply: Option<StreamReadReply> = command.query_async(connection).await?;
        let Some(reply) = reply else {
            // Silence is also how a stream looks that was flushed and begun anew.
            self.find_position(&mut state.after).await?;
            return Ok(0);
        };
        let mut read = 0;
        for key in reply.keys {
            let Some(index) =
                PUBLISHERS.iter().position(|publisher| self.stream(*publisher) == key.key)
            else {
                continue;
            };
            for entry in key.ids {
                if let Some(id) = EntryId::parse(&entry.id) {
                    after[index] = id;
                }
                let envelope = entry
                    .map
                    .get("envelope")
                    .and_then(|value| redis::from_redis_value_ref::<String>(value).ok());
                self.announce(PUBLISHERS[index], &envelope.unwrap_or_default());
                read += 1;
            }
        }
        Ok(read)
    }

    /// The present end of each stream at first, later whether the position still fits; if not, everything is dirty.
    async fn find_position(
        &self,
        after: &mut Option<[EntryId; PUBLISHERS.len()]>,
    ) -> Result<(), RedisError> {
        let mut ends = [Ends { first: None, last: BEGINNING }; PUBLISHERS.len()];
        for (place, publisher) in ends.iter_mut().zip(PUBLISHERS) {
            *place = self.ends(publisher).await?;
        }
        let now = ends.map(|ends| ends.last);
        match after {
            // What happened before the first contact was not seen either.
            None => {
                *after = Some(now);
                self.doubt_all();
            }
            Some(after) if after.iter().zip(ends).any(|(after, ends)| has_gap(*after, ends)) => {
                tracing::warn!("Events were lost on the way; live updates are resolved anew");
                *after = now;
                self.doubt_all();
            }
            Some(_) => {}
        }
        Ok(())
    }

    async fn ends(&self, publisher: ServiceName) -> Result<Ends, RedisError> {
        let stream = self.stream(publisher);
        if !self.redis.run::<bool>(redis::cmd("EXISTS").arg(&stream)).await? {
            return Ok(Ends { first: None, last: BEGINNING });
        }
        let info: StreamInfoStreamReply =
            self.redis.run(redis::cmd("XINFO").arg("STREAM").arg(&stream)).await?;
        let last = EntryId::parse(&info.last_generated_id).unwrap_or(BEGINNING);
        Ok(Ends { first: EntryId::parse(&info.first_entry.id), last })
    }

    fn announce(&self, publisher: ServiceName, envelope: &str) {
        let Ok(event) = serde_json::from_str::<Envelope<Value>>(envelope) else {
            tracing::warn!(service = %publisher, "An entry of the stream of {publisher} is no event");
            return;
        };
        match topics::touched(publisher, &event.kind, event.body) {
            Ok(touched) => {
                if let Some(cache) = &self.cache {
                    cache.drop_tags(touched.tags);
                }
                if let Some(topic) = touched.topic {
                    self.groups.notify(topic);
                }
            }
            Err(error) => {
                tracing::warn!(event.id = %event.id, event.kind = event.kind, "Event {} of {publisher}: {error}", event.id);
            }
        }
    }
}

/// Ordering: entries of one stream in order. Idempotent: an event only says what to look at again.
#[async_trait]
impl Worker for Reader {
    fn name(&self) -> &'static str {
        "gateway.live"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let mut state = self.state.lock().await;
        match self.read(&mut state).await {
            Ok(0) => Ok(Progress::Idle),
            Ok(_) => Ok(Progress::Worked),
            Err(error) => {
                state.connection = None; // a broken connection is not read again
                Err(WorkerError::new("reading the event streams", error))
            }
        }
    }

    /// The read itself waits.
    async fn idle(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_begins_after_us_or_ends_before_us_has_a_gap() {
        let ends = |first, last| Ends { first: Some(EntryId(first, 0)), last: EntryId(last, 0) };

        assert!(!has_gap(EntryId(5, 0), ends(1, 9)));
        assert!(!has_gap(EntryId(9, 0), ends(1, 9)));
        assert!(has_gap(EntryId(5, 0), ends(6, 9)), "trimmed past us");
        assert!(has_gap(EntryId(5, 0), ends(1, 4)), "begun anew");
        assert!(has_gap(EntryId(5, 0), Ends { first: None, last: BEGINNING }), "flushed");
        assert!(!has_gap(BEGINNING, ends(6, 9)), "nothing was read yet, so nothing was missed");
    }

    #[test]
    fn entry_ids_are_ordered_by_number() {
        assert!(EntryId::parse("9-10") > EntryId::parse("9-9"));
        assert!(EntryId::parse("10-0") > EntryId::parse("9-99"));
        assert_eq!(EntryId::parse("x"), None);
        assert_eq!(EntryId(7, 1).to_string(), "7-1");
    }
}
