//! Every document an app needs, run; and what becomes of documents nobody should run.

use std::path::Path;

use city_auth::PrincipalKind;
use http::Method;
use serde_json::{Value, json};

use crate::edge::{Edge, code, run};
use crate::{catalogue_wire as catalogue, payments_wire as payments, wire};

/// What each operation is run with, and the call it makes.
fn cases() -> Vec<(&'static str, Value, &'static str, Value)> {
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

/// The same for the catalogue.
fn catalogue_cases() -> Vec<(&'static str, Value, &'static str, Value)> {
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

/// The same for payments, and the PIN they are confirmed with.
fn payment_cases() -> Vec<(&'static str, Value, &'static str, Value)> {
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

fn operations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphql/operations");
    let files = std::fs::read_dir(folder)
        .expect("the folder exists")
        .map(|file| file.expect("it can be read").path());
    let named = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("it is text"))
    };
    files.map(named).collect()
}

async fn run_file(edge: &Edge, token: &str, text: &str, variables: &Value) -> city_testkit::Answer {
    let body = json!({ "query": text, "variables": variables }).to_string();
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    edge.request(Method::POST, "/graphql", &headers, &body).await
}

#[test]
fn every_operation_of_the_apps_runs() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer("/internal/v1/unread-count", json!({ "unreadCount": 3 }));
        edge.spy.answer("/internal/v1/life-events", json!([]));
        edge.spy.answer("/internal/v1/nodes:batch", json!([null]));
        edge.spy.answer("/internal/v1/my-wallet", payments::wallet(1));
        edge.spy.answer("/internal/v1/payment-receipt", json!({ "v": 1 }));
        let cases: Vec<_> =
            [cases(), catalogue_cases(), payment_cases()].into_iter().flatten().collect();
        for (name, text) in operations() {
            if text.starts_with("subscription") || name == "Home" {
                continue;
            }
            let (_, variables, path, reply) =
                cases.iter().find(|(case, ..)| *case == name).expect("every operation has a case");
            let path = format!("/internal/v1/{path}");
            edge.spy.answer(&path, reply.clone());
            let before = edge.spy.asked(&path).len();

            let answer = run_file(edge, &resident.token, &text, variables).await;

            let json = answer.json();
            assert_eq!(json.get("errors"), None, "{name}: {json}");
            assert_eq!(json.pointer("/data/*/userErrors"), None, "{name}");
            assert_eq!(edge.spy.asked(&path).len(), before + 1, "{name} makes one call");
        }
    });
}

#[test]
fn a_screen_shows_what_there_is_when_a_service_is_away() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let (_, home) = operations()
            .into_iter()
            .find(|(name, _)| name == "Home")
            .expect("there is a home screen");
        edge.spy.answer("/internal/v1/viewer", wire::viewer());
        edge.spy.answer("/internal/v1/my-wallet", payments::wallet(1));
        edge.spy.answer("/internal/v1/reports", wire::page(vec![wire::report(wire::REPORT)]));

        let answer = run_file(edge, &resident.token, &home, &json!({})).await;

        let json = answer.json();
        assert_eq!(answer.status(), "200 OK");
        assert_eq!(json.pointer("/data/reports/edges/0/node/code"), Some(&json!("PA26-00012344")));
        assert_eq!(json.pointer("/data/unreadCount"), Some(&Value::Null));
        // Fields are answered side by side, so errors come in no order.
        let errors = json["errors"].as_array().expect("somebody was away");
        assert!(errors.iter().any(|error| error["path"] == json!(["unreadCount"])), "{json}");
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "UNAVAILABLE"), "{json}");
    });
}

#[test]
fn a_subscription_prepares_and_needs_a_socket() {
    run(async |edge| {
        for (name, text) in
            operations().into_iter().filter(|(_, text)| text.starts_with("subscription"))
        {
            let answer = run_file(edge, "x", &text, &json!({ "id": wire::REPORT })).await;
            assert_eq!(code(&answer), "UNAUTHENTICATED", "{name}");

            let answer = edge.post_with(&text, json!({ "id": wire::REPORT })).await;
            assert_eq!(answer.status(), "405 Method Not Allowed", "{name}");
            assert_eq!(answer.header("allow"), "GET", "{name}");
        }
    });
}

#[test]
fn what_does_not_fit_the_schema_is_refused_with_its_place() {
    run(async |edge| {
        let table = [
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ report(id: [1]) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($x: Int!) { report(id: $x) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ report { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer { id }", "GRAPHQL_PARSE_FAILED"),
            ("query A { unreadCount } query B { unreadCount }", "OPERATION_RESOLUTION_FAILURE"),
            ("query($id: ID!) { report(id: $id) { id } }", "BAD_USER_INPUT"),
            ("{ reports(first: 51) { edges { cursor } } }", "BAD_USER_INPUT"),
            ("{ reports(first: 0) { edges { cursor } } }", "BAD_USER_INPUT"),
        ];
        for (text, expected) in table {
            let answer = edge.post(text).await;

            assert_eq!(code(&answer), expected, "{text}");
            assert_eq!(answer.json().get("data"), None, "{text}");
        }
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn b01_a_bomb_is_refused_by_the_name_of_its_limit() {
    run(async |edge| {
        let deep = format!("{}{}", "{a".repeat(40), "}".repeat(40));

        let answer = edge.post(&deep).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("400 Bad Request", "GUARD_LIMIT")
        );
        assert_eq!(edge.post("{ __typename }").await.status(), "200 OK", "the process lives");
    });
}

#[test]
fn an_operation_over_the_limit_of_cost_is_refused_with_both_numbers() {
    run(async |edge| {
        let page = "reports(first: 50) { edges { node { photos { id state thumb screen full width height } timeline(first: 50) { edges { node { text kind at } } } } } }";
        let answer = edge.post(&format!("{{ a: {page} b: {page} }}")).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("400 Bad Request", "COST_LIMIT")
        );
        let extensions = &answer.json()["errors"][0]["extensions"];
        assert_eq!(extensions["limit"], 2_000);
        assert!(extensions["cost"].as_u64().is_some_and(|cost| cost > 2_000));
    });
}

#[test]
fn a_text_sent_with_its_hash_is_remembered() {
    run(async |edge| {
        let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"; // of {__typename}
        let by_hash = |text: Option<&str>| {
            let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
            json!({ "query": text, "extensions": extensions }).to_string()
        };
        let post = async |body: String| {
            edge.request(Method::POST, "/graphql", &[("content-type", "application/json")], &body)
                .await
        };

        let unknown = post(by_hash(None)).await;
        let wrong = post(by_hash(Some("{ unreadCount }"))).await;
        let taught = post(by_hash(Some("{__typename}"))).await;
        let known = post(by_hash(None)).await;

        assert_eq!(code(&unknown), "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(code(&wrong), "BAD_REQUEST");
        assert_eq!(taught.json(), json!({ "data": { "__typename": "Query" } }));
        assert_eq!(known.json(), taught.json());
    });
}
