//! What must be in RAM before inputs can be judged.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Action, Decision, Input, State};

/// The ids to look up. A hold brings its two accounts and its counters along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Ids of postings.
    pub postings: Vec<Uuid>,
    /// Ids of commands.
    pub commands: Vec<Uuid>,
    /// Numbers of accounts.
    pub accounts: Vec<i64>,
    /// Holds.
    pub holds: Vec<Uuid>,
    /// Subjects.
    pub subjects: Vec<Uuid>,
    /// Keys of counters, beside their windows.
    pub counter_keys: Vec<Uuid>,
    /// Windows of counters, beside their keys.
    pub counter_wins: Vec<i32>,
}

impl Needs {
    /// Whether all is in RAM.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What these inputs need and RAM lacks.
    pub fn of(inputs: &[Input], state: &State) -> Self {
        let mut needs = Self::default();
        let (mut accounts, mut counters) = (BTreeSet::new(), BTreeSet::new());
        for input in inputs {
            match input {
                Input::Command(command) => {
                    needs.commands.push(command.id);
                    match command.decision {
                        Decision::SetFlags { account, .. } => _ = accounts.insert(account),
                        Decision::Resolve { subject, .. } => needs.subjects.push(subject),
                        Decision::UseRules { .. } => {}
                    }
                }
                Input::Lookup { id } => {
                    needs.commands.push(*id);
                    if state.must_look_up(*id) {
                        needs.postings.push(*id);
                    }
                }
                Input::Posting(posting) => {
                    if state.must_look_up(posting.id) {
                        needs.postings.push(posting.id);
                    }
                    for leg in &posting.legs {
                        match leg.action {
                            Action::Post { dr, cr, .. } | Action::Hold { dr, cr, .. } => {
                                accounts.extend([dr, cr]);
                            }
                            Action::Capture { hold, .. }
                            | Action::Void { hold }
                            | Action::Expire { hold } => needs.holds.push(hold),
                        }
                    }
                    needs.subjects.extend(posting.claims.iter().map(|claim| claim.subject));
                    counters.extend(posting.counts.iter().map(|count| (count.key, count.win)));
                    counters.extend(posting.limits.iter().filter_map(|limit| limit.counter));
                }
            }
        }
        accounts.retain(|account| !state.accounts.contains_key(account));
        counters.retain(|counter| !state.counters.contains_key(counter));
        needs.accounts = accounts.into_iter().map(|account| account.0).collect();
        (needs.counter_keys, needs.counter_wins) = counters.into_iter().unzip();
        needs
    }
}
