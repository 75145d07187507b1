//! Running numbers of codes.

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// The next number of an agency's day. Its row stays locked until the transaction ends, so no number is skipped.
pub async fn next(db: &mut PgConnection, agency: &str, day: NaiveDate) -> Result<i32, Error> {
    sqlx::query_scalar!(
        r#"insert into catalogue.dossier_seq as s (agency, day, last) values ($1, $2, 1)
           on conflict (agency, day) do update set last = s.last + 1
           returning last"#,
        agency,
        day
    )
    .fetch_one(db)
    .await
    .map_err(fault("numbering a dossier"))
}
