//! GraphQL over HTTP: answer types, methods, media types, parameters, and the status of each outcome.

use http::Method;
use serde_json::json;

use crate::edge::{code, run};

const JSON: (&str, &str) = ("content-type", "application/json");
const G: &str = "application/graphql-response+json";

#[test]
fn a_status_follows_outcome_and_answer_type() {
    run(async |edge| {
        let body = |query: &str| json!({ "query": query }).to_string();
        let table = [
            (body("{ __typename }"), "200", "200"),
            (body("{ nothing }"), "400", "200"),
            (body("{"), "400", "200"),
            (body("query A { __typename } query B { __typename }"), "400", "200"),
            (json!({ "documentId": "abc" }).to_string(), "400", "200"),
            ("{".to_owned(), "400", "400"),
            ("[]".to_owned(), "400", "400"),
            ("{\"query\": 1}".to_owned(), "400", "400"),
            ("{\"query\": \"{__typename}\", \"query\": \"{__typename}\"}".to_owned(), "400", "400"),
            (body(&format!("{}{}", "{a".repeat(40), "}".repeat(40))), "400", "400"),
            (body("mutation { requestPhoneCode(input: {}) { challengeId } }"), "400", "200"),
        ];
        for (body, as_graphql, as_json) in table {
            for (accept, expected) in [(G, as_graphql), ("application/json", as_json)] {
                let answer = edge
                    .request(Method::POST, "/graphql", &[JSON, ("accept", accept)], &body)
                    .await;

                assert!(
                    answer.status().starts_with(expected),
                    "{accept} {body}: {}",
                    answer.status()
                );
                assert_eq!(answer.header("content-type"), format!("{accept}; charset=utf-8"));
                assert_eq!(answer.header("vary"), "Accept");
                assert_eq!(answer.header("cache-control"), "private, no-store");
            }
        }
    });
}

#[test]
fn b03_what_is_no_json_by_post_reaches_no_service() {
    run(async |edge| {
        let mutation = "mutation { signOut(input: { idempotencyKey: \"12345678\" }) { ended } }";
        let body = json!({ "query": mutation }).to_string();
        for media in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
        ] {
            let answer =
                edge.request(Method::POST, "/graphql", &[("content-type", media)], &body).await;
            assert_eq!(
                (answer.status().as_str(), code(&answer).as_str()),
                ("415 Unsupported Media Type", "UNSUPPORTED_MEDIA_TYPE")
            );
        }
        assert_eq!(
            edge.request(Method::POST, "/graphql", &[], &body).await.status(),
            "415 Unsupported Media Type"
        );

        let url = "/graphql?query=mutation%7BsignOut(input%3A%7BidempotencyKey%3A%2212345678%22%7D)%7Bended%7D%7D";
        let by_get = edge.request(Method::GET, url, &[], "").await;

        assert_eq!(
            (by_get.status().as_str(), by_get.header("allow")),
            ("405 Method Not Allowed", "POST")
        );
        assert_eq!(code(&by_get), "METHOD_NOT_ALLOWED");
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn other_methods_and_answer_types_are_refused() {
    run(async |edge| {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS] {
            let answer = edge.request(method.clone(), "/graphql", &[JSON], "{}").await;
            assert_eq!(
                (answer.status().as_str(), answer.header("allow")),
                ("405 Method Not Allowed", "GET, POST"),
                "{method}"
            );
        }
        let answer =
            edge.request(Method::POST, "/graphql", &[JSON, ("accept", "text/html")], "{}").await;
        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("406 Not Acceptable", "NOT_ACCEPTABLE")
        );
    });
}

#[test]
fn a_query_by_get_is_answered() {
    run(async |edge| {
        let url = "/graphql?query=query%20Q(%24id%3AID!)%7Breport(id%3A%24id)%7Bid%7D%7D&operationName=Q&variables=%7B%22id%22%3A%22x%22%7D";

        let answer = edge.request(Method::GET, url, &[("accept", G)], "").await;

        assert_eq!(answer.json(), json!({ "data": { "report": null } }));
        assert_eq!(
            edge.request(Method::GET, "/graphql", &[], "").await.status(),
            "400 Bad Request"
        );
    });
}

#[test]
fn b02_long_urls_and_bodies_are_refused() {
    run(async |edge| {
        let url = format!("/graphql?query={}", "a".repeat(8 * 1024));
        let body = format!("{{\"query\":\"{}\"}}", "a".repeat(64 * 1024));

        assert_eq!(edge.request(Method::GET, &url, &[], "").await.status(), "414 URI Too Long");
        assert_eq!(
            edge.request(Method::POST, "/graphql", &[JSON], &body).await.status(),
            "413 Payload Too Large"
        );
        let length = body.len().to_string();
        let announced = edge
            .request(Method::POST, "/graphql", &[JSON, ("content-length", &length)], &body)
            .await;
        assert_eq!(
            (announced.status().as_str(), code(&announced).as_str()),
            ("413 Payload Too Large", "BAD_REQUEST")
        );
    });
}

#[test]
fn errors_come_before_data() {
    run(async |edge| {
        let answer = edge.post("{ unreadCount }").await;

        let text = String::from_utf8_lossy(answer.bytes()).into_owned();
        assert!(
            text.starts_with("{\"errors\":") && text.contains("\"data\":{\"unreadCount\":null}"),
            "{text}"
        );
    });
}
