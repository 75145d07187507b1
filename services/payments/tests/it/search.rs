//! Officers find things by what customers, payees, providers and banks read out.

use chrono::Duration;
use city_ids::RefundId;
use city_testkit::{Character, run};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::providers::our_ref;
use crate::shop::shop;
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, rich};
use crate::treasury::{bill, later, pay, pay_outside};

const SEARCH: &str = "/admin/v1/payments/search";

/// What is found: kind, id, by what.
async fn found(officer: &Character, q: &str) -> Vec<[String; 3]> {
    let hits = officer.get(&format!("{SEARCH}?q={q}")).await.ok();
    let text = |hit: &Value, member: &str| hit[member].as_str().expect("it is text").to_owned();
    let hits = hits.as_array().expect("a list").iter();
    hits.map(|hit| ["kind", "id", "matched"].map(|member| text(hit, member))).collect()
}

/// One thing.
fn hit(kind: &str, id: &Value, matched: &str) -> Vec<[String; 3]> {
    vec![[kind, id.as_str().expect("an id"), matched].map(str::to_owned)]
}

/// A text from the database.
async fn text(city: &Town, sql: &str) -> String {
    let row = sqlx::raw_sql(AssertSqlSafe(format!("select ({sql})::text")));
    sqlx::Row::get(&row.fetch_one(city.db()).await.expect("it reads"), 0)
}

#[test]
fn whatever_somebody_reads_out_is_found() {
    run::<Payments>(async |city: &Town| {
        let (payer, wallet) = rich(city, 200_000).await;
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-000123", 20_000, "AUTO").await;
        let inner = bill(city, &payer, "HUE-STP", &[("A", 50_000)]).await;
        let payment = pay(city, &payer, &inner).await;
        let outer = bill(city, &payer, "HUE-SGD", &[("A", 40_000)]).await;
        let outside = pay_outside(city, &payer, &outer).await;
        let officer = finance(city);
        let body = json!({ "payment": outside["id"], "legs": [{ "leg": 0, "amount": "5000" }], "reason": REASON });
        let path = "/admin/v1/payments/refunds";
        let refund = officer.post_once(path, &new_id(city), &body).await.ok();
        drop(approve(&approver(city), &json!({ "id": refund["approval"] })).await.ok());
        later(city).await;
        city.clock().advance(Duration::hours(24));
        city.settle().await;
        let officer = finance(city);
        let path = "/admin/v1/payments/settlements";
        let closed = officer.get(&format!("{path}?first=100")).await.ok();
        let settlement = closed["edges"][0]["node"]["id"].clone();
        let body = json!({ "bankRef": "FT26064-77", "reason": REASON });
        let paid = format!("{path}/{}/paid", settlement.as_str().expect("an id"));
        let asked = officer.post_once(&paid, &new_id(city), &body).await.ok();
        drop(approve(&approver(city), &asked).await.ok());
        let uuid = |id: &Value| id.as_str().and_then(|id| id.split_once('_')).unwrap().1.to_owned();
        let refund_ref = RefundId::parse(refund["id"].as_str().unwrap()).unwrap().as_uuid();
        let refund_ref = our_ref(&refund_ref.to_string()).replacen('T', "R", 1);
        // Two lines of a statement: a refund that is known here, and money that nobody here waits for.
        let at = "2026-03-04T10:00:00+07:00,2026-03-05";
        let csv = format!(
            "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n\
             900177,{refund_ref},refund,5000,0,done,{at}\n900188,UNKNOWN-1,pay,700,0,done,{at}\n"
        );
        let statement = "/admin/v1/payments/statements?provider=VNPAY&day=2026-03-04";
        let headers = [("content-type", "text/csv")];
        let sent = officer.send_bytes(http::Method::POST, statement, csv.into(), &headers).await;
        drop(sent.ok());
        let open = officer.get("/admin/v1/payments/breaks?first=100&all=true").await.ok();
        let mut breaks = open["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone());
        let lost = breaks.find(|it| it["amount"] == "700").expect("it is a break");

        for (kind, id) in [
            ("PAYMENT", &payment["id"]),
            ("BILL", &inner["id"]),
            ("BILLER", &inner["biller"]["id"]),
            ("MERCHANT", &json!(shop.id)),
            ("ORDER", &order["id"]),
            ("REFUND", &refund["id"]),
            ("SETTLEMENT", &settlement),
            ("BREAK", &lost["id"]),
        ] {
            assert_eq!(found(&officer, id.as_str().unwrap()).await, hit(kind, id, "ID"));
            let bare = found(&officer, &uuid(id)).await;
            assert!(bare.contains(&hit(kind, id, "ID")[0]), "{kind} without prefix: {bare:?}");
        }
        let ours = text(city, "select our_ref from payments.provider_order").await;
        let number = text(city, "select txn_no from payments.provider_txn").await;
        let through = json!(format!(
            "pvo_{}",
            text(city, "select replace(id::text, '-', '') from payments.provider_order").await
        ));
        let provider_payment = |matched| hit("PROVIDER_PAYMENT", &through, matched);
        assert_eq!(found(&officer, through.as_str().unwrap()).await, provider_payment("ID"));
        assert_eq!(found(&officer, &ours).await, provider_payment("PROVIDER_REFERENCE"));
        assert_eq!(
            found(&officer, &ours.to_lowercase()).await,
            provider_payment("PROVIDER_REFERENCE")
        );
        assert_eq!(found(&officer, &number).await, provider_payment("PROVIDER_NUMBER"));
        let number = inner["number"].as_str().expect("a bill has a number");
        let bills = found(&officer, number).await; // of another agency too, perhaps
        assert!(bills.contains(&hit("BILL", &inner["id"], "BILL_NUMBER")[0]), "{bills:?}");
        assert_eq!(
            found(&officer, "%20DH-000123%20").await,
            hit("ORDER", &order["id"], "ORDER_REFERENCE")
        );
        let going_back = hit("REFUND", &refund["id"], "PROVIDER_REFERENCE");
        assert_eq!(found(&officer, &refund_ref).await, going_back);
        assert_eq!(found(&officer, "900177").await, going_back, "by the provider's own number");
        assert_eq!(found(&officer, "900188").await, hit("BREAK", &lost["id"], "PROVIDER_NUMBER"));
        assert_eq!(
            found(&officer, "FT26064-77").await,
            hit("SETTLEMENT", &settlement, "BANK_REFERENCE")
        );

        // An id of one thing is none of another; a wallet is asked for with a reason, and elsewhere.
        let other = inner["id"].as_str().unwrap().replace("bil_", "pay_");
        for nothing in [other.as_str(), &wallet, &uuid(&json!(wallet)), "DH-00012", "no-such"] {
            assert_eq!(found(&officer, nothing).await, Vec::<[String; 3]>::new(), "{nothing}");
        }
        for wrong in ["", "%20", "%00", &"9".repeat(101)] {
            let refused = officer.get(&format!("{SEARCH}?q={wrong}")).await;
            assert_eq!((refused.code().as_str(), refused.fields()), ("INPUT", vec!["/q".into()]));
        }
        let refused = city.officer("roads").get(&format!("{SEARCH}?q=1")).await;
        assert_eq!(refused.code(), "SCOPE");
        city.settle().await;
    });
}

#[test]
fn no_table_is_read_from_end_to_end_to_find_something() {
    run::<Payments>(async |city: &Town| {
        let sql = include_str!("../../src/store/search.sql");
        let body: Vec<_> = sql.lines().filter(|line| !line.starts_with("--")).collect();
        // Whoever has an index uses it then, however few rows there are; whoever has none still reads everything.
        let script = format!(
            "begin; set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan;
             prepare looking (uuid, text, text, uuid[], text[], bigint) as {};",
            body.join("\n")
        );
        let mut db = city.db().acquire().await.expect("the database answers");
        sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut *db).await.expect("it is prepared");
        let explain = "explain (costs off) execute looking (null, null, 'x', '{}', '{VNPAY}', 50)";
        let plan = sqlx::raw_sql(explain).fetch_all(&mut *db).await.expect("it has a plan");
        let plan: Vec<String> = plan.iter().map(|row| sqlx::Row::get(row, 0)).collect();
        let plan = plan.join("\n");

        assert!(!plan.contains("Seq Scan"), "{plan}");
        for index in [
            "bill_by_number",
            "merchant_order_by_ref",
            "provider_order_our_ref",
            "provider_txn_pkey",
            "recon_break_by_key",
            "approval_by_bank_ref",
            "ledger_rejection_pkey",
        ] {
            assert!(plan.contains(index), "{index} is not used: {plan}");
        }
        // An id is looked for in the month of its time alone.
        assert!(
            plan.contains("Subplans Removed") || !plan.contains("ledger_transfer_20"),
            "{plan}"
        );
        sqlx::raw_sql("rollback").execute(&mut *db).await.expect("it ends");
    });
}
