//! The report of a settlement, for officers and for its payee alike.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use city_ids::SettlementId;
use futures_util::stream;
use http::header;

use crate::app::{App, Lines};
use crate::error::Error;

/// Which settlement is asked for, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json(SettlementId),
    /// With `.csv` after the id.
    Csv(SettlementId),
}

/// What the last part of a path asks for.
///
/// # Errors
/// `NotFound`.
pub fn asked_for(file: &str) -> Result<Form, Error> {
    let id = |text: &str| SettlementId::parse(text).map_err(|_| Error::NotFound);
    match file.strip_suffix(".csv") {
        Some(name) => Ok(Form::Csv(id(name)?)),
        None => Ok(Form::Json(id(file)?)),
    }
}

/// The lines of a report as a file, a part at a time.
pub fn csv(app: App, id: SettlementId, lines: Lines) -> Response {
    let parts = stream::try_unfold((app, lines), async |(app, mut lines)| {
        let part = lines.next(&app).await?;
        Ok::<_, Error>(part.map(|part| (part, (app, lines))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.csv\"")),
    ];
    (headers, Body::from_stream(parts)).into_response()
}
