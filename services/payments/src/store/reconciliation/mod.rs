//! Statements of providers: runs, their lines, and where witnesses disagree.

mod day;
mod difference;
mod line;
mod run;

pub use day::{came, missing_days};
pub use difference::{
    Break, alarm_late, close, close_answered, close_by_witness, close_remedied, find_break,
    leave_difference, list_breaks, lock_break, missing_there, open_break, said_otherwise,
};
pub use line::{
    KeptLine, Witness, agreed_fee, classes, judge, net, proof_of, unjudged, witness_of,
};
pub use run::{NewRun, RefusedLine, Run, find_run, finish_run, insert_run, list_runs};

use city_contracts::payments::{Provider, ReconciliationClass};

use super::provider::parse;
use crate::error::{Error, broken};

fn class(name: &str) -> Result<ReconciliationClass, Error> {
    let class = ReconciliationClass::parse(name);
    class.ok_or_else(|| broken("reading a class of reconciliation", name.to_owned()))
}

fn provider(name: &str) -> Result<Provider, Error> {
    parse(name).ok_or_else(|| broken("reading a provider", name.to_owned()))
}
