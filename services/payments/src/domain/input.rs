//! The one door for what people send: ids, amounts, notes and reasons.

use city_contracts::problem::Finding;
use city_ids::PostingId;
use city_money::Vnd;
use uuid::{Uuid, Variant};

/// The largest amount: 100 billion dong.
const LARGEST: i64 = 100_000_000_000;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 140;

/// The id a client made: a UUIDv7, bare or as `pay_…`; none for anything else.
pub fn payment_id(raw: &str) -> Option<PostingId> {
    let id = match PostingId::parse(raw) {
        Ok(id) => id.as_uuid(),
        Err(_) => Uuid::try_parse(raw).ok()?,
    };
    let version_7 = id.get_version_num() == 7 && id.get_variant() == Variant::RFC4122;
    version_7.then(|| PostingId::restore(id))
}

/// An amount to move: 1 to 100 billion dong.
pub fn amount(of: Vnd, findings: &mut Vec<Finding>) -> i64 {
    if !(1..=LARGEST).contains(&of.dong()) {
        let message = "an amount is 1 to 100 billion dong";
        findings.push(Finding::new("/amount", "OUT_OF_RANGE", message));
    }
    of.dong()
}

/// The payer's words: cleaned, at most 140 characters; none when nothing is left.
pub fn note(raw: Option<&str>, findings: &mut Vec<Finding>) -> Option<String> {
    let note = city_text::clean(raw.unwrap_or_default());
    if note.chars().count() > LONGEST_NOTE {
        findings.push(Finding::new("/note", "TOO_LONG", "a note has at most 140 characters"));
    }
    (!note.is_empty()).then_some(note)
}

/// Why an officer does something: 10 to 500 characters.
pub fn reason(raw: &str, findings: &mut Vec<Finding>) -> String {
    let reason = city_text::clean(raw);
    match reason.chars().count() {
        0..10 => {
            findings.push(Finding::new("/reason", "TOO_SHORT", "say why in 10 characters or more"));
        }
        10..=500 => {}
        _ => findings.push(Finding::new("/reason", "TOO_LONG", "say why in 500 characters")),
    }
    reason
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use city_ids::Ids;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_uuids_of_version_7_are_ids_of_payments() {
        let id = Ids::seeded(1).uuid(Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap());
        let wire = PostingId::restore(id);

        for raw in [id.to_string(), id.simple().to_string(), wire.to_string()] {
            assert_eq!(payment_id(&raw), Some(wire), "{raw}");
        }
        let version_4 = "0193e4a2-7c1b-4a00-8000-000000000001";
        for raw in ["", "a-key-of-mine", "wal_0193e4a27c1b7a008000000000000001", version_4] {
            assert_eq!(payment_id(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(raw: String, dong: i64) {
            let mut findings = Vec::new();
            prop_assert!(payment_id(&raw).is_none() || raw.len() >= 32);
            note(Some(&raw), &mut findings);
            reason(&raw, &mut findings);
            amount(Vnd::new(dong), &mut findings);
        }
    }
}
