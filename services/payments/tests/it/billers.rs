//! Billers, and bills that are found, followed and paid by whoever knows a customer's code.

use axum::body::Body;
use chrono::Duration;
use city_auth::Scope;
use city_testkit::{Answer, Character, run};
use http::Method;
use serde_json::{Value, json};

use crate::subject::Payments;
use crate::town::{
    REASON, Town, available, confirm, finance, new_id, one, person, quote, rich, told,
};

pub const HEAD: &str = "number,customer_code,holder,period,due_date,head_code,head_name,amount,rebate_until,rebate_bps,\
                        penalty_bps_per_day,penalty_cap_bps\n";

/// An officer of the agency whose biller it is.
pub fn clerk(city: &Town) -> Character {
    city.staff().with_role("FINANCE", Scope::Agency("HUE-STC".into()))
}

/// The water company, with accounts for two heads.
pub async fn water(city: &Town) -> Value {
    let body = json!({
        "code": "HUEWACO", "name": "Cấp nước Huế", "agencyCode": "HUE-STC", "purpose": "WATER", "heads": ["NUOC", "VAT"],
    });
    finance(city).post_once("/admin/v1/payments/billers", &new_id(city), &body).await.ok()
}

/// Sends a file to the water company, under a key.
pub async fn upload(who: &Character, key: &str, query: &str, file: impl Into<Body>) -> Answer {
    let headers = [("content-type", "text/csv"), ("idempotency-key", key)];
    let path = format!("/admin/v1/payments/billers/HUEWACO/bills{query}");
    who.send_bytes(Method::POST, &path, file.into(), &headers).await
}

/// Sends lines and has them applied; what became of them.
pub async fn import(city: &Town, lines: &str) -> Value {
    let sent = upload(&clerk(city), &new_id(city), "", format!("{HEAD}{lines}")).await;
    assert_eq!(sent.status(), "202 Accepted", "{}", sent.json());
    city.settle().await;
    progress(city, &sent.json()).await
}

/// How far an import is.
pub async fn progress(city: &Town, import: &Value) -> Value {
    let id = import["id"].as_str().expect("an import has an id");
    clerk(city).get(&format!("/admin/v1/payments/imports/{id}")).await.ok()
}

/// The bills of a customer.
pub async fn by_code(who: &Character, biller: &Value, code: &str) -> Vec<Value> {
    let body = json!({ "billerId": biller["id"], "customerCode": code, "page": { "first": 50 } });
    nodes(&who.post("/internal/v1/bills-by-code", &body).await.ok())
}

pub fn nodes(page: &Value) -> Vec<Value> {
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// To pay what is due of a bill, confirmed.
pub async fn paying(city: &Town, who: &Character, bill: &Value) -> Value {
    let id = new_id(city);
    let offer = quote(who, &json!({ "idempotencyKey": id, "billId": bill["id"] })).await;
    let token = confirm(city, who, &offer);
    json!({ "idempotencyKey": id, "billId": bill["id"], "amount": offer["amount"], "stepUpToken": token })
}

pub async fn pay(city: &Town, who: &Character, bill: &Value) -> Answer {
    who.post("/internal/v1/pay-bill", &paying(city, who, bill).await).await
}

pub async fn cancel(city: &Town, number: &str) -> Answer {
    let path = format!("/admin/v1/payments/billers/HUEWACO/bills/{number}/cancel");
    clerk(city).post_once(&path, &new_id(city), &json!({ "reason": REASON })).await
}

async fn watch(who: &Character, key: &str, biller: &Value, code: &str, on: bool) -> Answer {
    let body =
        json!({ "idempotencyKey": key, "billerId": biller["id"], "customerCode": code, "on": on });
    who.post("/internal/v1/set-bill-watch", &body).await
}

async fn my_bills(who: &Character) -> Vec<Value> {
    nodes(&who.post("/internal/v1/my-bills", &json!({ "first": 20 })).await.ok())
}

#[test]
fn a_biller_is_set_up_once_and_changed_as_it_was_read() {
    run::<Payments>(async |city: &Town| {
        let (officer, key) = (finance(city), new_id(city));
        let path = "/admin/v1/payments/billers";
        let mut body = json!({ "code": "DIEN", "name": "Điện lực Huế", "purpose": "ELECTRICITY", "heads": ["KWH"] });

        let made = officer.post_once(path, &key, &body).await.ok();
        assert_eq!(officer.post_once(path, &key, &body).await.ok(), made);
        assert_eq!(officer.post_once(path, &new_id(city), &body).await.code(), "CODE_TAKEN");
        assert_eq!(clerk(city).post_once(path, &new_id(city), &body).await.code(), "SCOPE");
        assert_eq!(city.officer("HUE-STC").get(path).await.code(), "SCOPE");
        for (field, value) in [
            ("code", json!("điện")),
            ("name", json!(" ")),
            ("purpose", json!("TOP_UP")),
            ("heads", json!(["kwh"])),
        ] {
            let mut wrong = body.clone();
            wrong[field] = value;
            let refused = officer.post_once(path, &new_id(city), &wrong).await;
            assert_eq!(refused.fields(), [format!("/{field}")]);
        }
        body =
            json!({ "version": 1, "name": "Điện lực", "purpose": "ELECTRICITY", "heads": ["VAT"] });
        let put = async |key: &str, body: &Value| {
            officer
                .send(
                    Method::PUT,
                    "/admin/v1/payments/billers/DIEN",
                    Some(body),
                    &[("idempotency-key", key)],
                )
                .await
        };
        let changed = put(&new_id(city), &body).await.ok();
        let late = put(&new_id(city), &body).await;

        assert_eq!((&changed["name"], &changed["version"]), (&json!("Điện lực"), &json!(2)));
        assert_eq!(changed["heads"], json!(["KWH", "VAT"]), "money may lie on an account");
        assert_eq!(
            (late.code().as_str(), &late.json()["details"]),
            ("STALE", &json!({ "version": 2 }))
        );
        assert_eq!(
            one(city, "select count(*) from payments.ledger_account where class = 22").await,
            3
        );
        water(city).await;
        let listed = officer.get(&format!("{path}?first=1")).await.ok();
        assert_eq!(
            (nodes(&listed)[0]["code"].clone(), &listed["hasNextPage"]),
            (json!("DIEN"), &json!(true))
        );
        let rest = officer.get(&format!("{path}?first=1&after=DIEN")).await.ok();
        assert_eq!(nodes(&rest)[0]["code"], "HUEWACO");
        let shown =
            person(city).post("/internal/v1/billers", &json!({ "purpose": "WATER" })).await.ok();
        assert_eq!(shown[0]["name"], "Cấp nước Huế");
        let node = json!({ "ids": [shown[0]["id"]] });
        let node = person(city).post("/internal/v1/nodes:batch", &node).await.ok();
        assert_eq!((&node[0]["kind"], &node[0]["node"]), (&json!("BILLER"), &shown[0]));
        city.settle().await;
    });
}

#[test]
fn whoever_knows_the_code_pays_and_each_head_gets_its_own() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (payer, _) = rich(city, 500_000).await;
        let done = import(
            city,
            "W1,kh-07,Trần Thị Bình,03/2026,2026-03-20,NUOC,Tiền nước,100000,2026-03-10,1000,,\n\
             W1,kh-07,Trần Thị Bình,03/2026,2026-03-20,VAT,Thuế,5000,2026-03-10,1000,,\n\
             W1,kh-07,Trần Thị Bình,03/2026,2026-03-20,PHI,Phí môi trường,10000,2026-03-10,1000,,\n",
        )
        .await;
        assert_eq!(
            (&done["state"], &done["opened"], &done["lines"]),
            (&json!("DONE"), &json!(1), &json!(3))
        );

        let found = by_code(&payer, &biller, " KH-07 ").await;
        let bill = &found[0];
        assert_eq!(
            (&bill["holder"], &bill["period"]),
            (&json!("T*** T*** B***"), &json!("03/2026"))
        );
        assert_eq!((&bill["rebate"], &bill["due"]), (&json!("11500"), &json!("103500")));
        assert_eq!((&bill["account"], &bill["state"]), (&Value::Null, &json!("OPEN")));
        let paid = pay(city, &payer, bill).await.ok();

        assert_eq!((&paid["amount"], &paid["payee"]), (&json!("103500"), &json!("Cấp nước Huế")));
        assert_eq!(available(&payer).await, 396_500);
        let to = async |account: &str| {
            one(city, &format!(
                "select credits_posted from payments.ledger_account a join payments.biller_head h on h.account = a.id
                 where h.head_code = '{account}'"
            )).await
        };
        assert_eq!(
            (to("NUOC").await, to("VAT").await, to("").await),
            (100_000, 3_500, 0),
            "off the last heads"
        );
        let after = by_code(&payer, &biller, "KH-07").await;
        assert_eq!((&after[0]["state"], &after[0]["due"]), (&json!("PAID"), &json!("103500")));
        assert_eq!(told(city, "BillPaid").await[0]["amount"], "103500");
        city.settle().await;
    });
}

#[test]
fn what_is_due_changes_at_midnight_and_stays_as_it_was_paid() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (mut payer, _) = rich(city, 10_000_000).await;
        import(city, "W1,KH-07,,,2026-03-06,NUOC,Tiền nước,1000050,2026-03-05,150,5,12\n").await;
        let bill = by_code(&payer, &biller, "KH-07").await.remove(0);
        let mut due = Vec::new();
        let mut stale = None;
        for _day in 4..=10 {
            payer.principal.auth_at = Some(city_clock::Clock::now(city.clock()));
            let now = payer.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await.ok();
            due.push(now["due"].as_str().unwrap().parse::<i64>().unwrap());
            if due.len() == 2 {
                stale = Some(paying(city, &payer, &bill).await); // on the last day of the rebate
            }
            city.clock().advance(Duration::days(1));
        }
        assert_eq!(due, [985_049, 985_049, 1_000_050, 1_000_550, 1_001_050, 1_001_250, 1_001_250]);

        payer.principal.auth_at = Some(city_clock::Clock::now(city.clock()));
        let mut stale = stale.unwrap();
        stale["idempotencyKey"] = new_id(city).into();
        let refused = payer.post("/internal/v1/pay-bill", &stale).await;
        assert_eq!(
            (refused.code().as_str(), &refused.json()["details"]),
            ("AMOUNT_CHANGED", &json!({ "due": "1001250" }))
        );
        let offer =
            json!({ "idempotencyKey": new_id(city), "billId": bill["id"], "amount": "985049" });
        let offer = quote(&payer, &offer).await;
        assert_eq!(
            (&offer["amount"], &offer["problems"][0]["code"]),
            (&json!("1001250"), &json!("AMOUNT_CHANGED"))
        );
        drop(pay(city, &payer, &bill).await.ok());
        city.clock().advance(Duration::days(40));

        let paid = by_code(&payer, &biller, "KH-07").await.remove(0);
        assert_eq!(
            (&paid["due"], &paid["penalty"], &paid["rebate"]),
            (&json!("1001250"), &json!("1200"), &json!("0"))
        );
        assert_eq!(available(&payer).await, 10_000_000 - 1_001_250);
        city.settle().await;
    });
}

#[test]
fn an_amended_bill_is_paid_as_it_now_is_and_a_paid_one_never_changes() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (payer, _) = rich(city, 500_000).await;
        import(
            city,
            "W1,KH-1,,,2026-03-20,NUOC,Tiền nước,1000,,,,\nW2,KH-1,,,2026-03-20,NUOC,Tiền nước,2000,,,,\n\
             W3,KH-1,,,2026-03-20,NUOC,Tiền nước,3000,,,,\n",
        )
        .await;
        let bills = by_code(&payer, &biller, "KH-1").await;
        let of = |number: &str| bills.iter().find(|bill| bill["number"] == number).unwrap().clone();
        let seen = paying(city, &payer, &of("W1")).await;
        drop(pay(city, &payer, &of("W2")).await.ok());
        assert_eq!(cancel(city, "W3").await.ok()["state"], "CANCELLED");
        assert_eq!(cancel(city, "W3").await.ok()["state"], "CANCELLED", "done twice, done once");
        assert_eq!(cancel(city, "W2").await.code(), "ALREADY_RESOLVED");

        let done = import(
            city,
            "W1,KH-1,,,2026-03-20,NUOC,Tiền nước,1500,,,,\nW2,KH-1,,,2026-03-20,NUOC,Tiền nước,2500,,,,\n\
             W3,KH-1,,,2026-03-20,NUOC,Tiền nước,3500,,,,\nW4,KH-1,,,2026-03-20,NUOC,Tiền nước,4000,,,,\n",
        )
        .await;

        assert_eq!(
            (&done["opened"], &done["amended"], &done["unchanged"], &done["refused"]),
            (&json!(1), &json!(1), &json!(0), &json!(2))
        );
        assert_eq!(
            done["refusals"],
            json!([{ "line": 3, "number": "W2", "reason": "BILL_PAID" },
                   { "line": 4, "number": "W3", "reason": "BILL_CANCELLED" }])
        );
        let refused = payer.post("/internal/v1/pay-bill", &seen).await;
        assert_eq!(
            (refused.code().as_str(), &refused.json()["details"]["due"]),
            ("AMOUNT_CHANGED", &json!("1500"))
        );
        let now = by_code(&payer, &biller, "KH-1").await;
        let of = |number: &str| now.iter().find(|bill| bill["number"] == number).unwrap();
        assert_eq!((&of("W1")["due"], &of("W1")["state"]), (&json!("1500"), &json!("OPEN")));
        assert_eq!((&of("W2")["due"], &of("W2")["state"]), (&json!("2000"), &json!("PAID")));
        drop(pay(city, &payer, of("W1")).await.ok());
        assert_eq!(available(&payer).await, 500_000 - 2_000 - 1_500);
        let other = import(city, "W4,KH-2,,,2026-03-20,NUOC,Tiền nước,4000,,,,\n").await;
        assert_eq!(other["refusals"][0]["reason"], "CUSTOMER_CHANGED");
        city.settle().await;
    });
}

#[test]
fn codes_cannot_be_walked() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (who, other) = (person(city), person(city));
        let lookup =
            json!({ "billerId": biller["id"], "customerCode": "KH-1", "page": { "first": 5 } });
        for _ in 0..9 {
            drop(who.post("/internal/v1/bills-by-code", &lookup).await.ok());
        }
        drop(watch(&who, &new_id(city), &biller, "KH-1", true).await.ok());

        let more = who.post("/internal/v1/bills-by-code", &lookup).await;
        assert_eq!(
            (more.status().as_str(), more.code().as_str()),
            ("429 Too Many Requests", "LOOKUP_LIMIT")
        );
        assert!(!more.header("retry-after").is_empty());
        assert_eq!(watch(&who, &new_id(city), &biller, "KH-2", true).await.code(), "LOOKUP_LIMIT");
        drop(watch(&who, &new_id(city), &biller, "KH-1", false).await.ok());
        drop(other.post("/internal/v1/bills-by-code", &lookup).await.ok());
        for _ in 0..4 {
            city.clock().advance(Duration::minutes(1));
            for _ in 0..10 {
                drop(who.post("/internal/v1/bills-by-code", &lookup).await.ok());
            }
        }
        city.clock().advance(Duration::minutes(1));
        assert_eq!(
            who.post("/internal/v1/bills-by-code", &lookup).await.code(),
            "LOOKUP_LIMIT",
            "the 51st of a day"
        );
        let nobody = json!({ "billerId": "blr_00000000000070008000000000000001", "customerCode": "A", "page": { "first": 5 } });
        assert_eq!(other.post("/internal/v1/bills-by-code", &nobody).await.code(), "NOT_FOUND");
        let empty =
            json!({ "billerId": biller["id"], "customerCode": " ", "page": { "first": 51 } });
        assert_eq!(
            other.post("/internal/v1/bills-by-code", &empty).await.fields(),
            ["/page/first", "/customerCode"]
        );
        city.settle().await;
    });
}

#[test]
fn a_followed_customers_bills_are_ones_own_and_told_of_once() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (who, other) = (person(city), person(city));
        let key = new_id(city);
        let on = watch(&who, &key, &biller, "kh-1", true).await.ok();
        assert_eq!(watch(&who, &key, &biller, "kh-1", true).await.ok(), on);
        assert_eq!(watch(&who, &key, &biller, "kh-2", true).await.code(), "KEY_REUSED");
        assert_eq!(on["customerCode"], "KH-1");

        let lines = "W1,KH-1,,,2026-03-08,NUOC,Tiền nước,1000,,,,\nW2,KH-2,,,2026-03-08,NUOC,Tiền nước,2000,,,,\n";
        import(city, lines).await;
        let opened = told(city, "BillOpened").await;
        assert_eq!((opened.len(), &opened[0]["account"]), (1, &json!(who.account())));
        assert_eq!(my_bills(&who).await[0]["number"], "W1");
        assert!(my_bills(&other).await.is_empty());
        assert!(told(city, "BillDueSoon").await.is_empty(), "four civil days before");

        city.clock().advance(Duration::days(1)); // 5 March, three days before
        city.settle().await;
        city.settle().await;
        let soon = told(city, "BillDueSoon").await;
        assert_eq!(soon.len(), 1);
        assert_eq!(
            (&soon[0]["account"], &soon[0]["billNo"], &soon[0]["amount"]),
            (&json!(who.account()), &json!("W1"), &json!("1000"))
        );
        import(city, "W1,KH-1,,,2026-03-08,NUOC,Tiền nước,1200,,,,\n").await;
        let soon = told(city, "BillDueSoon").await;
        assert_eq!((soon.len(), &soon[1]["amount"]), (2, &json!("1200")), "once a revision");

        drop(watch(&who, &new_id(city), &biller, "KH-1", false).await.ok());
        assert!(my_bills(&who).await.is_empty());
        for code in 0..50 {
            if code % 9 == 0 {
                city.clock().advance(Duration::minutes(1));
            }
            let answer = watch(&other, &new_id(city), &biller, &format!("KH-{code}"), true).await;
            drop(answer.ok());
        }
        city.clock().advance(Duration::days(1));
        assert_eq!(
            watch(&other, &new_id(city), &biller, "KH-50", true).await.code(),
            "WATCH_LIMIT"
        );
        assert_eq!(
            watch(&other, &new_id(city), &biller, "KH-49", true).await.code(),
            "",
            "followed before"
        );
        city.settle().await;
    });
}
