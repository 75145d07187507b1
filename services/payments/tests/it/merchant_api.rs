//! What merchants' own systems do over signed calls.

use city_clock::Clock as _;
use city_testkit::run;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::shop::{balance, pay, send, shop, sign};
use crate::subject::Payments;
use crate::town::{Town, available, new_id, one, rich};

const ORDERS: &str = "/merchant/v1/orders";

#[test]
fn a_call_counts_only_as_it_was_signed_and_by_a_key_that_counts() {
    run::<Payments>(async |city: &Town| {
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let body = r#"{"orderRef":"DH-000123","amount":"150000"}"#;
        let t = city.clock().now().timestamp();
        let signed = |secret: &str, t: i64, method: &str, path: &str, body: &str| {
            format!("t={t},v1={}", sign(secret, t, method, path, body))
        };
        let good = signed(&ours.secret, t, "POST", ORDERS, body);
        let key = ours.key.as_str();
        let (longer, late, early) = (
            format!("{body} "),
            signed(&ours.secret, t - 301, "POST", ORDERS, body),
            signed(&ours.secret, t + 301, "POST", ORDERS, body),
        );
        let signature = good.split_once(",v1=").unwrap().1;

        for (path, body, headers, code) in [
            (ORDERS, body, vec![("city-key", key)], "SIGNATURE_INVALID"),
            (ORDERS, body, vec![("city-signature", good.as_str())], "SIGNATURE_INVALID"),
            (
                ORDERS,
                &longer,
                vec![("city-key", key), ("city-signature", &good)],
                "SIGNATURE_INVALID",
            ),
            (
                "/merchant/v1/orders?first=1",
                body,
                vec![("city-key", key), ("city-signature", &good)],
                "SIGNATURE_INVALID",
            ),
            (
                ORDERS,
                body,
                vec![("city-key", &other.key), ("city-signature", &good)],
                "SIGNATURE_INVALID",
            ),
            (
                ORDERS,
                body,
                vec![("city-key", key), ("city-key", &other.key), ("city-signature", &good)],
                "SIGNATURE_INVALID",
            ),
            (
                ORDERS,
                body,
                vec![("city-key", key), ("city-signature", &good), ("city-signature", &good)],
                "SIGNATURE_INVALID",
            ),
            (
                ORDERS,
                body,
                vec![
                    ("city-key", "key_019a00000001700080000000000000ff"),
                    ("city-signature", &good),
                ],
                "SIGNATURE_INVALID",
            ),
            (ORDERS, body, vec![("city-key", "x"), ("city-signature", &good)], "SIGNATURE_INVALID"),
            (
                ORDERS,
                body,
                vec![("city-key", key), ("city-signature", &format!("v1={signature}"))],
                "SIGNATURE_INVALID",
            ),
            (
                ORDERS,
                body,
                vec![("city-key", key), ("city-signature", &format!("t={t},v1="))],
                "SIGNATURE_INVALID",
            ),
            (ORDERS, body, vec![("city-key", key), ("city-signature", &late)], "SIGNATURE_TIME"),
            (ORDERS, body, vec![("city-key", key), ("city-signature", &early)], "SIGNATURE_TIME"),
        ] {
            let refused = send(city, Method::POST, path, body, &headers).await;
            assert_eq!(
                (refused.status().as_str(), refused.code().as_str()),
                ("401 Unauthorized", code),
                "{path} {headers:?}"
            );
        }
        let get =
            send(city, Method::GET, ORDERS, body, &[("city-key", key), ("city-signature", &good)])
                .await;
        assert_eq!(get.code(), "SIGNATURE_INVALID");
        assert_eq!(one(city, "select count(*) from payments.merchant_order").await, 0);

        let headers = [("city-key", key), ("city-signature", good.as_str())];
        let opened = send(city, Method::POST, ORDERS, body, &headers).await.ok();
        assert_eq!((&opened["state"], &opened["orderRef"]), (&json!("OPEN"), &json!("DH-000123")));
        let path = format!("/admin/v1/payments/merchants/{}/keys", ours.id);
        drop(ours.officer.post(&format!("{path}/{key}/revoke"), &json!({})).await.ok());
        assert_eq!(ours.get(city, ORDERS).await.code(), "SIGNATURE_INVALID");
        let foreign = format!("/admin/v1/payments/merchants/{}/keys/{key}/revoke", other.id);
        assert_eq!(ours.officer.post(&foreign, &json!({})).await.code(), "NOT_FOUND");
        city.settle().await;
    });
}

#[test]
fn a_secret_is_shown_once_and_kept_sealed() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        let (path, key) = (format!("/admin/v1/payments/merchants/{}/keys", shop.id), new_id(city));

        let first = shop.officer.post_once(&path, &key, &json!({})).await;
        assert_eq!(first.header("cache-control"), "no-store");
        let first = first.ok();
        let again = shop.officer.post_once(&path, &key, &json!({})).await.ok();

        let secret = first["secret"].as_str().unwrap();
        assert_eq!((&again["id"], &again["secret"]), (&first["id"], &Value::Null));
        assert_eq!(shop.officer.get(&path).await.ok().as_array().map(Vec::len), Some(2));
        let kept = format!(
            "select (select count(*) from payments.api_key where position(convert_to('{secret}', 'utf8') in sealed) > 0)
                  + (select count(*) from payments.idempotency where answer::text like '%{secret}%')"
        );
        assert_eq!(one(city, &kept).await, 0);
        city.settle().await;
    });
}

#[test]
fn an_order_is_one_by_its_reference_and_its_merchants_alone() {
    run::<Payments>(async |city: &Town| {
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let body = json!({ "orderRef": "DH-1", "amount": "5000", "store": "DB12" });
        let opens = (0..5).map(|_| ours.post(city, ORDERS, &body));
        let opened: Vec<_> = join_all(opens).await.into_iter().map(|answer| answer.ok()).collect();
        let path = format!("{ORDERS}/{}", opened[0]["id"].as_str().unwrap());

        assert!(opened.iter().all(|order| *order == opened[0]), "{opened:?}");
        assert_eq!(opened[0]["expiresAt"], "2026-03-04T02:15:00Z");
        assert!(opened[0]["qr"].as_str().unwrap().contains("0304DB120504DH-1"));
        for (changes, code) in [
            (json!({ "amount": "5001" }), "KEY_REUSED"),
            (json!({ "capture": "MANUAL" }), "KEY_REUSED"),
            (json!({ "store": null }), "KEY_REUSED"),
            (json!({ "store": "X" }), "INPUT"),
            (json!({ "amount": "0" }), "INPUT"),
            (json!({ "amount": 5000 }), "INPUT"),
            (json!({ "orderRef": "Đ 1" }), "INPUT"),
            (json!({ "orderRef": "A".repeat(26) }), "INPUT"),
            (json!({ "price": "1" }), "INPUT"),
        ] {
            let mut body = body.clone();
            for (key, value) in changes.as_object().unwrap() {
                body[key] = value.clone();
            }
            assert_eq!(ours.post(city, ORDERS, &body).await.code(), code, "{changes}");
        }
        let theirs = other.order(city, "DH-1", 7_000, "AUTO").await;
        assert_ne!(theirs["id"], opened[0]["id"]);
        assert_eq!(other.get(city, &path).await.code(), "NOT_FOUND");
        assert_eq!(
            other.post(city, &format!("{path}/cancel"), &json!({})).await.code(),
            "NOT_FOUND"
        );
        ours.order(city, "DH-2", 1_000, "AUTO").await;
        let page = ours.get(city, &format!("{ORDERS}?first=1")).await.ok();
        let after = page["edges"][0]["cursor"].as_str().unwrap();
        let next = ours.get(city, &format!("{ORDERS}?first=1&after={after}")).await.ok();
        let mut refs =
            [&page, &next].map(|page| page["edges"][0]["node"]["orderRef"].as_str().unwrap());
        refs.sort_unstable();
        assert_eq!((refs, &next["hasNextPage"]), (["DH-1", "DH-2"], &json!(false)));
        city.settle().await;
    });
}

#[test]
fn an_order_is_paid_or_cancelled_and_never_both() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let mut orders = Vec::new();
        for number in 0..6 {
            orders.push(shop.order(city, &format!("DH-{number}"), 1_000, "AUTO").await);
        }
        let path = |order: &Value| format!("{ORDERS}/{}/cancel", order["id"].as_str().unwrap());
        let what: Vec<_> = orders.iter().map(|order| json!({ "orderId": order["id"] })).collect();
        let paths: Vec<_> = orders.iter().map(path).collect();

        let nothing = json!({});
        let (paid, cancelled) = tokio::join!(
            join_all(what.iter().map(|what| pay(city, &payer, what))),
            join_all(paths.iter().map(|path| shop.post(city, path, &nothing))),
        );

        let mut sold = 0;
        for ((paid, cancelled), path) in paid.iter().zip(&cancelled).zip(&paths) {
            let seen = shop.get(city, path.trim_end_matches("/cancel")).await.ok()["state"].clone();
            let (lost, won) = if paid.code().is_empty() {
                sold += 1;
                (cancelled, json!("PAID"))
            } else {
                (paid, json!("CANCELLED"))
            };
            assert_eq!(
                (lost.code().as_str(), &lost.json()["details"]["outcome"], &seen),
                ("ALREADY_RESOLVED", &won, &won)
            );
            let again = shop.post(city, path, &nothing).await;
            assert_eq!(again.code(), cancelled.code(), "again it is the same");
        }
        assert_eq!(
            (balance(city, &shop).await, available(&payer).await),
            (1_000 * sold, 100_000 - 1_000 * sold)
        );
        city.settle().await;
    });
}

#[test]
fn payments_are_read_on_from_a_place_and_show_nothing_of_the_payer() {
    run::<Payments>(async |city: &Town| {
        let (payer, wallet) = rich(city, 100_000).await;
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let order = ours.order(city, "DH-1", 2_000, "AUTO").await;
        for what in [
            json!({ "payeeId": ours.id, "amount": "1000", "note": "bí mật" }),
            json!({ "payeeId": other.id, "amount": "9000" }),
            json!({ "orderId": order["id"] }),
            json!({ "payeeId": ours.id, "amount": "3000" }),
        ] {
            drop(pay(city, &payer, &what).await.ok());
        }

        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/merchant/v1/payments?first=1{after}");
            let page = ours.get(city, &path).await.ok();
            seen.push(page["edges"][0]["node"].clone());
            after = format!("&after={}", page["edges"][0]["cursor"].as_str().unwrap());
            if page["hasNextPage"] == json!(false) {
                break;
            }
        }

        let amounts: Vec<_> = seen.iter().map(|sale| sale["amount"].as_str().unwrap()).collect();
        assert_eq!(amounts, ["1000", "2000", "3000"]);
        assert_eq!((&seen[1]["orderRef"], &seen[1]["order"]), (&json!("DH-1"), &order["id"]));
        let told = json!(seen).to_string();
        assert!(
            !told.contains(&wallet)
                && !told.contains(&payer.account().to_string())
                && !told.contains("mật"),
            "{told}"
        );
        let path = format!("/merchant/v1/payments/{}", seen[0]["id"].as_str().unwrap());
        assert_eq!(ours.get(city, &path).await.ok(), seen[0]);
        assert_eq!(other.get(city, &path).await.code(), "NOT_FOUND");
        city.settle().await;
    });
}

#[test]
fn only_the_merchant_of_a_reserve_takes_or_frees_it_under_an_id_of_now() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let order = ours.order(city, "DH-1", 2_000, "MANUAL").await;
        let held = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
        let sold = pay(city, &payer, &json!({ "payeeId": ours.id, "amount": "1000" })).await.ok();
        let path = |payment: &Value, verb: &str| {
            format!("/merchant/v1/payments/{}/{verb}", payment["id"].as_str().unwrap())
        };
        let capture = json!({ "id": new_id(city), "amount": "2000" });
        let old = "0193e4a2-7c1b-7a00-8000-000000000001";

        for verb in ["capture", "void"] {
            let mut body = capture.clone();
            if verb == "void" {
                body.as_object_mut().unwrap().remove("amount");
            }
            let with = |id: &str| {
                let mut body = body.clone();
                body["id"] = id.into();
                body
            };
            assert_eq!(other.post(city, &path(&held, verb), &body).await.code(), "NOT_FOUND");
            assert_eq!(ours.post(city, &path(&sold, verb), &body).await.code(), "STATE");
            assert_eq!(ours.post(city, &path(&held, verb), &with("x")).await.code(), "INPUT");
            assert_eq!(ours.post(city, &path(&held, verb), &with(old)).await.code(), "ID_TIME");
        }
        let taken = ours.post(city, &path(&held, "capture"), &capture).await.ok();
        let mut other_amount = capture.clone();
        other_amount["amount"] = "1999".into();

        assert_eq!(taken["state"], "CAPTURED");
        assert_eq!(
            ours.post(city, &path(&held, "capture"), &other_amount).await.code(),
            "KEY_REUSED"
        );
        assert_eq!(balance(city, &ours).await, 3_000);
        city.settle().await;
    });
}

#[test]
fn a_merchant_gives_back_its_own_sales_and_no_others() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let fee = json!({ "bps": 1000, "fixed": "0", "borneBy": "PAYEE" });
        let (ours, other) = (shop(city, Some(fee)).await, shop(city, None).await);
        let paid = pay(city, &payer, &json!({ "payeeId": ours.id, "amount": "10000" })).await.ok();
        let more = pay(city, &payer, &json!({ "payeeId": ours.id, "amount": "30000" })).await.ok();
        let path = |paid: &Value| {
            format!("/merchant/v1/payments/{}/refunds", paid["id"].as_str().unwrap())
        };
        let body = json!({ "id": new_id(city), "amount": "4000", "reason": "bán nhầm mặt hàng" });
        let with = |changes: Value| {
            let mut body = body.clone();
            for (key, value) in changes.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };

        assert_eq!(other.post(city, &path(&paid), &body).await.code(), "NOT_FOUND");
        for (changes, code) in [
            (json!({ "amount": "10001" }), "INPUT"),
            (json!({ "amount": "0" }), "INPUT"),
            (json!({ "reason": "x" }), "INPUT"),
            (json!({ "id": "x" }), "INPUT"),
            (json!({ "id": "0193e4a2-7c1b-7a00-8000-000000000001" }), "ID_TIME"),
        ] {
            assert_eq!(
                ours.post(city, &path(&paid), &with(changes.clone())).await.code(),
                code,
                "{changes}"
            );
        }
        let own = path(&paid);
        let back: Vec<_> = join_all((0..5).map(|_| ours.post(city, &own, &body)))
            .await
            .into_iter()
            .map(|answer| answer.ok())
            .collect();
        assert!(back.iter().all(|answer| *answer == back[0]), "{back:?}");
        assert_eq!((&back[0]["state"], &back[0]["amount"]), (&json!("DONE"), &json!("4000")));
        assert_eq!((available(&payer).await, balance(city, &ours).await), (64_000, 32_000));
        assert_eq!(
            ours.post(city, &path(&paid), &with(json!({ "amount": "4001" }))).await.code(),
            "KEY_REUSED"
        );
        assert_eq!(ours.post(city, &path(&more), &body).await.code(), "KEY_REUSED");

        // A second one of the same amount is another, and together they never pass what was paid.
        let (second, third) =
            (with(json!({ "id": new_id(city) })), with(json!({ "id": new_id(city) })));
        assert_eq!(ours.post(city, &path(&paid), &second).await.ok()["state"], "DONE");
        assert_eq!(ours.post(city, &path(&paid), &third).await.ok()["state"], "FAILED");
        let whole = json!({ "id": new_id(city), "reason": "khách trả lại hàng" });
        let whole = ours.post(city, &path(&more), &whole).await.ok();
        assert_eq!(
            (&whole["amount"], &whole["state"]),
            (&json!("30000"), &json!("FAILED")),
            "only 28000 are there"
        );
        assert_eq!((available(&payer).await, balance(city, &ours).await), (68_000, 28_000));
        city.settle().await;
        let kinds = ours.get(city, "/merchant/v1/events").await.ok();
        let kinds = kinds["events"].as_array().unwrap();
        let refunds = kinds.iter().filter(|event| event["type"] == "refund.done").count();
        assert_eq!((kinds.len(), refunds), (6, 2), "two sales, two refunds, two that failed");
    });
}

#[test]
fn what_was_captured_goes_back_without_the_fee_that_the_payer_bore() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let fee = json!({ "bps": 1000, "fixed": "0", "borneBy": "PAYER" });
        let shop = shop(city, Some(fee)).await;
        let order = shop.order(city, "DH-1", 30_000, "MANUAL").await;
        let held = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
        let path =
            |verb: &str| format!("/merchant/v1/payments/{}/{verb}", held["id"].as_str().unwrap());
        let back = json!({ "id": new_id(city), "reason": "khách trả lại hàng" });

        let early = shop.post(city, &path("refunds"), &back).await;
        let capture = json!({ "id": new_id(city), "amount": "20000" });
        drop(shop.post(city, &path("capture"), &capture).await.ok());
        let back = shop.post(city, &path("refunds"), &back).await.ok();

        assert_eq!(early.code(), "STATE", "nothing moved yet");
        assert_eq!((&back["amount"], &back["state"]), (&json!("20000"), &json!("DONE")));
        assert_eq!((available(&payer).await, balance(city, &shop).await), (98_000, 0));
        let seen = payer.post("/internal/v1/payment", &json!({ "id": held["id"] })).await.ok();
        assert_eq!(
            (&seen["captured"], &seen["fee"], &seen["refunded"]),
            (&json!("20000"), &json!("2000"), &json!("20000"))
        );
        city.settle().await;
    });
}
