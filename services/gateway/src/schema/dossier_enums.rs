//! The words of a dossier: statuses, outcomes, kinds of papers and bills.

use async_graphql::Enum;

/// Where a dossier is on its way; the national code of each is in its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DossierStatus", remote = "city_contracts::catalogue::dossier::DossierStatus")]
pub enum DossierStatus {
    /// 0: being written.
    #[graphql(name = "DRAFT")]
    Draft,
    /// 1: sent, waits to be taken in.
    #[graphql(name = "REGISTERED")]
    Registered,
    /// 2: taken in; the clock runs.
    #[graphql(name = "ACCEPTED")]
    Accepted,
    /// 3: refused at intake.
    #[graphql(name = "REJECTED_AT_INTAKE")]
    RejectedAtIntake,
    /// 4: an officer works on it.
    #[graphql(name = "PROCESSING")]
    Processing,
    /// 5: waits for what the applicant must add.
    #[graphql(name = "SUPPLEMENT_REQUIRED")]
    SupplementRequired,
    /// 6: waits for a payment.
    #[graphql(name = "PAYMENT_REQUIRED")]
    PaymentRequired,
    /// 7: taken back.
    #[graphql(name = "WITHDRAWN")]
    Withdrawn,
    /// 8: stopped for a reason.
    #[graphql(name = "SUSPENDED")]
    Suspended,
    /// 9: the result is there.
    #[graphql(name = "PROCESSED")]
    Processed,
    /// 10: the result was handed over.
    #[graphql(name = "RETURNED")]
    Returned,
}

/// How a decided dossier ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Outcome", remote = "city_contracts::catalogue::dossier::DossierOutcome")]
pub enum Outcome {
    /// What was asked for is given.
    #[graphql(name = "GRANTED")]
    Granted,
    /// It is not, for a reason.
    #[graphql(name = "REFUSED")]
    Refused,
}

/// Who files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ApplicantType", remote = "city_contracts::catalogue::dossier::ApplicantType")]
pub enum ApplicantType {
    /// A citizen.
    #[graphql(name = "CITIZEN")]
    Citizen,
    /// A company.
    #[graphql(name = "BUSINESS")]
    Business,
    /// A household in business.
    #[graphql(name = "HOUSEHOLD_BUSINESS")]
    HouseholdBusiness,
}

/// In which form a component is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CopyType", remote = "city_contracts::catalogue::dossier::CopyType")]
pub enum CopyType {
    /// The original.
    #[graphql(name = "ORIGINAL")]
    Original,
    /// A copy.
    #[graphql(name = "COPY")]
    Copy,
    /// An electronic document.
    #[graphql(name = "ELECTRONIC")]
    Electronic,
}

impl CopyType {
    /// The number of the national code list.
    pub const fn number(self) -> u8 {
        match self {
            Self::Original => 0,
            Self::Copy => 1,
            Self::Electronic => 2,
        }
    }
}

/// What an officer found about a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ComponentState", remote = "city_contracts::catalogue::dossier::ComponentState")]
pub enum ComponentState {
    /// Nobody looked yet.
    #[graphql(name = "PENDING")]
    Pending,
    /// In order.
    #[graphql(name = "OK")]
    Ok,
    /// Something is wrong with it.
    #[graphql(name = "DEFECT")]
    Defect,
}

/// What a bill of a dossier is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "BillPurpose", remote = "city_contracts::catalogue::dossier::BillPurpose")]
pub enum BillPurpose {
    /// Due when the dossier is taken in.
    #[graphql(name = "INTAKE")]
    Intake,
    /// Due with what must be added.
    #[graphql(name = "ROUND")]
    Round,
    /// A financial duty.
    #[graphql(name = "DUTY")]
    Duty,
    /// Due with the result.
    #[graphql(name = "RESULT")]
    Result,
}

/// Where a bill of a dossier is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(
    name = "DossierBillState",
    remote = "city_contracts::catalogue::dossier::DossierBillState"
)]
pub enum DossierBillState {
    /// It is being made.
    #[graphql(name = "REQUESTED")]
    Requested,
    /// It can be paid.
    #[graphql(name = "OPEN")]
    Open,
    /// It is paid.
    #[graphql(name = "PAID")]
    Paid,
    /// It is no longer asked for.
    #[graphql(name = "CANCELLED")]
    Cancelled,
}
