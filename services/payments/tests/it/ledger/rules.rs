//! Single rules of the ledger, each by its own example.

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::Timestamp;
use city_payments::ledger::{
    AccountNo, Action, Code, Command, Count, Decision, Input, Leg, Posting, Purpose, Refused,
    State, Verdict, apply, hold_until,
};

use super::histories::{empty_state, uuid};

const BANK: AccountNo = AccountNo(1);
const PAYER: AccountNo = AccountNo(2);
const PAYEE: AccountNo = AccountNo(3);

fn at(second: i64) -> Timestamp {
    Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap() + Duration::seconds(second)
}

fn posting(number: u64, actions: &[Action]) -> Posting {
    let leg = |action: &Action| Leg { action: *action, purpose: Purpose::Goods, reference: None };
    Posting::new(uuid(1, number), [7; 32], actions.iter().map(leg).collect())
}

/// A bank, a payer with 5,000 dong, a payee.
fn funded() -> State {
    let mut state = empty_state(&[2, 1, 1]);
    let funding = posting(0, &[Action::Post { dr: BANK, cr: PAYER, amount: 5_000 }]);
    apply(&mut state, &[Input::Posting(funding)], at(0));
    state
}

fn pay(number: u64, amount: i64) -> Posting {
    posting(number, &[Action::Post { dr: PAYER, cr: PAYEE, amount }])
}

fn hold(number: u64, amount: i64, until: i64) -> Posting {
    posting(number, &[Action::Hold { dr: PAYER, cr: PAYEE, amount, expires_at: at(until) }])
}

fn ask(state: &mut State, posting: Posting, second: i64) -> Verdict {
    posting.check().expect("the test's posting is well-formed");
    apply(state, &[Input::Posting(posting)], at(second)).0[0]
}

fn code(verdict: Verdict) -> Option<Code> {
    match verdict {
        Verdict::Refused(Refused { code, .. }) => Some(code),
        other => {
            assert!(matches!(other, Verdict::Created(_)), "{other:?}");
            None
        }
    }
}

#[test]
fn one_poor_payer_does_not_disturb_the_others() {
    let mut state = funded();
    let inputs: Vec<_> = (1..=1_000)
        .map(|n| Input::Posting(if n == 500 { pay(n, 5_001) } else { pay(n, 5) }))
        .collect();

    let (verdicts, writes) = apply(&mut state, &inputs, at(1));

    let refused: Vec<_> = verdicts.iter().filter_map(|verdict| code(*verdict)).collect();
    assert_eq!(refused, [Code::InsufficientFunds]);
    assert_eq!(
        (writes.transfers.len(), writes.rejections.len(), writes.accounts.len()),
        (999, 1, 2)
    );
    assert_eq!(state.accounts[&PAYEE].balance.net(), 999 * 5);
}

#[test]
fn a_failing_leg_leaves_no_trace() {
    let mut state = funded();
    let before = state.accounts.clone();
    let legs = [
        Action::Post { dr: PAYER, cr: PAYEE, amount: 4_000 },
        Action::Post { dr: PAYER, cr: PAYEE, amount: 1_001 },
    ];

    let (verdicts, writes) = apply(&mut state, &[Input::Posting(posting(1, &legs))], at(1));

    let Verdict::Refused(refused) = verdicts[0] else { panic!("{verdicts:?}") };
    assert_eq!((refused.code, refused.detail), (Code::InsufficientFunds, 1));
    assert_eq!(state.accounts, before);
    assert!(writes.transfers.is_empty() && writes.accounts.is_empty());
}

#[test]
fn a_leg_may_spend_what_an_earlier_leg_brought() {
    let mut state = funded();
    let legs = [
        Action::Post { dr: BANK, cr: PAYEE, amount: 10 },
        Action::Post { dr: PAYEE, cr: PAYER, amount: 10 },
    ];

    assert_eq!(code(ask(&mut state, posting(1, &legs), 1)), None);
    let backwards: Vec<_> = legs.iter().rev().copied().collect();
    assert_eq!(code(ask(&mut state, posting(2, &backwards), 1)), Some(Code::InsufficientFunds));
}

#[test]
fn five_of_six_holds_of_1_000_fit_on_5_000() {
    let mut state = funded();
    let holds: Vec<_> = (1..=6).map(|n| Input::Posting(hold(n, 1_000, 60))).collect();

    let (verdicts, _) = apply(&mut state, &holds, at(1));

    assert_eq!(verdicts.iter().filter(|verdict| code(**verdict).is_none()).count(), 5);
    assert_eq!(code(ask(&mut state, pay(9, 1), 2)), Some(Code::InsufficientFunds), "reserved");
}

#[test]
fn one_resolution_of_a_hold_wins_and_a_part_frees_the_rest() {
    let mut state = funded();
    ask(&mut state, hold(1, 1_000, 60), 1);
    let capture = |number, amount| posting(number, &[Action::Capture { hold: uuid(1, 1), amount }]);

    assert_eq!(code(ask(&mut state, capture(2, 1_001), 2)), Some(Code::CaptureTooLarge));
    assert_eq!(code(ask(&mut state, capture(3, 600), 2)), None);
    assert_eq!(code(ask(&mut state, capture(4, 400), 2)), Some(Code::HoldResolved));
    let void = posting(5, &[Action::Void { hold: uuid(1, 1) }]);
    assert_eq!(code(ask(&mut state, void, 2)), Some(Code::HoldResolved));

    let payer = state.accounts[&PAYER].balance;
    assert_eq!((payer.debits_pending, payer.net()), (0, 4_400));
}

#[test]
fn a_hold_ends_at_its_instant_even_before_the_expiry_is_posted() {
    let mut state = funded();
    ask(&mut state, hold(1, 1_000, 60), 1);
    let expire = posting(2, &[Action::Expire { hold: uuid(1, 1) }]);
    let capture = |number| posting(number, &[Action::Capture { hold: uuid(1, 1), amount: 5 }]);

    assert_eq!(ask(&mut state, expire.clone(), 59), Verdict::TooEarly);
    assert_eq!(code(ask(&mut state, capture(3), 60)), Some(Code::HoldExpired));
    assert_eq!(code(ask(&mut state, expire, 60)), None, "the id stayed free");
    assert_eq!(code(ask(&mut state, capture(4), 61)), Some(Code::HoldResolved));
    assert_eq!(state.accounts[&PAYER].balance.debits_pending, 0);
}

#[test]
fn what_a_hold_counted_comes_back_when_it_ends_without_money() {
    let mut state = funded();
    let key = uuid(2, 1);
    let counted = |posting: Posting, add| Posting {
        counts: vec![Count { key, win: 20_260_304, add, cap: Some(1_000) }],
        ..posting
    };
    let used = |state: &State| state.counters[&(key, 20_260_304)].used;

    assert_eq!(code(ask(&mut state, counted(hold(1, 1_000, 60), 1_000), 1)), None);
    assert_eq!(code(ask(&mut state, counted(pay(2, 1), 1), 1)), Some(Code::RefundTooLarge));
    ask(&mut state, posting(3, &[Action::Capture { hold: uuid(1, 1), amount: 300 }]), 2);
    assert_eq!(used(&state), 300);
    assert_eq!(code(ask(&mut state, counted(hold(4, 700, 60), 700), 3)), None);
    ask(&mut state, posting(5, &[Action::Void { hold: uuid(1, 4) }]), 4);
    assert_eq!(used(&state), 300);
}

#[test]
fn a_frozen_account_still_gets_its_reserve_back() {
    let mut state = funded();
    ask(&mut state, hold(1, 1_000, 60), 1);
    let decision = Decision::SetFlags { account: PAYER, flags: 1 | 4 | 8, only_from: None };
    let freeze = Command {
        id: uuid(4, 1),
        decision,
        actor: uuid(5, 1),
        reason: "lost".into(),
        events: Vec::new(),
    };
    let (verdicts, _) = apply(&mut state, &[Input::Command(freeze)], at(2));
    assert!(matches!(verdicts[0], Verdict::Commanded { .. }));

    let capture = posting(2, &[Action::Capture { hold: uuid(1, 1), amount: 5 }]);
    assert_eq!(code(ask(&mut state, capture, 3)), Some(Code::AccountFrozen));
    assert_eq!(code(ask(&mut state, posting(3, &[Action::Void { hold: uuid(1, 1) }]), 3)), None);
    let back = posting(4, &[Action::Post { dr: BANK, cr: PAYER, amount: 1 }]);
    assert_eq!(code(ask(&mut state, back, 3)), Some(Code::AccountFrozen));
}

#[test]
fn flags_that_changed_meanwhile_are_not_overwritten() {
    let mut state = funded();
    let set = |n, flags, only_from| {
        let decision = Decision::SetFlags { account: PAYER, flags, only_from };
        let (id, actor, reason) = (uuid(4, n), uuid(5, 1), "asked for".to_owned());
        Input::Command(Command { id, decision, actor, reason, events: Vec::new() })
    };
    let (both, one) = (1 | 4 | 8, 1 | 4);

    let asked = [
        set(1, both, Some(1)),
        set(2, one, Some(1)),
        set(3, one, Some(both)),
        set(1, both, Some(1)),
    ];
    let (verdicts, writes) = apply(&mut state, &asked, at(2));

    let refused = Verdict::CommandRefused(city_payments::ledger::CommandRefusal::FlagsChanged);
    assert!(matches!(verdicts[0], Verdict::Commanded { .. }));
    assert_eq!(
        (verdicts[1], verdicts[3]),
        (refused, verdicts[0]),
        "and a repetition gets its answer"
    );
    assert!(matches!(verdicts[2], Verdict::Commanded { .. }));
    assert_eq!(writes.commands.len(), 2, "what is refused leaves no trace");
}

#[test]
fn an_id_is_looked_up_in_the_order_of_what_was_asked_and_leaves_no_trace() {
    let mut state = funded();
    let look_up = |number| Input::Lookup { id: uuid(1, number) };
    let asked = [
        look_up(1),
        Input::Posting(pay(1, 5)),
        look_up(1),
        Input::Posting(pay(2, 5_000)),
        look_up(2),
    ];

    let (verdicts, writes) = apply(&mut state, &asked, at(1));

    assert_eq!((verdicts[0], verdicts[2]), (Verdict::Unknown, Verdict::Known));
    assert_eq!(verdicts[4], Verdict::Known, "a refusal is an answer");
    assert_eq!((writes.transfers.len(), writes.rejections.len()), (1, 1));
    let (verdicts, writes) = apply(&mut state, &[look_up(1), look_up(3)], at(2));
    assert_eq!(verdicts, [Verdict::Known, Verdict::Unknown]);
    assert!(writes.is_empty());
    assert_eq!(state.first_answer(&look_up(3)), None, "it may be on its way elsewhere");
}

#[test]
fn a_sum_that_would_not_fit_is_an_overflow() {
    let mut state = empty_state(&[2, 1, 0]);
    let bank = state.accounts.get_mut(&BANK).unwrap();
    bank.balance.debits_posted = i64::MAX - 5;
    bank.balance.debits_pending = 3;

    let pay = |number, amount| posting(number, &[Action::Post { dr: BANK, cr: PAYER, amount }]);
    assert_eq!(code(ask(&mut state, pay(1, 3), 1)), Some(Code::Overflow));
    assert_eq!(code(ask(&mut state, pay(2, 2), 1)), None);
}

#[test]
fn time_never_falls_although_the_clock_does() {
    let mut state = funded();
    let Verdict::Created(first) = ask(&mut state, pay(1, 1), 100) else { panic!() };
    let Verdict::Created(second) = ask(&mut state, pay(2, 1), 50) else { panic!() };
    assert_eq!((first.at, second.at), (at(100), at(100)));
}

#[test]
fn a_posting_that_no_client_can_have_built_is_refused_before_the_ledger() {
    let ok = pay(1, 1);
    let count = Count { key: uuid(2, 1), win: 0, add: 1, cap: None };
    let leg = ok.legs[0].clone();
    let misshapen = [
        posting(1, &[]),
        Posting { legs: vec![leg.clone(); 17], ..ok.clone() },
        pay(1, 0),
        pay(1, -1),
        pay(1, 100_000_000_001),
        posting(1, &[Action::Post { dr: PAYER, cr: PAYER, amount: 1 }]),
        Posting { legs: [hold(1, 5, 9).legs, vec![leg]].concat(), ..ok.clone() },
        posting(1, &[Action::Void { hold: uuid(1, 2) }, Action::Expire { hold: uuid(1, 2) }]),
        Posting { counts: vec![count, count], ..ok.clone() },
        Posting { counts: vec![Count { add: 0, ..count }], ..ok.clone() },
        Posting { counts: vec![Count { add: 4, ..count }], ..hold(1, 5, 9) },
        Posting { doc: Some("x".repeat(16 * 1024 + 1)), ..ok.clone() },
        Posting { note: Some("ồ".repeat(141)), ..ok.clone() },
    ];

    assert_eq!(ok.check(), Ok(()));
    assert_eq!(Posting { note: Some("ồ".repeat(140)), ..pay(1, 100_000_000_000) }.check(), Ok(()));
    for posting in misshapen {
        assert!(posting.check().is_err(), "{posting:?}");
    }
    assert_eq!(hold_until(at(0), None), Ok(at(7 * 86_400)));
    assert!(hold_until(at(0), Some(31)).is_err() && hold_until(at(0), Some(0)).is_err());
}
