//! What the providers know: orders, what is to happen to them, notices to be sent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use city_clock::Timestamp;
use city_contracts::payments::Provider;

use crate::scenario::Scenario;

/// Between two tries of a notice, and between two acts of a scenario.
pub const PAUSE: Duration = Duration::minutes(5);

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has paid.
    Unpaid,
    /// Paid.
    Paid,
    /// Paid by somebody who is doubted.
    Doubted,
    /// Refused by the payer's bank.
    Refused,
    /// Cancelled by the payer.
    Cancelled,
    /// Nobody paid in time.
    Expired,
}

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    pub provider: Provider,
    /// The city's reference.
    pub our_ref: String,
    /// The provider's whole name of the order.
    pub name: String,
    /// MoMo's name of the request.
    pub request: String,
    pub amount: i64,
    pub text: String,
    pub notices: String,
    pub back: String,
    pub state: State,
    pub txn_no: u64,
    pub paid_at: Timestamp,
}

/// A refund that was carried out or refused.
#[derive(Debug, Clone)]
pub struct Refund {
    pub amount: i64,
    pub txn_no: u64,
    pub refused: bool,
    pub done_at: Timestamp,
    /// The reference of the order it is of.
    pub of: String,
}

/// What is wrong with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    Amount,
    Forged,
    Unsigned,
    UnknownRef,
}

/// What happens to an order at a time.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Become(State),
    Notify { says: State, flaw: Flaw, times: usize, attempt: u32 },
}

impl Act {
    pub const fn notify(says: State) -> Self {
        Self::Notify { says, flaw: Flaw::None, times: 1, attempt: 1 }
    }
}

pub type Key = (Provider, String);

/// All of it.
#[derive(Debug)]
pub struct Book {
    pub orders: BTreeMap<Key, Order>,
    pub refunds: BTreeMap<Key, Refund>,
    /// When refunds were last asked for that came to nothing.
    put_off: BTreeMap<Key, Timestamp>,
    wishes: BTreeMap<Key, BTreeSet<Scenario>>,
    due: Vec<(Timestamp, Key, Act)>,
    pub answers: Vec<(String, String)>,
    numbers: u64,
}

impl Book {
    pub fn new(seed: u64) -> Self {
        Self {
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            put_off: BTreeMap::new(),
            wishes: BTreeMap::new(),
            due: Vec::new(),
            answers: Vec::new(),
            // Numbers of another run are others, so that a database can outlive the simulator.
            numbers: (seed % 9_000_000 + 1_000_000) * 1_000_000,
        }
    }

    /// A new number of a transaction.
    pub fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Notes an order, once; what was wished for it happens from now on.
    pub fn open(&mut self, order: Order, now: Timestamp) {
        let key = (order.provider, order.our_ref.clone());
        if self.orders.contains_key(&key) {
            return;
        }
        self.orders.insert(key.clone(), order);
        for scenario in self.wishes.get(&key).cloned().unwrap_or_default() {
            self.begin(&key, scenario, now);
        }
    }

    /// Whether a refund came to nothing when it was asked for.
    pub fn is_put_off(&self, refund: &Key) -> bool {
        self.put_off.contains_key(refund)
    }

    /// Takes in that a refund is asked for which comes to nothing at first; whether an hour passed since it was asked for last.
    pub fn waited(&mut self, refund: &Key, now: Timestamp) -> bool {
        let before = self.put_off.insert(refund.clone(), now);
        before.is_some_and(|before| now - before >= Duration::hours(1))
    }

    /// Whether something was wished for an order.
    pub fn is_wished(&self, provider: Provider, our_ref: &str, scenario: Scenario) -> bool {
        let wishes = self.wishes.get(&(provider, our_ref.to_owned()));
        wishes.is_some_and(|wishes| wishes.contains(&scenario))
    }

    /// Wishes something for an order, made or to be made.
    pub fn wish(&mut self, provider: Provider, our_ref: &str, scenario: Scenario, now: Timestamp) {
        let key = (provider, our_ref.to_owned());
        let wishes = self.wishes.entry(key.clone()).or_default();
        if scenario == Scenario::RefundOk {
            // Further refunds of the same order go well.
            wishes.retain(|wish| !wish.spoils_refunds());
        }
        wishes.insert(scenario);
        if self.orders.contains_key(&key) {
            self.begin(&key, scenario, now);
        }
    }

    fn begin(&mut self, key: &Key, scenario: Scenario, now: Timestamp) {
        let flawed = |flaw| Act::Notify { says: State::Paid, flaw, times: 1, attempt: 1 };
        let paid = [(0, Act::Become(State::Paid)), (0, Act::notify(State::Paid))];
        let later = |minutes| (minutes, Act::Become(State::Paid));
        let many = Act::Notify { says: State::Paid, flaw: Flaw::None, times: 10, attempt: 1 };
        let ended = |state| vec![(0, Act::Become(state)), (0, Act::notify(state))];
        let acts = match scenario {
            Scenario::Paid | Scenario::IpnBeforeCreateAnswer => paid.to_vec(),
            Scenario::PaidIpnX10 => vec![paid[0], (0, many)],
            Scenario::PaidNoIpn => vec![paid[0]],
            Scenario::PaidIpn24h => vec![paid[0], (24 * 60, paid[1].1)],
            Scenario::FailAfterPaid => vec![paid[0], paid[1], (5, Act::notify(State::Cancelled))],
            Scenario::PaidAfterFail => {
                let mut acts = ended(State::Refused);
                acts.extend([later(5), (5, paid[1].1)]);
                acts
            }
            Scenario::PaidAfterExpiry => {
                vec![(0, Act::Become(State::Expired)), later(20), (20, paid[1].1)]
            }
            Scenario::Refused => ended(State::Refused),
            Scenario::Cancelled => ended(State::Cancelled),
            Scenario::Expired => vec![(0, Act::Become(State::Expired))],
            Scenario::Suspicious => ended(State::Doubted),
            Scenario::WrongAmountIpn => vec![paid[0], (0, flawed(Flaw::Amount))],
            Scenario::ForgedIpn => vec![paid[0], (0, flawed(Flaw::Forged))],
            Scenario::UnsignedIpn => vec![paid[0], (0, flawed(Flaw::Unsigned))],
            Scenario::UnknownRefIpn => vec![paid[0], (0, flawed(Flaw::UnknownRef))],
            // What is looked at when a question, a refund or a statement comes.
            _ => Vec::new(),
        };
        for (minutes, act) in acts {
            self.later(now + Duration::minutes(minutes), key.clone(), act);
        }
    }

    /// Has something happen at a time.
    pub fn later(&mut self, at: Timestamp, key: Key, act: Act) {
        self.due.push((at, key, act));
    }

    /// Takes what is due, in the order in which it was to happen.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<(Key, Act)> {
        let all = std::mem::take(&mut self.due);
        let (mut due, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(at, ..)| *at <= now);
        self.due = rest;
        due.sort_by_key(|(at, ..)| *at); // stable: what was wished first happens first
        due.into_iter().map(|(_, key, act)| (key, act)).collect()
    }

    /// Changes what became of an order.
    pub fn become_(&mut self, key: &Key, state: State, now: Timestamp) {
        if let Some(order) = self.orders.get_mut(key) {
            order.state = state;
            order.paid_at = now;
        }
    }
}
