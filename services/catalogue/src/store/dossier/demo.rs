//! Demonstration dossiers, written many at once.

use city_clock::Timestamp;
use city_ids::AccountId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{
    CanonicalRow, Dossier, DossierCode, GENESIS, Happening, Outcome, SegmentKind, Status,
};
use crate::error::{Error, broken, fault};

/// A counter of a ward or commune.
#[derive(Debug, Clone)]
pub struct Counter {
    pub agency: String,
    /// The agency that decides.
    pub parent: String,
    pub ward: String,
}

/// What dossiers stand on.
#[derive(Debug, Clone)]
pub struct Published {
    pub procedure: String,
    pub edition: Uuid,
    pub calendar: Value,
}

/// A dossier with all that happened to it.
#[derive(Debug, Clone)]
pub struct DemoDossier {
    pub dossier: Dossier,
    pub happenings: Vec<Happening>,
}

/// The counters of today's wards and communes, by ward.
pub async fn counters(db: &mut PgConnection) -> Result<Vec<Counter>, Error> {
    sqlx::query_as!(
        Counter,
        r#"select a.code as agency, coalesce(a.parent, a.code) as "parent!", p.code as "ward!"
           from catalogue.agency a join catalogue.place p on p.place_id = a.place_id
           where a.kind = 'ONE_STOP' and a.active and p.kind in ('WARD', 'COMMUNE') and p.valid_to is null
             and p.code is not null
           order by p.code, a.code"#
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing counters"))
}

/// A procedure and the present calendar; none before they are there.
pub async fn published(db: &mut PgConnection) -> Result<Option<Published>, Error> {
    sqlx::query_as!(
        Published,
        r#"select e.national_code as procedure, e.id as edition,
                  (select c.body from catalogue.calendar c where c.code = 'VN-HUE' order by c.version desc limit 1)
                      as "calendar!"
           from catalogue.procedure_edition e
           where exists (select from catalogue.calendar c where c.code = 'VN-HUE')
           order by e.national_code, e.no limit 1"#
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a procedure for the demonstration"))
}

/// Inserts them all, or none when they are there; says how many.
pub async fn insert(
    db: &mut PgConnection,
    published: &Published,
    demo: &[DemoDossier],
    at: Timestamp,
) -> Result<u64, Error> {
    let all = || demo.iter().map(|demo| &demo.dossier);
    let text = |of: fn(&Dossier) -> Option<String>| all().map(of).collect::<Vec<_>>();
    let when = |of: fn(&Dossier) -> Option<Timestamp>| all().map(of).collect::<Vec<_>>();
    let ids: Vec<Uuid> = all().map(|dossier| dossier.id.as_uuid()).collect();
    let sla = all()
        .map(|dossier| serde_json::to_value(dossier.term.as_ref().map(|term| term.rule)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| broken("writing a rule", error))?;
    let inserted = sqlx::query!(
        "insert into catalogue.dossier (id, code, actor, applicant_type, channel, status, procedure_code,
             procedure_edition, receiving_agency, competent_agency, ward, assignee, outcome, sla, calendar_code,
             calendar_version, submitted_at, accepted_at, due_at, first_due_at, processed_at, returned_at, ended_at,
             saved_at, version, created_at, updated_at)
         select r.id, r.code, r.assignee, 0, r.channel, r.status, $1, $2, r.receiving, r.competent, r.ward, r.assignee,
             r.outcome, r.sla, r.calendar, r.calendar_version, r.submitted_at, r.accepted_at, r.due_at, r.due_at,
             r.processed_at, r.returned_at, r.ended_at, r.submitted_at, r.version, r.submitted_at, $3
         from unnest($4::uuid[], $5::text[], $6::uuid[], $7::smallint[], $8::smallint[], $9::text[], $10::text[],
                 $11::text[], $12::text[], $13::jsonb[], $14::text[], $15::integer[], $16::timestamptz[],
                 $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[],
                 $22::integer[])
             as r (id, code, assignee, channel, status, receiving, competent, ward, outcome, sla, calendar,
                 calendar_version, submitted_at, accepted_at, due_at, processed_at, returned_at, ended_at, version)
         on conflict (id) do nothing",
        published.procedure,
        published.edition,
        at,
        &ids,
        &text(|dossier| dossier.code.as_ref().map(DossierCode::to_string)) as &[Option<String>],
        &all().map(|dossier| dossier.assignee.map(AccountId::as_uuid)).collect::<Vec<_>>()
            as &[Option<Uuid>],
        &all().map(|dossier| dossier.channel.code()).collect::<Vec<_>>(),
        &all().map(|dossier| dossier.status.code()).collect::<Vec<_>>(),
        &all().map(|dossier| dossier.receiving.clone()).collect::<Vec<_>>(),
        &all().map(|dossier| dossier.competent.clone()).collect::<Vec<_>>(),
        &text(|dossier| dossier.ward.clone()) as &[Option<String>],
        &text(|dossier| dossier.outcome.map(|outcome| Outcome::as_str(outcome).to_owned()))
            as &[Option<String>],
        &sla,
        &text(|dossier| dossier.term.as_ref().map(|term| term.calendar.clone()))
            as &[Option<String>],
        &all()
            .map(|dossier| dossier.term.as_ref().map(|term| term.calendar_version))
            .collect::<Vec<_>>() as &[Option<i32>],
        &when(|dossier| dossier.submitted_at) as &[Option<Timestamp>],
        &when(|dossier| dossier.accepted_at) as &[Option<Timestamp>],
        &when(|dossier| dossier.due_at) as &[Option<Timestamp>],
        &when(|dossier| dossier.processed_at) as &[Option<Timestamp>],
        &when(|dossier| dossier.returned_at) as &[Option<Timestamp>],
        &when(|dossier| dossier.ended_at) as &[Option<Timestamp>],
        &all().map(|dossier| dossier.version).collect::<Vec<_>>()
    );
    let inserted = inserted.execute(&mut *db).await.map_err(fault("writing the demonstration"))?;
    if inserted.rows_affected() > 0 {
        segments(db, demo).await?;
        histories(db, demo).await?;
        numbers(db, demo).await?;
    }
    Ok(inserted.rows_affected())
}

async fn segments(db: &mut PgConnection, demo: &[DemoDossier]) -> Result<(), Error> {
    let rows: Vec<_> = demo
        .iter()
        .flat_map(|demo| demo.dossier.segments.iter().map(|segment| (demo.dossier.id, segment)))
        .collect();
    sqlx::query!(
        "insert into catalogue.clock_segment (dossier, seq, kind, started_at, ended_at, cause_seq)
         select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[],
             $6::integer[])",
        &rows.iter().map(|(id, _)| id.as_uuid()).collect::<Vec<_>>(),
        &rows.iter().map(|(_, segment)| segment.seq).collect::<Vec<_>>(),
        &rows
            .iter()
            .map(|(_, segment)| SegmentKind::as_str(segment.kind).to_owned())
            .collect::<Vec<_>>(),
        &rows.iter().map(|(_, segment)| segment.started_at).collect::<Vec<_>>(),
        &rows.iter().map(|(_, segment)| segment.ended_at).collect::<Vec<_>>()
            as &[Option<Timestamp>],
        &rows.iter().map(|(_, segment)| segment.cause_seq).collect::<Vec<_>>()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing the clocks of the demonstration"))
}

async fn histories(db: &mut PgConnection, demo: &[DemoDossier]) -> Result<(), Error> {
    let mut chained = Vec::new();
    for DemoDossier { dossier, happenings } in demo {
        let mut prev = GENESIS;
        for happening in happenings {
            let row = CanonicalRow {
                dossier: dossier.id.as_uuid(),
                seq: happening.seq,
                at: happening.at,
                actor: happening.by.account().map(AccountId::as_uuid),
                acting_for: None,
                kind: happening.kind.as_str(),
                from: happening.from.map(Status::code),
                to: happening.to.map(Status::code),
                public_note: None,
                internal_note: None,
                data: &happening.data,
            };
            let hash = row.hash(&prev);
            chained.push((row, prev.to_vec(), hash.to_vec()));
            prev = hash;
        }
    }
    sqlx::query!(
        "insert into catalogue.dossier_event
             (dossier, seq, at, actor, kind, from_status, to_status, data, prev_hash, hash)
         select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::uuid[], $5::text[], $6::smallint[],
             $7::smallint[], $8::jsonb[], $9::bytea[], $10::bytea[])",
        &chained.iter().map(|(row, _, _)| row.dossier).collect::<Vec<_>>(),
        &chained.iter().map(|(row, _, _)| row.seq).collect::<Vec<_>>(),
        &chained.iter().map(|(row, _, _)| row.at).collect::<Vec<_>>(),
        &chained.iter().map(|(row, _, _)| row.actor).collect::<Vec<_>>() as &[Option<Uuid>],
        &chained.iter().map(|(row, _, _)| row.kind.to_owned()).collect::<Vec<_>>(),
        &chained.iter().map(|(row, _, _)| row.from).collect::<Vec<_>>() as &[Option<i16>],
        &chained.iter().map(|(row, _, _)| row.to).collect::<Vec<_>>() as &[Option<i16>],
        &chained.iter().map(|(row, _, _)| row.data.clone()).collect::<Vec<_>>(),
        &chained.iter().map(|(_, prev, _)| prev.clone()).collect::<Vec<_>>(),
        &chained.iter().map(|(_, _, hash)| hash.clone()).collect::<Vec<_>>()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing the histories of the demonstration"))
}

/// The numbers are used up, should the day ever come again on a test's clock.
async fn numbers(db: &mut PgConnection, demo: &[DemoDossier]) -> Result<(), Error> {
    let ids: Vec<_> = demo.iter().map(|demo| demo.dossier.id.as_uuid()).collect();
    sqlx::query!(
        "insert into catalogue.dossier_seq as s (agency, day, last)
         select receiving_agency, (min(submitted_at) at time zone 'Asia/Ho_Chi_Minh')::date, count(*)::integer
         from catalogue.dossier where id = any($1) and receiving_agency is not null group by receiving_agency
         on conflict (agency, day) do update set last = greatest(s.last, excluded.last)",
        &ids
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("numbering the demonstration"))
}
