//! Whether a dossier is complete.

use city_contracts::catalogue::procedure::{CheckReport, ComponentInput, Severity};
use serde_json::{Value, json};

use super::super::{AccountFacts, Checked, Filing, check_file, move_answers, prefill};
use super::sample::{agencies, answers, birth, form, now};

fn paper(code: &str) -> ComponentInput {
    ComponentInput { code: code.into(), copy_type: 2, originals: 0, copies: 0, rejected: false }
}

fn check(answers: &Value, components: &[ComponentInput]) -> Checked {
    let filing = Filing { answers, components, ward: None, at: now() };
    check_file(&birth(), Some(&form()), &agencies(), filing)
}

fn found(report: &CheckReport) -> Vec<(&str, &str)> {
    report.findings.iter().map(|found| (found.target.as_str(), found.code.as_str())).collect()
}

#[test]
fn a_complete_filing_has_no_findings_and_a_route() {
    let checked = check(&answers(), &[paper("birth-cert")]);

    assert_eq!(found(&checked.report), []);
    assert!(checked.report.ok);
    assert_eq!(checked.route.unwrap().receiving, "HUE-W19753-PVHCC");
}

#[test]
fn an_alternative_is_as_good_and_without_any_it_is_missing() {
    assert!(check(&answers(), &[paper("pledge")]).report.ok);
    assert!(check(&answers(), &[paper("witness")]).report.ok);
    assert_eq!(
        found(&check(&answers(), &[]).report),
        [("/components/birth-cert", "COMPONENT_MISSING")]
    );
}

#[test]
fn a_condition_decides_whether_a_paper_is_asked_for() {
    let with = |surrogacy: Value, relationship: &str| {
        let mut answers = answers();
        answers["surrogacy"] = surrogacy;
        answers["requester"]["relationship"] = json!(relationship);
        if answers["surrogacy"].is_null() {
            answers.as_object_mut().unwrap().remove("surrogacy");
        }
        check(&answers, &[paper("birth-cert")]).report
    };

    assert_eq!(
        found(&with(json!(true), "OTHER")),
        [
            ("/components/surrogacy", "COMPONENT_MISSING"),
            ("/components/authorisation", "COMPONENT_MISSING")
        ]
    );
    let unsaid = with(Value::Null, "MOTHER");
    assert_eq!(found(&unsaid), [("/components/surrogacy", "COMPONENT_PERHAPS")]);
    assert!(unsaid.ok && unsaid.findings[0].severity == Severity::Warning);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_no_value_is_repeated() {
    let mut wrong = answers();
    wrong["child"]["gender"] = json!("SECRET-1");
    wrong["mother"]["identityNumber"] = json!("SECRET-2");
    wrong["nickname"] = json!("SECRET-3");
    wrong["wardCode"] = json!("19768");
    wrong.as_object_mut().unwrap().remove("declaration");
    let rejected = ComponentInput { rejected: true, ..paper("birth-cert") };

    let report = check(&wrong, &[rejected, paper("diploma")]).report;

    let mut all = found(&report);
    all.sort_unstable();
    assert_eq!(
        all,
        [
            ("/answers/child/gender", "NOT_A_CHOICE"),
            ("/answers/declaration", "REQUIRED"),
            ("/answers/mother/identityNumber", "IDENTITY_NUMBER"),
            ("/answers/mother/identityNumber", "PATTERN"),
            ("/answers/nickname", "UNKNOWN_FIELD"),
            ("/answers/wardCode", "PLACE_UNKNOWN"),
            ("/components/birth-cert", "FILE_REJECTED"),
            ("/components/diploma", "COMPONENT_UNKNOWN"),
        ]
    );
    assert!(!report.ok);
    assert!(!serde_json::to_string(&report).unwrap().contains("SECRET"));
}

#[test]
fn papers_are_counted_and_files_are_not() {
    let given =
        |copy_type, originals| ComponentInput { copy_type, originals, ..paper("birth-cert") };

    assert_eq!(
        found(&check(&answers(), &[given(1, 0)]).report),
        [("/components/birth-cert", "TOO_FEW_ORIGINALS")]
    );
    assert!(check(&answers(), &[given(0, 1)]).report.ok);
    assert!(check(&answers(), &[given(2, 0)]).report.ok);
}

#[test]
fn an_odd_identity_number_warns_and_does_not_block() {
    let mut odd = answers();
    odd["mother"]["identityNumber"] = json!("046299000001");

    let report = check(&odd, &[paper("birth-cert")]).report;

    assert_eq!(found(&report), [("/answers/mother/identityNumber", "IDENTITY_NUMBER_ODD")]);
    assert!(report.ok);
}

#[test]
fn out_of_force_or_on_a_closed_form_nothing_is_sent() {
    let (mut edition, mut form) = (birth(), form());
    edition.in_force_to = chrono::NaiveDate::from_ymd_opt(2026, 3, 3);
    form.closes_at = Some(now());
    let (answers, papers) = (answers(), [paper("birth-cert")]);
    let filing = Filing { answers: &answers, components: &papers, ward: None, at: now() };

    let report = check_file(&edition, Some(&form), &agencies(), filing).report;

    assert_eq!(found(&report), [("", "OUT_OF_FORCE"), ("", "FORM_CLOSED")]);
    assert!(!report.ok);
}

#[test]
fn moving_keeps_what_still_validates_and_lists_what_it_dropped() {
    let old = form();
    let mut schema = old.view.schema.clone();
    schema["properties"]["child"]["properties"]["birthPlace"]["maxLength"] = json!(2);
    schema["properties"].as_object_mut().unwrap().remove("surrogacy");
    schema["required"].as_array_mut().unwrap().push(json!("consent"));
    schema["properties"]["consent"] =
        json!({ "const": true, "x-label": { "vi": "Đồng ý", "en": "Consent" } });
    let new = super::super::form::Schema::read(&schema).unwrap();
    let before = answers();

    let moved = move_answers(Some(&old.schema), &new, &before, now().date_naive());

    assert_eq!(moved.dropped, ["/child/birthPlace", "/surrogacy"]);
    assert_eq!(moved.kept["child"]["fullName"], before["child"]["fullName"]);
    assert_eq!(moved.kept["mother"], before["mother"]);
    assert!(moved.kept.get("surrogacy").is_none());
}

#[test]
fn prefill_offers_what_the_account_says_where_nothing_is_answered() {
    let facts = AccountFacts {
        full_name: Some("Lê Chi".into()),
        phone: None,
        ward_code: Some("19753".into()),
    };
    let so_far = json!({ "requester": { "relationship": "FATHER" } });

    let offered = prefill(&form(), &facts, &so_far, now().date_naive());

    let to: Vec<_> = offered.iter().map(|one| (one.to.as_str(), one.certain)).collect();
    assert_eq!(to, [("/father/fullName", true), ("/wardCode", true)]);
}
