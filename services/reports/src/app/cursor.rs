//! Cursors: where a list goes on, as an opaque text.

use chrono::DateTime;
use city_clock::Timestamp;
use city_contracts::common::PageArgs;
use city_contracts::problem::Finding;
use city_ids::ReportId;
use uuid::Uuid;

use crate::store::report::Key;

/// A place in a list that is sorted by an instant, which may be missing, and then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: Option<Timestamp>,
    pub id: ReportId,
}

impl Cursor {
    pub fn print(self) -> String {
        let at = self.at.map(|at| format!("{:x}", at.timestamp_micros())).unwrap_or_default();
        format!("{at}.{}", self.id.as_uuid().simple())
    }

    pub fn parse(raw: &str) -> Option<Self> {
        let (at, id) = raw.split_once('.')?;
        let at = match at {
            "" => None,
            hex => {
                // Nothing is older than 1970, and far before it lies what PostgreSQL cannot compare.
                let micros = i64::from_str_radix(hex, 16).ok().filter(|micros| *micros >= 0)?;
                Some(DateTime::from_timestamp_micros(micros)?)
            }
        };
        let id = (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten()?;
        Some(Self { at, id: ReportId::restore(id) })
    }

    /// For lists in which every entry has an instant.
    pub fn key(self) -> Option<Key> {
        self.at.map(|at| Key { at, id: self.id })
    }
}

/// The size of a page and where it begins; findings go to `/page/…`.
pub fn page(args: &PageArgs, most: u32, findings: &mut Vec<Finding>) -> (u32, Option<Key>) {
    if !(1..=most).contains(&args.first) {
        findings.push(Finding::new(
            "/page/first",
            "OUT_OF_RANGE",
            format!("ask for 1 to {most} entries"),
        ));
    }
    let after = args.after.as_deref().and_then(|raw| {
        let key = Cursor::parse(raw).and_then(Cursor::key);
        if key.is_none() {
            findings.push(Finding::new(
                "/page/after",
                "CURSOR",
                "take the cursor of an entry as it is",
            ));
        }
        key
    });
    (args.first, after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printed_parses_back(micros in 0..4_000_000_000_000_000_i64, missing: bool, id: u128) {
            let at = DateTime::from_timestamp_micros(micros).filter(|_| !missing);
            let cursor = Cursor { at, id: ReportId::restore(Uuid::from_u128(id)) };
            prop_assert_eq!(Cursor::parse(&cursor.print()), Some(cursor));
        }

        #[test]
        fn an_instant_before_1970_is_no_cursor(micros in i64::MIN..0, id: u128) {
            let raw = format!("-{:x}.{id:032x}", micros.unsigned_abs());
            prop_assert_eq!(Cursor::parse(&raw), None);
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(Cursor::parse(&raw).is_none() || raw.contains('.'));
        }
    }
}
