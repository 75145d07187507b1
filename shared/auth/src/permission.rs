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
    Role { code: "OFFICER", permissions: &[REPORT_READ, REPORT_HANDLE], sensitive: false },
    Role {
        code: "LEAD",
        permissions: &[REPORT_READ, REPORT_HANDLE, REPORT_LEAD, REPORT_KPI_READ],
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
    // May grant, but not use, what opens identities and originals.
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
