//! Days on which was paid through a provider and of which no statement is through: one break a day, whatever was paid on it.

use chrono::NaiveDate;
use city_contracts::payments::Provider;
use city_ids::ReconciliationBreakId;
use sqlx::PgConnection;

use super::provider;
use crate::error::{Error, fault};
use crate::store::provider::{PROVIDERS, name};

/// Days, now old enough, of which no statement is through and no break tells yet: provider, day, what was paid on it.
pub async fn missing_days(
    db: &mut PgConnection,
    from: NaiveDate,
    upto: NaiveDate,
) -> Result<Vec<(Provider, NaiveDate, i64)>, Error> {
    let providers = PROVIDERS.map(|of| name(of).to_owned());
    let rows = sqlx::query!(
        r#"
        with absent as materialized ( -- few, so that nothing is added up of the other days
            select p.provider, $2::date + d.n as day
            from unnest($1::text[]) p(provider), generate_series(0, $3::date - $2::date) d(n)
            where not exists (select from payments.recon_run r
                              where r.provider = p.provider and r.day = $2::date + d.n and r.done_at is not null)
              and not exists (select from payments.recon_break b
                              where b.provider = p.provider and b.key = to_char($2::date + d.n, 'YYYY-MM-DD')
                                and b.class = 'MISSING_THERE')
        )
        select a.provider as "provider!", a.day as "day!", paid.amount as "amount!"
        from absent a
        cross join lateral (
            select sum(t.amount)::bigint as amount from payments.provider_txn t
            where t.provider = a.provider
              and t.paid_at >= a.day::timestamp at time zone 'Asia/Ho_Chi_Minh'
              and t.paid_at < (a.day + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh') paid
        where paid.amount > 0
        order by a.day, a.provider"#,
        &providers,
        from,
        upto
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for days without a statement"))?;
    rows.into_iter().map(|row| Ok((provider(&row.provider)?, row.day, row.amount))).collect()
}

/// Open breaks about days of which a statement is through by now. What it lacks is a break of each payment's own.
pub async fn came(db: &mut PgConnection) -> Result<Vec<ReconciliationBreakId>, Error> {
    let came = sqlx::query_scalar!(
        r#"select b.id as "id: ReconciliationBreakId" from payments.recon_break b
           where b.closed_at is null and b.class = 'MISSING_THERE' and b.provider_order is null
             and exists (select from payments.recon_run r
                         where r.provider = b.provider and to_char(r.day, 'YYYY-MM-DD') = b.key
                           and r.done_at is not null)
           order by b.id"#
    );
    came.fetch_all(db).await.map_err(fault("looking for statements that came"))
}
