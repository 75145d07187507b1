//! Role bindings.

use city_auth::{Permission, Scope};
use city_clock::Timestamp;
use city_ids::{AccountId, BindingId};
use sqlx::PgConnection;

use crate::domain::binding::{Binding, roles_with, scope_columns, scope_from_columns};
use crate::error::{Error, bad_row, fault};

/// More than any scope has staff; bounds the answer.
const HOLDERS: i64 = 1_000;

/// A person's bindings that are in time now, the powerless ones among them.
pub async fn list(
    db: &mut PgConnection,
    of: AccountId,
    now: Timestamp,
) -> Result<Vec<Binding>, Error> {
    let rows = sqlx::query!(
        r#"select role, scope_kind, scope_code, valid_from, valid_to, approved_by is not null as "approved!"
           from accounts.role_binding
           where person_id = $1 and ended_at is null and (valid_to is null or valid_to > $2)
           order by binding_id limit 100"#,
        of.as_uuid(),
        now
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing bindings"))?;
    rows.into_iter()
        .map(|row| {
            let scope = scope_from_columns(&row.scope_kind, row.scope_code);
            Ok(Binding {
                role: row.role,
                scope: scope.ok_or_else(|| bad_row("a binding of an unknown scope"))?,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                approved: row.approved,
            })
        })
        .collect()
}

/// Staff whose live binding holds the permission over the ward or one of the agencies.
pub async fn list_holders(
    db: &mut PgConnection,
    permission: Permission,
    ward: Option<&str>,
    agencies: &[String],
    now: Timestamp,
) -> Result<Vec<AccountId>, Error> {
    let (plain, sensitive): (Vec<_>, Vec<_>) =
        roles_with(permission).partition(|role| !role.sensitive);
    let codes = |roles: Vec<&city_auth::permission::Role>| {
        roles.iter().map(|role| role.code.to_owned()).collect::<Vec<_>>()
    };
    sqlx::query_scalar!(
        r#"select distinct b.person_id as "person_id: AccountId"
           from accounts.role_binding b
           join accounts.person p using (person_id)
           where b.ended_at is null and b.valid_from <= $1 and (b.valid_to is null or b.valid_to > $1)
             and (b.role = any($2) or (b.role = any($3) and b.approved_by is not null))
             and p.kind = 'STAFF' and p.status = 'ACTIVE'
             and (b.scope_kind = 'CITY'
                  or (b.scope_kind = 'AGENCY' and b.scope_code = any($4))
                  or (b.scope_kind = 'WARD' and b.scope_code = $5))
           order by 1 limit $6"#,
        now,
        &codes(plain),
        &codes(sensitive),
        agencies,
        ward,
        HOLDERS
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing holders"))
}

/// A binding to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewBinding<'a> {
    /// Its id.
    pub id: BindingId,
    /// Whose.
    pub person: AccountId,
    /// The role's code.
    pub role: &'a str,
    /// Where it counts.
    pub scope: &'a Scope,
    /// Who gave it.
    pub granted_by: AccountId,
    /// Who agreed, where two are needed.
    pub approved_by: Option<AccountId>,
    /// Why.
    pub reason: &'a str,
}

/// Writes a binding that begins now and has no end.
pub async fn insert(
    db: &mut PgConnection,
    binding: &NewBinding<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let (kind, code) = scope_columns(binding.scope);
    sqlx::query!(
        "insert into accounts.role_binding
             (binding_id, person_id, role, scope_kind, scope_code, valid_from, granted_by, approved_by, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        binding.id.as_uuid(),
        binding.person.as_uuid(),
        binding.role,
        kind,
        code,
        now,
        binding.granted_by.as_uuid(),
        binding.approved_by.map(AccountId::as_uuid),
        binding.reason
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a binding"))
}
