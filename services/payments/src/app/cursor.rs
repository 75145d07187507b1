//! Cursors: where a list goes on, as an opaque text.

use chrono::DateTime;
use city_clock::Timestamp;
use city_contracts::common::PageArgs;
use city_contracts::problem::Finding;
use uuid::Uuid;

/// A place in a list that is sorted by an instant and then by id.
pub type Place = (Timestamp, Uuid);

/// The place as it travels.
pub fn print(at: Timestamp, id: Uuid) -> String {
    format!("{:x}.{}", at.timestamp_micros(), id.simple())
}

/// Reads what [`print`] wrote; none for anything else.
pub fn parse(raw: &str) -> Option<Place> {
    let (at, id) = raw.split_once('.')?;
    // Nothing is older than 1970, and far before it lies what PostgreSQL cannot compare.
    let micros = i64::from_str_radix(at, 16).ok().filter(|micros| *micros >= 0)?;
    let id = (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten()?;
    Some((DateTime::from_timestamp_micros(micros)?, id))
}

/// A place in the ledger as it travels.
pub fn print_seq(seq: i64) -> String {
    format!("{seq:x}")
}

/// Reads what [`print_seq`] wrote; none for anything else.
pub fn parse_seq(raw: &str) -> Option<i64> {
    i64::from_str_radix(raw, 16).ok().filter(|seq| *seq >= 0)
}

/// How many entries are wanted, and where the page begins.
pub fn page<T>(
    args: &PageArgs,
    most: u32,
    read: impl Fn(&str) -> Option<T>,
    findings: &mut Vec<Finding>,
) -> (usize, Option<T>) {
    if !(1..=most).contains(&args.first) {
        let message = format!("ask for 1 to {most} entries");
        findings.push(Finding::new("/page/first", "OUT_OF_RANGE", message));
    }
    let after = args.after.as_deref().and_then(|raw| {
        let place = read(raw);
        if place.is_none() {
            let message = "take the cursor of an entry as it is";
            findings.push(Finding::new("/page/after", "CURSOR", message));
        }
        place
    });
    (args.first.min(most) as usize, after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printed_parses_back(micros in 0..4_000_000_000_000_000_i64, id: u128, seq in 0..i64::MAX) {
            let (at, id) = (DateTime::from_timestamp_micros(micros).unwrap(), Uuid::from_u128(id));
            prop_assert_eq!(parse(&print(at, id)), Some((at, id)));
            prop_assert_eq!(parse_seq(&print_seq(seq)), Some(seq));
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(parse(&raw).is_none() || raw.contains('.'));
            prop_assert!(parse_seq(&raw).is_none_or(|seq| seq >= 0));
        }
    }
}
