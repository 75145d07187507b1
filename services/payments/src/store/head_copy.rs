//! How far the signed heads are copied to the object store.

use sqlx::PgConnection;

use crate::error::{Error, fault};

/// An object that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The first batch of the object before, which names it; 0 when this is the first object.
    pub newest: i64,
    /// The last batch that is copied.
    pub done: i64,
    /// The last batch of this object.
    pub until: i64,
}

/// Plans the next object of a place, of `most` batches at most, or finds the one that was planned before; none when every
/// batch is copied.
pub async fn plan(db: &mut PgConnection, place: &str, most: i64) -> Result<Option<Plan>, Error> {
    let doing = "planning a copy of heads";
    let planned = sqlx::query!(
        "insert into payments.head_copy as h (place, newest, done, until)
         select $1, 0, 0, least(last_batch, $2) from payments.ledger_writer where last_batch > 0
         on conflict on constraint head_copy_pkey do update
         set until = least((select last_batch from payments.ledger_writer), h.done + $2)
         where h.until = h.done and h.done < (select last_batch from payments.ledger_writer)",
        place,
        most
    );
    planned.execute(&mut *db).await.map_err(fault(doing))?;
    let plan = sqlx::query_as!(
        Plan,
        "select newest, done, until from payments.head_copy where place = $1 and done < until",
        place
    );
    plan.fetch_optional(db).await.map_err(fault(doing))
}

/// Notes that a planned object stands.
pub async fn stands(db: &mut PgConnection, place: &str, plan: Plan) -> Result<(), Error> {
    let noted = sqlx::query!(
        "update payments.head_copy set newest = done + 1, done = until
         where place = $1 and done = $2 and until = $3",
        place,
        plan.done,
        plan.until
    );
    noted.execute(db).await.map(drop).map_err(fault("noting a copy of heads"))
}
