//! The words for where a dossier and its parts are on their way.

use serde::{Deserialize, Serialize};

/// Where a dossier is on its way; the number is the national code, 0 a draft that is not yet sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierStatus {
    /// 0: being written.
    Draft,
    /// 1: sent, waits to be taken in.
    Registered,
    /// 2: taken in; the clock runs.
    Accepted,
    /// 3: refused at intake.
    RejectedAtIntake,
    /// 4: an officer works on it.
    Processing,
    /// 5: waits for what the applicant must add.
    SupplementRequired,
    /// 6: waits for a payment.
    PaymentRequired,
    /// 7: taken back.
    Withdrawn,
    /// 8: stopped for a reason.
    Suspended,
    /// 9: the result is there.
    Processed,
    /// 10: the result was handed over.
    Returned,
}

impl DossierStatus {
    /// All, by code.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Registered,
        Self::Accepted,
        Self::RejectedAtIntake,
        Self::Processing,
        Self::SupplementRequired,
        Self::PaymentRequired,
        Self::Withdrawn,
        Self::Suspended,
        Self::Processed,
        Self::Returned,
    ];

    /// The national code.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The status of a national code.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// How a decided dossier ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierOutcome {
    /// What was asked for is given.
    Granted,
    /// It is not, for a reason.
    Refused,
}

/// Who files: 0 a citizen, 1 a business, 2 a household business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApplicantType {
    /// 0
    #[default]
    Citizen,
    /// 1
    Business,
    /// 2
    HouseholdBusiness,
}

/// In which form a component is handed in: 0 an original, 1 a copy, 2 an electronic document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CopyType {
    /// 0
    Original,
    /// 1
    Copy,
    /// 2
    #[default]
    Electronic,
}

/// What an officer found about a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComponentState {
    /// Nobody looked yet.
    Pending,
    /// In order.
    Ok,
    /// Something is wrong with it.
    Defect,
}

/// What a bill of a dossier is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillPurpose {
    /// At intake (`collect` 1).
    Intake,
    /// With a request for more (`collect` 2).
    Round,
    /// A financial duty.
    Duty,
    /// With the result (`collect` 4).
    Result,
}

/// Where a bill of a dossier is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierBillState {
    /// Payments was asked for it.
    Requested,
    /// It can be paid.
    Open,
    /// It is paid.
    Paid,
    /// It is no longer asked for.
    Cancelled,
}
