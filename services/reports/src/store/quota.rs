//! How many reports an account filed today.

use chrono::NaiveDate;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Counts one more report; false if the account had filed `limit` of them on that day before.
pub async fn take(
    db: &mut PgConnection,
    account: AccountId,
    day: NaiveDate,
    limit: i32,
) -> Result<bool, Error> {
    let query = sqlx::query!(
        r#"
        insert into reports.filing_quota as quota (account, day, filed) values ($1, $2, 1)
        on conflict (account) do update
        set day = excluded.day, filed = case when quota.day = excluded.day then quota.filed + 1 else 1 end
        where quota.day <> excluded.day or quota.filed < $3"#,
        account.as_uuid(),
        day,
        limit
    );
    Ok(query.execute(db).await.map_err(fault("counting a report"))?.rows_affected() == 1)
}
