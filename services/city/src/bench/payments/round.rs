//! Rounds, what they pay, and what they come to.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_payments::ledger::AccountNo;
use tokio::task::JoinSet;

use super::core::Load;
use super::doors::{self, Door};
use super::ground::{PAYEES, Syncs, WALLETS, payee, wallet};
use super::naive::Way;

/// Whom the payers pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    /// All pay one.
    Hot,
    /// 200 are paid.
    Cold,
}

/// Who pays whom how much: `pgbench` draws from the same ranges.
pub(super) struct Picks {
    state: u64,
    spread: Spread,
}

impl Picks {
    pub(super) fn new(caller: usize, spread: Spread) -> Self {
        Self { state: u64::try_from(caller).unwrap_or_default() << 32, spread }
    }

    /// `SplitMix64` (Steele, Lea, Flood 2014).
    fn below(&mut self, bound: i64) -> i64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from(mixed >> 1).unwrap_or_default() % bound
    }

    pub(super) fn next(&mut self) -> (AccountNo, AccountNo, i64) {
        let to = match self.spread {
            Spread::Hot => 0,
            Spread::Cold => self.below(PAYEES),
        };
        (wallet(self.below(WALLETS)), payee(to), 1_000 + self.below(49_001))
    }
}

/// What one side did in one round.
#[derive(Debug, Default)]
pub(super) struct Round {
    latencies: Vec<Duration>,
    elapsed: Duration,
    /// Payments of which the ledger told nothing in time.
    pub(super) untold: usize,
    /// None where the server does not count them.
    pub(super) syncs: Option<Syncs>,
}

impl Round {
    pub(super) fn of(elapsed: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self { latencies, elapsed, ..Self::default() }
    }

    pub(super) async fn gather(
        begun: Instant,
        mut paying: JoinSet<Result<(Vec<Duration>, usize), BootError>>,
    ) -> Result<Self, BootError> {
        let (mut latencies, mut untold) = (Vec::new(), 0);
        while let Some(caller) = paying.join_next().await {
            let (took, in_vain) = caller.map_err(|error| BootError::failed("paying", error))??;
            latencies.extend(took);
            untold += in_vain;
        }
        Ok(Self { untold, ..Self::of(begun.elapsed(), latencies) })
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of payments is far below 2^52")]
    pub(super) fn per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.latencies.len() as f64 / seconds } else { 0.0 }
    }

    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }

    /// How many were acknowledged.
    pub(super) const fn payments(&self) -> usize {
        self.latencies.len()
    }

    pub(super) fn mean_sync(&self) -> Duration {
        self.syncs
            .and_then(|syncs| syncs.total.checked_div(u32::try_from(syncs.count).ok()?))
            .unwrap_or_default()
    }
}

/// Who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    /// The ledger, in process.
    Ledger(Load),
    /// The ledger at a steady rate: 70 of 100 of what it does with so many callers.
    OpenLoop,
    /// The ledger, through a door.
    Door(Door),
    /// What one would write without it.
    Naive(Way),
}

/// A contender with its rounds.
pub(super) struct Side {
    pub(super) contender: Contender,
    pub(super) spread: Spread,
    pub(super) clients: usize,
    pub(super) rounds: Vec<Round>,
}

impl Side {
    pub(super) const fn core(spread: Spread, clients: usize) -> Self {
        Self { contender: Contender::Ledger(Load::Plain), spread, clients, rounds: Vec::new() }
    }

    pub(super) fn mixed(clients: usize) -> Self {
        Self { contender: Contender::Ledger(Load::Mixed), ..Self::core(Spread::Hot, clients) }
    }

    /// After the rounds of the closed loop with so many callers.
    pub(super) fn open_loop(clients: usize) -> Self {
        Self { contender: Contender::OpenLoop, ..Self::core(Spread::Hot, clients) }
    }

    pub(super) const fn naive(spread: Spread, way: Way, clients: usize) -> Self {
        Self { contender: Contender::Naive(way), spread, clients, rounds: Vec::new() }
    }

    pub(super) const fn door(door: Door) -> Self {
        let contender = Contender::Door(door);
        Self { contender, spread: Spread::Hot, clients: doors::CALLERS, rounds: Vec::new() }
    }

    pub(super) const fn bulk() -> Self {
        Self::naive(Spread::Hot, Way::Bulk, 1)
    }

    /// Whether it is the ledger in process with one payee and so many callers.
    pub(super) fn is_the_hot_ledger(&self, callers: usize) -> bool {
        self.contender == Contender::Ledger(Load::Plain)
            && self.spread == Spread::Hot
            && self.clients == callers
    }

    pub(super) fn name(&self) -> String {
        let spread = match self.spread {
            Spread::Hot => "hot",
            Spread::Cold => "spread",
        };
        let callers = format!("{spread}, {} callers", self.clients);
        match self.contender {
            Contender::Ledger(Load::Plain) => format!("ledger, {callers}"),
            Contender::Ledger(Load::Mixed) => format!("ledger, mixed, {callers}"),
            Contender::OpenLoop => format!("ledger, {spread}, steady at 70 % of {}", self.clients),
            Contender::Door(Door::Service) => format!("service over HTTP, {callers}"),
            Contender::Door(Door::Gateway) => format!("through the gateway, {callers}"),
            Contender::Naive(Way::OneShot) => {
                format!("one call, {spread}, {} clients", self.clients)
            }
            Contender::Naive(Way::Interactive) => {
                format!("BEGIN to COMMIT, {spread}, {} clients", self.clients)
            }
            Contender::Naive(Way::Bulk) => "bulk of transfers alone".to_owned(),
        }
    }

    /// The round of median rate, with the lowest and the highest rate.
    pub(super) fn median(&self) -> Option<(&Round, f64, f64)> {
        let mut rounds: Vec<_> = self.rounds.iter().collect();
        rounds.sort_by(|one, other| one.per_second().total_cmp(&other.per_second()));
        let (first, last) = (rounds.first()?.per_second(), rounds.last()?.per_second());
        Some((rounds.get(rounds.len() / 2)?, first, last))
    }

    pub(super) fn rate(&self) -> f64 {
        self.median().map_or(f64::NAN, |(round, ..)| round.per_second())
    }
}
