//! What is printed: all sides, then the ratios beside what is asked of them.

use std::time::Duration;

use city_payments::check::Checked;

use super::Plan;
use super::core::Load;
use super::doors::Door;
use super::naive::Way;
use super::round::{Contender, Round, Side, Spread};

/// What the spec calls a measurement.
const MEASURED_ROUNDS: usize = 3;
const MEASURED_SECONDS: u64 = 30;
/// A disk that syncs faster gives the baselines, which sync for each payment, more than the ledger.
const SLOW_DISK: Duration = Duration::from_millis(1);

/// Where and how it was measured.
pub(super) struct Heading<'a> {
    pub(super) version: &'a str,
    pub(super) plan: Plan,
    /// The load of the machine as each round began.
    pub(super) loads: &'a [String],
}

impl Heading<'_> {
    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    pub(super) fn print(&self) {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let (version, plan, loads) = (self.version, self.plan, self.loads.join(", "));
        println!("{version}; {cores} cores, load of the last minute as rounds began: {loads}");
        println!(
            "{} rounds of {} s in turn, each sync delayed by {:?}, median round, mean sync of each round:",
            plan.rounds, plan.seconds, plan.sync_delay
        );
        if plan.rounds < MEASURED_ROUNDS || plan.seconds < MEASURED_SECONDS {
            println!(
                "  Less than {MEASURED_ROUNDS} rounds of {MEASURED_SECONDS} s: a look, no measurement"
            );
        }
    }
}

/// Prints all sides, then the ratios with what the spec asks for.
#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
pub(super) fn report(sides: &[Side], plan: Plan, ledger: Checked, behind_doors: Checked) {
    for side in sides {
        let Some((round, lowest, highest)) = side.median() else { continue };
        println!(
            "  {:<38} {:>8.0}/s ({lowest:.0}..{highest:.0})  p50 {:>8.1?}  p99 {:>8.1?}  {}",
            side.name(),
            round.per_second(),
            round.percentile(50),
            round.percentile(99),
            syncs(round, side),
        );
        let untold: usize = side.rounds.iter().map(|round| round.untold).sum();
        if untold > 0 {
            println!("    {untold} in all rounds were told nothing in time");
        }
    }
    println!("Ratios:");
    Sides(sides).ratios(plan.sync_delay);
    println!(
        "The books agree: {} legs in {} batches, and {} in {} behind the doors",
        ledger.legs, ledger.batches, behind_doors.legs, behind_doors.batches
    );
}

/// The syncs of a round, and how long they took on average in each round of its side.
fn syncs(round: &Round, side: &Side) -> String {
    let Some(syncs) = round.syncs else { return "syncs are not counted by this server".to_owned() };
    let means = side.rounds.iter().map(|round| format!("{:.2?}", round.mean_sync()));
    format!("{} syncs, mean {}", syncs.count, means.collect::<Vec<_>>().join(" "))
}

/// What the ledger pays in a second when all pay one: what others are compared with.
pub(super) fn hot(sides: &[Side]) -> f64 {
    Sides(sides).rate(Contender::Ledger(Load::Plain), Spread::Hot, Some(256))
}

struct Sides<'a>(&'a [Side]);

impl Sides<'_> {
    fn find(&self, contender: Contender, spread: Spread, clients: Option<usize>) -> Option<&Side> {
        self.0.iter().find(|side| {
            side.contender == contender
                && side.spread == spread
                && clients.is_none_or(|count| count == side.clients)
        })
    }

    fn rate(&self, contender: Contender, spread: Spread, clients: Option<usize>) -> f64 {
        self.find(contender, spread, clients).map_or(f64::NAN, Side::rate)
    }

    fn ratios(&self, delay: Duration) {
        let ledger = Contender::Ledger(Load::Plain);
        let hot = self.rate(ledger, Spread::Hot, Some(256));
        let cold = self.rate(ledger, Spread::Cold, Some(256));
        let one_shot = |spread| self.rate(Contender::Naive(Way::OneShot), spread, None);
        let interactive = |spread| self.rate(Contender::Naive(Way::Interactive), spread, None);
        let one_call = self.find(Contender::Naive(Way::OneShot), Spread::Hot, None);
        let slow = one_call
            .and_then(Side::median)
            .is_some_and(|(round, ..)| round.mean_sync() + delay >= SLOW_DISK);
        let floor = if slow { 12.0 } else { 5.0 };
        at_least("hot, 256 callers / best one call", hot / one_shot(Spread::Hot), floor);
        at_least("hot, 256 callers / best BEGIN to COMMIT", hot / interactive(Spread::Hot), 20.0);
        let best = one_shot(Spread::Cold).max(interactive(Spread::Cold));
        at_least("spread, 256 callers / best of both", cold / best, 3.0);
        let bulk = self.rate(Contender::Naive(Way::Bulk), Spread::Hot, None);
        at_least("hot, 256 callers / bulk of transfers alone", hot / bulk, 0.4);
        let mixed = self.rate(Contender::Ledger(Load::Mixed), Spread::Hot, None);
        at_least("mixed, 256 callers / hot, 256 callers", mixed / hot, 0.6);
        for (door, what, target) in [
            (Door::Service, "over HTTP / best one call", 5.0),
            (Door::Gateway, "through the gateway / best one call", 2.0),
        ] {
            let rate = self.rate(Contender::Door(door), Spread::Hot, None);
            at_least(what, rate / one_shot(Spread::Hot), target);
        }
        self.latencies(delay);
    }

    fn latencies(&self, delay: Duration) {
        let ledger = Contender::Ledger(Load::Plain);
        let median = |contender, clients| {
            self.find(contender, Spread::Hot, Some(clients)).and_then(Side::median)
        };
        let one_client = median(Contender::Naive(Way::OneShot), 1);
        if let (Some((ours, ..)), Some((theirs, ..))) = (median(ledger, 1), one_client) {
            let ratio = ours.percentile(50).as_secs_f64() / theirs.percentile(50).as_secs_f64();
            at_most("p50 of 1 caller / p50 of one call, 1 client", ratio, 2.0);
        }
        for (contender, what) in [
            (ledger, "p99 at 256 callers / max(100 ms, 25 syncs)"),
            (Contender::OpenLoop, "p99 at a steady rate / max(100 ms, 25 syncs)"),
        ] {
            if let Some((round, ..)) = median(contender, 256) {
                let bound = Duration::from_millis(100).max((round.mean_sync() + delay) * 25);
                at_most(what, round.percentile(99).as_secs_f64() / bound.as_secs_f64(), 1.0);
            }
        }
    }
}

fn at_least(what: &str, ratio: f64, target: f64) {
    say(what, ratio, ratio >= target, &format!(">= {target}"));
}

fn at_most(what: &str, ratio: f64, target: f64) {
    say(what, ratio, ratio <= target, &format!("<= {target}"));
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn say(what: &str, ratio: f64, met: bool, target: &str) {
    println!("  {what:<58} {ratio:>7.2}   target {target}: {}", if met { "met" } else { "MISSED" });
}
