//! Every route of the service and who gets past its door. A route or an operation without a row fails.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;
use std::path::Path;

use axum::body::Body;
use city_auth::permission::{
    self, BILL_EDIT, LEDGER_READ, LIMIT_APPROVE, LIMIT_EDIT, MERCHANT_EDIT, Permission,
    RECONCILIATION_APPROVE, RECONCILIATION_RUN, REFUND_APPROVE, REFUND_REQUEST, SETTLEMENT_APPROVE,
    SETTLEMENT_RUN, WALLET_APPROVE, WALLET_FREEZE,
};
use city_auth::{Grant, PrincipalKind, Scope};
use city_ids::ServiceName;
use city_testkit::{Answer, Character, run};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::billers::water;
use crate::subject::Payments;
use crate::town::{REASON, Town, new_id};

/// Who may come in, beside officers, whose doors are in [`OFFICERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Resident,
    Service(ServiceName),
    /// Whoever signs the call.
    Signed,
    Anyone,
}
use Door::{Anyone, Resident, Service, Signed};

const PAYMENT: &str = "pay_01890000000070008000000000000001";
const BILLS: &str = "/merchant/v1/bills?id=01890000-0000-7000-8000-000000000001";

/// Each route with a request to it.
const DOORS: &[(&str, Method, &str, Door)] = &[
    ("/internal/v1/open-wallet", Method::POST, "", Resident),
    ("/internal/v1/my-wallet", Method::POST, "", Resident),
    ("/internal/v1/close-wallet", Method::POST, "", Resident),
    ("/v1/wallet/statement.csv", Method::GET, "", Resident),
    ("/internal/v1/wallet-statement", Method::POST, "", Resident),
    ("/internal/v1/payee-by-phone", Method::POST, "", Resident),
    ("/internal/v1/payment-quote", Method::POST, "", Resident),
    ("/internal/v1/send-money", Method::POST, "", Resident),
    ("/internal/v1/payment", Method::POST, "", Resident),
    ("/internal/v1/pay-bill", Method::POST, "", Resident),
    ("/internal/v1/bill", Method::POST, "", Resident),
    ("/internal/v1/billers", Method::POST, "", Resident),
    ("/internal/v1/bills-by-code", Method::POST, "", Resident),
    ("/internal/v1/set-bill-watch", Method::POST, "", Resident),
    ("/internal/v1/my-bills", Method::POST, "", Resident),
    ("/internal/v1/qr-payee", Method::POST, "", Resident),
    ("/internal/v1/pay-merchant", Method::POST, "", Resident),
    ("/internal/v1/payment-receipt", Method::POST, "", Resident),
    ("/v1/payments/{id}/receipt.json", Method::GET, "", Resident),
    ("/internal/v1/nodes:batch", Method::POST, "", Resident),
    ("/internal/v1/start-provider-payment", Method::POST, "", Resident),
    ("/internal/v1/provider-payment", Method::POST, "", Resident),
    ("/internal/v1/privacy/{request}/precheck", Method::POST, "", Service(ServiceName::Accounts)),
    ("/internal/v1/privacy/{request}/export", Method::POST, "", Service(ServiceName::Accounts)),
    ("/internal/v1/privacy/{request}/erase", Method::POST, "", Service(ServiceName::Accounts)),
    ("/internal/v1/ledger/inputs", Method::POST, "", Service(ServiceName::Payments)),
    ("/merchant/v1/events", Method::GET, "", Signed),
    ("/merchant/v1/webhooks", Method::GET, "", Signed),
    ("/merchant/v1/webhooks", Method::POST, "", Signed),
    ("/merchant/v1/webhooks/{id}/replay", Method::POST, "", Signed),
    ("/merchant/v1/webhooks/{id}/rotate", Method::POST, "", Signed),
    ("/merchant/v1/orders", Method::GET, "", Signed),
    ("/merchant/v1/orders", Method::POST, "", Signed),
    ("/merchant/v1/orders/{id}", Method::GET, "", Signed),
    ("/merchant/v1/orders/{id}/cancel", Method::POST, "", Signed),
    ("/merchant/v1/payments", Method::GET, "", Signed),
    ("/merchant/v1/payments/{id}", Method::GET, "", Signed),
    ("/merchant/v1/payments/{id}/capture", Method::POST, "", Signed),
    ("/merchant/v1/payments/{id}/refunds", Method::POST, "", Signed),
    ("/merchant/v1/payments/{id}/void", Method::POST, "", Signed),
    ("/merchant/v1/settlements", Method::GET, "", Signed),
    ("/merchant/v1/settlements/{id}", Method::GET, "", Signed),
    ("/merchant/v1/bills", Method::POST, BILLS, Signed),
    ("/merchant/v1/bills/{number}/cancel", Method::POST, "", Signed),
    ("/merchant/v1/imports/{id}", Method::GET, "", Signed),
    ("/ipn/vnpay", Method::GET, "", Anyone),
    ("/ipn/momo", Method::POST, "", Anyone),
    ("/ipn/zalopay", Method::POST, "", Anyone),
    ("/pay/return/{provider}", Method::GET, "/pay/return/vnpay", Anyone),
    ("/public/v1/payments/heads", Method::GET, "", Anyone),
    ("/public/v1/payments/backing/{day}", Method::GET, "", Anyone),
    ("/.well-known/payment-receipt-keys.json", Method::GET, "", Anyone),
];

const APPROVES: &[Permission] =
    &[WALLET_APPROVE, REFUND_APPROVE, RECONCILIATION_APPROVE, LIMIT_APPROVE, SETTLEMENT_APPROVE];

fn nothing() -> Value {
    Value::Null
}

fn reason() -> Value {
    json!({ "reason": REASON })
}

fn merchant() -> Value {
    crate::shop::particulars("x", "DAILY")
}

fn adjustment() -> Value {
    json!({ "wallet": "wal_01890000000070008000000000000001", "amount": "1", "reason": REASON })
}

/// An operation of officers: any of these permissions, over the whole city, opens it; what is sent there.
type Operation = (&'static str, &'static [Permission], fn() -> Value);

const OFFICERS: &[Operation] = &[
    (
        "findWallet",
        &[LEDGER_READ],
        || json!({ "account": "acc_01890000000070008000000000000001", "reason": REASON }),
    ),
    ("readWalletStatement", &[LEDGER_READ], nothing),
    ("readPosting", &[LEDGER_READ], nothing),
    ("searchPayments", &[LEDGER_READ], nothing),
    ("readBacking", &[LEDGER_READ], nothing),
    ("readLedgerStatus", &[LEDGER_READ], nothing),
    ("freezeWallet", &[WALLET_FREEZE], || json!({ "mode": "FROZEN", "reason": REASON })),
    ("unfreezeWallet", &[WALLET_FREEZE], reason),
    ("listPaymentApprovals", APPROVES, nothing),
    ("approvePaymentRequest", APPROVES, nothing),
    ("refusePaymentRequest", APPROVES, nothing),
    ("listRefunds", &[REFUND_REQUEST], nothing),
    ("readRefund", &[REFUND_REQUEST], nothing),
    ("requestRefund", &[REFUND_REQUEST], || json!({ "payment": PAYMENT, "reason": REASON })),
    ("listPaymentReviews", &[REFUND_REQUEST], nothing),
    ("creditPaymentReview", &[REFUND_REQUEST], reason),
    ("refundPaymentReview", &[REFUND_REQUEST], reason),
    ("importProviderStatement", &[RECONCILIATION_RUN], nothing),
    ("listReconciliationRuns", &[RECONCILIATION_RUN], nothing),
    ("listBreaks", &[RECONCILIATION_RUN], nothing),
    ("resolveBreak", &[RECONCILIATION_RUN], reason),
    ("listSuspense", &[RECONCILIATION_RUN], nothing),
    (
        "releaseSuspense",
        &[RECONCILIATION_RUN],
        || json!({ "leg": 0, "to": "PROVIDER", "reason": REASON }),
    ),
    ("adjustWallet", &[RECONCILIATION_RUN], adjustment),
    ("readLimits", &[LIMIT_EDIT], nothing),
    ("proposeLimits", &[LIMIT_EDIT], || json!({ "rules": [], "reason": REASON })),
    ("listMerchants", &[MERCHANT_EDIT], nothing),
    ("createMerchant", &[MERCHANT_EDIT], merchant),
    ("readMerchant", &[MERCHANT_EDIT], nothing),
    ("editMerchant", &[MERCHANT_EDIT], merchant),
    ("setMerchantState", &[MERCHANT_EDIT], || json!({ "state": "ACTIVE", "reason": REASON })),
    ("listStores", &[MERCHANT_EDIT], nothing),
    ("openStore", &[MERCHANT_EDIT], || json!({ "code": "S1", "name": "x" })),
    ("listMerchantKeys", &[MERCHANT_EDIT], nothing),
    ("issueMerchantKey", &[MERCHANT_EDIT], nothing),
    ("revokeMerchantKey", &[MERCHANT_EDIT], nothing),
    ("readMerchantFee", &[MERCHANT_EDIT], nothing),
    ("setMerchantFee", &[MERCHANT_EDIT], || json!({ "bps": 0, "fixed": "0", "borneBy": "PAYEE" })),
    ("drawStoreCode", &[MERCHANT_EDIT], nothing),
    ("listBillers", &[MERCHANT_EDIT], nothing),
    ("createBiller", &[MERCHANT_EDIT], || json!({ "code": "X", "name": "x", "purpose": "WATER" })),
    ("changeBiller", &[MERCHANT_EDIT], || json!({ "version": 9, "name": "x", "purpose": "WATER" })),
    ("listBillerKeys", &[MERCHANT_EDIT], nothing),
    ("issueBillerKey", &[MERCHANT_EDIT], nothing),
    ("revokeBillerKey", &[MERCHANT_EDIT], nothing),
    ("setBillerQrTarget", &[MERCHANT_EDIT], || json!({})),
    ("importBills", &[BILL_EDIT], nothing),
    ("readBillImport", &[BILL_EDIT], nothing),
    ("cancelBill", &[BILL_EDIT], reason),
    ("listSettlements", &[SETTLEMENT_RUN], nothing),
    (
        "settlePayee",
        &[SETTLEMENT_RUN],
        || json!({ "payee": "mer_01890000000070008000000000000001" }),
    ),
    ("readSettlement", &[SETTLEMENT_RUN], nothing),
    ("settlementPaid", &[SETTLEMENT_RUN], || json!({ "bankRef": "FT1", "reason": REASON })),
    ("settlementReturned", &[SETTLEMENT_RUN], reason),
    ("enterBankBalance", &[SETTLEMENT_RUN], || json!({ "day": "2026-03-03", "amount": "0" })),
];

/// Operations that an officer of the biller's agency has too.
const OF_AN_AGENCY: [&str; 3] = ["importBills", "readBillImport", "cancelBill"];

/// The routes that the code has, read from its text.
fn routes_of(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the service") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            routes_of(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("Rust is text");
        for after in text.split(".route(").skip(1) {
            let after = after.trim_start();
            let route = if let Some(rest) = after.strip_prefix('"') {
                rest.split('"').next().expect("a literal ends")
            } else {
                assert!(after.starts_with("FORWARD_PATH"), "{after:.40}");
                "/internal/v1/ledger/inputs"
            };
            found.insert(route.to_owned());
        }
    }
}

/// The operations of the document: id, method, path.
fn operations() -> Vec<(String, Method, String)> {
    let document = serde_json::to_value(city_payments::openapi()).expect("it is JSON");
    let paths = document["paths"].as_object().expect("it has paths").clone();
    let all = paths.into_iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path has operations").clone();
        item.into_iter().map(move |(method, operation)| {
            let id = operation["operationId"].as_str().expect("it has an id").to_owned();
            (id, method.to_uppercase().parse().expect("a method"), path.clone())
        })
    });
    all.collect()
}

/// A path with something in each place, and what its query must have.
fn filled(path: &str) -> String {
    let mut filled = path.to_owned();
    for (place, with) in [
        ("wallets/{id}", "wallets/wal_01890000000070008000000000000001"),
        ("postings/{id}", "postings/pay_01890000000070008000000000000001"),
        ("merchants/{id}", "merchants/mer_01890000000070008000000000000001"),
        ("refunds/{id}", "refunds/rfd_01890000000070008000000000000001"),
        ("settlements/{id}", "settlements/set_01890000000070008000000000000001"),
        ("breaks/{id}", "breaks/brk_01890000000070008000000000000001"),
        ("webhooks/{id}", "webhooks/whk_01890000000070008000000000000001"),
        ("orders/{id}", "orders/ord_01890000000070008000000000000001"),
        ("payments/{id}", "payments/pay_01890000000070008000000000000001"),
        ("{posting}", "pay_01890000000070008000000000000001"),
        ("{order}", "pvo_01890000000070008000000000000001"),
        ("{key}", "key_01890000000070008000000000000001"),
        ("{code}", "HUEWACO"),
        ("{number}", "NONE"),
        ("{request}", "01890000-0000-7000-8000-000000000001"),
        ("{day}", "2026-03-01"),
        ("{id}", "01890000-0000-7000-8000-000000000001"),
    ] {
        filled = filled.replace(place, with);
    }
    assert!(!filled.contains('{'), "{filled}");
    let query = match path.rsplit('/').next().unwrap_or_default() {
        "statement" => "?reason=asked%20for%20by%20letter",
        "search" if !path.contains("wallets") => "?q=HD-1",
        "qr.svg" => "?store=sto_01890000000070008000000000000001",
        "statements" => "?provider=MOMO&day=2026-03-03",
        "statement.csv" => "?from=2026-03-01&to=2026-03-02",
        _ => "",
    };
    filled + query
}

async fn ask(who: &Character, method: &Method, path: &str, body: &Value, key: &str) -> Answer {
    let csv = path.contains("/bills?") || path.ends_with("/bills") || path.contains("statements?");
    let (kind, body) = match (csv, body) {
        (true, _) => ("text/csv", crate::billers::HEAD.to_owned()),
        (false, Value::Null) if *method == Method::GET => ("application/json", String::new()),
        (false, Value::Null) => ("application/json", "{}".to_owned()),
        (false, body) => ("application/json", body.to_string()),
    };
    // Badly signed calls are counted by address and key: here each comes from one of its own, and names its own.
    let id = Uuid::parse_str(key).expect("a UUID");
    let address = Ipv6Addr::from(id.as_u128().reverse_bits()).to_string();
    let named = format!("key_{}", id.simple());
    let headers = [
        ("content-type", kind),
        ("idempotency-key", key),
        ("x-city-address", address.as_str()),
        ("city-key", named.as_str()),
    ];
    who.send_bytes(method.clone(), path, Body::from(body), &headers).await
}

/// An officer with permissions over a scope.
fn officer(city: &Town, permissions: &[Permission], scope: Scope) -> Character {
    let mut officer = city.staff();
    let permissions = permissions.to_vec();
    officer.principal.grants.push(Grant { scope, permissions, until: None });
    officer
}

/// All permissions of payments.
fn all() -> Vec<Permission> {
    let of = permission::ALL.iter().filter(|permission| permission.service() == "payments");
    of.copied().collect()
}

/// What refuses somebody at the door.
const REFUSALS: [&str; 5] =
    ["SIGN_IN_REQUIRED", "FORBIDDEN", "SCOPE", "SESSION_UNCONFIRMED", "SIGNATURE_INVALID"];

#[test]
fn every_route_has_a_row() {
    let mut there = BTreeSet::new();
    routes_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"), &mut there);
    let operations = operations();

    let mut decided: BTreeSet<_> = DOORS.iter().map(|(route, ..)| (*route).to_owned()).collect();
    decided.extend(operations.iter().map(|(.., path)| path.clone()));
    assert_eq!(there, decided);
    let documented: BTreeSet<_> = operations.iter().map(|(id, ..)| id.as_str()).collect();
    let rows: BTreeSet<_> = OFFICERS.iter().map(|(operation, ..)| *operation).collect();
    assert_eq!(rows, documented);
}

#[test]
fn each_door_opens_to_those_it_is_for_and_to_nobody_else() {
    run::<Payments>(async |city: &Town| {
        let mut assisted = city.resident();
        assisted.principal.kind = PrincipalKind::Assisted;
        let everybody = [
            ("nobody", city.anonymous()),
            ("a resident", city.resident()),
            ("a resident whose session is not confirmed", city.resident().degraded()),
            ("a resident whom an officer helps", assisted),
            ("the administrator", city.admin()),
            ("the gateway", city.service(ServiceName::Gateway)),
            ("accounts", city.service(ServiceName::Accounts)),
            ("another instance", city.service(ServiceName::Payments)),
            ("reports", city.service(ServiceName::Reports)),
        ];
        let mut wrong = Vec::new();

        for (route, method, path, door) in DOORS {
            let path = if path.is_empty() { filled(route) } else { (*path).to_owned() };
            for (who, character) in &everybody {
                let answer = ask(character, method, &path, &Value::Null, &new_id(city)).await;
                let code = answer.code();
                let right = match (door, *who) {
                    (Anyone, _)
                    | (Resident, "a resident")
                    | (Service(ServiceName::Accounts), "accounts")
                    | (Service(ServiceName::Payments), "another instance") => {
                        !REFUSALS.contains(&code.as_str())
                    }
                    (Resident, "nobody") => code == "SIGN_IN_REQUIRED",
                    (Resident, "a resident whose session is not confirmed") => {
                        code == "SESSION_UNCONFIRMED"
                    }
                    (Signed, _) => {
                        code == "SIGNATURE_INVALID" && answer.status() == "401 Unauthorized"
                    }
                    (Resident | Service(_), _) => code == "FORBIDDEN",
                };
                if !right {
                    wrong.push(format!("{method} {route} for {who}: {} {code}", answer.status()));
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
        city.settle().await;
    });
}

#[test]
fn each_operation_of_officers_wants_its_permission_over_the_whole_city() {
    run::<Payments>(async |city: &Town| {
        water(city).await; // of the agency HUE-STC
        let agency = |code: &str| Scope::Agency(code.to_owned());
        let operations = operations();
        let mut wrong = Vec::new();

        for (operation, permissions, body) in OFFICERS {
            let (_, method, path) =
                operations.iter().find(|(id, ..)| id == operation).expect("it is documented");
            let path = filled(path);
            let without: Vec<_> =
                all().into_iter().filter(|it| !permissions.contains(it)).collect();
            let of_agency = OF_AN_AGENCY.contains(operation);
            let somewhere = *operation == "readBillImport"; // whose it is, is known only when there is one
            let mut asked = vec![
                ("nobody", city.anonymous(), "SIGN_IN_REQUIRED"),
                ("a resident", city.resident(), "FORBIDDEN"),
                ("a service", city.service(ServiceName::Gateway), "FORBIDDEN"),
                ("an unconfirmed officer", city.admin().degraded(), "SESSION_UNCONFIRMED"),
                ("all but this", officer(city, &without, Scope::City), "SCOPE"),
                ("an officer of reports", city.officer("HUE-STC"), "SCOPE"),
                (
                    "all of its agency",
                    officer(city, &all(), agency("HUE-STC")),
                    if of_agency { "" } else { "SCOPE" },
                ),
                (
                    "all of another agency",
                    officer(city, &all(), agency("HUE-STP")),
                    if somewhere { "" } else { "SCOPE" },
                ),
            ];
            for permission in *permissions {
                let alone = officer(city, &[*permission], Scope::City);
                asked.push((permission.as_str(), alone, ""));
            }
            for (who, character, wanted) in asked {
                let answer = ask(&character, method, &path, &body(), &new_id(city)).await;
                let code = answer.code();
                let refused = REFUSALS.contains(&code.as_str());
                if (wanted.is_empty() && refused) || (!wanted.is_empty() && code != wanted) {
                    wrong.push(format!("{operation} for {who}: {} {code}", answer.status()));
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
        city.settle().await;
    });
}
