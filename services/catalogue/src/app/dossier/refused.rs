//! Why an applicant is told no, besides the rules of moves.

use city_contracts::problem::{Finding, Kind};

/// Why an applicant is told no. A variant exists when an app acts on it differently.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Twenty drafts are enough.
    #[error("there are {most} drafts already; send or discard one first")]
    DraftLimit {
        /// How many there may be.
        most: i64,
    },
    /// The form or the edition of a draft is no longer taken.
    #[error("the form of this draft is no longer taken; move the draft to the present form")]
    FormClosed,
    /// The check found what keeps the dossier from being sent.
    #[error("{} thing(s) keep the dossier from being sent", .0.len())]
    Incomplete(Vec<Finding>),
    /// The bytes are not what was announced.
    #[error("the file is not what was announced")]
    FileType(Vec<Finding>),
    /// No ticket of this dossier waits under the id.
    #[error("no upload of this dossier waits under this id")]
    UploadUnknown(Vec<Finding>),
    /// The bytes have not arrived.
    #[error("the file has not arrived yet; upload it and send the same request again")]
    UploadMissing(Vec<Finding>),
    /// Too many tickets wait.
    #[error("too many uploads of this dossier wait")]
    UploadLimit {
        /// When one of them no longer counts.
        retry_after_seconds: u64,
    },
    /// Five wrong tries an hour.
    #[error("too many wrong tries for this code")]
    TrackLimit {
        /// When the next try counts.
        retry_after_seconds: u64,
    },
    /// Not handed over, handed over too long ago, or rated before.
    #[error("this dossier cannot be rated, or no longer, or was rated before")]
    RatingClosed,
    /// The store is away: uploads wait, all else works.
    #[error("the store of files is away while {doing}")]
    StoreAway {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: city_blobs::BlobError,
    },
}

impl From<Refused> for crate::error::Error {
    fn from(refused: Refused) -> Self {
        Self::Applicant(refused)
    }
}

impl Refused {
    /// What the caller can do about it.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Incomplete(_)
            | Self::FileType(_)
            | Self::UploadUnknown(_)
            | Self::UploadMissing(_) => Kind::Invalid,
            Self::DraftLimit { .. } | Self::UploadLimit { .. } | Self::TrackLimit { .. } => {
                Kind::TooMany
            }
            Self::FormClosed | Self::RatingClosed => Kind::Conflict,
            Self::StoreAway { .. } => Kind::Unavailable,
        }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DraftLimit { .. } => "DRAFT_LIMIT",
            Self::FormClosed => "FORM_CLOSED",
            Self::Incomplete(_) => "INCOMPLETE",
            Self::FileType(_) => "FILE_TYPE",
            Self::UploadUnknown(_) => "UPLOAD_UNKNOWN",
            Self::UploadMissing(_) => "UPLOAD_MISSING",
            Self::UploadLimit { .. } => "UPLOAD_LIMIT",
            Self::TrackLimit { .. } => "TRACK_LIMIT",
            Self::RatingClosed => "RATING_CLOSED",
            Self::StoreAway { .. } => "UNAVAILABLE",
        }
    }

    /// What is wrong, field by field.
    pub fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Incomplete(findings)
            | Self::FileType(findings)
            | Self::UploadUnknown(findings)
            | Self::UploadMissing(findings) => findings.clone(),
            _ => Vec::new(),
        }
    }

    /// When the same request may succeed.
    pub const fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::UploadLimit { retry_after_seconds }
            | Self::TrackLimit { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        }
    }
}
