//! What a query tells, and whom the services believe to be asking.

use city_auth::PrincipalKind;
use http::Method;
use serde_json::{Value, json};

use crate::edge::{code, run};
use crate::wire;

#[test]
fn what_does_not_exist_is_null_without_an_error() {
    run(async |edge| {
        edge.spy.refuse("/internal/v1/report", "NOT_FOUND", "NOT_FOUND");

        let text = format!(
            "{{ a: report(id: \"{}\") {{ id }} b: node(id: \"{}\") {{ id }} c: report(id: \"acc_1\") {{ id }} }}",
            wire::REPORT,
            wire::REPORT
        );
        let answer = edge.post(&text).await;

        assert_eq!(answer.json(), json!({ "data": { "a": null, "b": null, "c": null } }));
    });
}

#[test]
fn nodes_keep_their_order_in_one_call_a_kind() {
    run(async |edge| {
        let batch = json!([wire::report(wire::OTHER_REPORT), null]);
        edge.spy.answer("/internal/v1/nodes:batch", batch);
        edge.spy.answer("/internal/v1/report-categories", json!([wire::category()]));
        let ids = json!([
            wire::REPORT,
            "rct_ROAD_HOLE",
            wire::OTHER_REPORT,
            "nonsense",
            wire::MESSAGE,
            "rct_NONE"
        ]);

        let answer = edge
            .post_with(
                "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }",
                json!({ "ids": ids }),
            )
            .await;

        let found = json!([
            null,
            { "id": "rct_ROAD_HOLE", "__typename": "ReportCategory" },
            { "id": wire::OTHER_REPORT, "__typename": "Report" },
            null, null, null,
        ]);
        assert_eq!(answer.json(), json!({ "data": { "nodes": found } }));
        let asked = edge.spy.asked("/internal/v1/nodes:batch");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].body, json!({ "ids": [wire::REPORT, wire::OTHER_REPORT] }));
    });
}

#[test]
fn more_than_fifty_nodes_are_refused() {
    run(async |edge| {
        let ids: Vec<_> = (0..51).map(|_| wire::REPORT).collect();

        let answer = edge
            .post_with("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids }))
            .await;

        assert_eq!(code(&answer), "INVALID");
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn texts_come_in_the_language_of_the_request() {
    run(async |edge| {
        edge.spy.answer("/internal/v1/report-categories", json!([wire::category()]));
        let body = json!({ "query": "{ reportCategories { label { text locale } targetText { text locale } } }" }).to_string();
        let ask = async |language| {
            let headers = [("content-type", "application/json"), ("accept-language", language)];
            edge.request(Method::POST, "/graphql", &headers, &body).await.json()
        };

        let english = ask("fr, en-GB;q=0.8").await;
        let vietnamese = ask("fr").await;

        assert_eq!(
            english.pointer("/data/reportCategories/0/label"),
            Some(&json!({ "text": "Pothole", "locale": "en" }))
        );
        assert_eq!(
            english.pointer("/data/reportCategories/0/targetText/locale"),
            Some(&json!("vi")),
            "nobody translated it"
        );
        assert_eq!(vietnamese.pointer("/data/reportCategories/0/label/text"), Some(&json!("Ổ gà")));
        let asked = edge.spy.asked("/internal/v1/report-categories");
        assert_eq!([asked[0].locale.as_str(), asked[1].locale.as_str()], ["en", "vi"]);
    });
}

#[test]
fn a_timeline_is_paged_without_a_call() {
    run(async |edge| {
        edge.spy.answer("/internal/v1/report", wire::report(wire::REPORT));
        let page = async |after: &str| {
            let text = "query($id: ID!, $after: String) { report(id: $id) { timeline(first: 2, after: $after) { edges { node { kind } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }";
            edge.post_with(text, json!({ "id": wire::REPORT, "after": after })).await.json()["data"]
                ["report"]["timeline"]
                .take()
        };

        let first = page("0").await;
        let second = page(first["pageInfo"]["endCursor"].as_str().unwrap()).await;

        assert_eq!(
            first["edges"],
            json!([{ "node": { "kind": "FILED" } }, { "node": { "kind": "ACCEPTED" } }])
        );
        assert_eq!(
            first["pageInfo"],
            json!({ "hasNextPage": true, "hasPreviousPage": false, "endCursor": "2" })
        );
        assert_eq!(second["edges"], json!([{ "node": { "kind": "STARTED" } }]));
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
    });
}

#[test]
fn the_anonymous_viewer_is_nobody_without_a_call() {
    run(async |edge| {
        assert_eq!(
            edge.post("{ viewer { id } }").await.json(),
            json!({ "data": { "viewer": null } })
        );
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn the_services_are_told_who_asks() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer("/internal/v1/viewer", wire::viewer());

        let answer = edge.post_as(&resident.token, "{ viewer { id phoneMasked } }").await;

        assert_eq!(answer.json()["data"]["viewer"]["id"], wire::ACCOUNT);
        let principal =
            edge.spy.asked("/internal/v1/viewer")[0].principal.clone().expect("an internal token");
        assert_eq!(principal.account, Some(resident.record.sub));
        assert_eq!(principal.session, Some(resident.record.sid));
        assert!(!principal.degraded);
    });
}

#[test]
fn a_kind_of_place_nobody_knows_is_a_fault_of_ours() {
    run(async |edge| {
        let mut report = wire::report(wire::REPORT);
        report["ward"]["kind"] = json!("PLANET");
        edge.spy.answer("/internal/v1/report", report);

        let answer = edge
            .post_with("query($id: ID!) { report(id: $id) { id } }", json!({ "id": wire::REPORT }))
            .await;

        assert_eq!(code(&answer), "INTERNAL");
        assert_eq!(answer.json()["data"]["report"], Value::Null);
    });
}
