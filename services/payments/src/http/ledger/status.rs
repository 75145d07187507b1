//! `GET /admin/v1/payments/ledger/status`: who leads, and up to where the books are closed.

use axum::extract::State;
use city_auth::{ObjectScope, Staff, permission};
use city_http::{Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::fault;
use crate::sequencer::Status;
use crate::store::ledger as store;

/// The ledger as an instance sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerStatus {
    /// What the answering instance is: STARTING, LEADING, FOLLOWING, AWAY, UNSAFE, STOPPED.
    pub instance: &'static str,
    /// Why, when it refuses to lead.
    pub reason: Option<String>,
    /// The number of the present leadership.
    pub epoch: i64,
    /// The last batch.
    pub last_batch: i64,
    /// The last leg.
    pub last_seq: i64,
    /// Hash of the last batch, hexadecimal.
    pub last_hash: String,
    /// Whether legs lie outside of all months.
    pub stray_legs: bool,
}

/// `GET /admin/v1/payments/ledger/status`
#[utoipa::path(
    get, path = "/admin/v1/payments/ledger/status", tag = "payments", operation_id = "readLedgerStatus",
    summary = "Who leads the ledger, and up to where the books are closed",
    responses((status = 200, description = "The ledger", body = LedgerStatus), (status = 403, description = "SCOPE"),
              (status = 503, description = "UNAVAILABLE")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.ledger.read")))
)]
pub async fn read(State(app): State<App>, staff: Staff) -> Result<Json<LedgerStatus>, Problem> {
    staff.require(permission::LEDGER_READ, ObjectScope::default(), app.clock.now())?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let writer = store::writer(&mut db).await.map_err(fault("reading who writes"))?;
    let stray_legs = store::strays(&mut db).await.map_err(fault("looking for stray legs"))?;
    let (instance, reason) = match app.ledger.status() {
        Status::Starting => ("STARTING", None),
        Status::Leading { .. } => ("LEADING", None),
        Status::Following { .. } => ("FOLLOWING", None),
        Status::Away => ("AWAY", None),
        Status::Unsafe(reason) => ("UNSAFE", Some(reason)),
        Status::Stopped => ("STOPPED", None),
    };
    Ok(Json(LedgerStatus {
        instance,
        reason,
        epoch: writer.epoch,
        last_batch: writer.head.batch,
        last_seq: writer.head.seq,
        last_hash: crate::hex::text(&writer.head.hash),
        stray_legs,
    }))
}
