//! Another service sends a code, at once.

use city_contracts::key::IdempotencyKey;
use city_contracts::notifications::{MessageClass, SendNow, SendOutcome, Sent};
use city_contracts::problem::Finding;
use city_ids::DeliveryId;

use super::App;
use super::hand_over::{Addressed, claimed_until, hand_over};
use crate::channel::Kind;
use crate::domain::{SECURITY_LIFE, Template, Variables};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::delivery::{Claimed, Standing, UrgentDelivery};

const LANE: i16 = 0;

/// Hands over a security message and tells what became of it. The same key again sends nothing and tells the outcome.
///
/// Privacy: number and text are sealed while they wait, gone afterwards, and never part of the key's record.
#[tracing::instrument(name = "notifications.send_now", skip_all)]
pub async fn send_now(app: &App, command: &SendNow) -> Result<Sent, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if let Some(standing) = store::delivery::find_by_request(&mut tx, &command.key).await? {
        return told(command, &standing);
    }
    let template = store::template::find_live(&mut tx, &command.template).await?;
    let text = check(command, template.as_ref())?;
    let id: DeliveryId = app.ids.next(now);
    let batch = app.ids.uuid(now);
    let addressed = Addressed { to: command.phone.clone(), text };
    let sealed = addressed.seal(app, id)?;
    let (kind, expires_at) = (Kind::Sms, now + SECURITY_LIFE);
    let inserted = store::delivery::insert_urgent(
        &mut tx,
        &UrgentDelivery {
            id,
            request_key: &command.key,
            template: &command.template,
            kind,
            sealed: &sealed,
            batch,
            now,
            claimed_until: claimed_until(LANE, now),
            expires_at,
        },
    )
    .await?;
    tx.commit().await.map_err(fault("committing"))?; // what follows is outside any transaction
    if inserted {
        let channel = kind.as_str().to_owned();
        let template = command.template.clone();
        let claimed = Claimed {
            id,
            template,
            lane: LANE,
            channel,
            sealed: Some(sealed),
            attempts: 0,
            expires_at,
        };
        hand_over(app, batch, vec![claimed]).await?;
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let standing = store::delivery::find_by_request(&mut db, &command.key).await?;
    told(command, &standing.ok_or_else(|| broken("finding a delivery", "it was just written"))?)
}

fn told(command: &SendNow, standing: &Standing) -> Result<Sent, Error> {
    if standing.template != command.template {
        return Err(Error::KeyReused);
    }
    let outcome = match (standing.handed_at, standing.failed_at) {
        (_, Some(_)) => SendOutcome::Failed,
        (Some(_), None) => SendOutcome::Handed,
        (None, None) => SendOutcome::Queued,
    };
    Ok(Sent { outcome })
}

/// The text to send, or everything wrong with the command.
fn check(command: &SendNow, template: Option<&Template>) -> Result<String, Error> {
    let mut findings = Vec::new();
    if IdempotencyKey::parse(&command.key).is_err() {
        findings.push(Finding::new("/key", "KEY", "a key is 8 to 128 visible ASCII characters"));
    }
    if !is_e164(&command.phone) {
        findings.push(Finding::new(
            "/phone",
            "PHONE",
            "send the number in E.164, such as +84901234567",
        ));
    }
    let sendable = template
        .filter(|found| found.class == MessageClass::Security && found.bodies.vi.sms.is_some());
    let Some(template) = sendable else {
        findings.push(Finding::new(
            "/template",
            "UNKNOWN",
            "name a live SECURITY template that has an SMS",
        ));
        return Err(Error::Input(findings));
    };
    let mut variables = Variables::new();
    for (name, kind) in &template.variables {
        let field = format!("/variables/{name}");
        match command.variables.get(name).map(|raw| kind.parse(raw)) {
            Some(Some(value)) => drop(variables.insert(name.clone(), value)),
            Some(None) => {
                findings.push(Finding::new(
                    field,
                    "SHAPE",
                    format!("expected {}", kind.expected()),
                ));
            }
            None => findings.push(Finding::new(
                field,
                "TEMPLATE_VARS",
                "the template needs this variable",
            )),
        }
    }
    let unknown =
        command.variables.keys().filter(|name| !template.variables.contains_key(*name)).count();
    if unknown > 0 {
        let message = format!("{unknown} variable(s) are not of this template");
        findings.push(Finding::new("/variables", "UNKNOWN", message));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    template
        .render_sms(command.locale, &variables)?
        .ok_or_else(|| broken("rendering an SMS", "it has no SMS text"))
}

fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}
