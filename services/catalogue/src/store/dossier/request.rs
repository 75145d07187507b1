//! Rounds of questions.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{Closing, Item, ReasonCode, Round};
use crate::error::{Error, broken, fault};

/// The rounds of several dossiers, in order.
pub async fn list(db: &mut PgConnection, dossiers: &[Uuid]) -> Result<Vec<(Uuid, Round)>, Error> {
    let rounds = sqlx::query!(
        r#"select dossier, round, asked_at, asked_by as "asked_by: AccountId", deadline, closed_at, closed_as
           from catalogue.dossier_request where dossier = any($1) order by dossier, round"#,
        dossiers
    );
    let rounds = rounds.fetch_all(&mut *db).await.map_err(fault("reading rounds of dossiers"))?;
    if rounds.is_empty() {
        return Ok(Vec::new());
    }
    let mut items = items(db, dossiers).await?;
    rounds
        .into_iter()
        .map(|row| {
            let doing = "reading rounds of dossiers";
            let closed = match (row.closed_at, row.closed_as) {
                (Some(at), Some(how)) => {
                    Some((at, Closing::parse(&how).ok_or_else(|| broken(doing, how))?))
                }
                _ => None,
            };
            let own = |(dossier, round, _): &mut (Uuid, i16, Item)| {
                (*dossier, *round) == (row.dossier, row.round)
            };
            let round = Round {
                no: row.round,
                asked_at: row.asked_at,
                asked_by: row.asked_by,
                deadline: row.deadline,
                closed,
                items: items.extract_if(.., own).map(|(_, _, item)| item).collect(),
            };
            Ok((row.dossier, round))
        })
        .collect()
}

async fn items(db: &mut PgConnection, dossiers: &[Uuid]) -> Result<Vec<(Uuid, i16, Item)>, Error> {
    let rows = sqlx::query!(
        r#"select dossier, round, target, reason, text, done_at, lead_ok_by as "lead_ok_by: AccountId"
           from catalogue.request_item where dossier = any($1) order by dossier, round, target"#,
        dossiers
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading what is asked for"))?;
    rows.into_iter()
        .map(|row| {
            let reason = ReasonCode::parse(&row.reason)
                .map_err(|error| broken("reading what is asked for", error))?;
            let item = Item {
                target: row.target,
                reason,
                text: row.text,
                done_at: row.done_at,
                lead_ok_by: row.lead_ok_by,
            };
            Ok((row.dossier, row.round, item))
        })
        .collect()
}

/// Writes what differs. A closed one goes first: at most one is open.
pub async fn sync(
    db: &mut PgConnection,
    dossier: DossierId,
    before: &[Round],
    after: &[Round],
) -> Result<(), Error> {
    for round in after.iter().filter(|round| !before.contains(round)) {
        let (closed_at, closing) = round.closed.unzip();
        sqlx::query!(
            "insert into catalogue.dossier_request
                 (dossier, round, asked_at, asked_by, deadline, closed_at, closed_as)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (dossier, round) do update
             set closed_at = excluded.closed_at, closed_as = excluded.closed_as",
            dossier.as_uuid(),
            round.no,
            round.asked_at,
            round.asked_by.as_uuid(),
            round.deadline,
            closed_at,
            closing.map(Closing::as_str)
        )
        .execute(&mut *db)
        .await
        .map_err(fault("writing a round of a dossier"))?;
        for item in &round.items {
            sqlx::query!(
                "insert into catalogue.request_item (dossier, round, target, reason, text, done_at, lead_ok_by)
                 values ($1, $2, $3, $4, $5, $6, $7)
                 on conflict (dossier, round, target) do update set done_at = excluded.done_at",
                dossier.as_uuid(),
                round.no,
                item.target,
                item.reason.as_str(),
                item.text,
                item.done_at,
                item.lead_ok_by.map(AccountId::as_uuid)
            )
            .execute(&mut *db)
            .await
            .map_err(fault("writing what is asked for"))?;
        }
    }
    Ok(())
}

/// Open rounds whose deadline is at most this day and whose reader was not reminded of it yet.
pub async fn list_unreminded(
    db: &mut PgConnection,
    today: NaiveDate,
    soon: NaiveDate,
    limit: i64,
) -> Result<Vec<(DossierId, i16, NaiveDate)>, Error> {
    let rows = sqlx::query!(
        r#"select dossier as "dossier: DossierId", round, deadline from catalogue.dossier_request
           where closed_at is null
             and ((deadline <= $2 and deadline > $1 and reminded_soon_at is null)
                  or (deadline = $1 and reminded_day_at is null))
           order by deadline, dossier limit $3"#,
        today,
        soon,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for rounds near their deadline"))?;
    Ok(rows.into_iter().map(|row| (row.dossier, row.round, row.deadline)).collect())
}

/// Remembers that the resident was reminded: of the day itself, or before it. False if that was done already.
pub async fn mark_reminded(
    db: &mut PgConnection,
    dossier: DossierId,
    round: i16,
    on_the_day: bool,
    at: Timestamp,
) -> Result<bool, Error> {
    let marked = sqlx::query!(
        "update catalogue.dossier_request
         set reminded_soon_at = case when $3 then reminded_soon_at else $4 end,
             reminded_day_at = case when $3 then $4 else reminded_day_at end
         where dossier = $1 and round = $2 and closed_at is null
           and case when $3 then reminded_day_at is null else reminded_soon_at is null end",
        dossier.as_uuid(),
        round,
        on_the_day,
        at
    );
    let marked = marked.execute(db).await.map_err(fault("remembering a reminder"))?;
    Ok(marked.rows_affected() == 1)
}
