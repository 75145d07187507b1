//! The columns of a CSV file, and a line of it as a bill of one head.

use std::collections::HashMap;

use super::written::{Written, WrittenHead};
use super::{Draft, RefusedLine, is_number};

/// The columns, in any order.
const COLUMNS: [&str; 14] = [
    "number",
    "customer_code",
    "holder",
    "period",
    "due_date",
    "head_code",
    "head_name",
    "amount",
    "rebate_until",
    "rebate_bps",
    "rebate_fixed",
    "penalty_bps_per_day",
    "penalty_fixed",
    "penalty_cap_bps",
];
/// What a file may lack.
const OPTIONAL: [&str; 8] = [
    "holder",
    "period",
    "rebate_until",
    "rebate_bps",
    "rebate_fixed",
    "penalty_bps_per_day",
    "penalty_fixed",
    "penalty_cap_bps",
];

/// Where the columns of a file are.
#[derive(Debug)]
pub(super) struct Header {
    places: HashMap<&'static str, usize>,
    width: usize,
}

impl Header {
    /// Reads the first line; `None` unless each column is known, there once, and none is missing that must be there.
    pub(super) fn parse(cells: &[String]) -> Option<Self> {
        let mut places = HashMap::new();
        for (place, cell) in cells.iter().enumerate() {
            let name = cell.trim().to_ascii_lowercase();
            let column = COLUMNS.into_iter().find(|column| *column == name)?;
            if places.insert(column, place).is_some() {
                return None;
            }
        }
        let all = COLUMNS.iter().all(|name| places.contains_key(name) || OPTIONAL.contains(name));
        all.then_some(Self { places, width: cells.len() })
    }

    fn cell<'a>(&self, cells: &'a [String], name: &str) -> &'a str {
        self.places.get(name).and_then(|place| cells.get(*place)).map_or("", |cell| cell.trim())
    }

    /// A line as a bill of one head.
    pub(super) fn line(&self, line: u64, cells: &[String]) -> Result<Draft, RefusedLine> {
        let cell = |name| self.cell(cells, name);
        let number = cell("number");
        if cells.len() != self.width {
            let number = is_number(number).then(|| number.to_owned());
            return Err(RefusedLine { line, number, reason: "COLUMNS" });
        }
        let head = WrittenHead {
            code: cell("head_code"),
            name: cell("head_name"),
            amount: cell("amount"),
        };
        let written = Written {
            number,
            customer_code: cell("customer_code"),
            holder: cell("holder"),
            period: cell("period"),
            due_date: cell("due_date"),
            heads: vec![head],
            rebate_until: cell("rebate_until"),
            rebate_bps: cell("rebate_bps"),
            rebate_fixed: cell("rebate_fixed"),
            penalty_bps_per_day: cell("penalty_bps_per_day"),
            penalty_fixed: cell("penalty_fixed"),
            penalty_cap_bps: cell("penalty_cap_bps"),
        };
        written.judge(line)
    }
}
