//! A resident files a report.

use chrono::{Datelike as _, TimeDelta};
use city_auth::Filer;
use city_clock::{Timestamp, hue_day, hue_offset};
use city_contracts::reports::{FileReport, ReportView};
use sqlx::PgConnection;

use crate::domain::{
    Actor, Address, AgencyCode, Channel, Digest, Filing, Head, PhotoPurpose, Precision, PublicCode,
    Report, Reporter,
};
use crate::error::{Error, fault};
use crate::reference::{Mode, Reference};
use crate::store;
use crate::store::report::NewReport;

use super::App;
use super::filing::NewFiling;
use super::steps::{self, Taken};
use super::uploads::Uploads;
use super::view::{Viewer, view_of};
use city_events::idempotency::{Claim, claim};

/// Files a report. Idempotent by the request's key.
///
/// # Errors
/// Those of "What is refused" in the README; none of them for a request that was answered before.
#[tracing::instrument(name = "reports.file", skip_all, fields(photo.count = request.photo_ids.len()))]
pub async fn file_report(app: &App, who: &Filer, request: FileReport) -> Result<ReportView, Error> {
    let (now, reference) = (app.clock.now(), app.reference()?);
    let filing = NewFiling::parse(&request, &reference, &app.config, now);
    let photos = filing.as_ref().map(|filing| filing.photos.as_slice()).unwrap_or_default();
    let uploads = Uploads::look(app, who.account, PhotoPurpose::Report, photos, now).await?;

    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let recorder = match claim(&mut tx, who.account, key, "file-report", &request, now).await? {
        Claim::Replay(first) => return Ok(first),
        Claim::New(recorder) => recorder,
    };
    let filing = filing?;
    uploads.judge()?;
    let limit = i32::try_from(app.config.daily_limit).unwrap_or(i32::MAX);
    if !store::quota::take(&mut tx, who.account, hue_day(now), limit).await? {
        return Err(Error::DailyLimit { retry_after_seconds: seconds_to_midnight(now) });
    }
    let report = insert(app, &mut tx, &reference, who, &filing, now).await?;
    let linked = store::photo::link(
        &mut tx,
        who.account,
        PhotoPurpose::Report,
        &filing.photos,
        report.id(),
        now,
    )
    .await?;
    if !linked {
        return Err(Error::UploadUnknown(Vec::new())); // another request used one of them meanwhile
    }
    let view =
        view_of(app, &mut tx, &reference, report.id(), Viewer::Resident(who.account), now).await?;
    recorder.record(&mut tx, &view).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// Decides who gets it and by when, and writes row, timeline and outbox.
async fn insert(
    app: &App,
    db: &mut PgConnection,
    reference: &Reference,
    who: &Filer,
    filing: &NewFiling<'_>,
    now: Timestamp,
) -> Result<Report, Error> {
    let no = store::report::next_no(db).await?;
    let sequence = u64::try_from(no).unwrap_or_default();
    let code = PublicCode::make(now.with_timezone(&hue_offset()).year(), sequence)
        .map_err(|error| Error::Internal { doing: "making a code", source: error.into() })?;
    let (category, place) = (filing.category, &filing.whereabouts);
    let last_resort = AgencyCode::restore(app.config.last_resort_agency.clone());
    let route = reference.route(category, &place.ward, &last_resort, now);
    let audience = app.config.audience(category.is_public);
    let (report, filed) = Report::file(Filing {
        id: app.ids.next(now),
        code,
        category: category.code.clone(),
        ward: place.ward.clone(),
        reporter: Reporter::Account(who.account),
        wants_public: filing.wants_public,
        audience,
        proposed: Some(route.agency.clone()),
        step_due: reference.due(category.triage_target, now, &[])?,
        due: reference.due(category.target, now, &[])?,
        at: now,
    });
    let by_reporter = Actor::Reporter { account: Some(who.account) };
    let mut taken = vec![Taken::new(filed, by_reporter)];
    let report = match route.mode {
        Mode::Propose => report,
        Mode::Assign => {
            let (report, accepted) = report.accept(route.agency, audience, now)?;
            taken.push(Taken::new(accepted, Actor::System));
            report
        }
    };
    let (rows, head) = steps::chain(app, &report, Head { seq: 0, hash: Digest::ZERO }, &taken)?;
    let new = NewReport {
        report: &report,
        no,
        ward_basis: place.basis,
        channel: Channel::App.as_str(),
        target: category.target,
        calendar_version: i32::try_from(reference.calendar.version()).unwrap_or(i32::MAX),
        share_contact: filing.share_contact,
        description: filing.description.as_str(),
        address: place.address.as_ref().map(Address::as_str),
        place: place.point.map(|point| (point, category.precision)),
        captured_at: filing.captured_at,
        photo_count: i32::try_from(filing.photos.len()).unwrap_or(i32::MAX),
        search_text: &search_text(filing, code),
        head,
    };
    store::report::insert(db, &new).await?;
    for row in &rows {
        store::timeline::insert(db, report.id(), row).await?;
    }
    steps::announce(app, db, &report, &taken).await?;
    Ok(report)
}

/// What search finds it by: never an address that the public may not see.
fn search_text(filing: &NewFiling<'_>, code: PublicCode) -> String {
    let category = filing.category;
    let address =
        filing.whereabouts.address.as_ref().filter(|_| category.precision == Precision::Exact);
    let parts = [
        filing.description.as_str(),
        &category.label.vi,
        category.label.en.as_deref().unwrap_or_default(),
        &code.to_string(),
        address.map(Address::as_str).unwrap_or_default(),
    ];
    city_text::fold_y(&parts.join(" "))
}

fn seconds_to_midnight(now: Timestamp) -> u64 {
    let since_midnight = now.with_timezone(&hue_offset()).time() - chrono::NaiveTime::MIN;
    u64::try_from((TimeDelta::days(1) - since_midnight).num_seconds()).unwrap_or(1).max(1)
}
