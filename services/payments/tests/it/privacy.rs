//! What accounts asks about a person, and what it says about them.

use city_blobs::{Blobs, S3Config};
use city_clock::Clock as _;
use city_contracts::accounts::MaskedPerson;
use city_contracts::event::Envelope;
use city_ids::{EventId, ServiceName};
use city_testkit::{Answer, run};
use serde_json::{Value, json};

use crate::billers::{by_code, import, nodes, pay, water};
use crate::neighbour;
use crate::subject::{Payments, store};
use crate::town::{
    REASON, Town, available, confirm, finance, new_id, one, open, person, quote, rich, send,
};

async fn ask(city: &Town, step: &str, of: &Value) -> Answer {
    let request = "01890000-0000-7000-8000-00000000beef";
    let accounts = city.service(ServiceName::Accounts);
    accounts
        .post(&format!("/internal/v1/privacy/{request}/{step}"), &json!({ "account": of }))
        .await
}

#[test]
fn a_person_is_given_what_is_kept_of_them_and_who_looked() {
    run::<Payments>(async |city: &Town| {
        let s3: S3Config = store();
        let blobs = Blobs::connect(s3.settings().unwrap());
        blobs.ensure_bucket().await.unwrap();
        let biller = water(city).await;
        let ((who, wallet), (_, other)) = (rich(city, 90_000).await, rich(city, 0).await);
        import(city, "W1,KH-1,,,2026-03-20,NUOC,Tiền nước,1000,,,,\n").await;
        let watch = json!({ "idempotencyKey": new_id(city), "billerId": biller["id"], "customerCode": "KH-1", "on": true });
        drop(who.post("/internal/v1/set-bill-watch", &watch).await.ok());
        drop(pay(city, &who, &by_code(&who, &biller, "KH-1").await[0]).await.ok());
        drop(send(city, &who, &other, 400).await.ok());
        let officer = finance(city);
        let search = json!({ "account": who.account(), "reason": REASON });
        drop(officer.post("/admin/v1/payments/wallets/search", &search).await.ok());

        let exported = ask(city, "export", &json!(who.account())).await.ok();

        assert_eq!(exported["movements"], 3);
        let file = blobs.get(exported["key"].as_str().unwrap(), 1 << 20).await.unwrap().unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(
            (&file["wallet"]["id"], &file["wallet"]["balance"]),
            (&json!(wallet), &json!("88600"))
        );
        assert_eq!(file["movements"][0]["amount"], "-400");
        assert_eq!(file["bills"][0]["number"], "W1");
        assert_eq!(file["followed"][0]["customerCode"], "KH-1");
        assert_eq!(
            (&file["lookedIntoBy"][0]["officer"], &file["lookedIntoBy"][0]["reason"]),
            (&json!(officer.account()), &json!(REASON))
        );
        let nobody = ask(city, "export", &json!(person(city).account())).await.ok();
        assert_eq!(nobody["movements"], 0);
        city.settle().await;
    });
}

#[test]
fn a_forgotten_person_leaves_movements_without_an_owner() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let ((who, wallet), (other, to)) = (rich(city, 700).await, rich(city, 0).await);
        let account = json!(who.account());
        let watch = json!({ "idempotencyKey": new_id(city), "billerId": biller["id"], "customerCode": "KH-1", "on": true });
        drop(who.post("/internal/v1/set-bill-watch", &watch).await.ok());
        let mut sending = json!({ "idempotencyKey": new_id(city), "payeeId": to, "amount": "700", "note": "cho chị Lan" });
        sending["stepUpToken"] = confirm(city, &who, &quote(&who, &sending).await).into();

        let blocked = ask(city, "precheck", &account).await.ok();
        assert_eq!(
            blocked["blockers"],
            json!([{ "code": "WALLET_NOT_EMPTY", "subject": wallet, "label": null }])
        );
        assert_eq!(ask(city, "erase", &account).await.code(), "WALLET_NOT_EMPTY");
        assert_eq!(
            one(city, "select count(*) from payments.bill_watch").await,
            1,
            "nothing of it happened"
        );
        drop(who.post("/internal/v1/send-money", &sending).await.ok());
        assert_eq!(ask(city, "precheck", &account).await.ok()["blockers"], json!([]));

        let receipt = ask(city, "erase", &account).await.ok();
        let again = ask(city, "erase", &account).await.ok();

        assert_eq!(receipt["pseudonymised"], 1);
        assert!(receipt["deleted"].as_u64().unwrap() >= 3, "a note, a watch, a key: {receipt}");
        assert_eq!(receipt["retained"][0]["basis"], "retention term of accounting records");
        assert_eq!(again, json!({ "deleted": 0, "pseudonymised": 0, "retained": [] }));
        let id = who.account().as_uuid();
        for (table, column) in [
            ("wallet", "owner"),
            ("ledger_account", "owner"),
            ("bill_watch", "owner"),
            ("payee_lookup", "account"),
            ("ledger_command", "actor"),
            ("bill", "payer"),
        ] {
            let sql = format!("select count(*) from payments.{table} where {column} = '{id}'");
            assert_eq!(one(city, &sql).await, 0, "{table}");
        }
        let sql =
            format!("select count(*) from payments.idempotency where caller = '{}'", who.account());
        assert_eq!(one(city, &sql).await, 0);
        assert_eq!(
            one(city, "select count(*) from payments.posting_doc where note is not null").await,
            0
        );
        assert_eq!(
            one(city, "select count(*) from payments.ledger_transfer").await,
            2,
            "the books stay"
        );
        assert_eq!(who.post("/internal/v1/my-wallet", &json!({})).await.ok(), Value::Null);
        let seen = other
            .post("/internal/v1/wallet-statement", &json!({ "page": { "first": 5 } }))
            .await
            .ok();
        assert_eq!(
            nodes(&seen)[0]["counterparty"],
            format!("Ví ••••{}", &wallet[wallet.len() - 4..])
        );
        assert_eq!(available(&other).await, 700);
        for service in [ServiceName::Gateway, ServiceName::Reports] {
            let path = "/internal/v1/privacy/01890000-0000-7000-8000-00000000beef/erase";
            let refused = city.service(service).post(path, &json!({ "account": account })).await;
            assert_eq!(refused.code(), "FORBIDDEN");
        }
        city.settle().await;
    });
}

#[test]
fn a_wallet_follows_how_well_its_owners_identity_is_proven() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        open(city, &who).await;
        let now = city.clock().now();
        let id: EventId = city.infra().ids.next(now);
        let body = json!({ "account": who.account(), "level": 1 });
        let event = Envelope::new(id, "IdentityLevelChanged", now, body);
        for _ in 0..2 {
            let redis = &city.infra().redis;
            let mut command = redis::cmd("XADD");
            command.arg(redis.key("city.accounts")).arg("*").arg("envelope");
            command.arg(serde_json::to_string(&event).unwrap());
            let _: String = redis.run(&command).await.unwrap();
        }
        city.settle().await;

        assert_eq!(one(city, "select level from payments.wallet").await, 1);
        assert_eq!(
            one(city, "select count(*) from payments.inbox where consumer = 'identity-levels'")
                .await,
            1
        );
    });
}

#[test]
fn an_officer_finds_a_wallet_by_phone_and_is_noted() {
    run::<Payments>(async |city: &Town| {
        let ((who, wallet), officer) = (rich(city, 5).await, finance(city));
        let phone = "0905000917";
        let name_masked = "N*** A***".to_owned();
        neighbour::registers(phone, MaskedPerson { account: who.account(), name_masked });
        let search =
            async |body: Value| officer.post("/admin/v1/payments/wallets/search", &body).await;

        let found = search(json!({ "phone": phone, "reason": REASON })).await.ok();

        assert_eq!(found["id"], wallet);
        assert_eq!(one(city, "select count(*) from payments.payment_access").await, 1);
        let unknown = search(json!({ "phone": "0905000000", "reason": REASON })).await;
        assert_eq!(unknown.code(), "NOT_FOUND");
        assert_eq!(
            search(json!({ "phone": neighbour::AWAY, "reason": REASON })).await.code(),
            "UNAVAILABLE"
        );
        assert_eq!(search(json!({ "reason": REASON })).await.fields(), ["/account"]);
        let both = json!({ "phone": phone, "account": who.account(), "reason": REASON });
        assert_eq!(search(both).await.fields(), ["/account"]);
        city.settle().await;
    });
}
