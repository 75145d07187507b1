//! Answers that are the same for everybody are fetched once; nothing of anybody in particular is ever kept.

use axum::body::Body;
use chrono::TimeDelta;
use city_auth::PrincipalKind;
use city_contracts::event::Envelope;
use city_ids::{EventId, Ids};
use futures_util::future::join_all;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::edge::{Edge, Setting, code, run, run_in};
use crate::wire;

const CATEGORIES: &str = "/internal/v1/report-categories";
const FEED: &str = "/internal/v1/reports";
const PUBLIC: &str = "public, max-age=30";
const ASK: &str = "{ reportCategories { code label { text } } }";
const ASK_FEED: &str = "{ reports { edges { node { code } } } }";

fn category(code: &str) -> Value {
    let mut category = wire::category();
    category["code"] = json!(code);
    json!([category])
}

fn shown(answer: &city_testkit::Answer) -> String {
    let code = answer.json().pointer("/data/reportCategories/0/code").cloned();
    code.and_then(|code| Some(code.as_str()?.to_owned())).unwrap_or_default()
}

async fn ask_in(edge: &Edge, headers: &[(&str, &str)]) -> city_testkit::Answer {
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    edge.request(Method::POST, "/graphql", &all, &json!({ "query": ASK }).to_string()).await
}

#[test]
fn an_answer_for_everybody_is_fetched_once() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        let resident = edge.sign_in(PrincipalKind::Resident);

        let first = edge.post(ASK).await;
        let second = edge.post(ASK).await;
        let signed_in = edge.post_as(&resident.token, ASK).await;

        assert_eq!(first.json().get("errors"), None);
        assert_eq!(first.bytes(), second.bytes());
        assert_eq!(first.bytes(), signed_in.bytes());
        let asked = edge.spy.asked(CATEGORIES);
        assert_eq!(asked.len(), 1);
        let principal = asked[0].principal.clone().expect("an internal token");
        assert_eq!(principal.kind, PrincipalKind::Anonymous);
    });
}

#[test]
fn a_known_caller_never_fills_the_cache_and_asks_for_what_is_public_as_nobody() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        let resident = edge.sign_in(PrincipalKind::Resident);

        edge.post_as(&resident.token, ASK).await;

        let asked = edge.spy.asked(CATEGORIES);
        assert_eq!(asked[0].principal.as_ref().map(|who| who.account), Some(None));
    });
}

#[test]
fn what_has_a_field_of_the_viewer_is_kept_for_the_anonymous_alone() {
    run(async |edge| {
        edge.spy.answer_keeping(FEED, PUBLIC, wire::page(vec![wire::report(wire::REPORT)]));
        let resident = edge.sign_in(PrincipalKind::Resident);
        let text = "{ reports { edges { node { code isMine } } } }";

        edge.post(text).await;
        edge.post(text).await;
        assert_eq!(edge.spy.asked(FEED).len(), 1);

        edge.post_as(&resident.token, text).await;
        edge.post_as(&resident.token, text).await;
        let asked = edge.spy.asked(FEED);
        assert_eq!(asked.len(), 3, "a signed-in person is answered in person");
        let account = asked[2].principal.as_ref().and_then(|who| who.account);
        assert_eq!(account, Some(resident.record.sub));
    });
}

#[test]
fn what_a_service_calls_private_is_not_kept() {
    run(async |edge| {
        for policy in
            ["private, no-store", "no-store", "", "private, max-age=60", "public, max-age=0"]
        {
            edge.spy.answer_keeping(CATEGORIES, policy, category("A"));
            let before = edge.spy.asked(CATEGORIES).len();

            edge.post(ASK).await;
            edge.post(ASK).await;

            assert_eq!(edge.spy.asked(CATEGORIES).len(), before + 2, "{policy}");
        }
    });
}

#[test]
fn a_root_field_about_the_viewer_is_not_kept_even_of_nobody() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        let text = "{ reportCategories { code } viewer { id } }";

        edge.post(text).await;
        edge.post(text).await;

        assert_eq!(edge.spy.asked(CATEGORIES).len(), 2);
    });
}

#[test]
fn an_answer_with_errors_is_not_kept() {
    run(async |edge| {
        edge.spy.answer_raw(CATEGORIES, StatusCode::SERVICE_UNAVAILABLE, String::new());
        assert_eq!(code(&edge.post(ASK).await), "UNAVAILABLE");

        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));

        assert_eq!(shown(&edge.post(ASK).await), "A");
    });
}

#[test]
fn language_app_document_and_variables_make_another_question() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        let asked = async || edge.spy.asked(CATEGORIES).len();
        ask_in(edge, &[]).await;
        ask_in(edge, &[("accept-language", "vi")]).await;
        assert_eq!(asked().await, 1, "Vietnamese is the default");

        ask_in(edge, &[("accept-language", "en")]).await;
        assert_eq!(asked().await, 2);
        ask_in(edge, &[("x-app-platform", "IOS"), ("x-app-version", "1.2")]).await;
        assert_eq!(asked().await, 3);
        assert_eq!(edge.spy.asked(CATEGORIES)[2].platform, "IOS", "the service is told");
        ask_in(edge, &[("x-app-platform", "IOS"), ("x-app-version", "1.3")]).await;
        assert_eq!(asked().await, 4);

        edge.spy.answer_keeping(FEED, PUBLIC, wire::page(vec![]));
        let feed = "query($f: ReportFilter) { reports(filter: $f) { edges { cursor } } }";
        edge.post_with(feed, json!({ "f": { "open": true, "wardCodes": ["1"] } })).await;
        edge.post_with(feed, json!({ "f": { "wardCodes": ["1"], "open": true } })).await;
        assert_eq!(edge.spy.asked(FEED).len(), 1, "the order of members says nothing");
        edge.post_with(feed, json!({ "f": { "wardCodes": ["2"], "open": true } })).await;
        assert_eq!(edge.spy.asked(FEED).len(), 2);
    });
}

#[test]
fn an_expired_answer_is_given_once_more_while_one_refresh_runs() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        edge.post(ASK).await;
        edge.clock.advance(TimeDelta::seconds(31));
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("B"));
        edge.spy.hold();

        for _ in 0..3 {
            assert_eq!(shown(&edge.post(ASK).await), "A", "nobody waits");
        }
        edge.spy.wait_for(CATEGORIES, 2).await;
        edge.spy.release();

        let mut now = shown(&edge.post(ASK).await);
        while now == "A" {
            now = shown(&edge.post(ASK).await);
        }
        assert_eq!(now, "B");
        assert_eq!(edge.spy.asked(CATEGORIES).len(), 2, "one refresh");
    });
}

#[test]
fn with_its_service_down_an_answer_is_given_for_ten_minutes() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        edge.post(ASK).await;
        edge.spy.answer_raw(CATEGORIES, StatusCode::SERVICE_UNAVAILABLE, String::new());

        edge.clock.advance(TimeDelta::seconds(600));
        let old = edge.post(ASK).await;
        assert_eq!((shown(&old).as_str(), old.header("age")), ("A", "600"));
        let before = edge.spy.asked(CATEGORIES).len();
        edge.post(ASK).await;
        assert_eq!(
            edge.spy.asked(CATEGORIES).len(),
            before,
            "a down service is left alone a moment"
        );

        edge.clock.advance(TimeDelta::seconds(1));
        assert_eq!(code(&edge.post(ASK).await), "UNAVAILABLE");
    });
}

#[test]
fn an_old_answer_is_not_given_while_its_service_answers() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        edge.post(ASK).await;
        edge.clock.advance(TimeDelta::seconds(61));
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("B"));

        assert_eq!(shown(&edge.post(ASK).await), "B");
    });
}

#[test]
fn a_thousand_misses_are_one_fetch() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        edge.spy.hold();
        let ask = |n: usize| {
            // As many people as addresses, or their limit would answer.
            let [.., high, low] = n.to_be_bytes();
            let body = json!({ "query": ASK }).to_string();
            let request = Request::post("/graphql").header("content-type", "application/json");
            let request = request.body(Body::from(body)).expect("the request is well-formed");
            edge.send_from([198, 51, high, low], request)
        };

        let open = async {
            edge.spy.wait_for(CATEGORIES, 1).await;
            edge.spy.release();
        };
        let (answers, ()) = tokio::join!(join_all((0..1_000).map(ask)), open);

        assert!(answers.iter().all(|answer| shown(answer) == "A"));
        assert_eq!(edge.spy.asked(CATEGORIES).len(), 1);
    });
}

async fn publish(edge: &Edge, ward: Option<&str>) {
    let id: EventId = Ids::random().next(chrono::DateTime::UNIX_EPOCH);
    let body = json!({
        "report": wire::REPORT, "code": "PA26-00012344", "version": 2, "state": "ASSIGNED", "round": 1, "category": "ROAD",
        "ward": ward, "agency": null, "assignee": null, "reporter": null, "listed": true, "dueAt": null, "onTime": null,
        "score": null, "level": null,
    });
    let envelope = Envelope::new(id, "ReportAccepted", chrono::DateTime::UNIX_EPOCH, body);
    let envelope = serde_json::to_string(&envelope).expect("an event is JSON");
    let mut command = redis::cmd("XADD");
    command.arg(edge.redis.key("city.reports")).arg("*").arg("envelope").arg(envelope);
    edge.redis.run::<String>(&command).await.expect("Redis appends");
}

#[test]
fn an_event_drops_what_it_outdates_and_nothing_else() {
    run(async |edge| {
        edge.step("gateway.live").await; // it knows where the streams end
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        edge.spy.answer_keeping(FEED, PUBLIC, wire::page(vec![]));
        let of_ward = |ward: &str| {
            format!("{{ reports(filter: {{ wardCodes: [\"{ward}\"] }}) {{ edges {{ cursor }} }} }}")
        };
        let (here, there) = (of_ward("19744"), of_ward("19747"));
        let ask_all = async || {
            for text in [ASK, ASK_FEED, &here, &there] {
                assert_eq!(edge.post(text).await.json().get("errors"), None);
            }
            (edge.spy.asked(CATEGORIES).len(), edge.spy.asked(FEED).len())
        };
        assert_eq!(ask_all().await, (1, 3));
        assert_eq!(ask_all().await, (1, 3), "all is kept");

        publish(edge, Some("19744")).await;
        edge.step("gateway.live").await;

        assert_eq!(
            ask_all().await,
            (1, 5),
            "the feed of the city and of that ward are asked again"
        );
    });
}

#[test]
fn what_was_fetched_before_an_event_is_not_kept_after_it() {
    run(async |edge| {
        edge.step("gateway.live").await;
        edge.spy.answer_keeping(FEED, PUBLIC, wire::page(vec![]));
        edge.spy.hold();
        let event = async {
            edge.spy.wait_for(FEED, 1).await;
            publish(edge, None).await;
            edge.step("gateway.live").await;
            edge.spy.release();
        };

        tokio::join!(edge.post(ASK_FEED), event);
        edge.post(ASK_FEED).await;

        assert_eq!(edge.spy.asked(FEED).len(), 2);
    });
}

#[test]
fn a_gap_in_the_events_drops_everything() {
    run(async |edge| {
        publish(edge, None).await;
        edge.step("gateway.live").await;
        publish(edge, None).await;
        edge.step("gateway.live").await;
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        edge.post(ASK).await;

        let stream = edge.redis.key("city.reports");
        edge.redis.run::<u64>(redis::cmd("DEL").arg(&stream)).await.expect("Redis forgets");
        edge.step("gateway.live").await;
        edge.post(ASK).await;

        assert_eq!(edge.spy.asked(CATEGORIES).len(), 2);
    });
}

#[test]
fn a_get_of_a_released_document_is_answered_by_its_tag() {
    run(async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));
        let released = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../graphql/operations/ReportCategories.graphql"
        ))
        .expect("the operation is there");
        let id = city_gateway::prepare::TextHash::of(&released).to_hex();
        let path = format!("/graphql?documentId={id}");
        let get =
            async |tag: &str| edge.request(Method::GET, &path, &[("if-none-match", tag)], "").await;

        let whole = get("\"another\"").await;
        let tag = whole.header("etag").to_owned();
        let same = get(&format!("W/\"x\", {tag}")).await;
        edge.clock.advance(TimeDelta::seconds(61));
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("B"));
        let changed = get(&tag).await;

        assert_eq!(
            (whole.status().as_str(), whole.header("cache-control")),
            ("200 OK", "private, no-cache")
        );
        assert_eq!((same.status().as_str(), same.bytes()), ("304 Not Modified", &b""[..]));
        assert_eq!(same.header("etag"), tag);
        assert_eq!(changed.status(), "200 OK");
        assert_ne!(changed.header("etag"), tag);
        let posted = ask_in(edge, &[]).await;
        assert_eq!(
            (posted.header("etag"), posted.header("cache-control")),
            ("", "private, no-store")
        );
    });
}

#[test]
fn turned_off_it_keeps_nothing() {
    run_in(Setting { response_cache: false, ..Setting::default() }, async |edge| {
        edge.spy.answer_keeping(CATEGORIES, PUBLIC, category("A"));

        edge.post(ASK).await;
        let second = edge.post(ASK).await;

        assert_eq!(edge.spy.asked(CATEGORIES).len(), 2);
        assert_eq!(second.header("age"), "");
    });
}
