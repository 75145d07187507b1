//! The timeline's proof: a hash chain that anybody can check, and that survives the erasure of a text.
//!
//! `meta_hash` = SHA-256(salt ‖ JCS(meta)), `text_hash` = SHA-256(salt ‖ text), `hash` = SHA-256(JCS{v, report, seq, at,
//! meta, text, prev}), where JCS is RFC 8785. Salts come in as arguments.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use chrono::SecondsFormat;
use city_clock::Timestamp;
use serde_json::{Value, json};

use super::PublicCode;

/// Random bytes that keep a short content from being guessed by its hash.
pub type Salt = [u8; 16];

/// A SHA-256 digest; printed in lower hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// What the first row names as the one before it.
    pub const ZERO: Self = Self([0; 32]);

    fn of(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref()); // SHA-256 gives 32 bytes
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value that the chain does not hold, because JSON writers disagree about it: a fraction, or a number past 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only whole numbers up to 2^53 - 1 have one spelling")]
pub struct NotCanonical;

/// The largest whole number that every JSON reader keeps exact (RFC 8785, appendix D).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Writes a value as RFC 8785 says, restricted to whole numbers.
///
/// # Errors
/// [`NotCanonical`].
pub fn canonical_json(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
    write_canonical(value, &mut out)?;
    Ok(out)
}

fn write_canonical(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).ok_or(NotCanonical)?;
            if size > MAX_SAFE {
                return Err(NotCanonical);
            }
            out.push_str(&number.to_string());
        }
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                write_canonical(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16())); // by UTF-16 units, not by bytes
            out.push('{');
            for (place, (key, member)) in sorted.into_iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                write_canonical(&Value::String(key.clone()), out)?;
                out.push(':');
                write_canonical(member, out)?;
            }
            out.push('}');
        }
        // serde_json escapes strings exactly as RFC 8785, section 3.2.2.2, wants.
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
    Ok(())
}

/// An instant as the chain spells it: UTC with microseconds.
pub(in crate::domain) fn instant(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The hashes of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub meta_hash: Digest,
    pub text_hash: Option<Digest>,
    pub prev_hash: Digest,
    pub hash: Digest,
}

/// Hashes a new row onto `prev_hash`, the hash of the row before it or [`Digest::ZERO`].
///
/// # Errors
/// [`NotCanonical`] for a `meta` with fractions: a mistake of the caller's code.
pub fn seal(
    report: PublicCode,
    (seq, at): (i32, Timestamp),
    (meta, meta_salt): (&Value, &Salt),
    text: Option<(&str, &Salt)>,
    prev_hash: Digest,
) -> Result<Link, NotCanonical> {
    let meta_hash = hash_meta(meta, meta_salt)?;
    let text_hash = text.map(|(text, salt)| hash_text(text, salt));
    let hash = hash_row(report, (seq, at), meta_hash, text_hash, prev_hash)?;
    Ok(Link { meta_hash, text_hash, prev_hash, hash })
}

fn hash_meta(meta: &Value, salt: &Salt) -> Result<Digest, NotCanonical> {
    Ok(Digest::of(&[salt, canonical_json(meta)?.as_bytes()]))
}

fn hash_text(text: &str, salt: &Salt) -> Digest {
    Digest::of(&[salt, text.as_bytes()])
}

fn hash_row(
    report: PublicCode,
    (seq, at): (i32, Timestamp),
    meta: Digest,
    text: Option<Digest>,
    prev: Digest,
) -> Result<Digest, NotCanonical> {
    let row = json!({
        "v": 1,
        "report": report.to_string(),
        "seq": seq,
        "at": instant(at),
        "meta": meta.to_string(),
        "text": text.map(|text| text.to_string()),
        "prev": prev.to_string(),
    });
    Ok(Digest::of(&[canonical_json(&row)?.as_bytes()]))
}

/// A row as a verifier gets it: the hashes always, the content where the reader may see it and nobody erased it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainRow {
    pub seq: i32,
    pub at: Timestamp,
    pub meta: Option<(Value, Salt)>,
    pub text: Option<(String, Salt)>,
    pub link: Link,
}

/// The last row, as known from elsewhere: the report's row, or an anchor file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: i32,
    pub hash: Digest,
}

/// Where a chain does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the chain breaks at row {seq}: {why}")]
pub struct Broken {
    pub seq: i32,
    pub why: Why,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("a row is missing, added or out of order")]
    Sequence,
    #[error("it does not follow the row before it")]
    Previous,
    #[error("its content was changed")]
    Meta,
    #[error("its text was changed")]
    Text,
    #[error("its hash was changed")]
    Hash,
    #[error("it is not the last row that was published")]
    Head,
}

/// Checks a whole chain, rows counted from 1, against its published head.
///
/// # Errors
/// [`Broken`] with the first row that does not fit.
pub fn verify(report: PublicCode, rows: &[ChainRow], head: Head) -> Result<(), Broken> {
    let mut last = Head { seq: 0, hash: Digest::ZERO };
    for row in rows {
        let broken = |why| Broken { seq: row.seq, why };
        if row.seq != last.seq + 1 {
            return Err(broken(Why::Sequence));
        }
        if row.link.prev_hash != last.hash {
            return Err(broken(Why::Previous));
        }
        if let Some((meta, salt)) = &row.meta
            && hash_meta(meta, salt) != Ok(row.link.meta_hash)
        {
            return Err(broken(Why::Meta));
        }
        if let Some((text, salt)) = &row.text
            && Some(hash_text(text, salt)) != row.link.text_hash
        {
            return Err(broken(Why::Text));
        }
        let Link { meta_hash, text_hash, prev_hash, hash } = row.link;
        if hash_row(report, (row.seq, row.at), meta_hash, text_hash, prev_hash) != Ok(hash) {
            return Err(broken(Why::Hash));
        }
        last = Head { seq: row.seq, hash };
    }
    if last == head { Ok(()) } else { Err(Broken { seq: last.seq, why: Why::Head }) }
}
