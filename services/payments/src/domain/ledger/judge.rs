//! The judgement of one posting: the first reason against it, or what it does.

use std::collections::BTreeMap;

use city_clock::Timestamp;
use uuid::Uuid;

use super::balances::{Balances, Change, Shortage};
use super::{AccountNo, Action, Balance, Code, Hold, HoldState, Leg, Posting, State, flags};

/// What a posting comes to.
pub(super) enum Judged {
    Created(Box<Plan>),
    Refused(Reason),
    TooEarly,
}

/// A reason against a posting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reason {
    pub code: Code,
    pub detail: i16,
    pub winner: Option<Uuid>,
}

/// What a posting does, computed and not yet done.
pub(super) struct Plan {
    pub legs: Vec<PlannedLeg>,
    pub balances: BTreeMap<AccountNo, Balance>,
    /// Holds after this posting, the one it makes among them.
    pub holds: Vec<(Uuid, Hold)>,
    /// By how much counters change, and the cap of those that begin.
    pub counters: BTreeMap<(Uuid, i32), (i64, Option<i64>)>,
}

/// A leg with the accounts and sums it has.
pub(super) struct PlannedLeg {
    pub dr: AccountNo,
    pub cr: AccountNo,
    pub amount: i64,
    pub released: i64,
    pub dr_after: i64,
    pub cr_after: i64,
}

/// A leg that touches accounts, with its place in the posting.
type Touching<'a> = (i16, &'a Leg, AccountNo, AccountNo);

/// Judges a posting that is not known yet.
pub(super) fn judge(state: &State, posting: &Posting, at: Timestamp) -> Judged {
    let numbered = || (0_i16..).zip(&posting.legs);
    let hold_of = |leg: &Leg| leg.action.hold().map(|id| state.holds.get(&id));
    let touching: Vec<Touching<'_>> = numbered()
        .filter_map(|(n, leg)| match leg.action {
            Action::Post { dr, cr, .. } | Action::Hold { dr, cr, .. } => Some((n, leg, dr, cr)),
            _ => hold_of(leg).flatten().map(|hold| (n, leg, hold.dr, hold.cr)),
        })
        .collect();
    if posting.valid_until.is_some_and(|until| at >= until) {
        return refuse(Code::OfferExpired, 0);
    }
    if let Some(reason) = against_accounts(state, &touching) {
        return Judged::Refused(reason);
    }
    let taken = (0_i16..).zip(&posting.claims);
    let mut taken = taken.filter_map(|(n, claim)| Some((n, *state.claims.get(&claim.subject)?)));
    if let Some((detail, winner)) = taken.next() {
        let winner = Some(winner);
        return Judged::Refused(Reason { code: Code::AlreadyResolved, detail, winner });
    }
    // The order of the codes comes before the order of the legs.
    let first = |code: Code, wrong: &dyn Fn(&Leg, Option<&Hold>) -> bool| {
        let found = numbered().find(|(_, leg)| hold_of(leg).is_some_and(|hold| wrong(leg, hold)));
        found.map(|(n, _)| Reason { code, detail: n, winner: None })
    };
    let over = |hold: &Hold| at >= hold.expires_at;
    let holds = first(Code::HoldNotFound, &|_, hold| hold.is_none())
        .or_else(|| {
            first(Code::HoldResolved, &|_, hold| hold.is_some_and(|h| h.state != HoldState::Open))
        })
        .or_else(|| {
            first(Code::HoldExpired, &|leg, hold| {
                !matches!(leg.action, Action::Expire { .. }) && hold.is_some_and(over)
            })
        });
    if let Some(reason) = holds {
        return Judged::Refused(reason);
    }
    let early = |leg: &Leg| {
        matches!(leg.action, Action::Expire { .. })
            && hold_of(leg).flatten().is_some_and(|h| !over(h))
    };
    if posting.legs.iter().any(early) {
        return Judged::TooEarly; // not final: the derived id of an expiry must stay usable
    }
    let too_large = first(Code::CaptureTooLarge, &|leg, hold| match leg.action {
        Action::Capture { amount, .. } => hold.is_some_and(|hold| amount > hold.amount),
        _ => false,
    });
    if let Some(reason) = too_large.or_else(|| against_counters(state, posting)) {
        return Judged::Refused(reason);
    }
    plan(state, posting)
}

const fn refuse(code: Code, detail: i16) -> Judged {
    Judged::Refused(Reason { code, detail, winner: None })
}

fn against_accounts(state: &State, touching: &[Touching<'_>]) -> Option<Reason> {
    let sides =
        || touching.iter().flat_map(|(n, leg, dr, cr)| [(n * 2, leg, dr), (n * 2 + 1, leg, cr)]);
    let reason = |code, detail| Some(Reason { code, detail, winner: None });
    if let Some((detail, ..)) = sides().find(|(.., no)| !state.accounts.contains_key(no)) {
        return reason(Code::AccountNotFound, detail);
    }
    let has =
        |no: &AccountNo, flag| state.accounts.get(no).is_some_and(|account| account.has(flag));
    if let Some((detail, ..)) = sides().find(|(.., no)| has(no, flags::CLOSED)) {
        return reason(Code::AccountClosed, detail);
    }
    let frozen = sides().find(|(side, leg, no)| {
        let flag = if side % 2 == 0 { flags::NO_DEBIT } else { flags::NO_CREDIT };
        // Freeing a reserve always passes.
        !matches!(leg.action, Action::Void { .. } | Action::Expire { .. }) && has(no, flag)
    });
    frozen.and_then(|(detail, ..)| reason(Code::AccountFrozen, detail))
}

fn against_counters(state: &State, posting: &Posting) -> Option<Reason> {
    let used = |key: &(Uuid, i32)| state.counters.get(key).map_or(0, |counter| counter.used);
    for code in [Code::LimitExceeded, Code::StrongerStepUp] {
        let over = posting.limits.iter().filter(|limit| limit.code == code).find(|limit| {
            let before = limit.counter.map_or(0, |counter| i128::from(used(&counter)));
            before + i128::from(limit.amount) > i128::from(limit.max)
        });
        if let Some(limit) = over {
            return Some(Reason { code, detail: limit.detail, winner: None });
        }
    }
    let over = (0_i16..).zip(&posting.counts).find(|(_, count)| {
        let key = (count.key, count.win);
        let cap = state.counters.get(&key).map_or(count.cap, |counter| counter.cap);
        let after = i128::from(used(&key)) + i128::from(count.add);
        after > i128::from(cap.unwrap_or(i64::MAX))
    });
    over.map(|(detail, _)| Reason { code: Code::RefundTooLarge, detail, winner: None })
}

/// Runs the legs from left to right.
fn plan(state: &State, posting: &Posting) -> Judged {
    let mut balances = Balances::over(state);
    let (mut legs, mut holds) = (Vec::with_capacity(posting.legs.len()), Vec::new());
    let mut counters: BTreeMap<_, _> = BTreeMap::new();
    for count in &posting.counts {
        counters.insert((count.key, count.win), (count.add, count.cap));
    }
    for (n, leg) in (0_i16..).zip(&posting.legs) {
        let (dr, cr, amount, released) = match leg.action {
            Action::Post { dr, cr, amount } => (dr, cr, amount, 0),
            Action::Hold { dr, cr, amount, expires_at } => {
                let counted = posting.counts.iter().map(|count| (count.key, count.win, count.add));
                let hold = Hold {
                    dr,
                    cr,
                    amount,
                    captured: 0,
                    state: HoldState::Open,
                    resolved_by: None,
                    expires_at,
                    counted: counted.collect(),
                };
                holds.push((posting.id, hold));
                (dr, cr, amount, 0)
            }
            Action::Capture { hold, .. } | Action::Void { hold } | Action::Expire { hold } => {
                let Some(open) = state.holds.get(&hold) else {
                    return refuse(Code::HoldNotFound, n);
                };
                let (to, amount) = match leg.action {
                    Action::Capture { amount, .. } => (HoldState::Captured, amount),
                    Action::Void { .. } => (HoldState::Voided, 0),
                    _ => (HoldState::Expired, 0),
                };
                for (key, win, added) in &open.counted {
                    let back = (*added).min(open.amount - amount);
                    counters.entry((*key, *win)).or_insert((0, None)).0 -= back;
                }
                let (dr, cr, released) = (open.dr, open.cr, open.amount);
                let resolved_by = Some(posting.id);
                let after = Hold { captured: amount, state: to, resolved_by, ..open.clone() };
                holds.push((hold, after));
                (dr, cr, amount, released)
            }
        };
        let (debit, credit) = if matches!(leg.action, Action::Hold { .. }) {
            let debit = Change { debits_pending: amount, ..Change::default() };
            (debit, Change { credits_pending: amount, ..Change::default() })
        } else {
            let debit =
                Change { debits_pending: -released, debits_posted: amount, ..Change::default() };
            let credit =
                Change { credits_pending: -released, credits_posted: amount, ..Change::default() };
            (debit, credit)
        };
        let run = balances.change(dr, debit).and_then(|()| balances.change(cr, credit));
        match run {
            Ok(()) => {}
            Err(Shortage::Funds) => return refuse(Code::InsufficientFunds, n),
            Err(Shortage::Size) => return refuse(Code::Overflow, n),
        }
        let (dr_after, cr_after) = (balances.of(dr).net(), balances.of(cr).net());
        legs.push(PlannedLeg { dr, cr, amount, released, dr_after, cr_after });
    }
    counters.retain(|_, (added, _)| *added != 0);
    let balances = balances.into_changed();
    Judged::Created(Box::new(Plan { legs, balances, holds, counters }))
}
