//! The copy of session records in Redis, and the message that tells gateways of a change.
//!
//! PostgreSQL is the truth. Nothing here fails a request: a lost write is repeated by the outbox, a lost record is read again.

use city_auth::session::{CHANNEL, SessionChanged, SessionRecord, SessionStatus};
use city_boot::{RedisError, RedisStore};

const ACTIVE_SECONDS: u32 = 60;
/// Longer than an access token and its leeway live.
const ENDED_SECONDS: u32 = 400;

/// Replaces a record unless the one there is newer.
const WRITE: &str = r"
    local present = redis.call('GET', KEYS[1])
    if present then
        local read, record = pcall(cjson.decode, present)
        if read and type(record) == 'table' and tonumber(record.rev) and tonumber(record.rev) > tonumber(ARGV[1]) then
            return 0
        end
    end
    redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
    return 1";

/// The cache.
#[derive(Debug)]
pub struct SessionCache {
    redis: RedisStore,
    write: redis::Script,
}

impl SessionCache {
    /// A cache in this Redis.
    pub fn new(redis: RedisStore) -> Self {
        Self { redis, write: redis::Script::new(WRITE) }
    }

    /// Writes a record.
    ///
    /// # Errors
    /// When Redis is away.
    pub async fn write(&self, record: &SessionRecord) -> Result<(), RedisError> {
        let Ok(json) = serde_json::to_string(record) else { return Ok(()) }; // a record has string keys only
        let seconds =
            if record.status == SessionStatus::Active { ACTIVE_SECONDS } else { ENDED_SECONDS };
        let mut call = self.write.key(self.redis.key(&SessionRecord::redis_key(record.sid)));
        call.arg(record.rev).arg(json).arg(seconds);
        self.redis.run_script::<i64>(&call).await.map(drop)
    }

    /// Writes a record and tells the gateways.
    ///
    /// # Errors
    /// When Redis is away.
    pub async fn announce(&self, record: &SessionRecord) -> Result<(), RedisError> {
        self.write(record).await?;
        let changed = SessionChanged { sid: record.sid, rev: record.rev, status: record.status };
        let Ok(message) = serde_json::to_string(&changed) else { return Ok(()) };
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(self.redis.key(CHANNEL)).arg(message);
        self.redis.run::<i64>(&publish).await.map(drop)
    }
}
