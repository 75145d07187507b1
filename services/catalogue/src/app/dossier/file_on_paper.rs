//! A clerk files a dossier for somebody who came with paper, or wrote by post.

use city_auth::Staff;
use city_auth::permission::DOSSIER_INTAKE;
use city_clock::hue_day;
use city_contracts::catalogue::dossier::{ApplicantType, DossierContact};
use city_contracts::catalogue::procedure::{ComponentInput, Severity};
use city_contracts::common::Locale;
use city_contracts::key::IdempotencyKey;
use city_ids::{AccountId, DossierId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::create_dossier::applicant_code;
use super::pinned::{self, Pinned};
use super::refused::Refused;
use super::scope::may;
use super::staff_view::DossierActionDone;
use super::submit_dossier::locked;
use super::vault::{self, Sheet};
use super::{Collect, bill, keep, usable, written};
use crate::app::App;
use crate::domain::dossier::{Actor, Channel, DossierCode};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::dossier::counter::{self, NewOnPaper};
use city_events::idempotency::{Claim, claim};

/// Components of one dossier.
const MOST_COMPONENTS: usize = 100;

/// A dossier on paper.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaperDossier {
    /// The procedure, such as `1.001193`.
    pub national_code: String,
    /// The ward the matter belongs to, where the procedure needs one.
    #[serde(default)]
    pub ward_code: Option<String>,
    /// 1 in person, 3 by public post.
    pub channel: i16,
    /// The applicant's account, if they have one.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub account: Option<AccountId>,
    /// `CITIZEN`, `BUSINESS` or `HOUSEHOLD_BUSINESS`.
    #[schema(value_type = String)]
    #[serde(default)]
    pub applicant_type: ApplicantType,
    /// As the form asks.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// How to reach the applicant.
    #[schema(value_type = Object)]
    #[serde(default)]
    pub contact: DossierContact,
    /// What was handed in.
    #[schema(value_type = Vec<Object>)]
    #[serde(default)]
    pub components: Vec<ComponentInput>,
}

impl std::fmt::Debug for PaperDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaperDossier")
            .field("national_code", &self.national_code)
            .finish_non_exhaustive()
    }
}

/// Files a dossier from paper, with the same check as online. Idempotent by the key.
///
/// # Errors
/// `INPUT`, `NOT_FOUND` for a procedure that is not offered, `FORM_CLOSED`, `INCOMPLETE`, `SCOPE` at another agency's counter.
#[tracing::instrument(name = "catalogue.file_on_paper", skip_all)]
pub async fn file_on_paper(
    app: &App,
    who: &Staff,
    key: &IdempotencyKey,
    request: &PaperDossier,
) -> Result<DossierActionDone, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder = match claim(&mut tx, who.account, key, "file-on-paper", request, now).await? {
        Claim::Replay(first) => return Ok(first),
        Claim::New(recorder) => recorder,
    };
    let (sheet, channel) = parse(request)?;
    let ward = usable::ward(&snapshot, request.ward_code.as_deref(), "/wardCode")?;
    let pinned = Pinned::live(&mut tx, &request.national_code).await?.ok_or(Error::NotFound)?;
    if !pinned.is_open(now) {
        return Err(Refused::FormClosed.into());
    }
    let checked =
        pinned.check(&snapshot, &sheet.answers, &request.components, ward.as_deref(), now);
    let findings = checked.report.findings;
    let blocking: Vec<_> =
        findings.into_iter().filter(|found| found.severity == Severity::Blocking).collect();
    let Some(route) = checked.route.filter(|_| blocking.is_empty()) else {
        return Err(Refused::Incomplete(pinned::findings(&blocking, Locale::Vi)).into());
    };
    let ward = route.receiving_ward.or(ward);
    if !may(who, DOSSIER_INTAKE, &snapshot.registry, &route.receiving, ward.as_deref(), now) {
        return Err(Error::Scope(DOSSIER_INTAKE));
    }

    let id: DossierId = app.ids.next(now);
    let new = NewOnPaper {
        id,
        account: request.account,
        actor: who.account,
        applicant_type: applicant_code(request.applicant_type),
        channel: channel.code(),
        procedure: pinned.national_code(),
        edition: pinned.edition_id(),
        form: pinned.form_id(),
        at: now,
    };
    counter::insert(&mut tx, &new).await?;
    vault::begin_sheet(app, &mut tx, id, &sheet).await?;
    for component in &request.components {
        counter::insert_component(&mut tx, id, component, now).await?;
    }
    let quote = pinned.quote(&sheet.answers, now);
    let mut before = locked(&mut tx, id).await?;
    let number = store::dossier::seq::next(&mut tx, &route.receiving, hue_day(now)).await?;
    let code = DossierCode::new(&route.receiving, hue_day(now), number);
    (before.receiving, before.competent, before.ward) = (route.receiving, route.competent, ward);
    let bill = bill(Some(&quote), Collect::Intake, &app.ids, now)?;
    let step = before.clone().submit(Actor::Staff(who.account), code.clone(), bill, now)?;
    let after = keep(app, &mut tx, &before, &step, now).await?;
    let digits = sheet.contact.phone.as_deref().and_then(written::last4);
    let mac = digits.map(|digits| vault::track_mac(app, code.as_str(), digits));
    let frozen = serde_json::to_value(&quote).map_err(|error| broken("freezing a quote", error))?;
    store::dossier::draft::freeze(&mut tx, id, &frozen, mac.as_ref().map(|mac| &mac[..])).await?;
    let done = DossierActionDone::of(&after);
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}

fn parse(request: &PaperDossier) -> Result<(Sheet, Channel), Error> {
    let mut findings = Vec::new();
    let answers = written::answers(&request.answers, "/answers", &mut findings);
    let contact = written::contact(&request.contact, &mut findings);
    if request.components.len() > MOST_COMPONENTS {
        let message = format!("at most {MOST_COMPONENTS}");
        findings.push(city_contracts::problem::Finding::new("/components", "TOO_MANY", message));
    }
    let channel = Channel::from_code(request.channel).filter(|way| *way != Channel::Online);
    if channel.is_none() {
        let message = "1 in person or 3 by post";
        findings.push(city_contracts::problem::Finding::new("/channel", "UNKNOWN", message));
    }
    match (answers, channel) {
        (Some(answers), Some(channel)) if findings.is_empty() => {
            Ok((Sheet { answers, contact, notes: Vec::new() }, channel))
        }
        _ => Err(Error::Input(findings)),
    }
}
