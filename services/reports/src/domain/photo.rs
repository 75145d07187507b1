//! The life of a photo: ISSUED → AWAITED → PROCESSING → READY | REFUSED | MISSING.

use std::fmt;

use chrono::TimeDelta;
use city_clock::Timestamp;

/// How long the bytes of a linked photo are waited for.
pub const TICKET_LIFE: TimeDelta = TimeDelta::hours(24);

/// What a photo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoPurpose {
    Report,
    /// The place after the work.
    After,
    /// Belongs to an answer to a question.
    Answer,
}

impl PhotoPurpose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "REPORT",
            Self::After => "AFTER",
            Self::Answer => "ANSWER",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Report, Self::After, Self::Answer]
            .into_iter()
            .find(|purpose| purpose.as_str() == raw)
    }
}

/// Why an upload did not become a photo. It never fails the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoRefusal {
    NotAnImage,
    TypeMismatch,
    TooManyPixels,
    Corrupt,
}

impl PhotoRefusal {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAnImage => "NOT_AN_IMAGE",
            Self::TypeMismatch => "TYPE_MISMATCH",
            Self::TooManyPixels => "TOO_MANY_PIXELS",
            Self::Corrupt => "CORRUPT",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        [Self::NotAnImage, Self::TypeMismatch, Self::TooManyPixels, Self::Corrupt]
            .into_iter()
            .find(|refusal| refusal.as_str() == raw)
    }
}

/// The clean files made from an upload.
#[derive(Clone, PartialEq, Eq)]
pub struct Derived {
    /// 128 random bits in hex: whoever has it can name the file, so `Debug` leaves it out.
    pub media_key: String,
    /// Of the largest file, in pixels.
    pub width: u32,
    pub height: u32,
    pub original_sha256: [u8; 32],
    pub full_sha256: [u8; 32],
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Derived({} × {})", self.width, self.height)
    }
}

/// Where a photo is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoState {
    /// A ticket was given; nothing uses it yet.
    Issued,
    /// A report uses it; its bytes may still be on their way.
    Awaited,
    Processing,
    Ready(Derived),
    Refused(PhotoRefusal),
    /// The bytes did not come in time.
    Missing,
}

/// An attempt to move a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoAction {
    Link,
    Process,
    GiveBack,
    Finish,
    Refuse,
    GiveUp,
}

/// The photo is in a state that does not have this action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a photo that is {from} has no {attempted:?}")]
pub struct WrongPhotoState {
    pub from: &'static str,
    pub attempted: PhotoAction,
}

impl PhotoState {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issued => "ISSUED",
            Self::Awaited => "AWAITED",
            Self::Processing => "PROCESSING",
            Self::Ready(_) => "READY",
            Self::Refused(_) => "REFUSED",
            Self::Missing => "MISSING",
        }
    }

    /// A report, an answer or a resolution uses the ticket.
    ///
    /// # Errors
    /// [`WrongPhotoState`] for a ticket that is used already.
    pub fn link(self) -> Result<Self, WrongPhotoState> {
        match self {
            Self::Issued => Ok(Self::Awaited),
            other => Err(other.wrong(PhotoAction::Link)),
        }
    }

    /// A worker takes the uploaded bytes up.
    ///
    /// # Errors
    /// [`WrongPhotoState`] unless the photo is awaited.
    pub fn process(self) -> Result<Self, WrongPhotoState> {
        match self {
            Self::Awaited => Ok(Self::Processing),
            other => Err(other.wrong(PhotoAction::Process)),
        }
    }

    /// The store or the worker went away: somebody else tries again.
    ///
    /// # Errors
    /// [`WrongPhotoState`] unless the photo is being processed.
    pub fn give_back(self) -> Result<Self, WrongPhotoState> {
        match self {
            Self::Processing => Ok(Self::Awaited),
            other => Err(other.wrong(PhotoAction::GiveBack)),
        }
    }

    /// The clean files are stored.
    ///
    /// # Errors
    /// [`WrongPhotoState`] unless the photo is being processed.
    pub fn finish(self, files: Derived) -> Result<Self, WrongPhotoState> {
        match self {
            Self::Processing => Ok(Self::Ready(files)),
            other => Err(other.wrong(PhotoAction::Finish)),
        }
    }

    /// The bytes are not a photo that can be shown.
    ///
    /// # Errors
    /// [`WrongPhotoState`] unless the photo is being processed.
    pub fn refuse(self, why: PhotoRefusal) -> Result<Self, WrongPhotoState> {
        match self {
            Self::Processing => Ok(Self::Refused(why)),
            other => Err(other.wrong(PhotoAction::Refuse)),
        }
    }

    /// The bytes of a linked photo did not come; see [`PhotoState::is_overdue`].
    ///
    /// # Errors
    /// [`WrongPhotoState`] unless the photo is awaited.
    pub fn give_up(self) -> Result<Self, WrongPhotoState> {
        match self {
            Self::Awaited => Ok(Self::Missing),
            other => Err(other.wrong(PhotoAction::GiveUp)),
        }
    }

    /// Whether an awaited photo has been waited for long enough.
    pub fn is_overdue(&self, created_at: Timestamp, at: Timestamp) -> bool {
        matches!(self, Self::Awaited) && at - created_at >= TICKET_LIFE
    }

    const fn wrong(&self, attempted: PhotoAction) -> WrongPhotoState {
        WrongPhotoState { from: self.name(), attempted }
    }
}
