//! Demonstration staff for the development profile. Passwords and authenticator secrets are in the repository: a production
//! profile refuses them.

use std::sync::Arc;

use city_auth::{Keyring, Scope};
use city_boot::{BootError, Profile};
use city_clock::SharedClock;
use city_ids::{AccountId, Ids};
use serde::Deserialize;
use sqlx::{PgConnection, PgPool};
use totp_rs::Secret;
use uuid::Uuid;

use crate::app::PasswordQueue;
use crate::app::sign_in_staff::sealed_totp;
use crate::error::{Error, bad_row, fault};
use crate::store;
use crate::store::binding::NewBinding;
use crate::store::staff::NewCredential;

const STAFF: &str = include_str!("../../../seed/staff.json");

#[derive(Deserialize)]
struct SeedFile {
    staff: Vec<DemoStaff>,
}

/// A member of the demonstration staff, with what it takes to sign in as them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoStaff {
    /// The address.
    pub email: String,
    /// The name.
    pub full_name: String,
    /// What they do, for people who try out the city.
    pub position: String,
    /// The password.
    pub password: String,
    /// The authenticator's secret, base32.
    pub totp_secret: String,
    /// Their roles.
    pub roles: Vec<DemoRole>,
}

/// A role of a member of the demonstration staff.
#[derive(Debug, Clone, Deserialize)]
pub struct DemoRole {
    /// The role's code.
    pub role: String,
    /// Where it counts.
    pub scope: Scope,
}

/// The demonstration staff of the repository.
///
/// # Errors
/// When the file does not fit its shape.
pub fn demo_staff() -> Result<Vec<DemoStaff>, BootError> {
    let file: SeedFile = serde_json::from_str(STAFF)
        .map_err(|error| BootError::failed("reading seed/staff.json", error))?;
    Ok(file.staff)
}

/// Makes the demonstration staff that do not exist yet, and gives all of them, so that their sign-ins can be shown.
/// Idempotent by the e-mail address; nothing of an existing person is changed.
///
/// # Errors
/// In the production profile, and when the database refuses.
pub async fn seed(
    db: &PgPool,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    ids: &Ids,
    profile: Profile,
) -> Result<Vec<DemoStaff>, BootError> {
    if !profile.is_development() {
        return Err(BootError::Config(
            "demonstration staff have public passwords: CITY_ENV=production refuses them".into(),
        ));
    }
    let staff = demo_staff()?;
    write(db, keyring, clock, ids, &staff)
        .await
        .map_err(|error| BootError::failed("seeding demonstration staff", error))?;
    Ok(staff)
}

async fn write(
    db: &PgPool,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    ids: &Ids,
    staff: &[DemoStaff],
) -> Result<(), Error> {
    let passwords = PasswordQueue::new(Arc::clone(keyring)).await?;
    for member in staff {
        let known = store::staff::find(
            &mut *db.acquire().await.map_err(fault("connecting"))?,
            &member.email,
        )
        .await?;
        if known.is_some() {
            continue;
        }
        let hashed = passwords.hash(&member.password, ids.bytes()).await?;
        let secret = Secret::try_from_base32(&member.totp_secret)
            .map_err(|_| bad_row("a secret is not base32"))?;
        let person: AccountId = ids.next(clock.now());
        let row = person.to_string();
        let totp_sealed = keyring.seal(sealed_totp(&row), secret.as_bytes());
        let credential = NewCredential {
            person,
            email: &member.email,
            password_phc: &hashed.phc,
            key_id: hashed.key_id,
            totp_sealed: &totp_sealed,
        };
        let mut tx = db.begin().await.map_err(fault("beginning"))?;
        insert(&mut tx, clock, ids, member, &credential).await?;
        tx.commit().await.map_err(fault("committing"))?;
    }
    Ok(())
}

async fn insert(
    db: &mut PgConnection,
    clock: &SharedClock,
    ids: &Ids,
    member: &DemoStaff,
    credential: &NewCredential<'_>,
) -> Result<(), Error> {
    let (now, person) = (clock.now(), credential.person);
    store::person::insert(&mut *db, person, "STAFF", Some(&member.full_name), now).await?;
    store::staff::insert(&mut *db, credential).await?;
    for role in &member.roles {
        let binding = NewBinding {
            id: ids.next(now),
            person,
            role: &role.role,
            scope: &role.scope,
            // There is nobody yet who could grant or approve: two persons who do not exist stand for the installation.
            granted_by: AccountId::restore(Uuid::nil()),
            approved_by: Some(AccountId::restore(Uuid::max())),
            reason: "demonstration",
        };
        store::binding::insert(&mut *db, &binding, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use city_auth::permission;
    use serde_json::Value;

    use super::*;

    #[test]
    fn demonstration_staff_have_roles_of_the_registry_over_agencies_and_wards_that_exist() {
        let codes = |json: &str, list: &str| -> HashSet<String> {
            let json: Value = serde_json::from_str(json).unwrap();
            json[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["code"].as_str().unwrap().to_owned())
                .collect()
        };
        let agencies = codes(include_str!("../../../seed/agencies.json"), "agencies");
        let wards = codes(include_str!("../../../seed/wards.json"), "wards");

        let staff = demo_staff().unwrap();

        let emails: HashSet<_> = staff.iter().map(|member| member.email.to_lowercase()).collect();
        assert_eq!(emails.len(), staff.len());
        for member in &staff {
            assert!(
                Secret::try_from_base32(&member.totp_secret).unwrap().as_bytes().len() >= 20,
                "{}",
                member.email
            );
            assert!((12..=128).contains(&member.password.chars().count()), "{}", member.email);
            for role in &member.roles {
                assert!(permission::role(&role.role).is_some(), "{}", role.role);
                match &role.scope {
                    Scope::City => {}
                    Scope::Agency(code) => assert!(agencies.contains(code), "{code}"),
                    Scope::Ward(code) => assert!(wards.contains(code), "{code}"),
                }
            }
        }
    }
}
