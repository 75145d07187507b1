//! Facts about the rules, on reports brought into their states by real transitions.

mod life;
mod matrix;
mod photos;
mod places;
mod proofs;
mod texts;

use chrono::{TimeDelta, TimeZone, Utc};
use city_clock::Timestamp;
use city_ids::{AccountId, Ids, ReportId};

use super::*;

const WINDOW: TimeDelta = TimeDelta::days(7);

/// Friday, 20 November 2026, 15:00 in Hue.
fn noon() -> Timestamp {
    Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).single().expect("one instant")
}

fn later(minutes: i64) -> Timestamp {
    noon() + TimeDelta::minutes(minutes)
}

fn account(seed: u64) -> AccountId {
    Ids::seeded(seed).next(noon())
}

fn officer() -> AccountId {
    account(1)
}

fn coordinator() -> AccountId {
    account(2)
}

fn agency(code: &str) -> AgencyCode {
    AgencyCode::parse(code).expect("a code")
}

fn roads() -> AgencyCode {
    agency("HUE-SXD")
}

fn ward(code: &str) -> WardCode {
    WardCode::parse(code).expect("a code")
}

fn code(sequence: u64) -> PublicCode {
    PublicCode::make(2026, sequence).expect("in range")
}

fn reason(text: &str) -> ReasonText {
    ReasonText::parse(text).expect("long enough")
}

fn rejection() -> Rejection {
    Rejection::parse("ALREADY_FIXED", None).expect("a reason")
}

fn evidence() -> Evidence {
    Evidence::check(AfterPhotoRule::None, None, &[], None).expect("none is asked for")
}

fn due() -> Timestamp {
    noon() + TimeDelta::days(10)
}

fn filed_as(sequence: u64) -> Report {
    let id: ReportId = Ids::seeded(1_000 + sequence).next(noon());
    Report::file(Filing {
        id,
        code: code(sequence),
        category: CategoryCode::parse("road.pothole").expect("a code"),
        ward: ward("19753"),
        reporter: Reporter::Account(account(9)),
        wants_public: true,
        audience: Audience::OnceAccepted,
        proposed: Some(agency("HUE-IOC")),
        step_due: Some(later(240)),
        due: Some(due()),
        at: noon(),
    })
    .0
}

fn filed() -> Report {
    filed_as(1)
}

fn assigned() -> Report {
    filed().accept(roads(), Audience::OnceAccepted, later(1)).expect("submitted").0
}

fn in_progress() -> Report {
    assigned().start(officer(), later(2)).expect("assigned").0
}

fn scheduled() -> Report {
    in_progress().schedule(city_clock::hue_day(noon()), later(3)).expect("in progress").0
}

fn on_hold() -> Report {
    in_progress().hold(reason("Điện lực Huế"), later(5_000), None, later(3)).expect("in progress").0
}

fn asked(report: Report) -> Report {
    report.ask(None, later(4)).expect("open").0
}

fn resolve(report: Report, review: Review, at: Timestamp) -> Result<Step, WrongState> {
    let result = ResultText::parse("Đã vá mặt đường").expect("long enough");
    report.resolve(officer(), result, evidence(), review, Some(due()), at)
}

fn resolved() -> Report {
    resolve(in_progress(), Review::NotNeeded, later(10)).expect("owned").0
}

fn pending_review() -> Report {
    resolve(in_progress(), Review::Needed { by: Some(later(500)) }, later(10)).expect("owned").0
}

fn rejected() -> Report {
    filed().reject(rejection(), later(10)).expect("submitted").0
}

fn contested(report: Report) -> Report {
    report.contest(WINDOW, Some(later(600)), later(20)).expect("ended").0
}

fn closed(report: Report) -> Report {
    report.close(WINDOW, noon() + TimeDelta::days(8)).expect("ended").0
}

fn merged(report: Report) -> Report {
    report.merge(&filed_as(2), Some(due()), later(6)).expect("mergeable").0
}

fn withdrawn() -> Report {
    filed().withdraw(Some(due()), later(6)).expect("submitted").0
}

/// A report in every state, also in every shape a state has.
fn every_state() -> Vec<(&'static str, Report)> {
    vec![
        ("submitted", filed()),
        ("assigned", assigned()),
        ("in_progress", in_progress()),
        ("scheduled", scheduled()),
        ("on_hold", on_hold()),
        ("awaiting from submitted", asked(filed())),
        ("awaiting from assigned", asked(assigned())),
        ("awaiting from in_progress", asked(in_progress())),
        ("pending_review", pending_review()),
        ("reopen_requested after resolved", contested(resolved())),
        ("reopen_requested after rejected", contested(rejected())),
        ("resolved", resolved()),
        ("rejected", rejected()),
        ("duplicate from submitted", merged(filed())),
        ("duplicate from assigned", merged(assigned())),
        ("duplicate from in_progress", merged(in_progress())),
        ("duplicate from scheduled", merged(scheduled())),
        ("duplicate from on_hold", merged(on_hold())),
        ("closed after resolved", closed(resolved())),
        ("closed after rejected", closed(rejected())),
        ("withdrawn", withdrawn()),
    ]
}
