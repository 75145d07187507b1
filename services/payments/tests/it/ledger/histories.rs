//! Thousands of random histories, judged in batches and one by one.

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::Timestamp;
use city_payments::ledger::{
    Account, AccountNo, Action, Balance, Claim, Class, Code, Command, Count, Decision, Input, Leg,
    Limit, Posting, Purpose, State, Verdict, apply, flags,
};
use city_receipt::sha256;
use uuid::Uuid;

use super::dice::Dice;
use super::naive::{Answer, Naive};

const HISTORIES: u64 = 10_000;
const GROUPS: u64 = 5;
const INPUTS_A_GROUP: u64 = 5;

/// The accounts of a history: two assets, one of them unbounded, four liabilities; number 7 does not exist.
pub const FLAGS: [i32; 6] = [flags::CREDITS_COVERED, 0, 1, 1, 1, 1];

pub fn uuid(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(0x019a_0000_0000_7000 | kind << 16, 0x8000_0000_0000_0000 | number)
}

fn start() -> Timestamp {
    Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap()
}

pub fn empty_state(kinds: &[i32]) -> State {
    let mut state = State::at(city_payments::ledger::Head::default());
    for (no, flags) in (1..).zip(kinds) {
        let no = AccountNo(no);
        let ext = uuid(9, u64::try_from(no.0).expect("small"));
        let balance = Balance::default();
        state.accounts.insert(
            no,
            Account { no, ext, class: Class::Wallet, flags: *flags, balance, version: 0 },
        );
    }
    state
}

fn random_leg(dice: &mut Dice, alone: bool, now: Timestamp, earlier: &[Input]) -> Leg {
    let account = |dice: &mut Dice| {
        let all = if dice.once_in(25) { 7 } else { 6 };
        AccountNo(1 + dice.small(all))
    };
    let amount = if dice.once_in(40) { 100_000_000_000 } else { 1 + dice.small(9) };
    let made: Vec<_> = earlier.iter().filter(|input| is_hold(input)).map(Input::id).collect();
    let hold = match made.len() {
        0 => uuid(1, dice.below(60)),
        all => made[usize::try_from(dice.below(all as u64)).expect("small")],
    };
    let (dr, cr) = (account(dice), account(dice));
    let cr = if dr == cr { AccountNo(1 + cr.0 % 6) } else { cr };
    let action = match dice.below(10) {
        0 | 1 if alone => {
            Action::Hold { dr, cr, amount, expires_at: now + Duration::seconds(dice.small(40)) }
        }
        2 => Action::Capture { hold, amount },
        3 => Action::Void { hold },
        4 => Action::Expire { hold },
        _ => Action::Post { dr, cr, amount },
    };
    let purpose = Purpose::ALL[usize::try_from(dice.below(19)).expect("small")];
    Leg { action, purpose, reference: None }
}

fn is_hold(input: &Input) -> bool {
    let Input::Posting(posting) = input else { return false };
    matches!(posting.legs[0].action, Action::Hold { .. })
}

fn random_posting(dice: &mut Dice, now: Timestamp, earlier: &[Input]) -> Posting {
    let count = if dice.once_in(3) { 1 + dice.below(3) } else { 1 };
    let legs: Vec<_> = (0..count).map(|_| random_leg(dice, count == 1, now, earlier)).collect();
    let id = uuid(1, dice.below(60)); // often used again
    let mut posting = Posting::new(id, [0; 32], legs);
    let window = i32::try_from(dice.below(2)).expect("small");
    let counter = (uuid(2, dice.below(2)), window);
    let amount = posting.legs.iter().find_map(|leg| match leg.action {
        Action::Post { amount, .. } | Action::Hold { amount, .. } => Some(amount),
        _ => None,
    });
    if let Some(amount) = amount.filter(|_| dice.once_in(2)) {
        let cap = (counter.0 == uuid(2, 1)).then_some(12);
        posting.counts.push(Count { key: counter.0, win: counter.1, add: amount, cap });
        if dice.once_in(2) {
            let code = if dice.once_in(2) { Code::LimitExceeded } else { Code::StrongerStepUp };
            let counter = Some(counter).filter(|_| dice.once_in(2));
            posting.limits.push(Limit {
                counter,
                amount,
                max: 4 + dice.small(12),
                code,
                detail: 3,
            });
        }
    }
    if dice.once_in(5) {
        posting.claims.push(Claim { subject: uuid(3, dice.below(6)), outcome: 1 });
    }
    if dice.once_in(10) {
        posting.valid_until = Some(now + Duration::seconds(dice.small(4) - 2));
    }
    posting
}

/// A new input, or an earlier one sent again.
fn random_input(dice: &mut Dice, now: Timestamp, earlier: &[Input]) -> Input {
    loop {
        if dice.once_in(6) && !earlier.is_empty() {
            let again = usize::try_from(dice.below(earlier.len() as u64)).expect("small");
            return earlier[again].clone();
        }
        if dice.once_in(12) {
            let account = AccountNo(1 + dice.small(7));
            let class = usize::try_from(account.0 - 1)
                .ok()
                .and_then(|n| FLAGS.get(n))
                .copied()
                .unwrap_or(1);
            let decision = match dice.below(5) {
                0 => Decision::Resolve { subject: uuid(3, dice.below(6)), outcome: 2 },
                1 => Decision::UseRules { version: dice.small(9) },
                2 => Decision::SetFlags { account, flags: class | 16, only_from: None },
                3 => Decision::SetFlags {
                    account,
                    flags: i32::try_from(dice.below(16)).expect("small"),
                    only_from: None,
                },
                _ => Decision::SetFlags { account, flags: class, only_from: None },
            };
            let (id, actor) = (uuid(4, dice.below(12)), uuid(5, 1));
            return Input::Command(Command {
                id,
                decision,
                actor,
                reason: "checked".into(),
                events: Vec::new(),
            });
        }
        let mut posting = random_posting(dice, now, earlier);
        // As in the service, the digest covers what is asked: equal digests mean equal requests.
        posting.req_hash = sha256(&[format!("{posting:?}").as_bytes()]);
        if posting.check().is_ok() {
            return Input::Posting(posting);
        }
    }
}

/// A history: groups of inputs that come at one instant; the clock sometimes steps back.
pub fn history(dice: &mut Dice) -> Vec<(Timestamp, Vec<Input>)> {
    let mut now = start();
    // Somebody has to have money: assets may be debited without limit.
    let funding = (2..6).map(|to| {
        let leg = Leg::post(AccountNo(1), AccountNo(to + 1), 20, Purpose::TopUp);
        Input::Posting(Posting::new(uuid(6, u64::try_from(to).expect("small")), [0; 32], vec![leg]))
    });
    let mut groups = vec![(now, funding.collect::<Vec<_>>())];
    let mut earlier = Vec::new();
    for _ in 0..GROUPS {
        now += Duration::seconds(dice.small(25) - 3);
        let first = earlier.len();
        for _ in 0..=dice.below(INPUTS_A_GROUP) {
            let input = random_input(dice, now, &earlier);
            earlier.push(input);
        }
        groups.push((now, earlier[first..].to_vec()));
    }
    groups
}

pub fn compared(verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Created(created) => Answer::Created { seq: created.seq, at: created.at },
        Verdict::Refused(refused) => Answer::Refused {
            code: refused.code,
            detail: refused.detail,
            winner: refused.winner,
            at: refused.at,
        },
        Verdict::KeyReused => Answer::KeyReused,
        Verdict::TooEarly => Answer::TooEarly,
        Verdict::Commanded { at, .. } => Answer::Commanded { at },
        Verdict::CommandRefused(refusal) => Answer::CommandRefused(refusal),
        Verdict::Known => Answer::Known,
        Verdict::Unknown => Answer::Unknown,
    }
}

#[test]
fn ten_thousand_histories_equal_a_naive_ledger_whatever_the_size_of_batches() {
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..HISTORIES {
        let mut dice = Dice::new(seed);
        let history = history(&mut dice);
        let mut naive = Naive::of((1..).map(AccountNo).zip(FLAGS).collect());
        let (mut state, mut rows) = (empty_state(&FLAGS), 0);
        for (now, inputs) in &history {
            let expected: Vec<_> = inputs.iter().map(|input| naive.ask(input, *now)).collect();
            let mut verdicts = Vec::new();
            let mut rest = &inputs[..];
            while !rest.is_empty() {
                let size = 1 + usize::try_from(dice.below(rest.len() as u64)).expect("small");
                let (batch, after) = rest.split_at(size);
                let (answers, writes) = apply(&mut state, batch, *now);
                rows += writes.transfers.len();
                verdicts.extend(answers.into_iter().map(compared));
                rest = after;
            }
            assert_eq!(verdicts, expected, "seed {seed}, {inputs:?}");
            for answer in expected {
                let name = match answer {
                    Answer::Refused { code, .. } => code.name().to_owned(),
                    other => format!("{other:?}").split([' ', '(']).next().unwrap_or("").to_owned(),
                };
                *seen.entry(name).or_default() += 1;
            }
        }
        assert_eq!(state.head.seq, i64::try_from(rows).unwrap(), "seed {seed}");
        for (no, account) in &state.accounts {
            let Balance { debits_pending, debits_posted, credits_pending, credits_posted } =
                account.balance;
            let sums =
                [debits_pending, debits_posted, credits_pending, credits_posted].map(i128::from);
            assert_eq!(sums, naive.sums(*no), "seed {seed}, account {no:?}");
        }
        for (id, hold) in &state.holds {
            let ended = Some((hold.state, i128::from(hold.captured)));
            assert_eq!(ended, naive.hold(*id), "seed {seed}, hold {id}");
        }
        for key in naive.counters() {
            let used = state.counters.get(&key).map(|counter| i128::from(counter.used));
            assert_eq!(used, Some(naive.used(key)), "seed {seed}, counter {key:?}");
        }
    }
    // A generator that never reaches a verdict proves nothing about it.
    for code in Code::ALL.into_iter().filter(|code| *code != Code::Overflow) {
        assert!(
            seen.get(code.name()).is_some_and(|times| *times > 20),
            "{code:?} is rare: {seen:?}"
        );
    }
    for name in ["Created", "KeyReused", "TooEarly", "Commanded", "CommandRefused"] {
        assert!(seen.get(name).is_some_and(|times| *times > 20), "{name} is rare: {seen:?}");
    }
}
