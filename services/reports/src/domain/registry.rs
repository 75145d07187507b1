//! Codes of the city's registry: categories, agencies, wards. Whether a code is in force is the registry's to say.

use std::fmt;
use std::marker::PhantomData;

/// What a code names, and how such codes look.
pub trait CodeKind {
    /// The word for messages.
    const NAME: &'static str;
    /// Whether a text has the shape of such a code.
    fn fits(raw: &str) -> bool;
}

/// A code of one kind that has the right shape.
pub struct Code<K>(String, PhantomData<fn() -> K>);

/// A text is not a code of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the code of {expected}")]
pub struct CodeError {
    pub expected: &'static str,
}

impl<K: CodeKind> Code<K> {
    /// # Errors
    /// [`CodeError`] for a text of another shape.
    pub fn parse(raw: &str) -> Result<Self, CodeError> {
        if K::fits(raw) {
            Ok(Self(raw.to_owned(), PhantomData))
        } else {
            Err(CodeError { expected: K::NAME })
        }
    }
}

impl<K> Code<K> {
    /// Trusts a code that `parse` accepted before it was stored.
    pub const fn restore(stored: String) -> Self {
        Self(stored, PhantomData)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K> Clone for Code<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}
impl<K> PartialEq for Code<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Code<K> {}
impl<K> PartialOrd for Code<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Code<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for Code<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Code<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<K> fmt::Debug for Code<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug)]
pub enum OfCategory {}
impl CodeKind for OfCategory {
    const NAME: &'static str = "a category";

    fn fits(raw: &str) -> bool {
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        };
        raw.len() <= 64 && raw.split('.').count() <= 2 && raw.split('.').all(word) // topic or topic.leaf
    }
}
/// A category: `road`, `road.pothole`.
pub type CategoryCode = Code<OfCategory>;

#[derive(Debug)]
pub enum OfAgency {}
impl CodeKind for OfAgency {
    const NAME: &'static str = "an agency";

    fn fits(raw: &str) -> bool {
        (2..=40).contains(&raw.len())
            && raw.starts_with(|c: char| c.is_ascii_uppercase())
            && raw
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    }
}
/// An agency: `HUE-SXD`, `HUE-W19753`.
pub type AgencyCode = Code<OfAgency>;

#[derive(Debug)]
pub enum OfWard {}
impl CodeKind for OfWard {
    const NAME: &'static str = "a ward";

    fn fits(raw: &str) -> bool {
        raw.len() == 5 && raw.bytes().all(|b| b.is_ascii_digit())
    }
}
/// A ward or commune by its five national digits: `19753`.
pub type WardCode = Code<OfWard>;
