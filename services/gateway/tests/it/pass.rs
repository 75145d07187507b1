use city_auth::internal::{Identity, Verifier};
use city_auth::{Principal, PrincipalKind, SigningKey};
use city_boot::Profile;
use city_ids::ServiceName;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::door::{Door, Setting, run};

const PHONE: &str = "/dev/outbox?to=%2B84901234567";

async fn status(request: reqwest::RequestBuilder) -> u16 {
    request.send().await.expect("the gateway answers").status().as_u16()
}

#[test]
fn sent_messages_are_shown_in_development_to_the_machine_itself() {
    run(Setting::default(), async |door| {
        let message = json!([{ "channel": "SMS", "template": "otp", "text": "123456", "at": "2026-03-04T02:00:00Z" }]);
        door.spy.answers("/notifications/internal/v1/dev/outbox", &message);

        let shown: Value = door
            .ask(Method::GET, PHONE)
            .send()
            .await
            .expect("the gateway answers")
            .json()
            .await
            .expect("JSON");
        let brought =
            status(door.ask(Method::GET, PHONE).header("x-forwarded-for", "203.0.113.9")).await;

        assert_eq!(shown[0]["text"], "123456");
        assert_eq!(brought, 404);
        let seen = door.spy.seen("/notifications/internal/v1/dev/outbox");
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].body, r#"{"to":"+84901234567"}"#, "a phone number travels in a body");
    });
}

#[test]
fn there_are_no_development_doors_in_production() {
    run(Setting { profile: Profile::Production, ..Setting::default() }, async |door| {
        door.spy.answers("/notifications/internal/v1/dev/outbox", &json!([]));

        for path in [PHONE, "/graphiql", "/graphiql/start.js"] {
            assert_eq!(status(door.ask(Method::GET, path)).await, 404, "{path}");
        }
        assert!(door.spy.seen("/notifications/internal/v1/dev/outbox").is_empty());
    });
}

#[test]
fn photos_are_handed_through_as_anonymous_reads() {
    run(Setting::default(), async |door| {
        let person = door.sign_in(PrincipalKind::Resident);
        door.spy.plays("/reports/media/reports/k/full.jpg", StatusCode::OK, "image/jpeg", "JPEG");
        let photo =
            |method| door.ask(method, "/media/reports/k/full.jpg").bearer_auth(&person.token);

        let shown = photo(Method::GET).send().await.expect("the gateway answers");

        assert_eq!(shown.headers()["content-type"], "image/jpeg");
        assert_eq!(shown.headers()["x-content-type-options"], "nosniff");
        assert_eq!(shown.bytes().await.expect("the photo is whole"), "JPEG");
        assert_eq!(status(photo(Method::POST)).await, 405);
        let told = vouched(door, "/reports/media/reports/k/full.jpg", ServiceName::Reports);
        assert_eq!(told.kind, PrincipalKind::Anonymous);
    });
}

#[test]
fn signing_out_reaches_accounts_as_the_resident_whose_token_was_checked_here() {
    run(Setting::default(), async |door| {
        door.spy.answers("/accounts/auth/v1/sign-out", &json!({ "ended": 1 }));
        let (resident, officer) =
            (door.sign_in(PrincipalKind::Resident), door.sign_in(PrincipalKind::Staff));
        let sign_out = || door.ask(Method::POST, "/auth/v1/sign-out").body("{}");

        assert_eq!(status(sign_out()).await, 401);
        assert_eq!(status(sign_out().bearer_auth("forged")).await, 401);
        assert_eq!(status(sign_out().bearer_auth(&officer.token)).await, 403);
        assert!(door.spy.seen("/accounts/auth/v1/sign-out").is_empty());
        assert_eq!(status(sign_out().bearer_auth(&resident.token)).await, 200);

        let told = vouched(door, "/accounts/auth/v1/sign-out", ServiceName::Accounts);
        assert_eq!(told.kind, PrincipalKind::Resident);
        assert_eq!(told.account, Some(resident.account));
    });
}

#[test]
fn bodies_of_refreshes_end_at_4_kib() {
    run(Setting::default(), async |door| {
        door.spy.answers("/accounts/auth/v1/refresh", &json!({}));
        let send =
            |bytes: usize| door.ask(Method::POST, "/auth/v1/refresh").body("x".repeat(bytes));

        assert_eq!(status(send(4 * 1024)).await, 200);
        assert_eq!(status(send(4 * 1024 + 1)).await, 413);
        assert_eq!(status(door.ask(Method::GET, "/media/reports/a%2fb")).await, 400);
    });
}

#[test]
fn the_signing_keys_are_public_and_kept_for_a_while() {
    run(Setting::default(), async |door| {
        let keys = || door.ask(Method::GET, "/.well-known/jwks.json");
        let first = keys().send().await.expect("the gateway answers");
        let control = first.headers()["cache-control"].clone();
        let first: Value = first.json().await.expect("JSON");

        door.spy.plays(
            "/accounts/.well-known/jwks.json",
            StatusCode::SERVICE_UNAVAILABLE,
            "text/plain",
            "away",
        );
        let second: Value =
            keys().send().await.expect("the gateway answers").json().await.expect("JSON");

        assert_eq!(control, "public, max-age=300");
        assert_eq!(first["keys"].as_array().map(Vec::len), Some(1));
        assert_eq!(first, second);
    });
}

#[test]
fn notices_of_providers_arrive_byte_by_byte_and_only_by_their_methods() {
    run(Setting::default(), async |door| {
        let query = "vnp_Amount=1000000&vnp_OrderInfo=Le%20ph%c3%AD+%2B%2b&a=&a=2&vnp_SecureHash=AbC&=%00&%zz";
        let bytes: Vec<u8> = (0..=255).collect();
        for path in ["vnpay", "momo", "zalopay"] {
            door.spy.answers(&format!("/payments/ipn/{path}"), &json!({ "RspCode": "00" }));
        }

        let told = door.ask(Method::GET, &format!("/ipn/vnpay?{query}"));
        assert_eq!(status(told.header("authorization", "Bearer forged")).await, 200);
        let told = door.ask(Method::POST, "/ipn/momo").header("content-type", "application/x-odd");
        assert_eq!(status(told.body(bytes.clone())).await, 200);
        let send = |bytes: usize| door.ask(Method::POST, "/ipn/zalopay").body("x".repeat(bytes));
        assert_eq!(status(send(16 * 1024)).await, 200);
        assert_eq!(status(send(16 * 1024 + 1)).await, 413);
        assert_eq!(status(door.ask(Method::POST, "/ipn/vnpay")).await, 405);
        assert_eq!(status(door.ask(Method::GET, "/ipn/momo")).await, 405);
        assert_eq!(status(door.ask(Method::POST, "/ipn/other")).await, 404);

        let asked = door.spy.seen("/payments/ipn/vnpay");
        assert_eq!(asked[0].path, format!("/payments/ipn/vnpay?{query}"));
        let asked = door.spy.seen("/payments/ipn/momo");
        assert_eq!(asked[0].body, bytes);
        assert_eq!(asked[0].headers["content-type"], "application/x-odd");
        let told = vouched(door, "/payments/ipn/momo", ServiceName::Payments);
        assert_eq!(told.kind, PrincipalKind::Anonymous);
    });
}

#[test]
fn what_a_url_would_write_otherwise_arrives_as_it_was_signed() {
    run(Setting::default(), async |door| {
        let query = "vnp_OrderInfo=O'Hara's&a=`^{|}[]\\&b=%27%7e~&c=:@/?$,;()*!&d=/../.";
        for path in ["/ipn/vnpay", "/merchant/v1/orders", "/merchant/v1/orders/o'1%27|{2}"] {
            door.spy.answers(&format!("/payments{path}"), &json!({}));

            // By hand: the client of the other tests would itself write some of it otherwise.
            let mut connection =
                TcpStream::connect(door.address).await.expect("the gateway listens");
            let head =
                format!("GET {path}?{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            connection.write_all(head.as_bytes()).await.expect("the gateway reads");
            let mut answer = String::new();
            connection.read_to_string(&mut answer).await.expect("the gateway answers");

            assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
            let seen = door.spy.seen(&format!("/payments{path}")).remove(0);
            assert_eq!(seen.path, format!("/payments{path}?{query}"));
        }
    });
}

#[test]
fn notices_of_providers_pass_when_the_address_has_used_up_its_limit() {
    run(Setting::default(), async |door| {
        door.spy.answers("/payments/ipn/momo", &json!({}));
        let heads = || door.ask(Method::GET, "/public/v1/payments/heads");
        let mut refused = false;
        for _ in 0..100 {
            let many = (0..20).map(|_| status(heads()));
            refused |= futures_util::future::join_all(many).await.contains(&429);
            if refused {
                break;
            }
        }
        assert!(refused, "the limit on any request refuses at last");

        assert_eq!(status(door.ask(Method::POST, "/ipn/momo").body("{}")).await, 200);
    });
}

#[test]
fn files_of_a_wallet_are_the_residents_own_and_few() {
    run(Setting::default(), async |door| {
        let paths = ["/v1/payments/pay_1/receipt.json", "/v1/wallet/statement.csv"];
        let (resident, officer) =
            (door.sign_in(PrincipalKind::Resident), door.sign_in(PrincipalKind::Staff));
        for path in paths {
            door.spy.plays(&format!("/payments{path}"), StatusCode::OK, "text/csv", "a;b");
            let file = || door.ask(Method::GET, &format!("{path}?from=2026-03-01"));

            assert_eq!(status(file()).await, 401, "{path}");
            assert_eq!(status(file().bearer_auth(&officer.token)).await, 403, "{path}");
            assert!(door.spy.seen(&format!("/payments{path}")).is_empty());
            let given = file().bearer_auth(&resident.token).send().await.expect("an answer");
            assert_eq!(
                (given.status().as_u16(), &given.headers()["cache-control"]),
                (200, &"no-store".parse().expect("a value"))
            );

            assert_eq!(
                door.spy.seen(&format!("/payments{path}"))[0].path,
                format!("/payments{path}?from=2026-03-01")
            );
            let told = vouched(door, &format!("/payments{path}"), ServiceName::Payments);
            assert_eq!(told.account, Some(resident.account));
        }
        let file = || door.ask(Method::GET, paths[1]).bearer_auth(&resident.token);
        for _ in 0..8 {
            assert_eq!(status(file()).await, 200);
        }
        assert_eq!(status(file()).await, 429, "ten files at once of one account");
    });
}

#[test]
fn proofs_are_public_and_a_browser_comes_back_from_its_provider() {
    run(Setting::default(), async |door| {
        for path in [
            "/.well-known/payment-receipt-keys.json",
            "/public/v1/payments/heads",
            "/public/v1/payments/backing/2026-03-04",
            "/pay/return/vnpay",
        ] {
            door.spy.answers(&format!("/payments{path}"), &json!({}));

            assert_eq!(
                status(door.ask(Method::GET, &format!("{path}?after=1"))).await,
                200,
                "{path}"
            );
            assert_eq!(status(door.ask(Method::POST, path)).await, 405, "{path}");
            assert_eq!(status(door.ask(Method::GET, path).body("x")).await, 413, "{path}");
            assert_eq!(
                door.spy.seen(&format!("/payments{path}"))[0].path,
                format!("/payments{path}?after=1")
            );
        }
    });
}

#[test]
fn merchants_reach_payments_with_what_they_signed() {
    run(Setting::default(), async |door| {
        for path in ["orders", "bills", "payments/pay_1/refunds"] {
            door.spy.answers(&format!("/payments/merchant/v1/{path}"), &json!({}));
        }
        let call = |path: &str, bytes: usize| {
            let call = door.ask(Method::POST, &format!("/merchant/v1/{path}?x=%2B"));
            call.header("city-key", "mk_1")
                .header("city-signature", "t=1,v1=ab")
                .body(vec![b'x'; bytes])
        };

        assert_eq!(status(call("orders", 256 * 1024)).await, 200);
        assert_eq!(status(call("orders", 256 * 1024 + 1)).await, 413);
        assert_eq!(status(call("bills", 256 * 1024 + 1)).await, 200, "imports are larger");
        assert_eq!(
            status(
                call("payments/pay_1/refunds", 2)
                    .header("x-city-sub", "acc_1")
                    .header("x-city-address", "203.0.113.9")
            )
            .await,
            200
        );
        assert_eq!(status(door.ask(Method::DELETE, "/merchant/v1/orders")).await, 405);

        let seen = door.spy.seen("/payments/merchant/v1/payments/pay_1/refunds").remove(0);
        assert_eq!(seen.path, "/payments/merchant/v1/payments/pay_1/refunds?x=%2B");
        assert_eq!(seen.headers["city-key"], "mk_1");
        assert_eq!(seen.headers["city-signature"], "t=1,v1=ab");
        assert!(!seen.headers.contains_key("x-city-sub"));
        assert_eq!(seen.headers["x-city-address"], "127.0.0.1", "as we see it, whatever they say");
        let told = vouched(door, "/payments/merchant/v1/orders", ServiceName::Payments);
        assert_eq!(told.kind, PrincipalKind::Anonymous, "payments checks the signature");
    });
}

#[test]
fn what_is_internal_stays_inside() {
    run(Setting::default(), async |door| {
        for path in [
            "/internal/v1/report",
            "/internal",
            "/reports/internal/v1/report",
            "/media/../internal/v1/report",
        ] {
            assert_eq!(status(door.ask(Method::POST, path)).await, 404, "{path}");
        }
        assert!(door.spy.seen("/reports/internal/v1/report").is_empty());
    });
}

#[cfg(feature = "graphiql")]
#[test]
fn the_schema_browser_comes_with_a_policy_that_lets_nothing_else_in() {
    run(Setting::default(), async |door| {
        let page = door.ask(Method::GET, "/graphiql").send().await.expect("the gateway answers");
        let script = door
            .ask(Method::GET, "/graphiql/graphiql.min.js")
            .send()
            .await
            .expect("the gateway answers");

        let policy = page.headers()["content-security-policy"].to_str().expect("ASCII");
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
        assert!(script.bytes().await.expect("the file is whole").len() > 1_000_000);
    });
}

/// Whom the gateway vouched for in the one request that reached `path`.
fn vouched(door: &Door, path: &str, at: ServiceName) -> Principal {
    let seen = door.spy.seen(path).remove(0);
    let clock: city_clock::SharedClock = door.clock.clone();
    let gateway =
        Identity::new(ServiceName::Gateway, SigningKey::from_seed(&[4; 32]), clock.clone());
    let line = seen.headers["authorization"].to_str().expect("ASCII");
    let token = line.trim_start_matches("Bearer ");
    Verifier::new(at, &[gateway.published()], clock).verify(token).expect("ours")
}
