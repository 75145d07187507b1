//! The ten national codes of a dossier's status, and 0 for what is not filed yet.

/// Where a dossier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    Draft,
    Registered,
    Accepted,
    RefusedAtIntake,
    Processing,
    SupplementRequired,
    PaymentRequired,
    Withdrawn,
    Suspended,
    Processed,
    Returned,
}

/// What the legal clock does in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockState {
    NotStarted,
    Running,
    Stopped,
    Ended,
}

impl Status {
    /// Every status, in the order of its code.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Registered,
        Self::Accepted,
        Self::RefusedAtIntake,
        Self::Processing,
        Self::SupplementRequired,
        Self::PaymentRequired,
        Self::Withdrawn,
        Self::Suspended,
        Self::Processed,
        Self::Returned,
    ];

    /// The national code; 0 for a draft, which has none.
    pub const fn code(self) -> i16 {
        match self {
            Self::Draft => 0,
            Self::Registered => 1,
            Self::Accepted => 2,
            Self::RefusedAtIntake => 3,
            Self::Processing => 4,
            Self::SupplementRequired => 5,
            Self::PaymentRequired => 6,
            Self::Withdrawn => 7,
            Self::Suspended => 8,
            Self::Processed => 9,
            Self::Returned => 10,
        }
    }

    /// The status of a code.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code).ok().and_then(|code| Self::ALL.get(code)).copied()
    }

    /// The word of the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Registered => "REGISTERED",
            Self::Accepted => "ACCEPTED",
            Self::RefusedAtIntake => "REJECTED_AT_INTAKE",
            Self::Processing => "PROCESSING",
            Self::SupplementRequired => "SUPPLEMENT_REQUIRED",
            Self::PaymentRequired => "PAYMENT_REQUIRED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Suspended => "SUSPENDED",
            Self::Processed => "PROCESSED",
            Self::Returned => "RETURNED",
        }
    }

    /// The status of a word of the wire.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// The status in Vietnamese and English, for people.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Draft => ("Bản nháp", "Draft"),
            Self::Registered => ("Mới đăng ký", "Newly registered"),
            Self::Accepted => ("Được tiếp nhận", "Accepted"),
            Self::RefusedAtIntake => ("Không được tiếp nhận", "Refused at intake"),
            Self::Processing => ("Đang xử lý", "Being processed"),
            Self::SupplementRequired => ("Yêu cầu bổ sung giấy tờ", "More documents required"),
            Self::PaymentRequired => {
                ("Yêu cầu thực hiện nghĩa vụ tài chính", "Financial duty to be met")
            }
            Self::Withdrawn => ("Công dân yêu cầu rút hồ sơ", "Withdrawn by the citizen"),
            Self::Suspended => ("Dừng xử lý", "Processing stopped"),
            Self::Processed => ("Đã xử lý xong", "Processed"),
            Self::Returned => ("Đã trả kết quả", "Result handed over"),
        }
    }

    /// What the clock does.
    pub const fn clock(self) -> ClockState {
        match self {
            Self::Draft | Self::Registered => ClockState::NotStarted,
            Self::Accepted | Self::Processing => ClockState::Running,
            Self::SupplementRequired | Self::PaymentRequired | Self::Suspended => {
                ClockState::Stopped
            }
            Self::RefusedAtIntake | Self::Withdrawn | Self::Processed | Self::Returned => {
                ClockState::Ended
            }
        }
    }

    /// Whether nothing more is decided.
    pub fn ended(self) -> bool {
        self.clock() == ClockState::Ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_name_one_status_each() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::from_code(11), None);
        assert_eq!(Status::from_code(-1), None);
    }
}
