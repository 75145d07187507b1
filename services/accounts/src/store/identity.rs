//! How well it is proven who somebody is.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::error::{Error, bad_row, fault};

/// A proof that counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identity {
    /// 0 a phone, 1 a name, 2 proven.
    pub level: u8,
    /// When it lapses.
    pub until: Option<Timestamp>,
}

/// The best proof of a person that counts now; of equal ones that which lasts longest.
pub async fn find(
    db: &mut PgConnection,
    person: AccountId,
    now: Timestamp,
) -> Result<Identity, Error> {
    let row = sqlx::query!(
        "select level, expires_at from accounts.identity_link
         where person_id = $1 and coalesce(expires_at > $2, true)
         order by level desc, expires_at desc nulls first limit 1",
        person.as_uuid(),
        now
    );
    let Some(row) = row.fetch_optional(db).await.map_err(fault("reading an identity"))? else {
        return Ok(Identity::default());
    };
    let level = u8::try_from(row.level).map_err(|_| bad_row("there is no such level"))?;
    Ok(Identity { level, until: row.expires_at })
}

/// Writes down what the development command says of a person. The caller holds the person's lock.
pub async fn declare(
    db: &mut PgConnection,
    person: AccountId,
    level: u8,
    now: Timestamp,
) -> Result<(), Error> {
    let doing = "declaring an identity";
    if level == 0 {
        let removed = sqlx::query!(
            "delete from accounts.identity_link where person_id = $1",
            person.as_uuid()
        );
        removed.execute(&mut *db).await.map_err(fault(doing))?;
    } else {
        let declared = sqlx::query!(
            "insert into accounts.identity_link (person_id, provider, level, assured_at)
             values ($1, 'DEVELOPMENT', $2, $3)
             on conflict (person_id, provider) do update set level = $2, assured_at = $3, expires_at = null",
            person.as_uuid(),
            i16::from(level),
            now
        );
        declared.execute(&mut *db).await.map_err(fault(doing))?;
    }
    let told = sqlx::query!(
        "update accounts.person set rev = rev + 1 where person_id = $1",
        person.as_uuid()
    );
    told.execute(db).await.map(drop).map_err(fault(doing))
}
