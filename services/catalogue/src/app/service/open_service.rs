//! A resident, or anybody, opens a service: may they, and where does the app go.

use city_auth::Anyone;
use city_contracts::catalogue::service::{OpenService, OpenedService};

use super::reader::Reader;
use super::view;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::service::kept;
use city_events::idempotency::{Claim, claim};

/// Opens a service and records it among the recent ones, unless the person does not want that. Idempotent by the key: once
/// opened, the first answer is given again.
///
/// # Errors
/// `NOT_FOUND`; `NOT_USABLE` with reason, notice, end and fallback; `PLACE_FORMER`, `PLACE_UNKNOWN` for the ward.
#[tracing::instrument(name = "catalogue.open_service", skip_all)]
pub async fn open_service(
    app: &App,
    who: &Anyone,
    asked: &OpenService,
) -> Result<OpenedService, Error> {
    let snapshot = app.snapshots.get()?;
    if let Some(ward) = &asked.ward_code {
        snapshot.registry.ward_by_code(ward, "/wardCode")?;
    }
    let wards: Vec<_> = asked.ward_code.clone().into_iter().collect();
    let reader = Reader::new(app, who, &asked.client, &wards, &snapshot.registry)?;
    let found = snapshot.services.find(&asked.code);
    let opened = |reader: &Reader| {
        let found = found.ok_or(Error::NotFound)?;
        let availability =
            view::answer(found.entry, &snapshot.registry, reader, asked.ward_code.as_deref());
        if !availability.usable {
            return Err(Error::NotUsable(Box::new(availability)));
        }
        let service = view::service(&snapshot, found.entry, found.redirected_from, reader);
        Ok((found, OpenedService { deep_link: service.deep_link.clone(), service }))
    };
    let Some(account) = reader.account else { return Ok(opened(&reader)?.1) };

    let mut reader = reader;
    let now = reader.at;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, account, &asked.idempotency_key, "open-service", asked, now).await? {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    let (found, _) = opened(&reader)?;
    kept::record_opening(&mut tx, account, &found.entry.live.code, now).await?;
    reader.kept = kept::list(&mut tx, account).await?;
    let (_, answer) = opened(&reader)?;
    recorder.record(&mut tx, &answer).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(answer)
}
