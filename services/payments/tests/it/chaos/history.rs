//! What clients asked and were told, as a history of transactions over lists, and whether any order explains it.
//!
//! A key is an account. A leg appends its id to both of its accounts; a posting is a transaction of all its legs. A read is
//! the whole statement of an account. The checker is the crate `adya`; what it does not know is judged here: that each read
//! leg was sent by somebody, that the balances of a statement add up, and that the total of a group never changes.

use std::collections::{HashMap, HashSet};

use adya::{Opts, Valid, Workload};
use serde_json::{Value, json};

/// Accounts of a group. Money moves inside a group, so its total is constant.
pub const MEMBERS: usize = 5;
/// What each account of a group is given first.
pub const MONEY: i64 = 1_000;

/// A line of a statement: which leg, how much, and what it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub leg: String,
    pub amount: i64,
    pub after: i64,
}

/// A part of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A whole statement, oldest line first; no lines before the answer.
    Read {
        account: usize,
        lines: Vec<Line>,
    },
    Append {
        account: usize,
        leg: String,
    },
}

/// What is known of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It begins.
    Asked,
    Done,
    Refused,
    /// Its client gave up: perhaps done, perhaps later.
    Unknown,
}

#[derive(Debug, Clone)]
pub struct Entry {
    /// Each does one thing at a time; one that gave up is never heard of again.
    pub client: u64,
    pub known: Known,
    pub steps: Vec<Step>,
}

/// Everything in the order in which it was seen to begin and to end.
#[derive(Debug, Clone, Default)]
pub struct History(pub Vec<Entry>);

impl History {
    pub fn push(&mut self, client: u64, known: Known, steps: Vec<Step>) {
        self.0.push(Entry { client, known, steps });
    }

    /// The transactions that took effect.
    pub fn done(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(|entry| entry.known == Known::Done)
    }

    /// All of it is right.
    pub fn judge(&self) -> Result<(), String> {
        self.explained_by("serializable")?;
        self.explained_by("strict-serializable")?;
        self.comes_from_somebody()?;
        self.adds_up()
    }

    /// An order of the transactions explains every read, and keeps to what the model asks.
    pub fn explained_by(&self, model: &str) -> Result<(), String> {
        let entries = self.0.iter().enumerate().map(|(index, entry)| {
            let known = match entry.known {
                Known::Asked => "invoke",
                Known::Done => "ok",
                Known::Refused => "fail",
                Known::Unknown => "info",
            };
            let steps: Vec<_> = entry.steps.iter().map(|step| step.json(entry.known)).collect();
            json!({ "index": index, "type": known, "process": entry.client, "value": steps })
        });
        let text = Value::Array(entries.collect()).to_string();
        let history = adya::History::from_json(&text).map_err(|error| error.to_string())?;
        let options = Opts { models: vec![model.to_owned()], ..Opts::default() };
        let report = adya::check(&history, Workload::ListAppend, &options);
        if report.valid == Valid::True {
            return Ok(());
        }
        // The shortest explanation: those of a long history fill pages.
        let why = report.anomalies.values().flatten().map(|found| found.explanation.as_str());
        let why = why.min_by_key(|text| text.len()).unwrap_or_default();
        Err(format!("not {model}, {}: {why}", report.anomaly_types.join(", ")))
    }

    /// No statement shows a leg that nobody sent.
    fn comes_from_somebody(&self) -> Result<(), String> {
        let mut sent = HashSet::new();
        for entry in &self.0 {
            for step in &entry.steps {
                match step {
                    Step::Append { account, leg } => {
                        sent.insert((*account, leg.as_str()));
                    }
                    Step::Read { account, lines } => {
                        let stray =
                            lines.iter().find(|line| !sent.contains(&(*account, &line.leg)));
                        if let Some(line) = stray {
                            return Err(format!("nobody sent {} on {account}", line.leg));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Each statement adds up, nobody is in debt, and whoever reads a whole group at one place finds all of its money.
    pub fn adds_up(&self) -> Result<(), String> {
        let wanted = MONEY * i64::try_from(MEMBERS).expect("a small number");
        for entry in self.done() {
            let mut balances: HashMap<usize, HashMap<usize, i64>> = HashMap::new();
            for step in &entry.steps {
                let Step::Read { account, lines } = step else { continue };
                let mut balance = 0;
                for line in lines {
                    balance += line.amount;
                    if balance != line.after || balance < 0 {
                        return Err(format!("{account} has {balance} after {line:?}"));
                    }
                }
                balances.entry(account / MEMBERS).or_default().insert(*account, balance);
            }
            for (group, balances) in balances {
                let total: i64 = balances.values().sum();
                if balances.len() == MEMBERS && total != wanted {
                    return Err(format!("group {group} has {total} of {wanted}: {balances:?}"));
                }
            }
        }
        Ok(())
    }

    /// How many transactions read a whole group.
    pub fn totals(&self) -> usize {
        let whole = |entry: &&Entry| {
            let reads = entry.steps.iter().filter(|step| matches!(step, Step::Read { .. }));
            reads.count() == MEMBERS
        };
        self.done().filter(whole).count()
    }
}

impl Step {
    fn json(&self, known: Known) -> Value {
        match self {
            Self::Append { account, leg } => json!(["append", account, leg]),
            Self::Read { account, lines } if known == Known::Done => {
                let legs: Vec<_> = lines.iter().map(|line| line.leg.as_str()).collect();
                json!(["r", account, legs])
            }
            Self::Read { account, .. } => json!(["r", account, null]),
        }
    }
}
