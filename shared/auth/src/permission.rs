//! The one registry of permissions and of the roles that hold them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A permission, named `<service>.<thing>.<verb>`; only those of this registry exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission(&'static str);

impl Permission {
    /// Finds a permission by name.
    pub fn parse(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|permission| permission.0 == name)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The service at which it counts: the first part of the name.
    pub fn service(self) -> &'static str {
        self.0.split('.').next().unwrap_or("")
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| de::Error::custom("a permission nobody registered"))
    }
}

/// Read reports of one's scope and listed ones.
pub const REPORT_READ: Permission = Permission("reports.report.read");
/// Work on reports of one's agency.
pub const REPORT_HANDLE: Permission = Permission("reports.report.handle");
/// Assign people in one's agency.
pub const REPORT_LEAD: Permission = Permission("reports.report.lead");
/// Verify, reject and route reports.
pub const REPORT_TRIAGE: Permission = Permission("reports.report.triage");
/// Review results and decide contests.
pub const REPORT_COORDINATE: Permission = Permission("reports.report.coordinate");
/// Hide and edit what the public sees.
pub const REPORT_MODERATE: Permission = Permission("reports.report.moderate");
/// File for somebody who called or came.
pub const REPORT_FILE_ON_BEHALF: Permission = Permission("reports.report.file_on_behalf");
/// See who filed a report, with a purpose.
pub const REPORT_IDENTITY_READ: Permission = Permission("reports.identity.read");
/// See an unprocessed photo, with a purpose.
pub const REPORT_ORIGINAL_READ: Permission = Permission("reports.original.read");
/// Read indicators.
pub const REPORT_KPI_READ: Permission = Permission("reports.kpi.read");
/// Export reports.
pub const REPORT_EXPORT_RUN: Permission = Permission("reports.export.run");
/// Edit categories, forms, routing.
pub const REPORT_CONFIG_EDIT: Permission = Permission("reports.config.edit");
/// Read roles and bindings.
pub const ROLE_READ: Permission = Permission("accounts.role.read");
/// Grant roles.
pub const ROLE_GRANT: Permission = Permission("accounts.role.grant");
/// End anybody's session.
pub const SESSION_REVOKE_ANY: Permission = Permission("accounts.session.revoke_any");
/// Lock, unlock and reset staff.
pub const STAFF_MANAGE: Permission = Permission("accounts.staff.manage");
/// See queues and dead messages, try again.
pub const DELIVERY_OPERATE: Permission = Permission("notifications.delivery.operate");
/// Draft entries and procedures of one's agency.
pub const SERVICE_EDIT: Permission = Permission("catalogue.service.edit");
/// Approve and withdraw what another person edited.
pub const SERVICE_PUBLISH: Permission = Permission("catalogue.service.publish");
/// Set gates and the state of services.
pub const SERVICE_OPERATE: Permission = Permission("catalogue.service.operate");
/// Edit places and agencies.
pub const REGISTRY_EDIT: Permission = Permission("catalogue.registry.edit");
/// Publish a version of a working calendar.
pub const CALENDAR_PUBLISH: Permission = Permission("catalogue.calendar.publish");
/// Work on dossiers one's agency decides.
pub const DOSSIER_PROCESS: Permission = Permission("catalogue.dossier.process");
/// Take dossiers in at the counter of one's agency.
pub const DOSSIER_INTAKE: Permission = Permission("catalogue.dossier.intake");
/// Decide what an officer of one's agency may not alone.
pub const DOSSIER_LEAD: Permission = Permission("catalogue.dossier.lead");
/// Read figures of dossiers.
pub const DOSSIER_STATS: Permission = Permission("catalogue.dossier.stats");
/// Read the ledger and, with a reason, a wallet.
pub const LEDGER_READ: Permission = Permission("payments.ledger.read");
/// Freeze a wallet and ask to free it.
pub const WALLET_FREEZE: Permission = Permission("payments.wallet.freeze");
/// Approve what another officer asked for a wallet.
pub const WALLET_APPROVE: Permission = Permission("payments.wallet.approve");
/// Ask for a refund.
pub const REFUND_REQUEST: Permission = Permission("payments.refund.request");
/// Approve a refund another officer asked for.
pub const REFUND_APPROVE: Permission = Permission("payments.refund.approve");
/// Import statements and resolve breaks.
pub const RECONCILIATION_RUN: Permission = Permission("payments.reconciliation.run");
/// Approve a movement of money that resolves a break.
pub const RECONCILIATION_APPROVE: Permission = Permission("payments.reconciliation.approve");
/// Draft limits.
pub const LIMIT_EDIT: Permission = Permission("payments.limit.edit");
/// Approve limits another officer drafted.
pub const LIMIT_APPROVE: Permission = Permission("payments.limit.approve");
/// Edit merchants and billers.
pub const MERCHANT_EDIT: Permission = Permission("payments.merchant.edit");
/// Import and cancel bills of one's agency.
pub const BILL_EDIT: Permission = Permission("payments.bill.edit");
/// Settle payees.
pub const SETTLEMENT_RUN: Permission = Permission("payments.settlement.run");
/// Approve a settlement another officer entered.
pub const SETTLEMENT_APPROVE: Permission = Permission("payments.settlement.approve");
/// Run documents that are in no manifest.
pub const DOCUMENT_ADHOC: Permission = Permission("gateway.document.adhoc");
/// Read the schema outside development.
pub const SCHEMA_INTROSPECT: Permission = Permission("gateway.schema.introspect");

/// Every permission there is.
pub const ALL: &[Permission] = &[
    REPORT_READ,
    REPORT_HANDLE,
    REPORT_LEAD,
    REPORT_TRIAGE,
    REPORT_COORDINATE,
    REPORT_MODERATE,
    REPORT_FILE_ON_BEHALF,
    REPORT_IDENTITY_READ,
    REPORT_ORIGINAL_READ,
    REPORT_KPI_READ,
    REPORT_EXPORT_RUN,
    REPORT_CONFIG_EDIT,
    ROLE_READ,
    ROLE_GRANT,
    SESSION_REVOKE_ANY,
    STAFF_MANAGE,
    DELIVERY_OPERATE,
    SERVICE_EDIT,
    SERVICE_PUBLISH,
    SERVICE_OPERATE,
    REGISTRY_EDIT,
    CALENDAR_PUBLISH,
    DOSSIER_PROCESS,
    DOSSIER_INTAKE,
    DOSSIER_LEAD,
    DOSSIER_STATS,
    LEDGER_READ,
    WALLET_FREEZE,
    WALLET_APPROVE,
    REFUND_REQUEST,
    REFUND_APPROVE,
    RECONCILIATION_RUN,
    RECONCILIATION_APPROVE,
    LIMIT_EDIT,
    LIMIT_APPROVE,
    MERCHANT_EDIT,
    BILL_EDIT,
    SETTLEMENT_RUN,
    SETTLEMENT_APPROVE,
    DOCUMENT_ADHOC,
    SCHEMA_INTROSPECT,
];

/// A role: a code with what it permits. Sensitive ones are powerless until a second administrator approves the binding.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// The code, as bindings name it.
    pub code: &'static str,
    /// What it permits.
    pub permissions: &'static [Permission],
    /// Whether a binding needs a second administrator.
    pub sensitive: bool,
}

/// The roles of the city.
pub const ROLES: &[Role] = &[
    Role {
        code: "OFFICER",
        permissions: &[REPORT_READ, REPORT_HANDLE, DOSSIER_PROCESS],
        sensitive: false,
    },
    Role {
        code: "LEAD",
        permissions: &[
            REPORT_READ,
            REPORT_HANDLE,
            REPORT_LEAD,
            REPORT_KPI_READ,
            DOSSIER_PROCESS,
            DOSSIER_LEAD,
            DOSSIER_STATS,
        ],
        sensitive: false,
    },
    Role {
        code: "IOC",
        permissions: &[
            REPORT_READ,
            REPORT_TRIAGE,
            REPORT_COORDINATE,
            REPORT_MODERATE,
            REPORT_FILE_ON_BEHALF,
            REPORT_IDENTITY_READ,
            REPORT_ORIGINAL_READ,
            REPORT_KPI_READ,
        ],
        sensitive: false,
    },
    Role { code: "COUNTER", permissions: &[DOSSIER_INTAKE], sensitive: false },
    Role { code: "EDITOR", permissions: &[SERVICE_EDIT], sensitive: false },
    Role {
        code: "PUBLISHER",
        permissions: &[SERVICE_PUBLISH, SERVICE_OPERATE, REGISTRY_EDIT, CALENDAR_PUBLISH],
        sensitive: false,
    },
    Role {
        code: "FINANCE",
        permissions: &[
            LEDGER_READ,
            WALLET_FREEZE,
            REFUND_REQUEST,
            RECONCILIATION_RUN,
            SETTLEMENT_RUN,
            LIMIT_EDIT,
            MERCHANT_EDIT,
            BILL_EDIT,
        ],
        sensitive: true,
    },
    Role {
        code: "FINANCE_APPROVER",
        permissions: &[
            LEDGER_READ,
            WALLET_APPROVE,
            REFUND_APPROVE,
            RECONCILIATION_APPROVE,
            LIMIT_APPROVE,
            SETTLEMENT_APPROVE,
        ],
        sensitive: true,
    },
    // May grant, but not use, what opens identities and originals, and what approves payments.
    Role {
        code: "ADMIN",
        permissions: &[
            REPORT_READ,
            REPORT_HANDLE,
            REPORT_LEAD,
            REPORT_TRIAGE,
            REPORT_COORDINATE,
            REPORT_MODERATE,
            REPORT_FILE_ON_BEHALF,
            REPORT_KPI_READ,
            REPORT_EXPORT_RUN,
            REPORT_CONFIG_EDIT,
            ROLE_READ,
            ROLE_GRANT,
            SESSION_REVOKE_ANY,
            STAFF_MANAGE,
            DELIVERY_OPERATE,
            SERVICE_EDIT,
            SERVICE_PUBLISH,
            SERVICE_OPERATE,
            REGISTRY_EDIT,
            CALENDAR_PUBLISH,
            DOSSIER_PROCESS,
            DOSSIER_INTAKE,
            DOSSIER_LEAD,
            DOSSIER_STATS,
            LEDGER_READ,
            WALLET_FREEZE,
            REFUND_REQUEST,
            RECONCILIATION_RUN,
            LIMIT_EDIT,
            MERCHANT_EDIT,
            BILL_EDIT,
            SETTLEMENT_RUN,
            DOCUMENT_ADHOC,
            SCHEMA_INTROSPECT,
        ],
        sensitive: true,
    },
];

/// Finds a role by code.
pub fn role(code: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_service_thing_verb_and_unique() {
        let mut names: Vec<_> = ALL.iter().map(|permission| permission.as_str()).collect();
        assert!(names.iter().all(|name| name.split('.').count() == 3));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn an_administrator_cannot_open_identities() {
        let admin = role("ADMIN").unwrap();
        assert!(!admin.permissions.contains(&REPORT_IDENTITY_READ));
        assert!(!admin.permissions.contains(&REPORT_ORIGINAL_READ));
        assert!(admin.sensitive);
    }
}
