//! The one registry of id prefixes. A new entity is a new line here.

use super::{Entity, Id};

/// A service of the city, as it is called in schemas, streams, audiences and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceName {
    /// People, sessions, roles.
    Accounts,
    /// Field reports.
    Reports,
    /// Inbox, delivery, warnings.
    Notifications,
    /// Places, agencies, services, procedures, dossiers.
    Catalogue,
    /// The ledger, wallets, bills, merchants.
    Payments,
    /// GraphQL and the admin API's front door.
    Gateway,
}

impl ServiceName {
    /// All services, in the order they are started.
    pub const ALL: [Self; 6] = [
        Self::Accounts,
        Self::Reports,
        Self::Notifications,
        Self::Catalogue,
        Self::Payments,
        Self::Gateway,
    ];

    /// The lower-case name, also the name of its Postgres schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Reports => "reports",
            Self::Notifications => "notifications",
            Self::Catalogue => "catalogue",
            Self::Payments => "payments",
            Self::Gateway => "gateway",
        }
    }
}

impl std::fmt::Display for ServiceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! entities {
    ($($(#[$doc:meta])* $entity:ident, $id:ident, $prefix:literal, $service:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $entity {}
            impl Entity for $entity {
                const PREFIX: &'static str = $prefix;
                const SERVICE: ServiceName = ServiceName::$service;
            }
            $(#[$doc])*
            pub type $id = Id<$entity>;
        )*
        /// Every prefix with its owner, for routing a global id to a service.
        pub const PREFIXES: &[(&str, ServiceName)] = &[$(($prefix, ServiceName::$service)),*];
    };
}

entities! {
    /// A person: resident or staff.
    Account, AccountId, "acc", Accounts;
    /// A signed-in session.
    Session, SessionId, "ses", Accounts;
    /// A phone or browser a person signed in with.
    Device, DeviceId, "dev", Accounts;
    /// A code sent to a phone, waiting to be confirmed.
    Challenge, ChallengeId, "chl", Accounts;
    /// A role given to a person over a scope.
    Binding, BindingId, "bnd", Accounts;
    /// A field report.
    Report, ReportId, "rpt", Reports;
    /// A photo of a report.
    Photo, PhotoId, "pho", Reports;
    /// A message in a person's inbox.
    Message, MessageId, "msg", Notifications;
    /// A hand-over of a message to a channel.
    Delivery, DeliveryId, "dlv", Notifications;
    /// A version of the entry of a service.
    ServiceEdition, ServiceEditionId, "sed", Catalogue;
    /// A version of a procedure.
    ProcedureEdition, ProcedureEditionId, "ped", Catalogue;
    /// A version of the form of a procedure.
    FormVersion, FormVersionId, "frm", Catalogue;
    /// A file attached to a dossier, or its result.
    DossierFile, DossierFileId, "fil", Catalogue;
    /// A resident's application under a procedure.
    Dossier, DossierId, "dos", Catalogue;
    /// A wallet.
    Wallet, WalletId, "wal", Payments;
    /// A payment: the posting of its legs.
    Posting, PostingId, "pay", Payments;
    /// A payment through a provider.
    ProviderOrder, ProviderOrderId, "pvo", Payments;
    /// A bill.
    Bill, BillId, "bil", Payments;
    /// An office or company that issues bills.
    Biller, BillerId, "blr", Payments;
    /// A merchant.
    Merchant, MerchantId, "mer", Payments;
    /// An order of a merchant.
    MerchantOrder, MerchantOrderId, "ord", Payments;
    /// A key that a merchant's systems sign with.
    ApiKey, ApiKeyId, "key", Payments;
    /// A shop of a merchant.
    Store, StoreId, "sto", Payments;
    /// A refund.
    Refund, RefundId, "rfd", Payments;
    /// A settlement of a payee's period.
    Settlement, SettlementId, "set", Payments;
    /// A difference found by reconciliation.
    ReconciliationBreak, ReconciliationBreakId, "brk", Payments;
    /// An address that a merchant's events are sent to.
    WebhookEndpoint, WebhookEndpointId, "whk", Payments;
    /// A public event in an outbox.
    Event, EventId, "evt", Gateway;
}
