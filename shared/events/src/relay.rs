//! Carries events from the outbox to the Redis stream `city.<service>`.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, RedisStore, Worker, WorkerError};
use city_contracts::event::Envelope;
use city_ids::{EventId, ServiceName};
use sqlx::postgres::PgListener;
use sqlx::{PgConnection, PgPool, Row as _};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Events carried in one step.
const BATCH: i64 = 100;
/// Entries a stream keeps, roughly; consumers that fall further behind are served by a replay.
const STREAM_LENGTH: u64 = 1_000_000;
/// How often the outbox is looked at when no notification comes.
const POLL: Duration = Duration::from_secs(1);

/// The relay of one service. Several may run; they take turns, so that events keep their order and no relay records a
/// position of a stream that was lost, and begun anew by another, in the meantime.
#[derive(Debug)]
pub struct Relay {
    service: ServiceName,
    db: PgPool,
    redis: RedisStore,
    stream: String,
    append: redis::Script,
    listener: Mutex<Option<PgListener>>,
}

/// Appends all entries, or none and says so if the stream is behind what the outbox recorded: Redis lost data.
const APPEND: &str = r"
    local ms, seq = 0, 0
    local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
    if not info.err then
        for i = 1, #info, 2 do
            if info[i] == 'last-generated-id' then
                ms, seq = string.match(info[i + 1], '(%d+)-(%d+)')
                ms, seq = tonumber(ms), tonumber(seq)
            end
        end
    end
    local want_ms, want_seq = tonumber(ARGV[1]), tonumber(ARGV[2])
    if ms < want_ms or (ms == want_ms and seq < want_seq) then
        return {'BEHIND', string.format('%.0f', ms), string.format('%.0f', seq)}
    end
    local ids = {'SENT'}
    for i = 4, #ARGV do
        ids[i - 2] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'envelope', ARGV[i])
    end
    return ids";

impl Relay {
    /// The relay of a service's outbox.
    pub fn new(service: ServiceName, db: PgPool, redis: RedisStore) -> Self {
        let stream = redis.key(&stream_name(service));
        Self {
            service,
            db,
            redis,
            stream,
            append: redis::Script::new(APPEND),
            listener: Mutex::new(None),
        }
    }

    /// Marks everything after a stream position as unsent, so that the next steps send it again.
    #[expect(
        clippy::disallowed_methods,
        reason = "the table is the service's own by search path; see the crate docs"
    )]
    async fn send_again_after(
        &self,
        db: &mut PgConnection,
        ms: i64,
        seq: i64,
    ) -> Result<(), sqlx::Error> {
        let again = sqlx::query(
            "update outbox set stream_ms = null, stream_seq = null where (stream_ms, stream_seq) > ($1, $2)",
        )
        .bind(ms)
        .bind(seq)
        .execute(db)
        .await?;
        tracing::warn!(
            service = %self.service, events.count = again.rows_affected(),
            "Redis lost data; {} events of {} are sent again", again.rows_affected(), self.service
        );
        Ok(())
    }
}

/// The name of a service's stream.
pub(crate) fn stream_name(service: ServiceName) -> String {
    format!("city.{service}")
}

#[async_trait]
impl Worker for Relay {
    fn name(&self) -> &'static str {
        "outbox-relay"
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the table is the service's own by search path; see the crate docs"
    )]
    async fn step(&self) -> Result<Progress, WorkerError> {
        let fault = |doing| move |error: sqlx::Error| WorkerError::new(doing, error);
        let mut tx = self.db.begin().await.map_err(fault("beginning"))?;
        let turn = sqlx::query("select pg_try_advisory_xact_lock(hashtextextended('city_relay_' || current_schema(), 0))")
            .fetch_one(&mut *tx)
            .await
            .map_err(fault("waiting for a turn"))?;
        if !turn.get::<bool, _>(0) {
            tx.rollback().await.map_err(fault("ending no turn"))?;
            return Ok(Progress::Idle);
        }
        let last = sqlx::query(
            "select stream_ms, stream_seq from outbox where stream_ms is not null
             order by stream_ms desc, stream_seq desc limit 1",
        )
        .fetch_optional(&mut *tx)
        .await
        .map_err(fault("reading the last position"))?;
        let (ms, seq): (i64, i64) = last.map_or((0, 0), |row| (row.get(0), row.get(1)));
        let rows = sqlx::query(
            "select seq, event_id, kind, at, trace, body from outbox where stream_ms is null
             order by seq limit $1",
        )
        .bind(BATCH)
        .fetch_all(&mut *tx)
        .await
        .map_err(fault("reading the outbox"))?;

        // A relay's turn, not a use case's transaction: nothing but other relays waits for the answer of Redis, 250 ms at most.
        // Also without rows: an idle service must notice that Redis lost what consumers have not read yet.
        let mut call = self.append.key(&self.stream);
        call.arg(ms).arg(seq).arg(STREAM_LENGTH);
        for row in &rows {
            let envelope = Envelope::<serde_json::Value> {
                id: EventId::restore(row.get::<Uuid, _>("event_id")),
                kind: row.get("kind"),
                at: row.get("at"),
                trace: row.get("trace"),
                body: row.get("body"),
            };
            call.arg(
                serde_json::to_string(&envelope)
                    .map_err(|error| WorkerError::new("writing an envelope", error))?,
            );
        }
        let answer: Vec<String> = self
            .redis
            .run_script(&call)
            .await
            .map_err(|error| WorkerError::new("appending to the stream", error))?;
        if answer.first().map(String::as_str) == Some("BEHIND") {
            let at =
                |index: usize| answer.get(index).and_then(|part| part.parse().ok()).unwrap_or(0);
            self.send_again_after(&mut tx, at(1), at(2))
                .await
                .map_err(fault("marking lost events"))?;
            tx.commit().await.map_err(fault("committing"))?;
            return Ok(Progress::Worked);
        }
        if rows.is_empty() {
            // Ended here and not whenever the connection is tidied up: the next step, or the next relay, wants the turn.
            tx.rollback().await.map_err(fault("ending a turn"))?;
            return Ok(Progress::Idle);
        }
        let (sent_ms, sent_seq): (Vec<i64>, Vec<i64>) =
            answer.iter().skip(1).filter_map(|id| position(id)).unzip();
        let seqs: Vec<i64> = rows.iter().map(|row| row.get("seq")).collect();
        sqlx::query(
            "update outbox set stream_ms = sent.ms, stream_seq = sent.seq
             from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as sent (row_seq, ms, seq)
             where outbox.seq = sent.row_seq",
        )
        .bind(&seqs)
        .bind(&sent_ms)
        .bind(&sent_seq)
        .execute(&mut *tx)
        .await
        .map_err(fault("recording the positions"))?;
        tx.commit().await.map_err(fault("committing"))?;
        Ok(Progress::Worked)
    }

    /// Wakes at a notification of this schema, or after the poll interval.
    async fn idle(&self) {
        let mut listener = self.listener.lock().await;
        if listener.is_none() {
            *listener = listen(&self.db, self.service).await;
        }
        if let Some(listening) = listener.as_mut() {
            match tokio::time::timeout(POLL, listening.recv()).await {
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(_)) => *listener = None,
            }
        } else {
            tokio::time::sleep(POLL).await;
        }
    }
}

async fn listen(db: &PgPool, service: ServiceName) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(db).await.ok()?;
    listener.listen(&format!("city_outbox_{service}")).await.ok()?;
    Some(listener)
}

fn position(id: &str) -> Option<(i64, i64)> {
    let (ms, seq) = id.split_once('-')?;
    Some((ms.parse().ok()?, seq.parse().ok()?))
}
