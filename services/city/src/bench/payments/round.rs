//! Rounds, what they pay, and what they come to.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_payments::check::Checked;
use city_payments::ledger::AccountNo;
use tokio::task::JoinSet;

use super::Plan;
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

/// Who pays whom how much: the same for every contender.
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
    pub(super) syncs: Syncs,
}

impl Round {
    pub(super) fn of(elapsed: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self { latencies, elapsed, syncs: Syncs::default() }
    }

    pub(super) async fn gather(
        begun: Instant,
        mut paying: JoinSet<Result<Vec<Duration>, BootError>>,
    ) -> Result<Self, BootError> {
        let mut latencies = Vec::new();
        while let Some(caller) = paying.join_next().await {
            latencies.extend(caller.map_err(|error| BootError::failed("paying", error))??);
        }
        Ok(Self::of(begun.elapsed(), latencies))
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of payments is far below 2^52")]
    pub(super) fn per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.latencies.len() as f64 / seconds } else { 0.0 }
    }

    fn percentile(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }

    fn mean_sync(&self) -> Duration {
        u32::try_from(self.syncs.count)
            .ok()
            .and_then(|count| self.syncs.total.checked_div(count))
            .unwrap_or_default()
    }
}

/// A contender with its rounds.
pub(super) struct Side {
    pub(super) way: Option<Way>,
    pub(super) spread: Spread,
    pub(super) clients: usize,
    pub(super) rounds: Vec<Round>,
}

impl Side {
    pub(super) const fn core(spread: Spread, clients: usize) -> Self {
        Self { way: None, spread, clients, rounds: Vec::new() }
    }

    pub(super) const fn naive(spread: Spread, way: Way, clients: usize) -> Self {
        Self { way: Some(way), spread, clients, rounds: Vec::new() }
    }

    pub(super) const fn bulk() -> Self {
        Self { way: Some(Way::Bulk), spread: Spread::Hot, clients: 1, rounds: Vec::new() }
    }

    fn name(&self) -> String {
        let spread = match self.spread {
            Spread::Hot => "hot",
            Spread::Cold => "spread",
        };
        match self.way {
            None => format!("ledger, {spread}, {} callers", self.clients),
            Some(Way::OneShot) => format!("one call, {spread}, {} clients", self.clients),
            Some(Way::Interactive) => {
                format!("BEGIN to COMMIT, {spread}, {} clients", self.clients)
            }
            Some(Way::Bulk) => "bulk of transfers alone".to_owned(),
        }
    }

    /// The round of median rate, with the lowest and the highest rate.
    fn median(&self) -> Option<(&Round, f64, f64)> {
        let mut rounds: Vec<_> = self.rounds.iter().collect();
        rounds.sort_by(|one, other| one.per_second().total_cmp(&other.per_second()));
        let (first, last) = (rounds.first()?.per_second(), rounds.last()?.per_second());
        Some((rounds.get(rounds.len() / 2)?, first, last))
    }

    fn rate(&self) -> f64 {
        self.median().map_or(f64::NAN, |(round, ..)| round.per_second())
    }
}

/// Prints all sides, then the ratios with what the spec asks for.
#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
pub(super) fn report(sides: &[Side], plan: Plan, version: &str, checked: Checked) {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!(
        "{version}; {cores} cores; {} rounds of {} s in turn, median round:",
        plan.rounds, plan.seconds
    );
    for side in sides {
        let Some((round, lowest, highest)) = side.median() else { continue };
        println!(
            "  {:<38} {:>8.0}/s ({lowest:.0}..{highest:.0})  p50 {:>8.1?}  p99 {:>8.1?}  {} syncs, mean {:.2?}",
            side.name(),
            round.per_second(),
            round.percentile(50),
            round.percentile(99),
            round.syncs.count,
            round.mean_sync(),
        );
    }
    let find = |way: Option<Way>, spread, clients: Option<usize>| {
        sides.iter().find(|side| {
            side.way == way
                && side.spread == spread
                && clients.is_none_or(|count| count == side.clients)
        })
    };
    let rate = |way, spread, clients| find(way, spread, clients).map_or(f64::NAN, Side::rate);
    let hot = rate(None, Spread::Hot, Some(256));
    let cold = rate(None, Spread::Cold, Some(256));
    let one_shot = |spread| rate(Some(Way::OneShot), spread, None);
    let interactive = |spread| rate(Some(Way::Interactive), spread, None);
    let say = |what: &str, ratio: f64, met: bool, target: &str| {
        println!(
            "  {what:<58} {ratio:>7.2}   target {target}: {}",
            if met { "met" } else { "MISSED" }
        );
    };
    println!("Ratios:");
    let ratio = hot / one_shot(Spread::Hot);
    say("hot, 256 callers / best one call", ratio, ratio >= 12.0, ">= 12");
    let ratio = hot / interactive(Spread::Hot);
    say("hot, 256 callers / best BEGIN to COMMIT", ratio, ratio >= 20.0, ">= 20");
    let ratio = cold / one_shot(Spread::Cold).max(interactive(Spread::Cold));
    say("spread, 256 callers / best of both", ratio, ratio >= 3.0, ">= 3");
    let ratio = hot / rate(Some(Way::Bulk), Spread::Hot, None);
    say("hot, 256 callers / bulk of transfers alone", ratio, ratio >= 0.4, ">= 0.4");
    let one_caller = find(None, Spread::Hot, Some(1)).and_then(Side::median);
    let one_client = find(Some(Way::OneShot), Spread::Hot, Some(1)).and_then(Side::median);
    if let (Some((ours, ..)), Some((theirs, ..))) = (one_caller, one_client) {
        let ratio = ours.percentile(50).as_secs_f64() / theirs.percentile(50).as_secs_f64();
        say("p50 of 1 caller / p50 of one call, 1 client", ratio, ratio <= 2.0, "<= 2");
    }
    if let Some((round, ..)) = find(None, Spread::Hot, Some(256)).and_then(Side::median) {
        let bound = Duration::from_millis(100).max(round.mean_sync() * 25);
        let ratio = round.percentile(99).as_secs_f64() / bound.as_secs_f64();
        say("p99 at 256 callers / max(100 ms, 25 syncs)", ratio, ratio <= 1.0, "<= 1");
    }
    println!("The books agree: {} legs in {} batches", checked.legs, checked.batches);
}
