//! Billers' own systems send bills and take them back.

use axum::extract::State;
use axum::response::Response;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::BillView;
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, Query};
use http::HeaderMap;
use serde::Deserialize;
use uuid::Uuid;

use super::file::SignedFile;
use super::signed::SignedByBiller;
use crate::app::{self, App, Sender};
use crate::domain::input;
use crate::domain::owner::Owner;
use crate::error::Error;
use crate::http::bill_import::{BillImportView, accepted, format_of, receive_signed};

/// Which file, and how it is taken: in the query, which is signed, because the body is the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileQuery {
    /// A UUIDv7 of the biller's: the same again gets the first import.
    id: String,
    /// All of it or nothing.
    #[serde(default)]
    atomic: bool,
}

/// To take a bill back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelRequest {
    /// Why, 10 to 500 characters.
    reason: String,
}

/// `POST /merchant/v1/bills?id&atomic`
pub async fn import(
    State(app): State<App>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
    mut file: SignedFile,
) -> Result<Response, Problem> {
    let format = format_of(&headers)?;
    let key = key_of(&query.id)?;
    let caller = file.claimed();
    let Owner::Biller(biller) = caller.owner else {
        while file.next().await?.is_some() {}
        file.finish(&app).await?; // said only to whoever has that key
        return Err(Error::KeyKind.into());
    };
    let sender = Sender::Key(caller.key);
    let receiving = app::begin_import(&app, sender, biller, query.atomic, format).await?;
    let job = receive_signed(&app, receiving, &key, file).await?;
    accepted(&app, job.id).await
}

fn key_of(raw: &str) -> Result<IdempotencyKey, Error> {
    let id = input::payment_id(raw);
    let key = id.and_then(|id| IdempotencyKey::parse(&id.as_uuid().to_string()).ok());
    key.ok_or_else(|| {
        Error::Input(vec![Finding::new("/id", "SHAPE", "an id is a UUID of version 7")])
    })
}

/// `GET /merchant/v1/imports/{id}`
pub async fn read_import(
    State(app): State<App>,
    Path(id): Path<String>,
    call: SignedByBiller,
) -> Result<Json<BillImportView>, Problem> {
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let (job, refused) = app::find_import(&app, id).await?;
    if job.biller != call.biller {
        return Err(Error::NotFound.into());
    }
    Ok(Json(BillImportView::new(job, refused)))
}

/// `POST /merchant/v1/bills/{number}/cancel`
pub async fn cancel(
    State(app): State<App>,
    Path(number): Path<String>,
    call: SignedByBiller,
) -> Result<Json<BillView>, Problem> {
    let CancelRequest { reason } = call.json()?;
    let (actor, biller) = (call.biller.as_uuid(), call.biller);
    Ok(Json(app::cancel_bill(&app, actor, biller, &number, &reason).await?))
}
