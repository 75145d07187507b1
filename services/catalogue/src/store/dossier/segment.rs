//! When the clock ran and when it stood still.

use city_ids::DossierId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{Segment, SegmentKind};
use crate::error::{Error, broken, fault};

/// The segments of several dossiers, in order.
pub async fn list(db: &mut PgConnection, dossiers: &[Uuid]) -> Result<Vec<(Uuid, Segment)>, Error> {
    let rows = sqlx::query!(
        "select dossier, seq, kind, started_at, ended_at, cause_seq
         from catalogue.clock_segment where dossier = any($1) order by dossier, seq",
        dossiers
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading the clock of dossiers"))?;
    rows.into_iter()
        .map(|row| {
            let kind = SegmentKind::parse(&row.kind)
                .ok_or_else(|| broken("reading the clock of dossiers", row.kind.clone()))?;
            let segment = Segment {
                seq: row.seq,
                kind,
                started_at: row.started_at,
                ended_at: row.ended_at,
                cause_seq: row.cause_seq,
            };
            Ok((row.dossier, segment))
        })
        .collect()
}

/// Writes what differs. The ended one goes first: at most one is open.
pub async fn sync(
    db: &mut PgConnection,
    dossier: DossierId,
    before: &[Segment],
    after: &[Segment],
) -> Result<(), Error> {
    for segment in after.iter().filter(|segment| !before.contains(segment)) {
        sqlx::query!(
            "insert into catalogue.clock_segment (dossier, seq, kind, started_at, ended_at, cause_seq)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (dossier, seq) do update set ended_at = excluded.ended_at",
            dossier.as_uuid(),
            segment.seq,
            segment.kind.as_str(),
            segment.started_at,
            segment.ended_at,
            segment.cause_seq
        )
        .execute(&mut *db)
        .await
        .map_err(fault("writing the clock of a dossier"))?;
    }
    Ok(())
}
