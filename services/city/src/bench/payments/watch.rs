//! A round, from what is asserted before it to what is judged after it.

use std::time::{Duration, Instant};

use city_boot::BootError;
use sqlx::PgConnection;
use tokio::time::sleep;

use super::books::{self, Books};
use super::doors::Doors;
use super::ground::{Ground, Syncs};
use super::round::{Contender, Round, Side};

/// A process of PostgreSQL tells how often it synced once a second at most, and only when it is asked the next thing: the
/// ledger's is asked each second whether it still leads.
pub(super) const TOLD: Duration = Duration::from_millis(2_500);
/// By then a process that nobody asks anything has told it, too.
const TOLD_AT_LAST: Duration = Duration::from_secs(12);

/// What there was when a round began.
pub(super) struct Watch<'a> {
    ground: &'a Ground,
    db: PgConnection,
    syncs: Option<Syncs>,
    batches: i64,
}

impl<'a> Watch<'a> {
    /// Asserts that nothing acknowledged could be lost, and begins to count.
    pub(super) async fn begin(
        side: &Side,
        ground: &'a Ground,
        doors: &Doors,
    ) -> Result<Self, BootError> {
        let url = match side.contender {
            Contender::Door(_) => &doors.database_url,
            Contender::Ledger(_) | Contender::OpenLoop | Contender::Naive(_) => &ground.url,
        };
        let mut db = books::connect_safely(url).await?;
        let syncs = ground.syncs().await?;
        let batches = books::last_batch(&mut db).await?;
        Ok(Self { ground, db, syncs, batches })
    }

    /// Judges what the round left, and counts the syncs of it; none where the server does not count them.
    pub(super) async fn end(
        mut self,
        side: &Side,
        round: &Round,
    ) -> Result<Option<Syncs>, BootError> {
        let (ended, told) = (Instant::now(), sleep(TOLD));
        let (commits, writers) = match side.contender {
            Contender::Naive(way) => {
                Books::Naive.agree(&mut self.db).await?;
                (whole(way.commits(round.payments())), whole(side.clients))
            }
            Contender::Ledger(_) | Contender::OpenLoop | Contender::Door(_) => {
                Books::Ledger.agree(&mut self.db).await?;
                (books::chained(&mut self.db, self.batches).await? - self.batches, 1)
            }
        };
        told.await;
        let Some(before) = self.syncs else { return Ok(None) };
        loop {
            let Some(now) = self.ground.syncs().await? else { return Ok(None) };
            let syncs = now.since(before);
            if books::synced_enough(syncs.count, commits, writers) {
                return Ok(Some(syncs));
            }
            if ended.elapsed() > TOLD_AT_LAST {
                let (side, count) = (side.name(), syncs.count);
                return Err(BootError::Config(format!(
                    "{side}: {count} WAL syncs for {commits} commits, {writers} at a time: answered before the disk"
                )));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
