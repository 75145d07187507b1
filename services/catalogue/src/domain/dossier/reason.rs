//! Structured reasons, so that no dossier comes back without one, and the notes that go with them.

use std::fmt;

/// Why a dossier or a part of it is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    MissingComponent,
    Unreadable,
    WrongForm,
    FieldMismatch,
    NotSigned,
    NotEligible,
    WrongAgency,
    Duplicate,
    Unpaid,
    Other,
}

/// Why a reason is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    #[error(
        "name one of missing-component, unreadable, wrong-form, field-mismatch, not-signed, not-eligible, \
         wrong-agency, duplicate, unpaid, other"
    )]
    Unknown,
    #[error("the reason `other` needs a text")]
    TextNeeded,
    #[error("{chars} characters are more than {max}")]
    TooLong { chars: usize, max: usize },
    #[error("an empty text says nothing")]
    Empty,
}

impl ReasonCode {
    pub const ALL: [Self; 10] = [
        Self::MissingComponent,
        Self::Unreadable,
        Self::WrongForm,
        Self::FieldMismatch,
        Self::NotSigned,
        Self::NotEligible,
        Self::WrongAgency,
        Self::Duplicate,
        Self::Unpaid,
        Self::Other,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingComponent => "missing-component",
            Self::Unreadable => "unreadable",
            Self::WrongForm => "wrong-form",
            Self::FieldMismatch => "field-mismatch",
            Self::NotSigned => "not-signed",
            Self::NotEligible => "not-eligible",
            Self::WrongAgency => "wrong-agency",
            Self::Duplicate => "duplicate",
            Self::Unpaid => "unpaid",
            Self::Other => "other",
        }
    }

    /// The reason in Vietnamese and English, for people.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::MissingComponent => ("Thiếu thành phần hồ sơ", "A required document is missing"),
            Self::Unreadable => ("Bản chụp không rõ", "The scan cannot be read"),
            Self::WrongForm => ("Sai mẫu đơn, tờ khai", "Wrong form or edition"),
            Self::FieldMismatch => {
                ("Thông tin không khớp CSDL", "A field disagrees with a register")
            }
            Self::NotSigned => ("Chưa ký, chưa xác nhận", "Not signed or confirmed"),
            Self::NotEligible => ("Không đủ điều kiện", "Conditions not met"),
            Self::WrongAgency => ("Không thuộc thẩm quyền", "Not this agency"),
            Self::Duplicate => ("Trùng hồ sơ", "Duplicate dossier"),
            Self::Unpaid => ("Chưa nộp phí, lệ phí", "Fee not paid"),
            Self::Other => ("Lý do khác", "Other"),
        }
    }

    /// The reason of a word.
    ///
    /// # Errors
    /// [`ReasonError::Unknown`].
    pub fn parse(word: &str) -> Result<Self, ReasonError> {
        Self::ALL.into_iter().find(|code| code.as_str() == word).ok_or(ReasonError::Unknown)
    }
}

/// A text of an officer or resident: NFC, trimmed, 1 to 1,000 characters.
///
/// Privacy: may name people, so `Debug` prints its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(String);

/// Characters of a note.
const MOST: usize = 1_000;

impl Note {
    /// Cleans and measures a text.
    ///
    /// # Errors
    /// [`ReasonError::Empty`], [`ReasonError::TooLong`].
    pub fn parse(raw: &str) -> Result<Self, ReasonError> {
        let text = city_text::clean(raw);
        match text.chars().count() {
            0 => Err(ReasonError::Empty),
            1..=MOST => Ok(Self(text)),
            chars => Err(ReasonError::TooLong { chars, max: MOST }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Note({} characters)", self.0.chars().count())
    }
}

/// A reason with what people add to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    pub text: Option<Note>,
}

impl Reason {
    /// Reads a reason.
    ///
    /// # Errors
    /// [`ReasonError`]; `other` needs a text.
    pub fn parse(code: &str, text: Option<&str>) -> Result<Self, ReasonError> {
        let code = ReasonCode::parse(code)?;
        let text = match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(Note::parse(text)?),
            None if code == ReasonCode::Other => return Err(ReasonError::TextNeeded),
            None => None,
        };
        Ok(Self { code, text })
    }
}
