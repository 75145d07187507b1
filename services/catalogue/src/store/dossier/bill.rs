//! Bills of dossiers.

use city_ids::DossierId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{Bill, BillState, Purpose};
use crate::error::{Error, broken, fault};

/// The bills of several dossiers, oldest first.
pub async fn list(db: &mut PgConnection, dossiers: &[Uuid]) -> Result<Vec<(Uuid, Bill)>, Error> {
    let rows = sqlx::query!(
        "select bill_ref, dossier, bill_no, purpose, amount, lines, state, requested_at, settled_at
         from catalogue.dossier_bill where dossier = any($1) order by dossier, requested_at, bill_ref",
        dossiers
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading bills of dossiers"))?;
    rows.into_iter()
        .map(|row| {
            let unknown = || broken("reading a bill of a dossier", row.bill_ref.to_string());
            let bill = Bill {
                bill_ref: row.bill_ref,
                bill_no: row.bill_no,
                purpose: Purpose::parse(&row.purpose).ok_or_else(unknown)?,
                amount: row.amount,
                lines: row.lines,
                state: BillState::parse(&row.state).ok_or_else(unknown)?,
                requested_at: row.requested_at,
                settled_at: row.settled_at,
            };
            Ok((row.dossier, bill))
        })
        .collect()
}

/// Which dossier a bill is of.
pub async fn find_dossier(
    db: &mut PgConnection,
    bill_ref: Uuid,
) -> Result<Option<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select dossier as "dossier: DossierId" from catalogue.dossier_bill where bill_ref = $1"#,
        bill_ref
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding the dossier of a bill"))
}

/// Writes what differs.
pub async fn sync(
    db: &mut PgConnection,
    dossier: DossierId,
    before: &[Bill],
    after: &[Bill],
) -> Result<(), Error> {
    for bill in after.iter().filter(|bill| !before.contains(bill)) {
        sqlx::query!(
            "insert into catalogue.dossier_bill
                 (bill_ref, dossier, bill_no, purpose, amount, lines, state, requested_at, settled_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (bill_ref) do update
             set bill_no = excluded.bill_no, state = excluded.state, settled_at = excluded.settled_at",
            bill.bill_ref,
            dossier.as_uuid(),
            bill.bill_no,
            bill.purpose.as_str(),
            bill.amount,
            bill.lines,
            bill.state.as_str(),
            bill.requested_at,
            bill.settled_at
        )
        .execute(&mut *db)
        .await
        .map_err(fault("writing a bill of a dossier"))?;
    }
    Ok(())
}
