//! Texts that people write: cleaned once, on the way in, and kept out of `Debug`.

use std::fmt;
use std::marker::PhantomData;

use city_ids::PhotoId;
use unicode_normalization::UnicodeNormalization;

use super::Refusal;

/// How many characters of the public text make the title.
const TITLE_CHARS: usize = 80;

/// What a text is for, and how long it may be.
pub trait TextKind {
    /// Fewest characters after cleaning.
    const MIN: usize;
    /// Most characters after cleaning.
    const MAX: usize;
}

/// A cleaned text of one kind: NFC, trimmed, no control characters but line break and tab.
///
/// Privacy: may name people, so `Debug` prints its length only.
pub struct Text<K>(String, PhantomData<fn() -> K>);

/// Why a text is refused; the caller learns what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("{chars} characters are fewer than {min}")]
    TooShort { chars: usize, min: usize },
    #[error("{chars} characters are more than {max}")]
    TooLong { chars: usize, max: usize },
}

impl<K: TextKind> Text<K> {
    /// Cleans and measures a text.
    ///
    /// # Errors
    /// [`TextError`] when the cleaned text is shorter or longer than its kind allows.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let composed: String =
            raw.nfc().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let text = composed.trim();
        let chars = text.chars().count();
        if chars < K::MIN {
            Err(TextError::TooShort { chars, min: K::MIN })
        } else if chars > K::MAX {
            Err(TextError::TooLong { chars, max: K::MAX })
        } else {
            Ok(Self(text.to_owned(), PhantomData))
        }
    }
}

impl<K> Text<K> {
    /// Trusts a text that `parse` accepted before it was stored.
    pub const fn restore(stored: String) -> Self {
        Self(stored, PhantomData)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K> Clone for Text<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}
impl<K> PartialEq for Text<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Text<K> {}
impl<K> fmt::Debug for Text<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} characters)", self.0.chars().count())
    }
}

#[derive(Debug)]
pub enum OfReport {}
impl TextKind for OfReport {
    const MIN: usize = 10;
    const MAX: usize = 4_000;
}
/// What a resident saw: 10 to 4,000 characters.
pub type Description = Text<OfReport>;

#[derive(Debug)]
pub enum OfAddress {}
impl TextKind for OfAddress {
    const MIN: usize = 1;
    const MAX: usize = 300;
}
/// Where it is, in words: 1 to 300 characters.
pub type Address = Text<OfAddress>;

#[derive(Debug)]
pub enum OfReason {}
impl TextKind for OfReason {
    const MIN: usize = 1;
    const MAX: usize = 1_000;
}
/// Why somebody decided something, a question, an answer, a comment: 1 to 1,000 characters.
pub type ReasonText = Text<OfReason>;

#[derive(Debug)]
pub enum OfResult {}
impl TextKind for OfResult {
    const MIN: usize = 1;
    const MAX: usize = 4_000;
}
/// What the agency did about a report: 1 to 4,000 characters.
pub type ResultText = Text<OfResult>;

#[derive(Debug)]
pub enum OfPurpose {}
impl TextKind for OfPurpose {
    const MIN: usize = 8;
    const MAX: usize = 300;
}
/// Why staff look at a reporter's contact or an original photo: 8 to 300 characters.
pub type Purpose = Text<OfPurpose>;

/// What a reporter answers to a question: a text, photos, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    text: Option<ReasonText>,
    photos: Vec<PhotoId>,
}

impl Answer {
    /// # Errors
    /// [`Refusal::AnswerEmpty`] when there is neither text nor photo.
    pub fn parse(text: Option<ReasonText>, photos: Vec<PhotoId>) -> Result<Self, Refusal> {
        if text.is_none() && photos.is_empty() {
            Err(Refusal::AnswerEmpty)
        } else {
            Ok(Self { text, photos })
        }
    }

    pub const fn text(&self) -> Option<&ReasonText> {
        self.text.as_ref()
    }

    pub fn photos(&self) -> &[PhotoId] {
        &self.photos
    }
}

/// The first 80 characters of a report's public text, on one line.
pub fn title(public_text: &str) -> String {
    public_text.chars().take(TITLE_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
