//! Files of bills in JSON, one bill a line: what holds for CSV holds for them.

use axum::body::Body;
use city_testkit::{Answer, Character, run};
use http::Method;
use serde_json::{Value, json};

use crate::billers::{HEAD, by_code, clerk, import, progress, upload, water};
use crate::shop::{System, sign};
use crate::subject::Payments;
use crate::town::{Town, new_id, one, person};

const PATH: &str = "/admin/v1/payments/billers/HUEWACO/bills";

async fn send_as(who: &Character, kind: &str, key: &str, query: &str, file: &str) -> Answer {
    let headers = [("content-type", kind), ("idempotency-key", key)];
    let body = Body::from(file.to_owned());
    who.send_bytes(Method::POST, &format!("{PATH}{query}"), body, &headers).await
}

async fn send(city: &Town, query: &str, file: &str) -> Value {
    let kind = "application/x-ndjson; charset=utf-8";
    let sent = send_as(&clerk(city), kind, &new_id(city), query, file).await;
    assert_eq!(sent.status(), "202 Accepted", "{}", sent.json());
    city.settle().await;
    progress(city, &sent.json()).await
}

/// A bill of two heads on a line, with what the other tests say in CSV.
fn line(number: &str, amount: i64) -> String {
    let bill = json!({
        "number": number, "customerCode": format!("kh-{number}"), "holder": "Lê Văn C", "period": "03/2026",
        "dueDate": "2026-03-20",
        "heads": [{ "code": "NUOC", "name": "Tiền nước", "amount": amount.to_string() },
                  { "code": "VAT", "name": "Thuế", "amount": "50" }],
        "rebate": { "until": "2026-03-10", "bps": 1000 }, "penalty": { "bpsPerDay": 5, "capBps": 500 },
    });
    format!("{bill}\n")
}

fn csv(number: &str, amount: i64) -> String {
    let (of, terms) =
        (format!("{number},KH-{number},Lê Văn C,03/2026,2026-03-20"), "2026-03-10,1000,5,500");
    format!("{of},NUOC,Tiền nước,{amount},{terms}\n{of},VAT,Thuế,50,{terms}\n")
}

#[test]
fn good_lines_land_and_bad_ones_are_listed() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let unknown = line("C", 1_000).replacen('{', r#"{"colour":"red","#, 1);
        let file = [
            line("A", 1_000),
            line("B", 0),
            unknown,
            "\n".to_owned(),
            "not a bill\n".to_owned(),
            line("A", 2_000),
            line("D", 4_000),
        ]
        .concat();

        let done = send(city, "", &file).await;

        assert_eq!(
            (&done["state"], &done["lines"], &done["bills"], &done["opened"], &done["refused"]),
            (&json!("DONE"), &json!(6), &json!(2), &json!(2), &json!(4))
        );
        assert_eq!(
            done["refusals"],
            json!([{ "line": 2, "number": "B", "reason": "AMOUNT" },
                   { "line": 3, "number": "C", "reason": "JSON" },
                   { "line": 5, "number": null, "reason": "JSON" },
                   { "line": 6, "number": "A", "reason": "DUPLICATE" }])
        );
        let bill = by_code(&person(city), &biller, "KH-A").await.remove(0);
        assert_eq!(
            (&bill["due"], &bill["rebate"], &bill["holder"]),
            (&json!("945"), &json!("105"), &json!("L*** V*** C***"))
        );
        let whole = send(city, "?atomic=true", &(line("E", 1) + "{}")).await;
        assert_eq!(
            (&whole["state"], &whole["refusals"][0]["reason"]),
            (&json!("FAILED"), &json!("NUMBER"))
        );
        assert_eq!(one(city, "select count(*) from payments.bill").await, 2);
        city.settle().await;
    });
}

#[test]
fn the_same_content_is_the_same_bill_however_it_is_written() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let first = import(city, &(csv("A", 1_000) + &csv("B", 2_000))).await;
        assert_eq!((&first["opened"], &first["lines"]), (&json!(2), &json!(4)));

        let again =
            send(city, "", &(line("A", 1_000) + &line("B", 2_500) + &line("C", 3_000))).await;
        assert_eq!(
            (&again["opened"], &again["amended"], &again["unchanged"], &again["refused"]),
            (&json!(1), &json!(1), &json!(1), &json!(0))
        );
        let back = import(city, &(csv("A", 1_000) + &csv("B", 2_500) + &csv("C", 3_000))).await;
        assert_eq!((&back["amended"], &back["unchanged"]), (&json!(0), &json!(3)));

        // A key takes its file once, and the same bytes read in another way are another file.
        let (who, key, file) = (clerk(city), new_id(city), line("D", 1));
        let ndjson = "application/x-ndjson";
        let taken = send_as(&who, ndjson, &key, "", &file).await.ok();
        assert_eq!(send_as(&who, ndjson, &key, "", &file).await.ok()["id"], taken["id"]);
        let other = send_as(&who, ndjson, &key, "", &line("D", 2)).await;
        assert_eq!(other.code(), "KEY_REUSED");
        let (key, file) = (new_id(city), format!("{HEAD}{}", csv("F", 1)));
        let misread = send_as(&who, ndjson, &key, "", &file).await.ok();
        assert_eq!((&misread["bills"], &misread["refused"]), (&json!(0), &json!(3)));
        assert_eq!(upload(&who, &key, "", file).await.code(), "KEY_REUSED");
        city.settle().await;
    });
}

#[test]
fn other_types_and_files_over_the_bounds_are_refused() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let who = clerk(city);

        for kind in
            ["application/json", "text/plain", "application/x-ndjson2", "", "multipart/form-data"]
        {
            let refused = send_as(&who, kind, &new_id(city), "", &line("A", 1_000)).await;
            assert_eq!(
                (refused.status().as_str(), refused.code().as_str()),
                ("415 Unsupported Media Type", "CONTENT_TYPE"),
                "{kind}"
            );
        }
        let ndjson = "application/x-ndjson";
        let long = send_as(&who, ndjson, &new_id(city), "", &" ".repeat(20_000_001)).await;
        assert_eq!(long.code(), "BODY_TOO_LARGE");
        let head = r#"[{"code":"NUOC","name":"Tiền nước","amount":"1"}]"#;
        let bill = |index: usize| {
            format!(
                "{{\"number\":\"N{index}\",\"customerCode\":\"K\",\"dueDate\":\"2026-03-20\",\"heads\":{head}}}\n"
            )
        };
        let many: String = (0..50_001).map(bill).collect();
        let many = send_as(&who, ndjson, &new_id(city), "", &many).await;
        assert_eq!(many.json()["errors"][0]["code"], "TOO_MANY");
        assert_eq!(one(city, "select count(*) from payments.import_job").await, 0);
        city.settle().await;
    });
}

#[test]
fn a_billers_system_sends_json_too() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let system = System::of_biller(city, "HUEWACO").await;
        let path = format!("/merchant/v1/bills?id={}", new_id(city));
        let send = async |file: &str, signed: &str| {
            let t = city_clock::Clock::now(city.clock()).timestamp();
            let header = format!("t={t},v1={}", sign(&system.secret, t, "POST", &path, signed));
            let headers = [
                ("city-key", system.key.as_str()),
                ("city-signature", header.as_str()),
                ("content-type", "application/x-ndjson"),
            ];
            let body = Body::from(file.to_owned());
            city.anonymous().send_bytes(Method::POST, &path, body, &headers).await
        };
        let file = line("A", 1_000) + &line("B", -1);

        assert_eq!(send(&file, &line("A", 1_000)).await.code(), "SIGNATURE_INVALID");
        assert_eq!(one(city, "select count(*) from payments.import_job").await, 0);
        let taken = send(&file, &file).await;
        assert_eq!(taken.status(), "202 Accepted", "{}", taken.json());
        city.settle().await;

        assert_eq!(by_code(&person(city), &biller, "KH-A").await[0]["due"], "945");
        let done = progress(city, &taken.json()).await;
        assert_eq!(done["refusals"], json!([{ "line": 2, "number": "B", "reason": "AMOUNT" }]));
        city.settle().await;
    });
}
