//! The table is whole, and says what a resident would want.

use std::fs;
use std::path::Path;

use chrono::{TimeZone as _, Utc};
use city_ids::Ids;
use serde_json::json;

use super::*;

/// Section 5 of the specification of payments, name by name, with what its merchants hear besides.
const PUBLISHED: &str = "WalletOpened WalletFrozen WalletUnfrozen WalletClosed PaymentSucceeded PaymentAuthorised \
    PaymentCaptured PaymentVoided PaymentExpired MoneyReceived TopUpSucceeded TopUpFailed ProviderPaymentChanged \
    BillOpened BillDueSoon BillPaid BillCancelled RefundDone RefundFailed SettlementClosed BreakOpened \
    BackingPublished BackingShort WebhookDisabled";

/// An event with a body that fits each kind; what is null in `more` is absent.
fn event(kind: &str, more: &Json) -> Envelope<Json> {
    let (ids, at) = (Ids::seeded(1), Utc.with_ymd_and_hms(2026, 3, 4, 18, 0, 0).unwrap());
    let mut body = json!({
        "payment": ids.next::<city_ids::Posting>(at), "account": ids.next::<city_ids::Account>(at),
        "wallet": ids.next::<city_ids::Wallet>(at), "purpose": "WATER", "amount": "75000",
        "providerPayment": ids.next::<city_ids::ProviderOrder>(at), "provider": "MOMO", "state": "REVIEW",
        "refund": ids.next::<city_ids::Refund>(at), "bill": ids.next::<city_ids::Bill>(at), "billNo": "W1",
        "dueDate": "2026-03-20",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    Envelope::new(ids.next(at), kind, at, body)
}

fn notice(kind: &str, more: &Json) -> Notice {
    match of_payments(&event(kind, more)).unwrap() {
        Mapped::Tell(notice) => *notice,
        other => panic!("{kind} is told, not {other:?}"),
    }
}

#[test]
fn every_published_event_is_either_told_or_ignored() {
    for kind in PUBLISHED.split_whitespace() {
        let told = TOLD.iter().filter(|(told, _)| *told == kind).count();
        let ignored = IGNORED.iter().filter(|ignored| **ignored == kind).count();

        assert_eq!(told + ignored, 1, "{kind} must be in exactly one list");
        assert_ne!(of_payments(&event(kind, &json!({}))).unwrap(), Mapped::Unknown, "{kind}");
    }
    assert_eq!(PUBLISHED.split_whitespace().count(), TOLD.len() + IGNORED.len());
    assert_eq!(of_payments(&event("MoneyVanished", &json!({}))).unwrap(), Mapped::Unknown);
}

/// The names in the calls that make events of payments, for the ledger or for the outbox, and those written as constants.
fn written_in_payments() -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../payments/src")];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for start in ["events::event(", "Envelope::new(", ": &str = "] {
                let calls = text.split(start).skip(1).filter_map(|call| call.split(';').next());
                names.extend(
                    calls.flat_map(|call| call.split('"').skip(1).step_by(2)).map(str::to_owned),
                );
            }
        }
    }
    names.retain(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(char::is_alphanumeric)
            && name.chars().any(|c| c.is_ascii_lowercase())
    });
    names
}

#[test]
fn what_payments_writes_has_a_rule() {
    let written = written_in_payments();

    assert!(written.iter().any(|name| name == "MoneyReceived"), "they are found: {written:?}");
    for kind in written {
        assert!(PUBLISHED.split_whitespace().any(|name| name == kind), "{kind} is in no list");
    }
}

#[test]
fn money_to_and_from_people_has_words_of_its_own() {
    let person = json!({ "purpose": "PERSON" });
    let template = |kind: &str, more: &Json| notice(kind, more).template;

    assert_eq!(template("PaymentSucceeded", &person), "payment.sent");
    assert_eq!(template("MoneyReceived", &person), "payment.received");
    assert_eq!(template("MoneyReceived", &json!({ "purpose": "ADJUSTMENT" })), "payment.credited");
    let receipt = notice("PaymentSucceeded", &json!({ "wallet": null }));
    assert_eq!(receipt.template, "payment.receipt");
    assert_eq!(receipt.variables["purpose"], Value::Purpose(PaymentPurpose::Water));
    assert_eq!(receipt.variables["amount"], Value::Vnd(75_000));
}

#[test]
fn a_refund_opens_what_its_payer_can_see() {
    let through = notice("RefundDone", &json!({}));
    let to_wallet = notice("RefundDone", &json!({ "providerPayment": null }));

    let subject = |notice: &Notice| notice.subject.split('_').next().map(str::to_owned);
    assert_eq!((through.template, subject(&through)), ("refund.provider", Some("pvo".into())));
    assert_eq!((to_wallet.template, subject(&to_wallet)), ("refund.wallet", Some("pay".into())));
}

#[test]
fn a_bill_that_somebody_asked_for_is_told_by_them_and_reminded_of_here() {
    let asked = json!({ "sourceRef": "01890000-0000-7000-8000-000000000001" });

    assert_eq!(of_payments(&event("BillOpened", &asked)).unwrap(), Mapped::Ignored);
    assert_eq!(notice("BillOpened", &json!({})).template, "bill.opened");
    let soon = notice("BillDueSoon", &asked);
    assert_eq!(soon.variables["dueDate"], Value::Date("2026-03-20".parse().unwrap()));
}

#[test]
fn of_payments_through_a_provider_only_what_waits_aside_is_told() {
    let states = ["AWAITING", "PAID", "FAILED", "EXPIRED", "REFUNDING", "REFUNDED"];
    for state in states {
        let event = event("ProviderPaymentChanged", &json!({ "state": state }));
        assert_eq!(of_payments(&event).unwrap(), Mapped::Ignored, "{state}");
    }
    assert_eq!(notice("ProviderPaymentChanged", &json!({})).template, "payment.review");
}

#[test]
fn without_an_account_nobody_is_told_and_without_a_body_it_is_a_fault() {
    for kind in ["RefundDone", "PaymentExpired", "BillOpened", "BillDueSoon"] {
        let event = event(kind, &json!({ "account": null }));
        assert_eq!(of_payments(&event).unwrap(), Mapped::Ignored, "{kind}");
    }
    for (kind, _) in TOLD {
        assert!(of_payments(&event(kind, &json!({ "amount": 7, "wallet": 7 }))).is_err(), "{kind}");
    }
}
