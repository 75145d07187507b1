//! Figures of dossiers.

use city_clock::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::error::{Error, fault};

/// The figures of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Code of the ward (empty: the whole city), agency or procedure, or the day.
    pub key: String,
    /// Filed in the span.
    pub received: i64,
    /// Decided in the span.
    pub resolved: i64,
    /// Of those decided: by the deadline.
    pub on_time: i64,
    /// Of those decided: after it.
    pub late: i64,
    /// Of those filed: whose clock stands still now.
    pub stopped: i64,
    /// Rounds of questions to those filed.
    pub rounds: i64,
    /// Of those filed: online.
    pub online: i64,
}

/// Counts by key between two instants, for these agencies or for all, in the order of the key.
pub async fn count(
    db: &mut PgConnection,
    by: &str,
    from: Timestamp,
    to: Timestamp,
    agencies: Option<&[String]>,
) -> Result<Vec<Figures>, Error> {
    sqlx::query_as!(
        Figures,
        r#"
        with counted as (
            select case $1 when 'ward' then coalesce(d.ward, '') when 'agency' then coalesce(d.receiving_agency, '')
                           when 'procedure' then d.procedure_code
                           else to_char(d.submitted_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') end as key,
                   1 as received, 0 as resolved, 0 as on_time, 0 as late,
                   case when d.status in (5, 6, 8) then 1 else 0 end as stopped,
                   (select count(*) from catalogue.dossier_request r where r.dossier = d.id) as rounds,
                   case when d.channel = 2 then 1 else 0 end as online
            from catalogue.dossier d
            where d.submitted_at >= $2 and d.submitted_at < $3
              and ($4::text[] is null or d.receiving_agency = any($4) or d.competent_agency = any($4))
            union all
            select case $1 when 'ward' then coalesce(d.ward, '') when 'agency' then coalesce(d.receiving_agency, '')
                           when 'procedure' then d.procedure_code
                           else to_char(d.processed_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') end,
                   0, 1, case when d.due_at < d.processed_at then 0 else 1 end,
                   case when d.due_at < d.processed_at then 1 else 0 end, 0, 0, 0
            from catalogue.dossier d
            where d.processed_at >= $2 and d.processed_at < $3
              and ($4::text[] is null or d.receiving_agency = any($4) or d.competent_agency = any($4))
        )
        select key as "key!", sum(received)::bigint as "received!", sum(resolved)::bigint as "resolved!",
               sum(on_time)::bigint as "on_time!", sum(late)::bigint as "late!", sum(stopped)::bigint as "stopped!",
               sum(rounds)::bigint as "rounds!", sum(online)::bigint as "online!"
        from counted group by key order by key
        "#,
        by,
        from,
        to,
        agencies
    )
    .fetch_all(db)
    .await
    .map_err(fault("counting dossiers"))
}
