//! What a dossier consists of: components and files, requests for more, bills, results, events, who opened the answers.

use async_graphql::{ID, SimpleObject};
use city_contracts::catalogue::dossier as wire;
use city_contracts::common::Locale;
use city_money::Vnd as Dong;

use super::dossier_enums::{
    BillPurpose, ComponentState, CopyType, DossierBillState, DossierStatus,
};
use super::procedure::Procedure;
use super::scalars::{Date, DateTime, Vnd};
use super::shared::Localised;

/// The procedure of a dossier, as it was when the draft was begun.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DossierProcedure")]
pub struct DossierProcedure {
    /// Its code in the national register.
    #[graphql(name = "nationalCode")]
    pub national_code: ID,
    /// Its name then.
    #[graphql(name = "name")]
    name: Localised,
    /// The procedure as it is now; null when it is no longer shown.
    #[graphql(name = "current")]
    pub current: Option<Procedure>,
}

/// A file of a dossier. `downloadDossierFile` gives leave to fetch it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DossierFile")]
pub struct DossierFile {
    /// What to name the file by.
    #[graphql(name = "fileId")]
    file_id: ID,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    #[graphql(name = "contentType")]
    content_type: String,
    /// Its length in bytes.
    #[graphql(name = "byteLength")]
    byte_length: i32,
    /// SHA-256 of its bytes, in hexadecimal.
    #[graphql(name = "sha256")]
    sha256: String,
    /// What it was called on the device.
    #[graphql(name = "fileName")]
    file_name: Option<String>,
}

/// A component of a dossier.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DossierComponent")]
pub struct DossierComponent {
    /// Its code in the procedure.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// Whether the procedure always asks for it.
    #[graphql(name = "required")]
    required: bool,
    /// The attached file.
    #[graphql(name = "file")]
    file: Option<DossierFile>,
    /// Where a register keeps the original.
    #[graphql(name = "registerRef")]
    register_ref: Option<String>,
    /// In which form it is handed in.
    #[graphql(name = "copyType")]
    copy_type: CopyType,
    /// Originals handed in.
    #[graphql(name = "originals")]
    originals: i32,
    /// Copies handed in.
    #[graphql(name = "copies")]
    copies: i32,
    /// What an officer found.
    #[graphql(name = "state")]
    state: ComponentState,
    /// When it last changed.
    #[graphql(name = "changedAt")]
    changed_at: Option<DateTime>,
}

/// One round of asking for more.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "SupplementRequest")]
pub struct SupplementRequest {
    /// Counts up from 1.
    #[graphql(name = "round")]
    round: i32,
    /// Until when the items are awaited; a passed deadline ends nothing.
    #[graphql(name = "deadline")]
    deadline: Option<Date>,
    /// When the round ended.
    #[graphql(name = "closedAt")]
    closed_at: Option<DateTime>,
    /// What is asked for.
    #[graphql(name = "items")]
    items: Vec<RequestItem>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "RequestItem")]
pub struct RequestItem {
    /// The code of a component, or a JSON Pointer into the answers.
    #[graphql(name = "target")]
    target: String,
    /// The code of the reason.
    #[graphql(name = "reasonCode")]
    reason_code: ID,
    /// The reason in words.
    #[graphql(name = "reason")]
    reason: Localised,
    /// What the officer wrote to it.
    #[graphql(name = "text")]
    text: Option<String>,
    /// When it was answered.
    #[graphql(name = "doneAt")]
    done_at: Option<DateTime>,
}

/// A bill of a dossier.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DossierBill")]
pub struct DossierBill {
    /// The number by which it is paid; null until it is open.
    #[graphql(name = "billNo")]
    bill_no: Option<ID>,
    /// What it is for.
    #[graphql(name = "purpose")]
    purpose: BillPurpose,
    /// How much.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// Where it is on its way.
    #[graphql(name = "state")]
    state: DossierBillState,
}

/// A result of a dossier.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ResultDocument")]
pub struct ResultDocument {
    /// The file.
    #[graphql(name = "file")]
    file: DossierFile,
    /// Who signed it.
    #[graphql(name = "signedBy")]
    signed_by: Option<String>,
    /// What the check of its signature said.
    #[graphql(name = "signatureCheck")]
    signature_check: Option<String>,
    /// Until when it holds.
    #[graphql(name = "validTo")]
    valid_to: Option<Date>,
}

/// Somebody opened the answers of a dossier.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Access")]
pub struct Access {
    /// When.
    #[graphql(name = "at")]
    at: DateTime,
    /// Who: `OFFICER`, `HELPER` or `SYSTEM`.
    #[graphql(name = "actor")]
    actor: ID,
    /// Why, as they gave it.
    #[graphql(name = "purpose")]
    purpose: String,
}

/// One step of a dossier's way.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DossierEvent")]
pub struct DossierEvent {
    /// Counts up from 1.
    #[graphql(name = "seq")]
    seq: i32,
    /// When it happened.
    #[graphql(name = "at")]
    at: DateTime,
    /// What happened, such as `SUBMIT`, `ACCEPT`, `ASK`; new codes may come.
    #[graphql(name = "kind")]
    kind: ID,
    /// Who did it: `RESIDENT`, `OFFICER` or `SYSTEM`.
    #[graphql(name = "actor")]
    actor: ID,
    /// The status before.
    #[graphql(name = "from")]
    from: Option<DossierStatus>,
    /// The status after.
    #[graphql(name = "to")]
    to: Option<DossierStatus>,
    /// What the officer wrote for the applicant.
    #[graphql(name = "note")]
    note: Option<String>,
}

/// How to reach the applicant.
#[derive(Clone, SimpleObject)]
#[graphql(name = "DossierContact")]
pub struct DossierContact {
    /// Their name.
    #[graphql(name = "fullName")]
    full_name: Option<String>,
    /// Their phone number; its last four digits open the tracking page.
    #[graphql(name = "phone")]
    phone: Option<String>,
    /// Their address for mail.
    #[graphql(name = "email")]
    email: Option<String>,
}

impl DossierProcedure {
    pub fn new(of: wire::DossierProcedure, locale: Locale) -> Self {
        let name = Localised::new(of.name, locale);
        Self { national_code: ID(of.national_code), name, current: None }
    }
}

impl From<wire::DossierFileView> for DossierFile {
    fn from(of: wire::DossierFileView) -> Self {
        Self {
            file_id: of.id.into(),
            content_type: of.content_type,
            byte_length: i32::try_from(of.byte_length).unwrap_or(i32::MAX),
            sha256: of.sha256,
            file_name: of.file_name,
        }
    }
}

impl DossierComponent {
    pub fn new(of: wire::DossierComponentView, locale: Locale) -> Self {
        Self {
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            required: of.required,
            file: of.file.map(DossierFile::from),
            register_ref: of.register_ref,
            copy_type: of.copy_type.into(),
            originals: of.originals.into(),
            copies: of.copies.into(),
            state: of.state.into(),
            changed_at: of.changed_at.map(DateTime),
        }
    }
}

impl SupplementRequest {
    pub fn new(of: wire::SupplementRequestView, locale: Locale) -> Self {
        let item = |of: wire::RequestItemView| RequestItem {
            target: of.target,
            reason_code: ID(of.reason),
            reason: Localised::new(of.reason_text, locale),
            text: of.text,
            done_at: of.done_at.map(DateTime),
        };
        Self {
            round: of.round.into(),
            deadline: of.deadline.map(Date),
            closed_at: of.closed_at.map(DateTime),
            items: of.items.into_iter().map(item).collect(),
        }
    }
}

impl From<wire::DossierBillView> for DossierBill {
    fn from(of: wire::DossierBillView) -> Self {
        Self {
            bill_no: of.bill_no.map(ID),
            purpose: of.purpose.into(),
            amount: Vnd(Dong::new(of.amount)),
            state: of.state.into(),
        }
    }
}

impl From<wire::ResultDocumentView> for ResultDocument {
    fn from(of: wire::ResultDocumentView) -> Self {
        Self {
            file: of.file.into(),
            signed_by: of.signed_by,
            signature_check: of.signature_check,
            valid_to: of.valid_to.map(Date),
        }
    }
}

impl From<wire::AccessView> for Access {
    fn from(of: wire::AccessView) -> Self {
        Self { at: DateTime(of.at), actor: ID(of.actor), purpose: of.purpose }
    }
}

impl From<wire::DossierEventView> for DossierEvent {
    fn from(of: wire::DossierEventView) -> Self {
        Self {
            seq: of.seq,
            at: DateTime(of.at),
            kind: ID(of.kind),
            actor: ID(of.actor),
            from: of.from.map(DossierStatus::from),
            to: of.to.map(DossierStatus::from),
            note: of.note,
        }
    }
}

impl From<wire::DossierContact> for DossierContact {
    fn from(of: wire::DossierContact) -> Self {
        Self { full_name: of.full_name, phone: of.phone, email: of.email }
    }
}
