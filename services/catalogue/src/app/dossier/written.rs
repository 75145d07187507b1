//! What applicants write, checked at the door: bounds, shape and NFC. Whether answers fit the form is the check's business.

use city_contracts::catalogue::dossier::DossierContact;
use city_contracts::problem::Finding;
use city_ids::DossierFileId;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

/// Bytes of all answers, as JSON.
const MAX_ANSWERS: usize = 48 * 1024;
/// How deep answers may nest: as deep as forms may.
const MAX_DEPTH: usize = 20;

/// Answers within bounds, with every text in NFC; findings go under `at`.
pub fn answers(raw: &Value, at: &str, findings: &mut Vec<Finding>) -> Option<Value> {
    let before = findings.len();
    if !raw.is_object() {
        findings.push(Finding::new(at, "SHAPE", "answers are an object"));
        return None;
    }
    if raw.to_string().len() > MAX_ANSWERS {
        findings.push(Finding::new(
            at,
            "TOO_LONG",
            format!("answers have at most {MAX_ANSWERS} bytes"),
        ));
        return None;
    }
    let clean = clean(raw, at, 1, findings);
    (findings.len() == before).then_some(clean)
}

fn clean(value: &Value, at: &str, depth: usize, findings: &mut Vec<Finding>) -> Value {
    if depth > MAX_DEPTH {
        if findings.last().is_none_or(|last| last.code != "TOO_DEEP") {
            findings.push(Finding::new(
                at,
                "TOO_DEEP",
                format!("answers nest at most {MAX_DEPTH} deep"),
            ));
        }
        return Value::Null;
    }
    match value {
        Value::String(text) => {
            if DossierFileId::parse(text).is_ok() {
                findings.push(Finding::new(
                    at,
                    "FILE_ID",
                    "files are attached to components, not to answers",
                ));
            }
            // PostgreSQL is not asked to keep it, but officers' tools may be.
            if text.contains('\0') {
                findings.push(Finding::new(
                    at,
                    "CHARACTER",
                    "a text holds a character that is none",
                ));
            }
            Value::String(text.nfc().collect())
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| clean(item, &format!("{at}/{index}"), depth + 1, findings))
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, item)| {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                (name.clone(), clean(item, &at, depth + 1, findings))
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A contact within bounds; findings go under `/contact`.
pub fn contact(raw: &DossierContact, findings: &mut Vec<Finding>) -> DossierContact {
    let full_name =
        raw.full_name.as_deref().and_then(|name| line(name, 2, 100, "/contact/fullName", findings));
    let phone = raw.phone.as_deref().and_then(|raw| {
        let phone = phone(raw);
        if phone.is_none() {
            findings.push(Finding::new(
                "/contact/phone",
                "PHONE_INVALID",
                "a Vietnamese number such as 0901234567 or +84901234567",
            ));
        }
        phone
    });
    let email = raw.email.as_deref().and_then(|raw| {
        let email = raw.trim();
        let fits = email.len() <= 254
            && !email.contains(|c: char| c.is_whitespace() || c.is_control())
            && email
                .split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        if !fits {
            findings.push(Finding::new(
                "/contact/email",
                "EMAIL_INVALID",
                "an e-mail address of at most 254 characters",
            ));
        }
        fits.then(|| email.to_owned())
    });
    DossierContact { full_name, phone, email }
}

/// A Vietnamese number in E.164, from how people write it.
pub fn phone(raw: &str) -> Option<String> {
    let plain: String = raw.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let national = plain.strip_prefix("+84").or_else(|| plain.strip_prefix('0'))?;
    let fits = (9..=10).contains(&national.len())
        && national.bytes().all(|byte| byte.is_ascii_digit())
        && !national.starts_with('0');
    fits.then(|| format!("+84{national}"))
}

/// The last four digits of a number.
pub fn last4(phone: &str) -> Option<&str> {
    phone.len().checked_sub(4).and_then(|from| phone.get(from..))
}

/// One line of text, trimmed and NFC.
pub fn line(
    raw: &str,
    least: usize,
    most: usize,
    at: &str,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let text: String = raw.trim().nfc().collect();
    let chars = text.chars().count();
    if (least..=most).contains(&chars) && !text.chars().any(char::is_control) {
        return Some(text);
    }
    findings.push(Finding::new(at, "LENGTH", format!("one line of {least} to {most} characters")));
    None
}

/// Text in several lines, trimmed and NFC; an empty one is none.
pub fn text(
    raw: Option<&str>,
    most: usize,
    at: &str,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let text: String = raw?.trim().nfc().collect();
    let chars = text.chars().count();
    if chars > most || text.contains('\0') {
        findings.push(Finding::new(at, "TOO_LONG", format!("at most {most} characters")));
        return None;
    }
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn codes(raw: &Value) -> Vec<(String, String)> {
        let mut findings = Vec::new();
        assert!(answers(raw, "/answers", &mut findings).is_none() || findings.is_empty());
        findings.into_iter().map(|finding| (finding.field, finding.code)).collect()
    }

    #[test]
    fn answers_are_an_object_within_bounds_and_name_no_file() {
        let deep = (0..30).fold(json!("x"), |inner, _| json!({ "a": inner }));

        assert_eq!(codes(&json!([])), [("/answers".into(), "SHAPE".into())]);
        assert_eq!(
            codes(&json!({ "a": "x".repeat(50_000) })),
            [("/answers".into(), "TOO_LONG".into())]
        );
        assert_eq!(codes(&deep)[0].1, "TOO_DEEP");
        assert_eq!(
            codes(&json!({ "a": ["fil_00000000000000000000000000000007"] })),
            [("/answers/a/0".into(), "FILE_ID".into())]
        );
        assert_eq!(codes(&json!({ "a": { "b": [1, true, null, "x"] } })), []);
    }

    #[test]
    fn texts_are_composed() {
        let mut findings = Vec::new();
        let clean = answers(&json!({ "name": "Hue\u{302}\u{301}" }), "/answers", &mut findings);
        assert_eq!(clean, Some(json!({ "name": "Huế" })));
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for raw in ["0901234567", "+84901234567", "090 123 45 67", "0901.234.567"] {
            assert_eq!(phone(raw).as_deref(), Some("+84901234567"), "{raw}");
        }
        for raw in ["", "901234567", "+85901234567", "0001234567", "09012345678901", "09o1234567"] {
            assert_eq!(phone(raw), None, "{raw}");
        }
        assert_eq!(last4("+84901234567"), Some("4567"));
    }

    proptest! {
        #[test]
        fn reading_a_number_never_panics(raw: String) {
            prop_assert!(phone(&raw).is_none_or(|phone| phone.starts_with("+84") && last4(&phone).is_some()));
        }
    }
}
