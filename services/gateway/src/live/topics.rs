//! The table: public event → topics and tags. An event type that is published and not named here fails a test.

use city_contracts::notifications::InboxEvent;
use city_contracts::payments::ProviderPaymentChanged;
use city_contracts::reports::ReportEvent;
use city_ids::{AccountId, DossierId, ProviderOrderId, ReportId, ServiceName};
use serde::Deserialize;
use serde_json::Value;

use crate::cache::Tag;

/// What a subscription watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `report:{id}`.
    Report(ReportId),
    /// `dossier:{id}`.
    Dossier(DossierId),
    /// `inbox:{account}`.
    Inbox(AccountId),
    /// `wallet:{account}`.
    Wallet(AccountId),
    /// `provider-payment:{id}`.
    ProviderPayment(ProviderOrderId),
}

/// The services whose streams are read.
pub const PUBLISHERS: [ServiceName; 4] = [
    ServiceName::Reports,
    ServiceName::Notifications,
    ServiceName::Catalogue,
    ServiceName::Payments,
];

/// What an event type means to live updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The body is a [`ReportEvent`]: that report changed.
    Report,
    /// The body is an [`InboxEvent`]: that inbox changed.
    Inbox,
    /// The body names a dossier: that dossier changed.
    Dossier,
    /// The body names an account, if there is one: its wallet changed.
    Wallet,
    /// The body is a [`ProviderPaymentChanged`]: that payment changed.
    ProviderPayment,
    /// Services or procedures changed, or what is said about them.
    Services,
    /// Places, offices or the calendar changed, and with them what services say.
    Registry,
    /// Nobody watches what changed.
    Nothing,
}

/// What all events about a dossier tell.
#[derive(Debug, Deserialize)]
struct AboutDossier {
    dossier: DossierId,
}

/// What all events about a wallet tell.
#[derive(Debug, Deserialize)]
struct AboutWallet {
    account: Option<AccountId>,
}

const EVENTS: &[(ServiceName, &str, Meaning)] = &[
    (ServiceName::Reports, "ReportFiled", Meaning::Report),
    (ServiceName::Reports, "ReportAccepted", Meaning::Report),
    (ServiceName::Reports, "ReportRejected", Meaning::Report),
    (ServiceName::Reports, "ReportReturned", Meaning::Report),
    (ServiceName::Reports, "ReportReassigned", Meaning::Report),
    (ServiceName::Reports, "ReportAssigned", Meaning::Report),
    (ServiceName::Reports, "ReportStarted", Meaning::Report),
    (ServiceName::Reports, "ReportScheduled", Meaning::Report),
    (ServiceName::Reports, "ReportHeld", Meaning::Report),
    (ServiceName::Reports, "ReportResumed", Meaning::Report),
    (ServiceName::Reports, "ReportQuestionAsked", Meaning::Report),
    (ServiceName::Reports, "ReportQuestionDropped", Meaning::Report),
    (ServiceName::Reports, "ReportAnswered", Meaning::Report),
    (ServiceName::Reports, "ReportReviewRequested", Meaning::Report),
    (ServiceName::Reports, "ReportResolved", Meaning::Report),
    (ServiceName::Reports, "ReportSentBack", Meaning::Report),
    (ServiceName::Reports, "ReportContested", Meaning::Report),
    (ServiceName::Reports, "ReportReopened", Meaning::Report),
    (ServiceName::Reports, "ReportContestRefused", Meaning::Report),
    (ServiceName::Reports, "ReportRated", Meaning::Report),
    (ServiceName::Reports, "ReportClosed", Meaning::Report),
    (ServiceName::Reports, "ReportWithdrawn", Meaning::Report),
    (ServiceName::Reports, "ReportMerged", Meaning::Report),
    (ServiceName::Reports, "ReportUnmerged", Meaning::Report),
    (ServiceName::Reports, "ReportEscalated", Meaning::Report),
    (ServiceName::Reports, "ReportDueMoved", Meaning::Report),
    (ServiceName::Reports, "ReportCommented", Meaning::Report),
    (ServiceName::Reports, "ReportHidden", Meaning::Report),
    (ServiceName::Reports, "ReportUnhidden", Meaning::Report),
    (ServiceName::Reports, "ReportPhotoReady", Meaning::Report),
    (ServiceName::Reports, "ReportPhotoFailed", Meaning::Report),
    (ServiceName::Reports, "ReportAnonymised", Meaning::Report),
    (ServiceName::Catalogue, "RegistryPublished", Meaning::Registry),
    (ServiceName::Catalogue, "CalendarPublished", Meaning::Registry),
    (ServiceName::Catalogue, "ServicePublished", Meaning::Services),
    (ServiceName::Catalogue, "ServiceWithdrawn", Meaning::Services),
    (ServiceName::Catalogue, "ServiceStatusChanged", Meaning::Services),
    (ServiceName::Catalogue, "ProcedurePublished", Meaning::Services),
    (ServiceName::Catalogue, "DossierSubmitted", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierAccepted", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierRefused", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierAssigned", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierSupplementRequested", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierSupplemented", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierFeeRequested", Meaning::Dossier),
    // It names a bill alone; the event of the move that cancelled it names the dossier.
    (ServiceName::Catalogue, "DossierFeeCancelled", Meaning::Nothing),
    (ServiceName::Catalogue, "DossierStopped", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierResumed", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierDueSoon", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierDueMoved", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierLate", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierApologised", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierProcessed", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierReturned", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierWithdrawn", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierTransferred", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierRated", Meaning::Dossier),
    (ServiceName::Catalogue, "DossierReminder", Meaning::Dossier),
    (ServiceName::Payments, "WalletOpened", Meaning::Wallet),
    (ServiceName::Payments, "WalletFrozen", Meaning::Wallet),
    (ServiceName::Payments, "WalletUnfrozen", Meaning::Wallet),
    (ServiceName::Payments, "PaymentSucceeded", Meaning::Wallet),
    (ServiceName::Payments, "MoneyReceived", Meaning::Wallet),
    (ServiceName::Payments, "WalletClosed", Meaning::Wallet),
    (ServiceName::Payments, "PaymentAuthorised", Meaning::Wallet),
    (ServiceName::Payments, "PaymentCaptured", Meaning::Wallet),
    (ServiceName::Payments, "PaymentVoided", Meaning::Wallet),
    (ServiceName::Payments, "PaymentExpired", Meaning::Wallet),
    (ServiceName::Payments, "TopUpSucceeded", Meaning::Wallet),
    (ServiceName::Payments, "RefundDone", Meaning::Wallet),
    (ServiceName::Payments, "ProviderPaymentChanged", Meaning::ProviderPayment),
    // Nothing moved, and the payment through the provider says so itself.
    (ServiceName::Payments, "TopUpFailed", Meaning::Nothing),
    (ServiceName::Payments, "RefundFailed", Meaning::Nothing),
    (ServiceName::Payments, "SettlementClosed", Meaning::Nothing),
    (ServiceName::Payments, "BreakOpened", Meaning::Nothing),
    (ServiceName::Payments, "BackingPublished", Meaning::Nothing),
    (ServiceName::Payments, "BackingShort", Meaning::Nothing),
    (ServiceName::Payments, "BillDueSoon", Meaning::Nothing),
    (ServiceName::Payments, "WebhookDisabled", Meaning::Nothing),
    // What paid a bill out of a wallet says so itself.
    (ServiceName::Payments, "BillOpened", Meaning::Nothing),
    (ServiceName::Payments, "BillPaid", Meaning::Nothing),
    (ServiceName::Payments, "BillCancelled", Meaning::Nothing),
    (ServiceName::Notifications, "MessageAdded", Meaning::Inbox),
    (ServiceName::Notifications, "MessagesRead", Meaning::Inbox),
    (ServiceName::Notifications, "WarningSent", Meaning::Nothing),
    (ServiceName::Notifications, "WarningUpdated", Meaning::Nothing),
    (ServiceName::Notifications, "WarningCancelled", Meaning::Nothing),
    (ServiceName::Notifications, "WarningExpired", Meaning::Nothing),
    (ServiceName::Notifications, "PushEndpointDead", Meaning::Nothing),
    (ServiceName::Notifications, "ChannelPaused", Meaning::Nothing),
    (ServiceName::Notifications, "ChannelResumed", Meaning::Nothing),
    (ServiceName::Catalogue, "ServicePublished", Meaning::Nothing),
    (ServiceName::Catalogue, "ServiceWithdrawn", Meaning::Nothing),
    (ServiceName::Catalogue, "ServiceStatusChanged", Meaning::Nothing),
    (ServiceName::Catalogue, "ProcedurePublished", Meaning::Nothing),
    (ServiceName::Catalogue, "RegistryPublished", Meaning::Nothing),
    (ServiceName::Catalogue, "CalendarPublished", Meaning::Nothing),
];

/// What an event is about could not be read; it must not pass in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("an event type that the table of topics does not name")]
    UnknownType,
    #[error("an event body that does not fit its contract")]
    Body,
}

/// What an event changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// What somebody may watch.
    pub topic: Option<Topic>,
    /// What kept answers may be made of.
    pub tags: Vec<Tag>,
}

/// What an event changes.
///
/// # Errors
/// [`Unreadable`].
pub fn touched(publisher: ServiceName, kind: &str, body: Value) -> Result<Touched, Unreadable> {
    let row = EVENTS.iter().find(|(service, name, _)| *service == publisher && *name == kind);
    let (_, _, meaning) = row.ok_or(Unreadable::UnknownType)?;
    match meaning {
        Meaning::Report => {
            let event: ReportEvent = serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            let tags = [Tag::Reports].into_iter().chain(event.ward.map(Tag::ReportsOf)).collect();
            Ok(Touched { topic: Some(Topic::Report(event.report)), tags })
        }
        Meaning::Inbox => {
            let event: InboxEvent = serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            Ok(Touched { topic: Some(Topic::Inbox(event.account)), tags: Vec::new() })
        }
        Meaning::Dossier => {
            let event: AboutDossier = serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            Ok(Touched { topic: Some(Topic::Dossier(event.dossier)), tags: Vec::new() })
        }
        Meaning::Wallet => {
            let event: AboutWallet = serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            Ok(Touched { topic: event.account.map(Topic::Wallet), tags: Vec::new() })
        }
        Meaning::ProviderPayment => {
            let event: ProviderPaymentChanged =
                serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            let topic = Some(Topic::ProviderPayment(event.provider_payment));
            Ok(Touched { topic, tags: Vec::new() })
        }
        Meaning::Services => Ok(Touched { topic: None, tags: vec![Tag::Services] }),
        Meaning::Registry => Ok(Touched { topic: None, tags: vec![Tag::Places, Tag::Services] }),
        Meaning::Nothing => Ok(Touched::default()),
    }
}

/// Whether the table names an event type.
#[cfg(test)]
pub(super) fn is_named(publisher: ServiceName, kind: &str) -> bool {
    EVENTS.iter().any(|(service, name, _)| *service == publisher && *name == kind)
}
