//! Lists for editors and publishers: what waits for review, what nobody has checked for long.

use chrono::{Duration, NaiveDate};
use city_clock::{Timestamp, hue_day};
use city_ids::AccountId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// An edition of a service or a procedure that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: Uuid,
    pub is_procedure: bool,
    pub code: String,
    pub owner_agency: String,
    pub no: i32,
    pub name: Option<String>,
    pub change_note: Option<String>,
    pub edited_by: AccountId,
    pub submitted_at: Timestamp,
}

/// Editions in review, the oldest first, from just after `after`; of these agencies only, when named. Each side is read along
/// its own index and no further than a page.
pub async fn reviews(
    db: &mut PgConnection,
    agencies: Option<&[String]>,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let (at, id) = after.unzip();
    let rows = sqlx::query!(
        r#"
        (select edition.id as "id!", false as "is_procedure!", service.code as "code!",
                service.owner_agency as "owner_agency!", edition.no as "no!", edition.change_note,
                edition.edited_by as "edited_by!", edition.submitted_at as "submitted_at!",
                (select body from catalogue.service_edition_text text
                 where text.edition = edition.id and field = 'name' and locale = 'vi') as name
         from catalogue.service_edition edition
         join catalogue.service service on service.code = edition.service
         where edition.state = 'IN_REVIEW' and ($1::text[] is null or service.owner_agency = any ($1))
           and ($2::timestamptz is null or (edition.submitted_at, edition.id) > ($2, $3))
         order by edition.submitted_at, edition.id
         limit $4)
        union all
        (select edition.id, true, procedure.national_code, procedure.owner_agency, edition.no, edition.change_note,
                edition.edited_by, edition.submitted_at, edition.body -> 'name' ->> 'vi'
         from catalogue.procedure_edition edition
         join catalogue.procedure procedure on procedure.national_code = edition.national_code
         where edition.state = 'IN_REVIEW' and ($1::text[] is null or procedure.owner_agency = any ($1))
           and ($2::timestamptz is null or (edition.submitted_at, edition.id) > ($2, $3))
         order by edition.submitted_at, edition.id
         limit $4)
        order by "submitted_at!", "id!"
        limit $4"#,
        agencies,
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing what waits for review"))?;
    let waiting = rows.into_iter().map(|row| Waiting {
        id: row.id,
        is_procedure: row.is_procedure,
        code: row.code,
        owner_agency: row.owner_agency,
        no: row.no,
        name: row.name,
        change_note: row.change_note,
        edited_by: AccountId::restore(row.edited_by),
        submitted_at: row.submitted_at,
    });
    Ok(waiting.collect())
}

/// A live edition that nobody has checked for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub service: String,
    pub owner_agency: String,
    pub no: i32,
    pub name: Option<String>,
    pub checked_at: Timestamp,
    pub review_by: Option<NaiveDate>,
}

/// The live editions of services in use that are stale, by code, from just after `after`. The rule is that of
/// [`crate::domain::edition::is_stale`], as SQL.
pub async fn stale(
    db: &mut PgConnection,
    agencies: Option<&[String]>,
    at: Timestamp,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Stale>, Error> {
    let rows = sqlx::query!(
        r#"
        select code, owner_agency, no, review_by, checked_at as "checked_at!", name
        from (
            select service.code, service.owner_agency, edition.no, edition.review_by,
                   greatest(edition.live_at, edition.assured_at) as checked_at,
                   (select body from catalogue.service_edition_text text
                    where text.edition = edition.id and field = 'name' and locale = 'vi') as name
            from catalogue.service_edition edition
            join catalogue.service service on service.code = edition.service
            where edition.state = 'LIVE' and service.withdrawn_as is null
              and ($1::text[] is null or service.owner_agency = any ($1))
        ) as shown
        where (checked_at <= $2
               or (review_by < $3 and (checked_at at time zone 'Asia/Ho_Chi_Minh')::date <= review_by))
          and ($4::text is null or code > $4)
        order by code
        limit $5"#,
        agencies,
        at - Duration::days(crate::domain::edition::ASSURANCE_DAYS),
        hue_day(at),
        after,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing what is stale"))?;
    let stale = rows.into_iter().map(|row| Stale {
        service: row.code,
        owner_agency: row.owner_agency,
        no: row.no,
        name: row.name,
        checked_at: row.checked_at,
        review_by: row.review_by,
    });
    Ok(stale.collect())
}
