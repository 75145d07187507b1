//! The judge is judged: a sound history passes, and each way to spoil it is refused.

use super::history::{Entry, History, Known, Line, MEMBERS, MONEY, Step};
use crate::ledger::dice::Dice;

/// A way to spoil a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoiled {
    /// An acknowledged posting is gone from every statement.
    Lost,
    /// A reader of a group sees one leg of a posting and not the other.
    Torn,
    /// A reader sees two postings in another order than the rest.
    Swapped,
    /// A reader does not see what was acknowledged before it asked.
    Stale,
    /// A refused posting is in a statement.
    Refused,
    /// A leg that nobody sent is in a statement.
    Invented,
    /// A posting is in a statement twice.
    Twice,
    /// A line has another amount.
    Amount,
}

impl Spoiled {
    pub const ALL: [Self; 8] = [
        Self::Lost,
        Self::Torn,
        Self::Swapped,
        Self::Stale,
        Self::Refused,
        Self::Invented,
        Self::Twice,
        Self::Amount,
    ];

    /// Whether an order that forgets about time explains it.
    const fn only_late(self) -> bool {
        matches!(self, Self::Lost | Self::Stale)
    }

    /// Spoils a history; false when it has no place for it.
    pub fn spoil(self, history: &mut History) -> bool {
        // One that read nothing: whoever read is also tied to what others wrote since.
        let blind = |entry: &&Entry| !entry.steps.iter().any(|s| matches!(s, Step::Read { .. }));
        let Some(last) = history.done().filter(blind).filter_map(sent).last() else { return false };
        let mut refused = history.0.iter().filter(|entry| entry.known == Known::Refused);
        let refused = refused.find_map(legs);
        let mut reads: Vec<_> = history.0.iter_mut().filter(|e| e.known == Known::Done).collect();
        match self {
            Self::Lost => {
                let lines = reads.iter_mut().flat_map(|entry| statements(entry));
                lines.for_each(|(_, lines)| lines.retain(|line| !line.leg.starts_with(&last)));
                true
            }
            Self::Torn => reads.iter_mut().any(|entry| tear(entry)),
            Self::Swapped => long(&mut reads).is_some_and(|lines| {
                let place = lines.iter().position(|line| posting(line) != posting(&lines[0]));
                place.inspect(|place| lines.swap(place - 1, *place)).is_some()
            }),
            Self::Stale => {
                // The last reads come when everything is acknowledged.
                let single = reads.iter_mut().rev().filter(|entry| entry.steps.len() == 1);
                let mut lines = single.flat_map(|entry| statements(entry));
                lines.any(|(_, lines)| {
                    let Some(last) = lines.last().map(posting) else { return false };
                    lines.retain(|line| posting(line) != last);
                    true
                })
            }
            Self::Refused => refused.is_some_and(|(account, leg)| {
                let mut lines = reads.iter_mut().rev().flat_map(|entry| statements(entry));
                let there = lines.find(|(at, _)| *at == account);
                there.map(|(_, lines)| lines.push(idle(lines, leg))).is_some()
            }),
            Self::Invented => long(&mut reads)
                .map(|lines| lines.push(idle(lines, "pay_nobody.0".to_owned())))
                .is_some(),
            Self::Twice => long(&mut reads)
                .map(|lines| lines.push(idle(lines, lines[0].leg.clone())))
                .is_some(),
            Self::Amount => long(&mut reads).map(|lines| lines[1].amount += 1).is_some(),
        }
    }
}

/// The posting of a transaction that has one.
fn sent(entry: &Entry) -> Option<String> {
    legs(entry).map(|(_, leg)| leg.split('.').next().unwrap_or_default().to_owned())
}

fn legs(entry: &Entry) -> Option<(usize, String)> {
    entry.steps.iter().find_map(|step| match step {
        Step::Append { account, leg } => Some((*account, leg.clone())),
        Step::Read { .. } => None,
    })
}

fn statements(entry: &mut Entry) -> impl Iterator<Item = (usize, &mut Vec<Line>)> {
    entry.steps.iter_mut().filter_map(|step| match step {
        Step::Read { account, lines } => Some((*account, lines)),
        Step::Append { .. } => None,
    })
}

fn long<'a>(reads: &'a mut [&mut Entry]) -> Option<&'a mut Vec<Line>> {
    let all = reads.iter_mut().flat_map(|entry| statements(entry));
    all.map(|(_, lines)| lines).max_by_key(|lines| lines.len()).filter(|lines| lines.len() > 2)
}

fn posting(line: &Line) -> String {
    line.leg.split('.').next().unwrap_or_default().to_owned()
}

/// A line that changes no sum, so that only the order can betray it.
fn idle(before: &[Line], leg: String) -> Line {
    Line { leg, amount: 0, after: before.last().map_or(0, |line| line.after) }
}

/// Takes the last posting off one of the statements of a reader who has it in two.
fn tear(entry: &mut Entry) -> bool {
    let all: Vec<_> = statements(entry).map(|(_, lines)| lines).collect();
    let lasts: Vec<_> = all.iter().map(|lines| lines.last().map(posting)).collect();
    for (at, lines) in all.into_iter().enumerate() {
        let Some(last) = lasts[at].clone() else { continue };
        // Not what filled the wallets: there everybody has a leg of the same posting.
        let other = lasts.iter().filter(|other| **other == Some(last.clone())).count();
        if lines.len() > 1 && other > 1 {
            lines.retain(|line| posting(line) != last);
            return true;
        }
    }
    false
}

/// A sound history without any server: clients that overlap, postings that take effect at once.
fn sound(seed: u64) -> History {
    const CLIENTS: usize = 6;
    let mut dice = Dice::new(seed);
    let mut history = History::default();
    let mut books: Vec<Vec<Line>> = vec![Vec::new(); MEMBERS];
    let first: Vec<_> = (0..MEMBERS)
        .map(|account| {
            let leg = format!("pay_first.{account}");
            books[account].push(Line { leg: leg.clone(), amount: MONEY, after: MONEY });
            Step::Append { account, leg }
        })
        .collect();
    history.push(99, Known::Asked, first.clone());
    history.push(99, Known::Done, first);
    let mut open: [Option<(Known, Vec<Step>)>; CLIENTS] = [const { None }; CLIENTS];
    let (mut number, mut clients) = (0, [0, 1, 2, 3, 4, 5]);
    while number < 120 || open.iter().any(Option::is_some) {
        let at = usize::try_from(dice.below(CLIENTS as u64)).expect("a small number");
        if let Some((known, steps)) = open[at].take() {
            history.push(clients[at], known, steps);
            clients[at] += if known == Known::Unknown { CLIENTS as u64 } else { 0 };
            continue;
        }
        if number >= 120 {
            continue;
        }
        number += 1;
        let member = |dice: &mut Dice| usize::try_from(dice.below(MEMBERS as u64)).expect("small");
        let mut steps = Vec::new();
        let known = match dice.below(10) {
            0..=3 => {
                let account = member(&mut dice);
                steps.push(Step::Read { account, lines: books[account].clone() });
                Known::Done
            }
            throw => {
                let known = match throw {
                    4 => Known::Refused,
                    5 => Known::Unknown,
                    _ => Known::Done,
                };
                if throw >= 7 {
                    let read = |(account, lines): (usize, &Vec<Line>)| Step::Read {
                        account,
                        lines: lines.clone(),
                    };
                    steps.extend(books.iter().enumerate().map(read));
                }
                let (from, to) = (member(&mut dice), member(&mut dice));
                for (place, (from, to)) in
                    [(from, (from + 1) % MEMBERS), (from, (to + 1) % MEMBERS)].iter().enumerate()
                {
                    if from == to {
                        continue;
                    }
                    let leg = format!("pay_{number}.{place}");
                    for (account, amount) in [(*from, -1), (*to, 1)] {
                        steps.push(Step::Append { account, leg: leg.clone() });
                        if known != Known::Refused {
                            let after = books[account].last().map_or(0, |line| line.after) + amount;
                            books[account].push(Line { leg: leg.clone(), amount, after });
                        }
                    }
                }
                known
            }
        };
        history.push(clients[at], Known::Asked, steps.clone());
        open[at] = Some((known, steps));
    }
    for (account, lines) in books.into_iter().enumerate() {
        let steps = vec![Step::Read { account, lines }];
        history.push(99, Known::Asked, steps.clone());
        history.push(99, Known::Done, steps);
    }
    history
}

#[test]
fn a_sound_history_passes_and_a_spoiled_one_does_not() {
    for seed in 0..6 {
        let sound = sound(seed);
        assert_eq!(sound.judge(), Ok(()), "seed {seed}");
        for way in Spoiled::ALL {
            let mut history = sound.clone();
            assert!(way.spoil(&mut history), "seed {seed} has no place for {way:?}");

            assert!(history.judge().is_err(), "seed {seed}: {way:?} passes");

            let order = history.explained_by("serializable");
            assert!(order.is_ok() || !way.only_late(), "seed {seed}: {way:?} {order:?}");
        }
    }
}

#[test]
fn what_the_checker_says_names_the_fault() {
    let told = |way: Spoiled| {
        let mut history = sound(1);
        assert!(way.spoil(&mut history));
        history.judge().expect_err("it is spoiled")
    };

    assert!(told(Spoiled::Torn).contains("G-single"), "{}", told(Spoiled::Torn));
    assert!(told(Spoiled::Swapped).contains("incompatible-order"), "{}", told(Spoiled::Swapped));
    assert!(told(Spoiled::Refused).contains("G1a"), "{}", told(Spoiled::Refused));
    assert!(told(Spoiled::Stale).contains("realtime"), "{}", told(Spoiled::Stale));
    assert!(told(Spoiled::Lost).contains("realtime"), "{}", told(Spoiled::Lost));
    assert!(told(Spoiled::Invented).contains("nobody sent"), "{}", told(Spoiled::Invented));
    assert!(told(Spoiled::Amount).contains("has"), "{}", told(Spoiled::Amount));
}
