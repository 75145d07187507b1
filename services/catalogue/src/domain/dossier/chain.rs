//! The chain over a dossier's history: each row's hash covers the row and the hash before, so a changed row is found.

use std::fmt::Write as _;

use city_clock::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// What stands before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

/// A row as it is hashed.
#[derive(Debug, Clone, Copy)]
pub struct CanonicalRow<'a> {
    pub dossier: Uuid,
    pub seq: i32,
    pub at: Timestamp,
    pub actor: Option<Uuid>,
    pub acting_for: Option<Uuid>,
    pub kind: &'a str,
    pub from: Option<i16>,
    pub to: Option<i16>,
    pub public_note: Option<&'a str>,
    pub internal_note: Option<&'a str>,
    pub data: &'a Value,
}

/// A stored row with its hashes.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    pub row: CanonicalRow<'a>,
    pub prev_hash: &'a [u8],
    pub hash: &'a [u8],
}

/// The first row that does not fit the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("row {seq} of the history was changed, or one before it is missing")]
pub struct Broken {
    pub seq: i32,
}

impl CanonicalRow<'_> {
    /// `sha256(prev_hash || canonical row)`.
    pub fn hash(&self, prev: &[u8]) -> [u8; 32] {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        context.update(prev);
        context.update(self.canonical().as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }

    /// A JSON array of the members in this order, instants in microseconds, members of objects sorted: `jsonb` keeps
    /// neither order nor spaces, so the text must not depend on them.
    fn canonical(&self) -> String {
        let members = [
            Value::from(self.dossier.to_string()),
            self.seq.into(),
            self.at.timestamp_micros().into(),
            self.actor.map(|id| id.to_string()).into(),
            self.acting_for.map(|id| id.to_string()).into(),
            self.kind.into(),
            self.from.into(),
            self.to.into(),
            self.public_note.into(),
            self.internal_note.into(),
            self.data.clone(),
        ];
        let mut text = String::new();
        write_value(&mut text, &Value::from(members.to_vec()));
        text
    }
}

/// Checks a whole history, oldest row first.
///
/// # Errors
/// [`Broken`] naming the first row that does not fit.
pub fn verify<'a>(links: impl IntoIterator<Item = Link<'a>>) -> Result<(), Broken> {
    let (mut prev, mut expected) = (GENESIS, 1);
    for link in links {
        let hash = link.row.hash(&prev);
        if link.row.seq != expected || link.prev_hash != prev || link.hash != hash {
            return Err(Broken { seq: link.row.seq });
        }
        (prev, expected) = (hash, expected + 1);
    }
    Ok(())
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (index, (name, member)) in names.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, &Value::from(name.as_str()));
                text.push(':');
                write_value(text, member);
            }
            text.push('}');
        }
        Value::Array(members) => {
            text.push('[');
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, member);
            }
            text.push(']');
        }
        scalar => write!(text, "{scalar}").unwrap_or_default(), // a String takes every write
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use serde_json::json;

    use super::*;

    fn row<'a>(seq: i32, note: Option<&'a str>, data: &'a Value) -> CanonicalRow<'a> {
        CanonicalRow {
            dossier: Uuid::from_u128(7),
            seq,
            at: Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).single().expect("an instant"),
            actor: Some(Uuid::from_u128(8)),
            acting_for: None,
            kind: "ACCEPT",
            from: Some(1),
            to: Some(2),
            public_note: note,
            internal_note: None,
            data,
        }
    }

    #[test]
    fn a_changed_row_a_missing_row_and_a_swapped_row_are_found() {
        let data = json!({ "b": 1, "a": ["x", null] });
        let first = row(1, None, &data);
        let one = first.hash(&GENESIS);
        let second = row(2, Some("xin lỗi"), &data);
        let two = second.hash(&one);
        let link = |row, prev_hash, hash| Link { row, prev_hash, hash };

        assert_eq!(verify([link(first, &GENESIS, &one), link(second, &one, &two)]), Ok(()));
        let changed = row(2, Some("cảm ơn"), &data);
        assert_eq!(
            verify([link(first, &GENESIS, &one), link(changed, &one, &two)]),
            Err(Broken { seq: 2 })
        );
        assert_eq!(verify([link(second, &one, &two)]), Err(Broken { seq: 2 }));
        assert_eq!(
            verify([link(second, &one, &two), link(first, &GENESIS, &one)]),
            Err(Broken { seq: 2 })
        );
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":{"c":2,"d":3}}"#).expect("JSON");
        let other: Value = serde_json::from_str(r#"{"b":{"d":3,"c":2},"a":1}"#).expect("JSON");

        assert_eq!(row(1, None, &one).hash(&GENESIS), row(1, None, &other).hash(&GENESIS));
    }
}
