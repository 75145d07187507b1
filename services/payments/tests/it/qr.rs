//! Codes: scanned by residents, printed for merchants.

use city_testkit::run;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::shop::{balance, pay, shop};
use crate::subject::Payments;
use crate::town::{Town, catalogue_says, one, person, rich, told};

const QR: &str = "/internal/v1/qr-payee";

/// A text with its checksum, made apart from the service's own code.
fn summed(text: &str) -> String {
    let text = format!("{text}6304");
    let crc = text.bytes().fold(0xFFFF_u32, |mut crc, byte| {
        crc ^= u32::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
        crc & 0xFFFF
    });
    format!("{text}{crc:04X}")
}

/// A static code of a number, with more members of template 62.
fn code(number: &str, more: &str) -> String {
    let object = |id: &str, value: &str| {
        if value.is_empty() { String::new() } else { format!("{id}{:02}{value}", value.len()) }
    };
    let whose = object("00", "970436") + &object("01", number);
    let account = object("00", "A000000727") + &object("01", &whose) + &object("02", "QRIBFTTA");
    summed(&format!("000201010211{}53037045802VN{}", object("38", &account), object("62", more)))
}

#[test]
fn the_code_of_a_store_leads_to_its_merchant_and_the_payer_types_the_amount() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let number = shop.store["number"].as_str().unwrap();
        assert_eq!(number, "HUE0000000001");

        let seen = payer.post(QR, &json!({ "payload": code(number, "0304DB12") })).await.ok();
        let paid =
            pay(city, &payer, &json!({ "payeeId": seen["payee"]["id"], "amount": "12000" })).await;

        let who = json!({ "id": shop.id, "name": "Chợ Đông Ba quầy 126", "person": false });
        assert_eq!(seen, json!({ "payee": who }));
        drop(paid.ok());
        assert_eq!(balance(city, &shop).await, 12_000);
        city.settle().await;
    });
}

#[test]
fn the_picture_of_a_store_is_its_code() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        let store = shop.store["id"].as_str().unwrap();
        let path = format!("/admin/v1/payments/merchants/{}/qr.svg", shop.id);
        let drawn = shop.officer.get(&format!("{path}?store={store}")).await;
        let missing = format!("{path}?store=sto_019a00000001700080000000000000ff");

        assert_eq!(drawn.header("content-type"), "image/svg+xml");
        let picture = String::from_utf8_lossy(drawn.bytes()).into_owned();
        // The modules of the picture are those of the text it should carry.
        let text = "00020101021138570010A000000727012700069704360113HUE00000000010208QRIBFTTA5204541153037045802VN\
                    5920CHO DONG BA QUAY 1266003HUE62080304DB12";
        let wanted =
            qrcode::QrCode::with_error_correction_level(summed(text), qrcode::EcLevel::M).unwrap();
        let wanted =
            wanted.render::<qrcode::render::svg::Color<'_>>().min_dimensions(360, 360).build();
        assert!(picture.contains("<svg"), "{picture}");
        assert_eq!(picture, wanted);
        assert_eq!(shop.officer.get(&missing).await.code(), "NOT_FOUND");
        assert_eq!(person(city).get(&format!("{path}?store={store}")).await.code(), "FORBIDDEN");
        city.settle().await;
    });
}

#[test]
fn the_code_of_an_order_leads_to_it_and_no_other_amount_does() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-000123", 30_000, "AUTO").await;
        let text = order["qr"].as_str().unwrap();

        let seen = payer.post(QR, &json!({ "payload": text })).await.ok();
        let body = text.strip_suffix(&text[text.len() - 8..]).unwrap();
        let more = summed(&body.replace("540530000", "540530001"));
        let unknown = summed(&body.replace("DH-000123", "DH-000124"));

        assert_eq!(
            (&seen["orderId"], &seen["amount"], &seen["payee"]["id"], &seen["expiresAt"]),
            (&order["id"], &json!("30000"), &json!(shop.id), &order["expiresAt"])
        );
        for forged in [more, unknown] {
            assert_ne!(forged, text);
            let refused = payer.post(QR, &json!({ "payload": forged })).await;
            assert_eq!(
                (refused.status().as_str(), refused.code().as_str()),
                ("409 Conflict", "QR_PAYEE_UNKNOWN")
            );
        }
        drop(pay(city, &payer, &json!({ "orderId": seen["orderId"] })).await.ok());
        assert_eq!(balance(city, &shop).await, 30_000);
        city.settle().await;
    });
}

#[test]
fn a_code_that_is_misprinted_foreign_or_nobodys_is_refused_each_in_its_way() {
    run::<Payments>(async |city: &Town| {
        let payer = person(city);
        let ask = async |payload: &str| payer.post(QR, &json!({ "payload": payload })).await;
        let card = "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52";
        let inner = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5";
        let nobody = code("HUE9999999999", "");

        let (inner, empty) = (ask(inner).await, ask("").await);
        assert_eq!(
            (inner.code().as_str(), &inner.json()["details"]),
            ("QR_INVALID", &json!({ "offset": 60 }))
        );
        assert_eq!(
            (empty.code().as_str(), &empty.json()["details"]),
            ("QR_INVALID", &json!({ "offset": 0 }))
        );
        assert_eq!(ask(card).await.code(), "QR_NOT_SUPPORTED");
        assert_eq!(ask(&nobody).await.code(), "QR_PAYEE_UNKNOWN");
        assert_eq!(
            city.anonymous().post(QR, &json!({ "payload": card })).await.code(),
            "SIGN_IN_REQUIRED"
        );
        city.settle().await;
    });
}

#[test]
fn the_code_of_a_bill_leads_to_it_for_its_payer_alone() {
    run::<Payments>(async |city: &Town| {
        let (payer, stranger) = (person(city), person(city));
        let bill_ref = "019a0000-0001-7000-8000-000000000077";
        let fee = json!({
            "billRef": bill_ref, "dossier": "dos_00000000000070008000000000000007", "code": "H57.26-0017",
            "payer": payer.account(), "purpose": "INTAKE", "amount": "150000", "payeeAgency": "HUE-STP", "deadline": "2026-03-10",
            "lines": [{ "code": "LPHT", "name": "Lệ phí hộ tịch", "amount": "150000" }],
        });
        catalogue_says(city, "DossierFeeRequested", fee).await;
        city.settle().await;
        let opened: Value = told(city, "BillOpened").await.remove(0);
        let number = opened["billNo"].as_str().unwrap();
        let target = "insert into payments.qr_target (bin, number, biller) select '970436', 'STP1', id from payments.biller";
        sqlx::raw_sql(AssertSqlSafe(target)).execute(city.db()).await.unwrap();
        assert_eq!(one(city, "select count(*) from payments.qr_target").await, 1);
        let payload = json!({ "payload": code("STP1", &format!("01{:02}{number}", number.len())) });

        let seen = payer.post(QR, &payload).await.ok();

        assert_eq!((&seen["bill"]["id"], &seen["amount"]), (&opened["bill"], &json!("150000")));
        assert_eq!(seen["payee"]["name"], "HUE-STP");
        assert_eq!(stranger.post(QR, &payload).await.code(), "QR_PAYEE_UNKNOWN");
        let without = json!({ "payload": code("STP1", "") });
        assert_eq!(payer.post(QR, &without).await.code(), "QR_PAYEE_UNKNOWN");
        city.settle().await;
    });
}
