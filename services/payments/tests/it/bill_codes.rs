//! Codes on bills: with them whoever sees a bill pays it, at what is due that day.

use chrono::Duration;
use city_testkit::{Answer, Character, run};
use http::Method;
use serde_json::{Value, json};

use crate::billers::{by_code, cancel, clerk, import, pay, water};
use crate::settlement::midnight;
use crate::shop::shop;
use crate::subject::Payments;
use crate::town::{Town, catalogue_says, confirm, finance, new_id, person, quote, rich, told};

const QR: &str = "/internal/v1/qr-payee";

/// An officer gives a biller the number of its codes.
async fn target(city: &Town, who: &Character, code: &str, body: &Value) -> Answer {
    let path = format!("/admin/v1/payments/billers/{code}/qr");
    who.send(Method::PUT, &path, Some(body), &[("idempotency-key", &new_id(city))]).await
}

async fn scan(who: &Character, code: &Value) -> Answer {
    who.post(QR, &json!({ "payload": code })).await
}

/// A bill of 100,000 that is cheaper by a tenth until the 10th, due on the 20th, and 1 % dearer a day after it.
async fn a_bill(city: &Town, number: &str) {
    let line = format!(
        "{number},KH-1,Trần Thị Bình,03/2026,2026-03-20,NUOC,Tiền nước,100000,2026-03-10,1000,100,500\n"
    );
    assert_eq!(import(city, &line).await["opened"], 1);
}

#[test]
fn an_open_bill_has_a_code_that_leads_to_it_with_todays_due() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (payer, _) = rich(city, 500_000).await;
        a_bill(city, "HD20260301").await;
        let seen = async || by_code(&payer, &biller, "KH-1").await.remove(0);
        assert_eq!(seen().await["qr"], Value::Null, "its biller has no number");
        let account = json!({ "bin": "970436", "number": "1012345678900" });
        let given = target(city, &finance(city), "HUEWACO", &account).await.ok();
        assert_eq!(given["qrTarget"], account);

        let bill = seen().await;
        let text = bill["qr"].as_str().expect("it has a code").to_owned();
        // Objects as the vector "own fee" has them.
        let whose = "38570010A000000727012700069704360113101234567890002";
        assert!(
            text.starts_with(&format!("000201010212{whose}08QRIBFTTA520449005303704540590000")),
            "{text}"
        );
        assert!(text.contains("5802VN5912CAP NUOC HUE6003HUE62140110HD20260301"), "{text}");
        let found = scan(&payer, &bill["qr"]).await.ok();
        assert_eq!((&found["bill"], &found["amount"]), (&bill, &json!("90000")));
        assert_eq!(found["expiresAt"], "2026-03-04T17:00:00Z", "midnight in Hue");
        assert_eq!(found["payee"]["name"], "Cấp nước Huế");

        // On the 11th the rebate is over: the code of the 4th leads on, at what is due now, and its own amount pays nothing.
        for _ in 4..11 {
            midnight(city);
        }
        city.settle().await;
        let later = scan(&payer, &bill["qr"]).await.ok();
        assert_eq!((&later["bill"]["id"], &later["amount"]), (&bill["id"], &json!("100000")));
        let now = seen().await;
        assert_ne!(now["qr"], bill["qr"]);
        assert!(now["qr"].as_str().unwrap().contains("5406100000"), "{now}");
        let id = new_id(city);
        let offer =
            json!({ "idempotencyKey": id, "billId": bill["id"], "amount": found["amount"] });
        let offer = quote(&payer, &offer).await;
        assert_eq!(offer["problems"][0]["code"], "AMOUNT_CHANGED");
        let token = confirm(city, &payer, &offer);
        let old = json!({
            "idempotencyKey": id, "billId": bill["id"], "amount": found["amount"], "stepUpToken": token,
        });
        let refused = payer.post("/internal/v1/pay-bill", &old).await;
        assert_eq!(
            (refused.code().as_str(), &refused.json()["details"]["due"]),
            ("AMOUNT_CHANGED", &json!("100000"))
        );

        drop(pay(city, &payer, &bill).await.ok());
        assert_eq!((&seen().await["state"], &seen().await["qr"]), (&json!("PAID"), &Value::Null));
        let paid = scan(&payer, &now["qr"]).await.ok();
        assert_eq!((&paid["bill"]["state"], &paid["expiresAt"]), (&json!("PAID"), &Value::Null));
        city.settle().await;
    });
}

#[test]
fn late_bills_have_codes_with_the_penalty_and_cancelled_ones_none() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let payer = person(city);
        a_bill(city, "A1").await;
        a_bill(city, "A2").await;
        drop(target(city, &finance(city), "HUEWACO", &json!({})).await.ok());
        city.clock().advance(Duration::days(18));
        city.settle().await;

        let late = by_code(&payer, &biller, "KH-1").await;
        assert_eq!((&late[0]["state"], &late[0]["due"]), (&json!("OVERDUE"), &json!("102000")));
        assert!(late.iter().all(|bill| bill["qr"].as_str().unwrap().contains("5406102000")));
        let number = late[0]["number"].as_str().unwrap();
        drop(cancel(city, number).await.ok());

        let after = payer.post("/internal/v1/bill", &json!({ "id": late[0]["id"] })).await.ok();
        assert_eq!((&after["state"], &after["qr"]), (&json!("CANCELLED"), &Value::Null));
        let dead = scan(&payer, &late[0]["qr"]).await.ok();
        assert_eq!(
            (&dead["bill"]["state"], &dead["expiresAt"]),
            (&json!("CANCELLED"), &Value::Null)
        );
        city.settle().await;
    });
}

#[test]
fn what_a_code_cannot_carry_has_none() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        drop(target(city, &finance(city), "HUEWACO", &json!({})).await.ok());
        let (fits, longer) = ("X".repeat(25), "X".repeat(26));
        for number in [&fits, &longer] {
            a_bill(city, number).await;
        }

        let bills = by_code(&person(city), &biller, "KH-1").await;
        let code_of = |number: &str| {
            bills.iter().find(|bill| bill["number"] == number).expect("it is there")["qr"].clone()
        };

        assert!(code_of(&fits).as_str().unwrap().contains(&format!("62290125{fits}6304")));
        assert_eq!(code_of(&longer), Value::Null);
        city.settle().await;
    });
}

#[test]
fn the_fee_of_a_dossier_is_paid_by_its_code_by_its_payer_alone() {
    run::<Payments>(async |city: &Town| {
        let (payer, stranger) = (rich(city, 200_000).await.0, person(city));
        let fee = json!({
            "billRef": "019a0000-0001-7000-8000-000000000077", "dossier": "dos_00000000000070008000000000000007",
            "code": "H57.26-0017", "payer": payer.account(), "purpose": "INTAKE", "amount": "15000",
            "payeeAgency": "HUE-STP", "deadline": "2026-03-10",
            "lines": [{ "code": "LPHT", "name": "Lệ phí hộ tịch", "amount": "15000" }],
        });
        catalogue_says(city, "DossierFeeRequested", fee).await;
        city.settle().await;
        drop(target(city, &finance(city), "HUE-STP", &json!({})).await.ok());
        let opened = told(city, "BillOpened").await.remove(0);
        let bill = payer.post("/internal/v1/bill", &json!({ "id": opened["bill"] })).await.ok();

        let found = scan(&payer, &bill["qr"]).await.ok();

        assert!(bill["qr"].as_str().unwrap().contains("52049399530370454051500058"), "{bill}");
        assert_eq!((&found["bill"]["id"], &found["amount"]), (&bill["id"], &json!("15000")));
        assert_eq!(scan(&stranger, &bill["qr"]).await.code(), "QR_PAYEE_UNKNOWN");
        let node =
            payer.post("/internal/v1/nodes:batch", &json!({ "ids": [bill["id"]] })).await.ok();
        assert_eq!(node[0]["node"], bill, "everywhere it is the same");
        drop(pay(city, &payer, &bill).await.ok());
        city.settle().await;
    });
}

#[test]
fn a_number_means_one_payee_and_an_old_one_goes_on_meaning_it() {
    run::<Payments>(async |city: &Town| {
        let (biller, shop) = (water(city).await, shop(city, None).await);
        let (payer, officer) = (person(city), finance(city));
        let dien = json!({ "code": "DIEN", "name": "Điện lực Huế", "purpose": "ELECTRICITY" });
        drop(officer.post_once("/admin/v1/payments/billers", &new_id(city), &dien).await.ok());
        a_bill(city, "A1").await;
        let account = json!({ "bin": "970415", "number": "VIETIN001" });
        let first = target(city, &officer, "HUEWACO", &account).await.ok();
        let printed = by_code(&payer, &biller, "KH-1").await[0]["qr"].clone();

        let taken = target(city, &officer, "DIEN", &account).await;
        let store = json!({ "bin": "970436", "number": shop.store["number"] });
        let shops = target(city, &officer, "DIEN", &store).await;
        assert_eq!((taken.code().as_str(), shops.code().as_str()), ("CODE_TAKEN", "CODE_TAKEN"));
        let same = target(city, &officer, "HUEWACO", &account).await.ok();
        assert_eq!(same["version"], first["version"], "the same again changes nothing");
        let ours = target(city, &officer, "HUEWACO", &json!({})).await.ok();
        assert_eq!(ours["qrTarget"], json!({ "bin": "970436", "number": "HUE0000000002" }));
        let now = by_code(&payer, &biller, "KH-1").await[0]["qr"].clone();
        assert_ne!(now, printed);
        for code in [&printed, &now] {
            assert_eq!(scan(&payer, code).await.ok()["bill"]["number"], "A1");
        }
        let back = target(city, &officer, "HUEWACO", &account).await.ok();
        assert_eq!(back["qrTarget"], account, "its own it may take again");

        for (body, field) in [
            (json!({ "bin": "97043", "number": "1" }), "/bin"),
            (json!({ "bin": "970436", "number": "1".repeat(20) }), "/number"),
            (json!({ "bin": "970436", "number": "1 2" }), "/number"),
            (json!({ "bin": "970436" }), "/number"),
        ] {
            assert_eq!(target(city, &officer, "HUEWACO", &body).await.fields(), [field], "{body}");
        }
        assert_eq!(target(city, &officer, "NOBODY", &json!({})).await.code(), "NOT_FOUND");
        assert_eq!(target(city, &clerk(city), "HUEWACO", &json!({})).await.code(), "SCOPE");
        assert_eq!(target(city, &payer, "HUEWACO", &json!({})).await.code(), "FORBIDDEN");
        city.settle().await;
    });
}
