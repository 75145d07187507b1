//! What a mutation tells: refusals a person can act on in the payload, everything else in `errors`.

use city_auth::PrincipalKind;
use serde_json::{Value, json};

use crate::edge::{code, reason, run};
use crate::wire;

const WITHDRAW: &str = "/internal/v1/withdraw-report";

fn withdraw(id: &str, key: &str) -> String {
    let input = format!("{{ idempotencyKey: \"{key}\", id: \"{id}\" }}");
    format!(
        "mutation {{ withdrawReport(input: {input}) {{ report {{ id version }} userErrors {{ code message field }} }} }}"
    )
}

#[test]
fn a_mutation_written_twice_reaches_the_service_once() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer(WITHDRAW, wire::report(wire::REPORT));
        let field = "withdrawReport(input: { idempotencyKey: \"12345678\", id: \"rpt_01890000000070008000000000000001\" }) { report { id } }";

        let answer = edge
            .post_as(
                &resident.token,
                &format!(
                    "mutation {{ {field} {field} ...f }} fragment f on Mutation {{ {field} }}"
                ),
            )
            .await;

        assert_eq!(
            answer.json(),
            json!({ "data": { "withdrawReport": { "report": { "id": wire::REPORT } } } })
        );
        let asked = edge.spy.asked(WITHDRAW);
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].body, json!({ "idempotencyKey": "12345678", "id": wire::REPORT }));
    });
}

#[test]
fn an_expected_refusal_is_part_of_the_payload() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        for (kind, reason) in [
            ("INVALID", "INPUT"),
            ("NOT_FOUND", "NOT_FOUND"),
            ("CONFLICT", "STATE"),
            ("TOO_MANY", "DAILY_LIMIT"),
        ] {
            edge.spy.refuse(WITHDRAW, kind, reason);

            let answer = edge.post_as(&resident.token, &withdraw(wire::REPORT, "12345678")).await;

            let refusal = json!([{ "code": reason, "message": format!("detail of {reason}"), "field": null }]);
            let payload = json!({ "report": null, "userErrors": refusal });
            assert_eq!(answer.json(), json!({ "data": { "withdrawReport": payload } }), "{kind}");
        }
    });
}

#[test]
fn other_refusals_are_errors() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let table = [
            ("UNAUTHENTICATED", "SIGN_IN_REQUIRED"),
            ("FORBIDDEN", "FORBIDDEN"),
            ("UNAVAILABLE", "SESSION_UNCONFIRMED"),
            ("INTERNAL", "INTERNAL"),
        ];
        for (kind, own) in table {
            edge.spy.refuse(WITHDRAW, kind, own);

            let answer = edge.post_as(&resident.token, &withdraw(wire::REPORT, "12345678")).await;

            assert_eq!((code(&answer).as_str(), reason(&answer).as_str()), (kind, own));
            assert_eq!(answer.json()["data"], json!({ "withdrawReport": null }));
            let is_ours = ["UNAVAILABLE", "INTERNAL"].contains(&kind);
            assert_eq!(
                answer.json()["errors"][0]["message"]
                    .as_str()
                    .is_some_and(|text| text.starts_with("detail")),
                !is_ours
            );
        }
    });
}

#[test]
fn every_finding_names_its_field_of_the_input() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let body = json!({
            "type": "/errors/INPUT", "title": "x", "status": 422, "detail": "two things", "kind": "INVALID", "code": "INPUT",
            "errors": [{ "field": "/description", "code": "TOO_SHORT", "message": "a" }, { "field": "/at/lat", "code": "OUTSIDE", "message": "b" }],
        });
        edge.spy.answer_raw(WITHDRAW, http::StatusCode::UNPROCESSABLE_ENTITY, body.to_string());

        let answer = edge.post_as(&resident.token, &withdraw(wire::REPORT, "12345678")).await;

        let found = [("TOO_SHORT", "a", "/description"), ("OUTSIDE", "b", "/at/lat")].map(
            |(code, message, field)| json!({ "code": code, "message": message, "field": field }),
        );
        assert_eq!(answer.json().pointer("/data/withdrawReport/userErrors"), Some(&json!(found)));
    });
}

#[test]
fn what_does_not_fit_is_refused_all_at_once_without_a_call() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);

        let answer = edge.post_as(&resident.token, &withdraw("pho_1", "short")).await;

        let json = answer.json();
        let fields: Vec<_> = json["data"]["withdrawReport"]["userErrors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| &error["field"])
            .collect();
        assert_eq!(fields, ["/idempotencyKey", "/id"]);
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn a_moment_that_is_none_is_the_callers_fault() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let text =
            "mutation F($input: FileReportInput!) { fileReport(input: $input) { report { id } } }";
        let input = json!({ "idempotencyKey": "12345678", "categoryCode": "X", "description": "Ổ gà lớn giữa đường", "capturedAt": "yesterday 0901234567" });
        let body = json!({ "query": text, "variables": { "input": input } }).to_string();
        let bearer = format!("Bearer {}", resident.token);
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];

        let answer = edge.request(http::Method::POST, "/graphql", &headers, &body).await;

        assert_eq!((code(&answer).as_str(), answer.json().get("data")), ("BAD_USER_INPUT", None));
        assert!(
            !String::from_utf8_lossy(answer.bytes()).contains("0901234567"),
            "values never come back"
        );
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn a_phone_number_and_its_code_go_to_accounts_only_alone() {
    run(async |edge| {
        let request = "requestPhoneCode(input: { idempotencyKey: \"12345678\", purpose: SIGN_IN, phone: \"0901234567\", deviceNonce: \"n\", installationId: \"i\" }) { challengeId }";

        let answer = edge.post(&format!("mutation {{ a: {request} b: {request} }}")).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("400 Bad Request", "ALONE_REQUIRED")
        );
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn an_answer_that_breaks_its_contract_leaks_nothing() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer(WITHDRAW, json!({ "password": "hunter2" }));

        let answer = edge.post_as(&resident.token, &withdraw(wire::REPORT, "12345678")).await;

        assert_eq!(code(&answer), "INTERNAL");
        assert_eq!(answer.json()["data"]["withdrawReport"], Value::Null);
        assert!(!String::from_utf8_lossy(answer.bytes()).contains("hunter2"));
    });
}
