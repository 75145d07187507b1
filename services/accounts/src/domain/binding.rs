//! A role given to a person over a scope, and what it permits now.

use city_auth::permission::{self, Role};
use city_auth::{Grant, Permission, Scope};
use city_clock::Timestamp;

/// A binding that is not ended, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The role's code.
    pub role: String,
    /// Where it counts.
    pub scope: Scope,
    /// From when.
    pub valid_from: Timestamp,
    /// Until when; none for open end.
    pub valid_to: Option<Timestamp>,
    /// Whether a second administrator has agreed.
    pub approved: bool,
}

impl Binding {
    /// The role, unless the binding is powerless: not yet or no longer valid, not approved though sensitive, or unknown.
    pub fn role(&self, now: Timestamp) -> Option<&'static Role> {
        let in_time = self.valid_from <= now && self.valid_to.is_none_or(|until| now < until);
        permission::role(&self.role).filter(|role| in_time && (self.approved || !role.sensitive))
    }

    /// What it permits.
    pub fn grant(&self, now: Timestamp) -> Option<Grant> {
        let role = self.role(now)?;
        Some(Grant {
            scope: self.scope.clone(),
            permissions: role.permissions.to_vec(),
            until: self.valid_to,
        })
    }
}

/// A scope in the two columns of the database.
pub fn scope_columns(scope: &Scope) -> (&'static str, Option<&str>) {
    match scope {
        Scope::City => ("CITY", None),
        Scope::Agency(code) => ("AGENCY", Some(code)),
        Scope::Ward(code) => ("WARD", Some(code)),
    }
}

/// A scope from the two columns of the database.
pub fn scope_from_columns(kind: &str, code: Option<String>) -> Option<Scope> {
    match (kind, code) {
        ("CITY", None) => Some(Scope::City),
        ("AGENCY", Some(code)) => Some(Scope::Agency(code)),
        ("WARD", Some(code)) => Some(Scope::Ward(code)),
        _ => None,
    }
}

/// The codes of the roles that hold a permission, with whether they are sensitive.
pub fn roles_with(permission: Permission) -> impl Iterator<Item = &'static Role> {
    permission::ROLES.iter().filter(move |role| role.permissions.contains(&permission))
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _, Utc};

    use super::*;

    #[test]
    fn a_binding_has_power_only_in_its_time_and_a_sensitive_one_only_when_approved() {
        let now = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let officer = Binding {
            role: "OFFICER".into(),
            scope: Scope::City,
            valid_from: now,
            valid_to: None,
            approved: false,
        };
        let admin = Binding { role: "ADMIN".into(), ..officer.clone() };

        assert!(officer.grant(now).is_some());
        assert!(officer.grant(now - Duration::seconds(1)).is_none());
        assert!(Binding { valid_to: Some(now), ..officer.clone() }.grant(now).is_none());
        assert!(admin.grant(now).is_none());
        assert!(Binding { approved: true, ..admin }.grant(now).is_some());
        assert!(Binding { role: "NOBODY".into(), ..officer }.grant(now).is_none());
    }
}
