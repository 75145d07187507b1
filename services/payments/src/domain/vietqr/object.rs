//! The layer below: objects of two digits of id, two of length, and a value.

use super::QrError;

/// One object.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its id, 0 to 99.
    pub id: u8,
    /// Its value, never empty.
    pub value: &'a str,
    /// Where the value begins in the whole text.
    pub at: usize,
}

/// The objects that fill a text; `base` is where it begins in the whole.
///
/// # Errors
/// `Invalid` at the object that does not fit, or that stands there for the second time.
pub fn objects(text: &str, base: usize) -> Result<Vec<Object<'_>>, QrError> {
    let mut found: Vec<Object<'_>> = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let wrong = QrError::Invalid { offset: base + from };
        let digits = |at: usize| text.get(at..at + 2).and_then(two_digits).ok_or(wrong);
        let (id, length) = (digits(from)?, digits(from + 2)?);
        let begin = from + 4;
        let value = text.get(begin..begin + usize::from(length)).filter(|value| !value.is_empty());
        let value = value.ok_or(wrong)?;
        if found.iter().any(|object| object.id == id) {
            return Err(wrong);
        }
        found.push(Object { id, value, at: base + begin });
        from = begin + value.len();
    }
    Ok(found)
}

fn two_digits(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Writes an object; nothing when there is no value.
pub fn push(text: &mut String, id: u8, value: &str) {
    if !value.is_empty() {
        text.extend([format!("{id:02}{:02}", value.len()).as_str(), value]);
    }
}
