//! Processes that are killed, frozen or cut off under load: whatever was acknowledged is there once, and the books agree.
//!
//! Two instances of the service on one PostgreSQL with `fsync=on`; clients that send until they are answered. The test has
//! a few rounds; `cargo xtask chaos payments` has as many as it is told, and there how soon somebody is answered counts too.

mod client;
mod corrupted;
mod history;
mod instance;
mod load;
mod progress;
mod refused;
mod residents;
mod serial;
mod servers;

use std::time::{Duration, Instant};

use city_payments::check::check;
use city_receipt::HeadKey;
use tokio::sync::Mutex;

use self::instance::Pair;
use self::load::{Books, Load};
use self::servers::Servers;
use crate::ledger::dice::Dice;

/// One run at a time: they say how soon somebody is answered again, which two at once would make untrue.
static TURN: Mutex<()> = Mutex::const_new(());

/// Rounds when nobody says how many: each kind of fault once, but the long ones.
const ROUNDS: usize = 4;
/// The seed of the key with which the instances sign batches.
const HEAD_SEED: [u8; 32] = [7; 32];

/// What happens in a round, and how long nobody may be answered afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    KillLeader,
    KillFollower,
    StopPostgres,
    KillBackend,
    FreezeLeader,
    BlackHole,
}

/// What the first rounds are, so that a short run has something of everything but the long waits, and a long one those too.
const FIRST: [Fault; ROUNDS + 2] = [
    Fault::KillLeader,
    Fault::StopPostgres,
    Fault::KillBackend,
    Fault::KillFollower,
    Fault::FreezeLeader,
    Fault::BlackHole,
];

impl Fault {
    fn of(round: usize, dice: &mut Dice) -> Self {
        FIRST.get(round).copied().unwrap_or_else(|| match dice.below(10) {
            0..=2 => Self::KillLeader,
            3 => Self::KillFollower,
            4..=6 => Self::StopPostgres,
            7 => Self::KillBackend,
            8 => Self::FreezeLeader,
            _ => Self::BlackHole,
        })
    }

    /// Lets it happen.
    async fn strike(self, pair: &mut Pair, servers: &mut Servers) {
        match self {
            Self::KillLeader => pair.kill(pair.leader(servers).await).await,
            Self::KillFollower => pair.kill(1 - pair.leader(servers).await).await,
            Self::StopPostgres => servers.kill_and_start_again().await,
            Self::KillBackend => servers.kill_ledger_backend().await,
            Self::FreezeLeader => pair.freeze(pair.leader(servers).await),
            Self::BlackHole => pair.swallow(pair.leader(servers).await).await,
        }
    }

    /// Killed: 5 s; frozen, or its connection a black hole: 15 s. PostgreSQL itself starts and recovers as fast as the machine
    /// allows. Beside other tests nothing is fast: there a minute is enough for everything.
    fn patience(self, alone: bool) -> Duration {
        Duration::from_secs(match self {
            Self::KillLeader | Self::KillFollower if alone => 5,
            Self::FreezeLeader | Self::BlackHole if alone => 15,
            _ => 60,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the long form of this test says here how long it is"
)]
fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}

fn setting(name: &str, default: u64) -> u64 {
    told(name).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_each_acknowledged_payment_is_there_once() {
    let _turn = TURN.lock().await;
    let process = city_boot::Process::detached(); // the ways of TLS are chosen once
    let long = told("CITY_CHAOS_ROUNDS"); // a command of its own: nothing runs beside it
    let rounds = usize::try_from(long.unwrap_or(ROUNDS as u64)).expect("some rounds");
    let seed = setting("CITY_CHAOS_SEED", 1);
    let mut dice = Dice::new(seed);
    let mut servers = Servers::start("chaos").await;
    let books = Books::open(&servers).await;
    let mut pair = Pair::start(&servers).await;
    let load = Load::start(&process.tasks, &pair.door(), &books, seed);
    load.progress
        .answered_more(50, Duration::from_mins(1))
        .await
        .expect("the city works before it is broken");

    for round in 0..rounds {
        let fault = Fault::of(round, &mut dice);
        let begun = Instant::now();
        fault.strike(&mut pair, &mut servers).await;
        // More than there are clients: the answers of before the fault are not enough.
        let recovered = load.progress.answered_more(60, fault.patience(long.is_some())).await;
        let (waited, answered) = (begun.elapsed(), load.progress.answered());
        eprintln!(
            "round {round}: {fault:?}, answers again after {waited:.1?}, {answered} answered"
        );
        assert!(recovered.is_some(), "seed {seed}, round {round}, {fault:?}: nobody is answered");
        pair.mend(&servers).await;
    }

    let answers = load.stop().await;
    let mut db = servers.connect().await;
    let judged = answers.judge(&mut db).await;
    assert_eq!(judged, Ok(()), "seed {seed}");
    let keys = HeadKey::from_seed(&HEAD_SEED).published();
    let checked = check(&mut db, &keys, 1, |_, _| {}).await.expect("the books agree");
    eprintln!(
        "{rounds} rounds: {answers}; {} legs in {} batches are right",
        checked.legs, checked.batches
    );
    drop(pair);
    servers.stop().await;
}
