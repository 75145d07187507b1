//! The catalogue in GraphQL: one call for a page, at most one for all it points at, and nothing of anybody in the cache.

use city_auth::PrincipalKind;
use city_contracts::event::Envelope;
use city_ids::{EventId, Ids};
use http::Method;
use serde_json::{Value, json};

use crate::catalogue_wire as wire;
use crate::edge::{Edge, code, reason, run};
use crate::wire::page;

const NODES: &str = "/internal/v1/nodes:batch";
const PUBLIC: &str = "public, max-age=60";

fn path(route: &str) -> String {
    format!("/internal/v1/{route}")
}

#[test]
fn a_page_of_services_and_their_procedures_is_one_page_call_and_one_batch_call() {
    run(async |edge| {
        let services = vec![wire::service("birth"), wire::service("death")];
        edge.spy.answer(&path("services"), page(services));
        edge.spy.answer(NODES, json!([wire::node("PROCEDURE", wire::procedure("1.001193"))]));
        let text = "{ services(first: 2) { edges { node { code procedure { nationalCode fees { amount } sla { rule { kind cutoffMinutes } overrides { channel rule { n } } } form { id } } } } } }";

        let answer = edge.post(text).await;

        let procedure = answer.json().pointer("/data/services/edges/1/node/procedure").cloned();
        let rule = json!({ "kind": "SAME_DAY", "cutoffMinutes": 900 });
        let overrides = json!([{ "channel": "ONLINE", "rule": { "n": 2 } }]);
        let expected = json!({
            "nationalCode": "1.001193", "fees": [{ "amount": "8000" }],
            "sla": { "rule": rule, "overrides": overrides }, "form": { "id": wire::FORM },
        });
        assert_eq!(procedure, Some(expected), "{}", answer.json());
        assert_eq!(edge.spy.asked(&path("services")).len(), 1);
        let batches = edge.spy.asked(NODES);
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].body, json!({ "ids": ["prc_1.001193"], "client": {} }), "each once");
    });
}

#[test]
fn what_is_not_selected_is_not_fetched() {
    run(async |edge| {
        edge.spy.answer(&path("services"), page(vec![wire::service("birth")]));
        edge.spy.answer(&path("service-home"), wire::home());

        edge.post("{ services { edges { node { code } } } serviceHome { favourites { code } } }")
            .await;

        assert_eq!(edge.spy.asked(NODES).len(), 0);
        assert_eq!(edge.spy.asked_for_people(), 2);
    });
}

#[test]
fn wards_of_availability_travel_with_the_one_call() {
    run(async |edge| {
        edge.spy.answer(&path("service"), wire::service("birth"));
        let text = "{ service(code: \"birth\") { here: availability(wardCode: \"19753\") { usable reason } availability { usable } again: availability(wardCode: \"19753\") { usable } } }";

        let answer = edge.post(text).await;

        let service = &answer.json()["data"]["service"];
        assert_eq!(service["here"], json!({ "usable": false, "reason": "NOT_IN_YOUR_WARD" }));
        assert_eq!(service["availability"], json!({ "usable": true }));
        let asked = edge.spy.asked(&path("service"));
        assert_eq!((asked.len(), &asked[0].body["wardCodes"]), (1, &json!(["19753"])));
    });
}

#[test]
fn the_app_tells_the_catalogue_what_it_is() {
    run(async |edge| {
        edge.spy.answer(&path("service"), wire::service("birth"));
        let body = json!({ "query": "{ service(code: \"birth\") { code } }" }).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("x-app-platform", "ANDROID"),
            ("x-app-version", "2.1"),
            ("x-os-version", "15"),
        ];

        edge.request(Method::POST, "/graphql", &headers, &body).await;

        let asked = &edge.spy.asked(&path("service"))[0];
        let client = json!({ "platform": "ANDROID", "appVersion": "2.1", "osVersion": "15" });
        assert_eq!((&asked.body["client"], asked.platform.as_str()), (&client, "ANDROID"));
    });
}

#[test]
fn days_of_an_office_travel_with_the_one_call() {
    run(async |edge| {
        edge.spy.answer(&path("agency"), wire::agency(30));
        let text = "{ agency(code: \"HUE-STP\") { parentCode week: openings(days: 7) { date } openings(days: 30) { hours { from to } } } }";

        let answer = edge.post(text).await;

        let agency = &answer.json()["data"]["agency"];
        assert_eq!(agency["parentCode"], "HUE-UBND");
        let lengths = ["week", "openings"].map(|list| agency[list].as_array().map(Vec::len));
        assert_eq!(lengths, [Some(7), Some(30)]);
        assert_eq!(edge.spy.asked(&path("agency"))[0].body["days"], 30);
    });
}

#[test]
fn money_survives_beyond_thirty_one_bits() {
    run(async |edge| {
        edge.spy.answer(&path("fee-quote"), wire::quote());
        let text = "query($a: JSON!) { feeQuote(nationalCode: \"1.001193\", answers: $a) { total lines { amount due collect } } }";

        let answer = edge.post_with(text, json!({ "a": { "copies": 3 } })).await;

        let quote = &answer.json()["data"]["feeQuote"];
        assert_eq!(quote["total"], "3000000000");
        assert_eq!(
            quote["lines"],
            json!([{ "amount": "3000000000", "due": "3000000000", "collect": "INTAKE" }])
        );
        assert_eq!(edge.spy.asked(&path("fee-quote"))[0].body["answers"], json!({ "copies": 3 }));
    });
}

#[test]
fn answers_phones_and_codes_may_not_stand_in_a_url() {
    run(async |edge| {
        for text in [
            "{trackDossier(code:\"x\",phoneLast4:\"1234\"){code}}",
            "{feeQuote(nationalCode:\"x\",answers:{}){total}}",
            "{checkFile(nationalCode:\"x\",answers:{},components:[]){ok}}",
        ] {
            let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();

            let answer =
                edge.request(Method::GET, &format!("/graphql?query={query}"), &[], "").await;

            assert_eq!(
                (answer.status().as_str(), answer.header("allow")),
                ("405 Method Not Allowed", "POST"),
                "{text}"
            );
        }
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn tracking_is_counted_tightly() {
    run(async |edge| {
        edge.spy.answer(&path("track-dossier"), wire::track());
        let text =
            "{ trackDossier(code: \"x\", phoneLast4: \"1234\") { code receiving { code } } }";
        for _ in 0..10 {
            assert_eq!(edge.post(text).await.status(), "200 OK");
        }

        assert_eq!(edge.post(text).await.status(), "429 Too Many Requests");
    });
}

#[test]
fn a_dossier_brings_its_form_its_procedure_and_a_page_of_its_events_in_two_calls() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer(&path("dossier"), wire::dossier(3));
        let nodes = json!([
            wire::node("FORM", wire::form()),
            wire::node("PROCEDURE", wire::procedure("1.001193"))
        ]);
        edge.spy.answer(NODES, nodes);
        let text = format!(
            "{{ dossier(id: \"{}\") {{ version form {{ id }} procedure {{ name {{ text }} current {{ nationalCode }} }} bills {{ amount }} events(first: 7, after: \"4\") {{ edges {{ node {{ kind to }} }} pageInfo {{ hasNextPage hasPreviousPage }} }} }} }}",
            wire::DOSSIER
        );

        let answer = edge.post_as(&resident.token, &text).await;

        let dossier = &answer.json()["data"]["dossier"];
        assert_eq!(dossier["form"]["id"], wire::FORM, "{}", answer.json());
        assert_eq!(dossier["procedure"]["current"]["nationalCode"], "1.001193");
        assert_eq!(dossier["bills"], json!([{ "amount": "3000000000" }]));
        assert_eq!(
            dossier["events"]["pageInfo"],
            json!({ "hasNextPage": true, "hasPreviousPage": true })
        );
        let asked = edge.spy.asked(&path("dossier"));
        assert_eq!(asked[0].body["events"], json!({ "first": 7, "after": "4" }));
        assert_eq!((asked.len(), edge.spy.asked(NODES).len()), (1, 1));
    });
}

#[test]
fn two_pages_of_one_list_are_refused() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let text = format!(
            "{{ dossier(id: \"{}\") {{ events {{ pageInfo {{ endCursor }} }} more: events(after: \"9\") {{ pageInfo {{ endCursor }} }} }} }}",
            wire::DOSSIER
        );

        let answer = edge.post_as(&resident.token, &text).await;

        assert_eq!(
            (code(&answer), reason(&answer)),
            ("INVALID".to_owned(), "BAD_USER_INPUT".to_owned())
        );
        assert_eq!(edge.spy.asked(&path("dossier")).len(), 0);
    });
}

#[test]
fn nodes_of_all_kinds_of_the_catalogue_are_one_call() {
    run(async |edge| {
        let ids = [
            "plc_19753",
            "cat_family",
            "agy_HUE-STP",
            "srv_birth",
            "prc_1.001193",
            wire::FORM,
            wire::DOSSIER,
        ];
        let mut sorted = ids;
        sorted.sort_unstable();
        let of = |id: &str| match &id[..4] {
            "plc_" => wire::node("PLACE", wire::place("19753")),
            "cat_" => wire::node("CATEGORY", wire::category()),
            "agy_" => wire::node("AGENCY", wire::agency(14)),
            "srv_" => wire::node("SERVICE", wire::service("birth")),
            "prc_" => wire::node("PROCEDURE", wire::procedure("1.001193")),
            "frm_" => wire::node("FORM", wire::form()),
            _ => Value::Null, // somebody else's
        };
        edge.spy.answer(NODES, sorted.map(of).to_vec());
        let text = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

        let answer = edge.post_with(text, json!({ "ids": ids })).await;

        let nodes = answer.json()["data"]["nodes"].take();
        let kinds: Vec<_> =
            nodes.as_array().into_iter().flatten().map(|node| node["__typename"].clone()).collect();
        assert_eq!(
            json!(kinds),
            json!(["Place", "Category", "Agency", "Service", "Procedure", "FormVersion", null]),
            "{}",
            answer.json()
        );
        assert_eq!(edge.spy.asked(NODES).len(), 1);
    });
}

#[test]
fn refusals_of_a_mutation_are_in_its_payload_and_wrong_ids_make_no_call() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.refuse(&path("withdraw-dossier"), "CONFLICT", "DOSSIER_STATE");
        let ask = async |id: &str| {
            let input = format!("{{ idempotencyKey: \"12345678\", id: \"{id}\", version: 1 }}");
            let text = format!(
                "mutation {{ withdrawDossier(input: {input}) {{ dossier {{ id }} userErrors {{ code field }} }} }}"
            );
            edge.post_as(&resident.token, &text).await.json()["data"]["withdrawDossier"].take()
        };

        let refused = ask(wire::DOSSIER).await;
        let foreign = ask("rpt_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d").await;

        assert_eq!(
            refused,
            json!({ "dossier": null, "userErrors": [{ "code": "DOSSIER_STATE", "field": null }] })
        );
        assert_eq!(foreign["userErrors"], json!([{ "code": "NOT_FOUND", "field": "/id" }]));
        assert_eq!(edge.spy.asked(&path("withdraw-dossier")).len(), 1);
    });
}

#[test]
fn the_first_screen_of_nobody_in_particular_is_kept_and_that_of_a_person_is_not() {
    run(async |edge| {
        edge.spy.answer_keeping(&path("service-home"), PUBLIC, wire::home());
        let resident = edge.sign_in(PrincipalKind::Resident);
        let text = "{ serviceHome { favourites { code favourite } notices { state } } }";

        edge.post(text).await;
        edge.post(text).await;
        assert_eq!(edge.spy.asked(&path("service-home")).len(), 1);

        edge.post_as(&resident.token, text).await;
        let asked = edge.spy.asked(&path("service-home"));
        assert_eq!(asked.len(), 2);
        let account = asked[1].principal.as_ref().and_then(|who| who.account);
        assert_eq!(account, Some(resident.record.sub));
    });
}

#[test]
fn a_list_of_what_somebody_keeps_is_asked_in_their_name() {
    run(async |edge| {
        edge.spy.answer_keeping(&path("services"), PUBLIC, page(vec![wire::service("birth")]));
        let resident = edge.sign_in(PrincipalKind::Resident);
        let ask = async |filter: &str| {
            let text =
                format!("{{ services(filter: {filter}) {{ edges {{ node {{ code }} }} }} }}");
            edge.post_as(&resident.token, &text).await;
            edge.spy
                .asked(&path("services"))
                .last()
                .and_then(|asked| asked.principal.clone()?.account)
        };

        assert_eq!(ask("{ kind: INFO }").await, None, "what everybody may see is asked as nobody");
        assert_eq!(ask("{ favourite: true }").await, Some(resident.record.sub));
        assert_eq!(ask("{ usable: true }").await, Some(resident.record.sub));
    });
}

async fn publish(edge: &Edge, kind: &str) {
    let id: EventId = Ids::random().next(chrono::DateTime::UNIX_EPOCH);
    let envelope =
        Envelope::new(id, kind, chrono::DateTime::UNIX_EPOCH, json!({ "code": "birth" }));
    let envelope = serde_json::to_string(&envelope).expect("an event is JSON");
    let mut command = redis::cmd("XADD");
    command.arg(edge.redis.key("city.catalogue")).arg("*").arg("envelope").arg(envelope);
    edge.redis.run::<String>(&command).await.expect("Redis appends");
    edge.step("gateway.live").await;
}

#[test]
fn a_publication_drops_what_it_outdates() {
    run(async |edge| {
        edge.step("gateway.live").await; // it knows where the streams end
        edge.spy.answer_keeping(&path("service"), PUBLIC, wire::service("birth"));
        edge.spy.answer_keeping(&path("wards"), PUBLIC, json!([wire::place("19753")]));
        let ask = async || {
            edge.post("{ service(code: \"birth\") { name { text } } }").await;
            edge.post("{ wards { code } }").await;
            [path("service"), path("wards")].map(|path| edge.spy.asked(&path).len())
        };
        assert_eq!(ask().await, [1, 1]);
        assert_eq!(ask().await, [1, 1], "both are kept");

        publish(edge, "ServicePublished").await;
        assert_eq!(ask().await, [2, 1]);
        publish(edge, "RegistryPublished").await;
        assert_eq!(ask().await, [3, 2]);
    });
}

#[test]
fn the_status_file_is_kept_for_half_a_minute() {
    run(async |edge| {
        let notice = json!({ "code": "birth", "name": { "vi": "Khai sinh" }, "state": "DOWN" });
        let file = json!({ "at": wire::AT, "services": [notice] });
        edge.spy.answer("/.well-known/catalogue-status.json", file.clone());
        let get =
            async || edge.request(Method::GET, "/.well-known/catalogue-status.json", &[], "").await;

        let first = get().await;
        let second = get().await;

        assert_eq!((first.json(), second.json()), (file.clone(), file));
        assert_eq!(first.header("cache-control"), "public, max-age=30");
        assert_eq!(edge.spy.asked("/.well-known/catalogue-status.json").len(), 1);
    });
}
