//! New accounts.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::{AccountNo, Class};
use crate::error::{Error, fault};

/// Opens an empty account of a class; the same public id again finds the first.
///
/// # Errors
/// When the database is away.
pub async fn open(
    db: &mut PgConnection,
    ext: Uuid,
    class: Class,
    owner: Option<Uuid>,
) -> Result<AccountNo, Error> {
    let number = sqlx::query_scalar!(
        r#"
        with opened as (
            insert into payments.ledger_account (ext, class, owner, flags) values ($1, $2, $3, $4)
            on conflict (ext) do nothing
            returning id
        )
        select id as "id!" from opened
        union all
        select id from payments.ledger_account where ext = $1
        limit 1"#,
        ext,
        class.number(),
        owner,
        class.flags(),
    );
    let doing = "opening an account";
    if let Some(number) = number.fetch_optional(&mut *db).await.map_err(fault(doing))? {
        return Ok(AccountNo(number));
    }
    // Somebody opened it while the statement ran, after what it could see: the next one sees it.
    let number = sqlx::query_scalar!("select id from payments.ledger_account where ext = $1", ext);
    Ok(AccountNo(number.fetch_one(db).await.map_err(fault(doing))?))
}
