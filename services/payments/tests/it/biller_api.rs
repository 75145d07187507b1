//! What billers' own systems do over signed calls, and that no key reaches what is another's.

use axum::body::Body;
use chrono::Duration;
use city_clock::Clock as _;
use city_testkit::{Answer, run};
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};

use crate::billers::{HEAD, by_code, pay, water};
use crate::settlement::midnight;
use crate::shop::{System, pay as pay_shop, shop, sign};
use crate::subject::Payments;
use crate::town::{REASON, Town, finance, new_id, one, person, rich};

const BILLS: &str = "/merchant/v1/bills";
const SETTLEMENTS: &str = "/merchant/v1/settlements";

pub fn line(number: &str, amount: i64) -> String {
    format!("{number},KH-{number},Lê Văn C,03/2026,2026-03-20,NUOC,Tiền nước,{amount},,,,\n")
}

pub fn file(lines: &[String]) -> String {
    format!("{HEAD}{}", lines.concat())
}

/// The power company, beside the water company.
pub async fn power(city: &Town) -> Value {
    let body = json!({ "code": "DIEN", "name": "Điện lực Huế", "purpose": "ELECTRICITY" });
    finance(city).post_once("/admin/v1/payments/billers", &new_id(city), &body).await.ok()
}

async fn send_file(city: &Town, system: &System, query: &str, file: &str) -> Answer {
    system.call(city, Method::POST, &format!("{BILLS}{query}"), file).await
}

async fn progress(city: &Town, system: &System, import: &Value) -> Answer {
    let id = import["id"].as_str().expect("an import has an id");
    system.get(city, &format!("/merchant/v1/imports/{id}")).await
}

async fn jobs(city: &Town) -> i64 {
    one(city, "select count(*) from payments.import_job").await
}

#[test]
fn a_billers_system_sends_bills_by_the_rules_of_officers() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let system = System::of_biller(city, "HUEWACO").await;
        let query = format!("?id={}", new_id(city));
        let good = file(&[line("A", 1_000), line("B", 0), line("C", 3_000)]);

        let sent = send_file(city, &system, &query, &good).await;
        assert_eq!(sent.status(), "202 Accepted", "{}", sent.json());
        let sent = sent.json();
        assert_eq!((&sent["state"], &sent["bills"]), (&json!("QUEUED"), &json!(2)));
        city.settle().await;
        let done = progress(city, &system, &sent).await.ok();

        assert_eq!((&done["state"], &done["opened"]), (&json!("DONE"), &json!(2)));
        assert_eq!(done["refusals"], json!([{ "line": 3, "number": "B", "reason": "AMOUNT" }]));
        assert_eq!(by_code(&person(city), &biller, "KH-A").await[0]["due"], "1000");
        // The same again is the first; another file under its id is none.
        let again = send_file(city, &system, &query, &good).await.json();
        assert_eq!(again["id"], sent["id"]);
        let other = send_file(city, &system, &query, &file(&[line("D", 1)])).await;
        assert_eq!(other.code(), "KEY_REUSED");
        // All or nothing.
        let whole = format!("?id={}&atomic=true", new_id(city));
        let whole = send_file(city, &system, &whole, &file(&[line("E", 5), line("F", 0)])).await;
        let whole = progress(city, &system, &whole.json()).await.ok();
        assert_eq!(
            (&whole["state"], &whole["failure"]),
            (&json!("FAILED"), &json!("LINES_REFUSED"))
        );
        for (query, file, code) in [
            (String::new(), good.clone(), "INPUT"),
            ("?id=x".to_owned(), good.clone(), "INPUT"),
            (format!("?id={}", new_id(city)), "number,amount\n".to_owned(), "INPUT"),
        ] {
            assert_eq!(send_file(city, &system, &query, &file).await.code(), code, "{query}");
        }
        let sender =
            "select count(*) from payments.import_job where api_key is null or officer is not null";
        assert_eq!((one(city, sender).await, jobs(city).await), (0, 2));
        city.settle().await;
    });
}

#[test]
fn what_is_not_signed_to_its_last_byte_leaves_nothing() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let system = System::of_biller(city, "HUEWACO").await;
        let path = format!("{BILLS}?id={}", new_id(city));
        let lines: Vec<_> = (0..2_000).map(|index| line(&format!("N{index}"), 1_000)).collect();
        let file = file(&lines);
        let now = city.clock().now().timestamp();
        let send = async |t: i64, signed: &str, sent: Body| {
            let header = format!("t={t},v1={}", sign(&system.secret, t, "POST", &path, signed));
            let headers = [
                ("city-key", system.key.as_str()),
                ("city-signature", header.as_str()),
                ("content-type", "text/csv"),
            ];
            city.anonymous().send_bytes(Method::POST, &path, sent, &headers).await
        };
        let streamed = |file: &str| {
            let parts: Vec<_> = file.as_bytes().chunks(10_000).map(<[u8]>::to_vec).collect();
            Body::from_stream(stream::iter(parts.into_iter().map(Ok::<_, std::io::Error>)))
        };
        let longer = format!("{file}{}", line("X", 1));
        let wrong_head = format!("x{file}");
        let cut = {
            let first = file.as_bytes()[..20_000].to_vec();
            let parts = [Ok(first), Err(std::io::Error::other("gone"))];
            Body::from_stream(stream::iter(parts))
        };

        assert_eq!(send(now, &file, streamed(&longer)).await.code(), "SIGNATURE_INVALID");
        let misread = send(now, &file, streamed(&wrong_head)).await;
        assert_eq!(misread.code(), "SIGNATURE_INVALID", "what is wrong with it is not said");
        assert_eq!(send(now - 301, &file, streamed(&file)).await.code(), "SIGNATURE_TIME");
        assert_eq!(send(now, &file, cut).await.code(), "BODY_CUT");
        let large = "x".repeat(20_000_001);
        let large = send(now, &large, Body::from(large.clone())).await;
        assert_eq!(large.status(), "413 Payload Too Large");
        city.settle().await;
        let kept = "select (select count(*) from payments.import_job) + (select count(*) from payments.import_bill)
                         + (select count(*) from payments.bill)";
        assert_eq!(one(city, kept).await, 0);

        let taken = send(now, &file, streamed(&file)).await;
        assert_eq!(
            (taken.status().as_str(), &taken.json()["bills"]),
            ("202 Accepted", &json!(2_000))
        );
        city.settle().await;
        assert_eq!(one(city, "select count(*) from payments.bill").await, 2_000);
    });
}

#[test]
fn a_biller_takes_back_its_own_bills_until_they_are_paid() {
    run::<Payments>(async |city: &Town| {
        let (water, _) = (water(city).await, power(city).await);
        let ours = System::of_biller(city, "HUEWACO").await;
        let other = System::of_biller(city, "DIEN").await;
        let (payer, _) = rich(city, 10_000).await;
        let query = format!("?id={}", new_id(city));
        let sent =
            send_file(city, &ours, &query, &file(&[line("A", 1_000), line("B", 2_000)])).await;
        let sent = sent.json();
        city.settle().await;
        let cancel = |number: &str| format!("{BILLS}/{number}/cancel");
        let reason = json!({ "reason": REASON });

        assert_eq!(other.post(city, &cancel("A"), &reason).await.code(), "NOT_FOUND");
        assert_eq!(progress(city, &other, &sent).await.code(), "NOT_FOUND");
        let short = ours.post(city, &cancel("A"), &json!({ "reason": "x" })).await;
        assert_eq!(short.fields(), ["/reason"]);
        let gone = ours.post(city, &cancel("A"), &reason).await.ok();
        assert_eq!((&gone["state"], &gone["account"]), (&json!("CANCELLED"), &Value::Null));
        assert_eq!(
            ours.post(city, &cancel("A"), &reason).await.ok(),
            gone,
            "done twice, done once"
        );
        drop(pay(city, &payer, &by_code(&payer, &water, "KH-B").await[0]).await.ok());
        let paid = ours.post(city, &cancel("B"), &reason).await;
        assert_eq!(
            (paid.code().as_str(), &paid.json()["details"]["outcome"]),
            ("ALREADY_RESOLVED", &json!("PAID"))
        );
        city.settle().await;
    });
}

#[test]
fn a_payee_reads_its_own_settlements_and_no_others() {
    run::<Payments>(async |city: &Town| {
        let (water, dien) = (water(city).await, power(city).await);
        let (ours, theirs) =
            (System::of_biller(city, "HUEWACO").await, System::of_biller(city, "DIEN").await);
        let (shop, empty) = (shop(city, None).await, shop(city, None).await);
        let (payer, _) = rich(city, 100_000).await;
        let two_heads =
            "W,KH-W,,,2026-03-20,NUOC,Tiền nước,1000,,,,\nW,KH-W,,,2026-03-20,PHI,Phí,500,,,,\n";
        let id = format!("?id={}", new_id(city));
        drop(send_file(city, &ours, &id, &format!("{HEAD}{two_heads}")).await.ok());
        drop(send_file(city, &theirs, &id, &file(&[line("D", 7_000)])).await.ok());
        city.settle().await;
        drop(pay(city, &payer, &by_code(&payer, &water, "KH-W").await[0]).await.ok());
        drop(pay(city, &payer, &by_code(&payer, &dien, "KH-D").await[0]).await.ok());
        let what = json!({ "payeeId": shop.id, "amount": "9000" });
        drop(pay_shop(city, &payer, &what).await.ok());
        let path = "/admin/v1/payments/settlements";
        let by_hand = json!({ "payee": shop.id });
        drop(shop.officer.post_once(path, &new_id(city), &by_hand).await.ok());
        midnight(city);
        city.settle().await;

        let mut nets = Vec::new();
        let mut after = String::new();
        loop {
            let page = ours.get(city, &format!("{SETTLEMENTS}?first=1{after}")).await.ok();
            let edge = &page["edges"][0];
            nets.push(edge["node"]["net"].as_str().unwrap().to_owned());
            after = format!("&after={}", edge["cursor"].as_str().unwrap());
            if page["hasNextPage"] == json!(false) {
                break;
            }
        }
        nets.sort_unstable();
        assert_eq!(nets, ["1000", "500"], "the account of each head is a payee");
        let of = async |system: &System| {
            let page = system.get(city, SETTLEMENTS).await.ok();
            page["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"].clone())
                .collect::<Vec<_>>()
        };
        let (mine, merchants) = (of(&theirs).await, of(&shop.system()).await);
        assert_eq!((mine.len(), &mine[0]["net"]), (1, &json!("7000")));
        assert_eq!((merchants.len(), &merchants[0]["net"]), (1, &json!("9000")));
        assert_eq!(merchants[0]["name"], "Chợ Đông Ba quầy 126");
        assert!(of(&empty.system()).await.is_empty());

        let path = |one: &Value| format!("{SETTLEMENTS}/{}", one["id"].as_str().unwrap());
        for (owner, settlement) in [(&theirs, &mine[0]), (&shop.system(), &merchants[0])] {
            assert_eq!(owner.get(city, &path(settlement)).await.ok(), *settlement);
            let csv = owner.get(city, &format!("{}.csv", path(settlement))).await;
            assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
            let text = String::from_utf8_lossy(csv.bytes()).into_owned();
            let net = format!("NET,,,{}\r\n", settlement["net"].as_str().unwrap());
            assert!(text.ends_with(&net) && text.contains("PAYMENT,"), "{text}");
        }
        for stranger in [&ours, &empty.system()] {
            for settlement in [&mine[0], &merchants[0]] {
                for form in ["", ".csv"] {
                    let refused = stranger.get(city, &format!("{}{form}", path(settlement))).await;
                    assert_eq!(refused.code(), "NOT_FOUND");
                }
            }
        }
        let crooked = ours.get(city, &format!("{SETTLEMENTS}?after=2026-03-05.x")).await;
        assert_eq!(crooked.code(), "INPUT");
        city.settle().await;
    });
}

/// Every route of the signed API, with whose keys it is for.
const ROUTES: [(&str, &str, &str); 19] = [
    ("GET", "/merchant/v1/events", "both"),
    ("GET", "/merchant/v1/webhooks", "both"),
    ("POST", "/merchant/v1/webhooks", "both"),
    ("POST", "/merchant/v1/webhooks/whk_019a00000001700080000000000000ff/replay", "both"),
    ("POST", "/merchant/v1/webhooks/whk_019a00000001700080000000000000ff/rotate", "both"),
    ("GET", "/merchant/v1/orders", "merchant"),
    ("POST", "/merchant/v1/orders", "merchant"),
    ("GET", "/merchant/v1/orders/ord_019a00000001700080000000000000ff", "merchant"),
    ("POST", "/merchant/v1/orders/ord_019a00000001700080000000000000ff/cancel", "merchant"),
    ("GET", "/merchant/v1/payments", "merchant"),
    ("GET", "/merchant/v1/payments/pay_019a00000001700080000000000000ff", "merchant"),
    ("POST", "/merchant/v1/payments/pay_019a00000001700080000000000000ff/capture", "merchant"),
    ("POST", "/merchant/v1/payments/pay_019a00000001700080000000000000ff/void", "merchant"),
    ("POST", "/merchant/v1/payments/pay_019a00000001700080000000000000ff/refunds", "merchant"),
    ("GET", "/merchant/v1/settlements", "both"),
    ("GET", "/merchant/v1/settlements/set_019a00000001700080000000000000ff", "both"),
    ("POST", "/merchant/v1/bills?id=019a0000-0001-7000-8000-0000000000ff", "biller"),
    ("POST", "/merchant/v1/bills/1/cancel", "biller"),
    ("GET", "/merchant/v1/imports/019a0000-0001-7000-8000-0000000000ff", "biller"),
];

#[test]
fn every_signed_route_takes_the_keys_it_is_for_and_nobody_else() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let biller = System::of_biller(city, "HUEWACO").await;
        let merchant = shop(city, None).await.system();
        let file = file(&[line("A", 1_000)]);
        for (method, path, of) in ROUTES {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let import = path.contains("/bills?");
            let body = if import { file.as_str() } else { "{}" };
            let csv = [("content-type", if import { "text/csv" } else { "application/json" })];
            let headers = csv.as_slice();
            for nobody in [city.anonymous(), person(city), finance(city), city.admin()] {
                let sent = Body::from(body.to_owned());
                let refused = nobody.send_bytes(method.clone(), path, sent, headers).await;
                assert!(
                    ["SIGNATURE_INVALID", "RATE_LIMITED"].contains(&refused.code().as_str()),
                    "{method} {path} {}",
                    refused.code()
                );
            }
            for (system, kind) in [(&merchant, "merchant"), (&biller, "biller")] {
                let code = system.call_from(city, kind, method.clone(), path, body).await.code();
                let allowed = of == "both" || of == kind;
                assert_eq!(code != "KEY_KIND", allowed, "{method} {path} by a {kind}: {code}");
                assert!(
                    !["SIGNATURE_INVALID", "RATE_LIMITED"].contains(&code.as_str()),
                    "{path} {code}"
                );
            }
        }
        assert_eq!(jobs(city).await, 1, "the biller's");
        city.settle().await;
    });
}

#[test]
fn a_billers_keys_are_handed_out_and_ended_by_officers_of_the_city() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        power(city).await;
        let (officer, key) = (finance(city), new_id(city));
        let path = "/admin/v1/payments/billers/HUEWACO/keys";
        let first = officer.post_once(path, &key, &json!({})).await;
        assert_eq!(first.header("cache-control"), "no-store");
        let first = first.ok();
        let again = officer.post_once(path, &key, &json!({})).await.ok();
        assert_eq!((&again["id"], &again["secret"]), (&first["id"], &Value::Null));
        assert_eq!(officer.get(path).await.ok().as_array().map(Vec::len), Some(1));
        assert_eq!(
            crate::billers::clerk(city).post_once(path, &new_id(city), &json!({})).await.code(),
            "SCOPE"
        );
        assert_eq!(person(city).get(path).await.code(), "FORBIDDEN");
        let nobody = "/admin/v1/payments/billers/NOBODY/keys";
        assert_eq!(officer.post_once(nobody, &new_id(city), &json!({})).await.code(), "NOT_FOUND");
        let id = first["id"].as_str().unwrap();
        let system =
            System { key: id.to_owned(), secret: first["secret"].as_str().unwrap().to_owned() };
        drop(system.get(city, SETTLEMENTS).await.ok());

        let foreign = format!("/admin/v1/payments/billers/DIEN/keys/{id}/revoke");
        assert_eq!(officer.post(&foreign, &json!({})).await.code(), "NOT_FOUND");
        drop(officer.post(&format!("{path}/{id}/revoke"), &json!({})).await.ok());

        assert_eq!(system.get(city, SETTLEMENTS).await.code(), "SIGNATURE_INVALID");
        let owners =
            "insert into payments.api_key (id, merchant, biller, sealed, created_by, created_at)
                      select gen_random_uuid(), null, null, '', gen_random_uuid(), now()";
        let refused = sqlx::raw_sql(owners).execute(city.db()).await.unwrap_err().to_string();
        assert!(refused.contains("api_key_one_owner"), "{refused}");
        city.clock().advance(Duration::days(1));
        city.settle().await;
    });
}
