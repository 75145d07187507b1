//! What each operation of the apps is run with, and the call it makes.

use serde_json::{Value, json};

use crate::{catalogue_wire as catalogue, payments_wire as payments, wire};

/// An operation, its variables, the route it calls, and what that answers.
pub type Case = (&'static str, Value, &'static str, Value);

pub fn cases() -> Vec<Case> {
    [cases_of_reports_and_people(), catalogue_cases(), payment_cases()]
        .into_iter()
        .flatten()
        .collect()
}

fn cases_of_reports_and_people() -> Vec<Case> {
    let key = "0f5b0c3e-6f6a-4c6e";
    let nonce = "n".repeat(16);
    let device = json!({ "installationId": nonce, "name": "Điện thoại", "platform": "ANDROID", "appVersion": "1.0" });
    let id = json!({ "id": wire::REPORT });
    let signed_in =
        json!({ "tokens": wire::tokens(), "viewer": wire::viewer(), "isNewAccount": true });
    let sent =
        json!({ "challengeId": wire::CHALLENGE, "expiresAt": wire::AT, "resendAt": wire::AT });
    let ticket = json!({ "fileId": wire::PHOTO, "url": "http://s3/x", "headers": [], "expiresAt": wire::AT });
    let page = wire::page(vec![wire::report(wire::REPORT)]);
    let input = |input: Value| json!({ "input": input });
    let report = wire::report(wire::REPORT);
    vec![
        (
            "RequestPhoneCode",
            input(
                json!({ "idempotencyKey": key, "purpose": "SIGN_IN", "phone": "0901", "deviceNonce": nonce, "installationId": nonce }),
            ),
            "request-phone-code",
            sent,
        ),
        (
            "ConfirmPhoneCode",
            input(
                json!({ "idempotencyKey": key, "challengeId": wire::CHALLENGE, "code": "123456", "deviceNonce": nonce, "device": device }),
            ),
            "confirm-phone-code",
            signed_in,
        ),
        (
            "RefreshSession",
            input(json!({ "refreshToken": "cr1_x" })),
            "refresh-session",
            wire::tokens(),
        ),
        ("SignOut", input(json!({ "idempotencyKey": key })), "sign-out", json!({ "ended": 1 })),
        ("Viewer", json!({}), "viewer", wire::viewer()),
        ("ReportCategories", json!({}), "report-categories", json!([wire::category()])),
        (
            "RequestPhotoUpload",
            input(
                json!({ "idempotencyKey": key, "contentType": "image/jpeg", "byteLength": 1000 }),
            ),
            "request-photo-upload",
            ticket,
        ),
        (
            "FileReport",
            input(
                json!({ "idempotencyKey": key, "categoryCode": "ROAD_HOLE", "description": "Ổ gà lớn giữa đường",
                          "at": { "lat": 16.46, "lon": 107.59 }, "photoIds": [wire::PHOTO], "capturedAt": wire::AT }),
            ),
            "file-report",
            report.clone(),
        ),
        (
            "RateReport",
            input(json!({ "idempotencyKey": key, "id": wire::REPORT, "score": 5 })),
            "rate-report",
            report.clone(),
        ),
        (
            "WithdrawReport",
            input(json!({ "idempotencyKey": key, "id": wire::REPORT })),
            "withdraw-report",
            report.clone(),
        ),
        ("Report", id.clone(), "report", report.clone()),
        ("Open", id, "report", report),
        (
            "Feed",
            json!({ "filter": { "states": ["ASSIGNED"], "open": true } }),
            "reports",
            page.clone(),
        ),
        ("MyReports", json!({ "first": 50 }), "my-reports", page),
        (
            "Inbox",
            json!({ "filter": { "unreadOnly": true } }),
            "messages",
            wire::page(vec![wire::message()]),
        ),
        (
            "MarkMessagesRead",
            input(json!({ "idempotencyKey": key, "upTo": wire::MESSAGE })),
            "mark-messages-read",
            json!({ "unreadCount": 0 }),
        ),
    ]
}

fn catalogue_cases() -> Vec<Case> {
    let key = "0f5b0c3e-6f6a-4c6e";
    let national = json!({ "nationalCode": "1.001193" });
    let asked = |more: Value| {
        let mut input = json!({ "idempotencyKey": key, "id": catalogue::DOSSIER, "version": 1 });
        input
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        json!({ "input": input })
    };
    let input = |input: Value| json!({ "input": input });
    let dossier = catalogue::dossier(1);
    let search = json!({ "hits": [{ "kind": "SERVICE", "code": "birth", "name": { "vi": "Khai sinh" }, "matchedOn": "Khai sinh", "score": 90.0 }] });
    let suggested = json!([{ "place": catalogue::place("19753"), "matchedOn": "Thuận Hóa", "kind": "PRESENT_MARKED" }]);
    let checked = json!({ "ok": false, "findings": [{ "target": "/answers/name", "code": "REQUIRED", "severity": "BLOCKING", "message": { "vi": "Thiếu" } }] });
    let due = json!({ "dueAt": wire::AT, "provisional": false, "rule": { "rule": "WORKING_DAYS", "n": 5 }, "days": [{ "date": "2026-03-04", "label": "START" }] });
    let opened = json!({ "service": catalogue::service("birth"), "deepLink": "hues://birth" });
    let ticket = json!({ "fileId": catalogue::FILE, "url": "http://s3/x", "headers": [], "expiresAt": wire::AT });
    let download = json!({ "url": "http://s3/x", "expiresAt": wire::AT });
    let upload = json!({ "idempotencyKey": key, "id": catalogue::DOSSIER, "componentCode": "form", "contentType": "application/pdf", "byteLength": 1000, "sha256": "0".repeat(64) });
    let attach = json!({ "componentCode": "form", "fileId": catalogue::FILE });
    let filed = page_of(&dossier);
    vec![
        ("Wards", json!({}), "wards", json!([catalogue::place("19753")])),
        ("Agency", json!({ "code": "HUE-STP" }), "agency", catalogue::agency(14)),
        ("PlaceSuggest", json!({ "q": "thuan hoa" }), "place-suggest", suggested),
        (
            "PlaceAt",
            json!({ "at": { "lat": 16.46, "lon": 107.59 } }),
            "place-at",
            json!({ "place": catalogue::place("19753"), "approximate": true }),
        ),
        ("ServiceHome", json!({ "wardCode": "19753" }), "service-home", catalogue::home()),
        (
            "Services",
            json!({ "filter": { "kind": "PROCEDURE" }, "wardCode": "19753" }),
            "services",
            page_of(&catalogue::service("birth")),
        ),
        ("Service", json!({ "code": "birth" }), "service", catalogue::service("birth")),
        ("Search", json!({ "q": "khai sinh", "kinds": ["SERVICE"] }), "search", search),
        ("Procedure", national, "procedure", catalogue::procedure("1.001193")),
        (
            "FeeQuote",
            json!({ "nationalCode": "1.001193", "answers": {} }),
            "fee-quote",
            catalogue::quote(),
        ),
        (
            "CheckFile",
            json!({ "nationalCode": "1.001193", "answers": {}, "components": [{ "code": "form" }] }),
            "check-file",
            checked,
        ),
        (
            "DueDatePreview",
            json!({ "nationalCode": "1.001193", "channel": "ONLINE" }),
            "due-date-preview",
            due,
        ),
        (
            "OpenService",
            input(json!({ "idempotencyKey": key, "code": "birth" })),
            "open-service",
            opened,
        ),
        (
            "SetFavouriteService",
            input(json!({ "idempotencyKey": key, "code": "birth", "favourite": true })),
            "set-favourite-service",
            catalogue::service("birth"),
        ),
        (
            "SetServiceHistory",
            input(json!({ "idempotencyKey": key, "on": false })),
            "set-service-history",
            json!({ "historyOn": false }),
        ),
        (
            "CreateDossier",
            input(json!({ "idempotencyKey": key, "nationalCode": "1.001193" })),
            "create-dossier",
            dossier.clone(),
        ),
        ("SaveDossier", asked(json!({ "answers": {} })), "save-dossier", dossier.clone()),
        ("RequestComponentUpload", input(upload), "request-component-upload", ticket),
        ("AttachComponent", asked(attach), "attach-component", dossier.clone()),
        (
            "DetachComponent",
            asked(json!({ "componentCode": "form" })),
            "detach-component",
            dossier.clone(),
        ),
        (
            "SubmitDossier",
            asked(json!({})),
            "submit-dossier",
            json!({ "dossier": dossier, "warnings": [] }),
        ),
        ("SupplementDossier", asked(json!({})), "supplement-dossier", dossier.clone()),
        ("WithdrawDossier", asked(json!({})), "withdraw-dossier", dossier.clone()),
        ("RateDossier", asked(json!({ "score": 5 })), "rate-dossier", dossier.clone()),
        (
            "MoveDraftToCurrentForm",
            asked(json!({})),
            "move-draft-to-current-form",
            json!({ "dossier": dossier, "dropped": ["/old"] }),
        ),
        (
            "DiscardDossier",
            asked(json!({})),
            "discard-dossier",
            json!({ "id": catalogue::DOSSIER }),
        ),
        (
            "DownloadDossierFile",
            input(
                json!({ "idempotencyKey": key, "id": catalogue::DOSSIER, "fileId": catalogue::FILE }),
            ),
            "download-dossier-file",
            download,
        ),
        ("Dossier", json!({ "id": catalogue::DOSSIER }), "dossier", dossier),
        ("MyDossiers", json!({ "filter": { "open": true } }), "my-dossiers", filed),
        (
            "TrackDossier",
            json!({ "code": "HUE-STP-260304-000001", "phoneLast4": "1234" }),
            "track-dossier",
            catalogue::track(),
        ),
        ("Categories", json!({}), "categories", json!([catalogue::category()])),
    ]
}

/// Payments, and the PIN they are confirmed with.
fn payment_cases() -> Vec<Case> {
    let key = "01958d2c-3a80-7000-8000-000000000001";
    let input = |input: Value| json!({ "input": input });
    let pay = json!({ "idempotencyKey": key, "billId": payments::BILL, "amount": "75000", "stepUpToken": "t" });
    let send = json!({ "idempotencyKey": key, "payeeId": payments::WALLET, "amount": "75000", "stepUpToken": "t" });
    let confirm =
        json!({ "idempotencyKey": key, "operation": "payBill", "digest": "d", "pin": "135790" });
    let order = json!({ "idempotencyKey": key, "orderId": payments::ORDER, "amount": "75000", "stepUpToken": "t" });
    let watch = json!({ "idempotencyKey": key, "billerId": payments::BILLER, "customerCode": "PC01", "on": true });
    let signed = json!({ "token": "t", "expiresAt": wire::AT });
    let statement = page_of(&payments::line(payments::PAYMENT));
    vec![
        ("MyWallet", json!({}), "my-wallet", payments::wallet(1)),
        ("WalletStatement", json!({ "from": "2026-03-01" }), "wallet-statement", statement),
        ("PayeeByPhone", json!({ "phone": "0901234567" }), "payee-by-phone", payments::payee()),
        (
            "PaymentQuote",
            input(json!({ "idempotencyKey": key, "billId": payments::BILL })),
            "payment-quote",
            payments::quote(),
        ),
        ("Payment", json!({ "id": payments::PAYMENT }), "payment", payments::payment()),
        ("Bill", json!({ "id": payments::BILL }), "bill", payments::bill()),
        ("MyBills", json!({}), "my-bills", page_of(&payments::bill())),
        (
            "OpenWallet",
            input(json!({ "idempotencyKey": key, "termsAccepted": true })),
            "open-wallet",
            payments::wallet(1),
        ),
        ("SendMoney", input(send), "send-money", payments::payment()),
        ("PayBill", input(pay), "pay-bill", payments::payment()),
        (
            "SetWalletPin",
            input(json!({ "idempotencyKey": key, "pin": "135790" })),
            "set-wallet-pin",
            wire::viewer(),
        ),
        ("CreateStepUp", input(confirm), "create-step-up", signed),
        (
            "CloseWallet",
            input(json!({ "idempotencyKey": key, "stepUpToken": "t" })),
            "close-wallet",
            payments::wallet(2),
        ),
        ("PayMerchant", input(order), "pay-merchant", payments::payment()),
        ("QrPayee", json!({ "payload": "00020101" }), "qr-payee", payments::qr()),
        ("Billers", json!({ "purpose": "WATER" }), "billers", json!([payments::biller()])),
        (
            "BillsByCode",
            json!({ "billerId": payments::BILLER, "customerCode": "PC01" }),
            "bills-by-code",
            page_of(&payments::bill()),
        ),
        ("SetBillWatch", input(watch), "set-bill-watch", payments::watch()),
        (
            "StartProviderPayment",
            input(json!({ "idempotencyKey": key, "provider": "MOMO", "amount": "50000" })),
            "start-provider-payment",
            payments::provider_payment(),
        ),
        (
            "ProviderPayment",
            json!({ "id": payments::PROVIDER_PAYMENT }),
            "provider-payment",
            payments::provider_payment(),
        ),
    ]
}

fn page_of(node: &Value) -> Value {
    wire::page(vec![node.clone()])
}
