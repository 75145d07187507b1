//! Money on the whole city, over the public API alone: a wallet, a PIN, a confirmed payment, and its proof without network.

use city_receipt::{PublishedKeys, verify};
use reqwest::Method;
use serde_json::{Value, json};

use crate::authz::payments::payment_key;
use crate::console::Console;
use crate::dossier::Dossier;
use crate::inbox::{messages, titled};
use crate::phone::{Answer, Phone, key};
use crate::whole_city::{WholeCity, travel};

/// What confirms a payment here.
pub const PIN: &str = "840271";

/// The payload of a mutation, when the city refused nothing.
pub fn done(answer: &Answer, field: &str) -> Value {
    let payload = answer.json["data"][field].clone();
    assert_eq!(payload["userErrors"], json!([]), "{answer:?}");
    payload
}

/// Opens the wallet and sets the PIN; gives the wallet's id.
pub async fn open_wallet(phone: &Phone) -> String {
    let document = "mutation Open($input: OpenWalletInput!) { openWallet(input: $input) { wallet { id state available } userErrors { code } } }";
    let ask = async || {
        let input = json!({ "idempotencyKey": key(), "termsAccepted": true });
        phone.graphql(document, json!({ "input": input })).await
    };
    let unproven = ask().await;
    assert_eq!(unproven.extension("reason"), "IDENTITY_LEVEL_REQUIRED", "{unproven:?}");
    phone.prove_identity().await;
    let wallet = phone
        .until("the proof of identity", async || {
            let opened = ask().await;
            opened.json["data"]["openWallet"]["wallet"].is_object().then_some(opened)
        })
        .await;
    let wallet = done(&wallet, "openWallet");
    assert_eq!(
        (&wallet["wallet"]["state"], &wallet["wallet"]["available"]),
        (&json!("OPEN"), &json!("0"))
    );
    let document = "mutation Pin($input: SetWalletPinInput!) { setWalletPin(input: $input) { viewer { walletPin { isSet triesLeft } } userErrors { code } } }";
    let input = json!({ "idempotencyKey": key(), "pin": PIN });
    let pin = done(&phone.graphql(document, json!({ "input": input })).await, "setWalletPin");
    assert_eq!(pin["viewer"]["walletPin"], json!({ "isSet": true, "triesLeft": 5 }));
    wallet["wallet"]["id"].as_str().unwrap_or_default().to_owned()
}

/// What can be spent.
async fn available(phone: &Phone) -> String {
    let answer = phone.graphql("{ myWallet { available } }", json!({})).await;
    let available = &answer.json["data"]["myWallet"]["available"];
    available.as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

async fn until_available(phone: &Phone, amount: &str) {
    phone.until("the money", async || (available(phone).await == amount).then_some(())).await;
}

/// Two officers put money in.
pub async fn put_in(city: &WholeCity, phone: &Phone, wallet: &str, amount: &str) {
    let asks = Console::sign_in(&city.url, "taichinh").await;
    let second = Console::sign_in(&city.url, "duyetchi").await;
    let body = json!({ "wallet": wallet, "amount": amount, "reason": "paid in at the counter" });
    let request = asks.request(Method::POST, "payments/adjustments").json(&body);
    let asked = asks.send(request).await;
    let id = asked.json["id"].as_str().unwrap_or_else(|| panic!("{asked:?}"));
    let path = format!("payments/approvals/{id}/approve");
    let alone = asks.send(asks.request(Method::POST, &path)).await;
    assert_eq!(alone.status, 403, "nobody decides about their own request: {alone:?}");
    let decided = second.send(second.request(Method::POST, &path)).await;
    assert_eq!(decided.status, 200, "{decided:?}");
    until_available(phone, amount).await;
}

/// The bill of a dossier of the resident, once it is there.
async fn bill_of(phone: &Phone, dossier: &Dossier) -> Value {
    let document = "{ myBills { edges { node { id number due state customerCode heads { name amount } biller { code } } } } }";
    let bill = phone
        .until("the bill", async || {
            let answer = phone.graphql(document, json!({})).await;
            let bill = answer.json["data"]["myBills"]["edges"][0]["node"].clone();
            bill.is_object().then_some(bill)
        })
        .await;
    assert_eq!(bill["customerCode"], dossier.code, "{bill}");
    bill
}

/// What a payment would be.
pub async fn quote(phone: &Phone, input: &Value) -> Value {
    let document = "query Quote($input: PaymentQuoteInput!) { paymentQuote(input: $input) { payee { id name person } total operation operationDigest stepUp problems { code } } }";
    let answer = phone.graphql(document, json!({ "input": input })).await;
    let quote = answer.json["data"]["paymentQuote"].clone();
    assert!(quote.is_object(), "{answer:?}");
    quote
}

/// Confirms what a quote showed.
pub async fn confirm(phone: &Phone, quote: &Value, pin: &str) -> Value {
    let document = "mutation Confirm($input: CreateStepUpInput!) { createStepUp(input: $input) { token userErrors { code triesLeft } } }";
    let input = json!({
        "idempotencyKey": key(), "operation": quote["operation"], "digest": quote["operationDigest"], "pin": pin,
    });
    let answer = phone.graphql(document, json!({ "input": input })).await;
    answer.json["data"]["createStepUp"].clone()
}

#[test]
fn a_fee_of_a_dossier_is_quoted_confirmed_paid_and_proved_offline_and_the_dossier_goes_on() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;
        let wallet = open_wallet(&phone).await;
        put_in(city, &phone, &wallet, "100000").await;
        let dossier = Dossier::file(&phone).await;
        dossier.ask_payment(&city.url, &phone, "75000").await;
        let bill = bill_of(&phone, &dossier).await;
        assert_eq!((&bill["state"], &bill["due"]), (&json!("OPEN"), &json!("75000")));
        assert_eq!(bill["biller"]["code"], "HUE-W19753");
        let payment_key = payment_key();
        let offer =
            quote(&phone, &json!({ "idempotencyKey": payment_key, "billId": bill["id"] })).await;
        assert_eq!((&offer["operation"], &offer["problems"]), (&json!("payBill"), &json!([])));

        let wrong = confirm(&phone, &offer, "840272").await;
        assert_eq!(wrong["userErrors"], json!([{ "code": "PIN_WRONG", "triesLeft": 4 }]));
        let token = confirm(&phone, &offer, PIN).await["token"].clone();
        let pay = "mutation Pay($input: PayBillInput!) { payBill(input: $input) { payment { id state amount payee bill { number state } receipt } userErrors { code } } }";
        let input = |token: &Value, amount: &str| json!({ "idempotencyKey": payment_key, "billId": bill["id"], "amount": amount, "stepUpToken": token });
        let unproved = phone.graphql(pay, json!({ "input": input(&Value::Null, "75000") })).await;
        assert_eq!(
            unproved.json["data"]["payBill"]["userErrors"][0]["code"], "STEP_UP_REQUIRED",
            "{unproved:?}"
        );
        let paid = phone.graphql(pay, json!({ "input": input(&token, "75000") })).await;
        let payment = done(&paid, "payBill")["payment"].clone();
        let again = phone.graphql(pay, json!({ "input": input(&Value::Null, "75000") })).await;

        assert_eq!((&payment["state"], &payment["amount"]), (&json!("SUCCEEDED"), &json!("75000")));
        assert_eq!(payment["bill"], json!({ "number": bill["number"], "state": "PAID" }));
        assert_eq!(
            done(&again, "payBill")["payment"]["id"],
            payment["id"],
            "the same key, the same answer"
        );
        assert_eq!(available(&phone).await, "25000");
        let gone_on = phone
            .until("the dossier to go on", async || {
                let seen = dossier.seen_by(&phone).await;
                (seen["status"] == "PROCESSING").then_some(seen)
            })
            .await;
        let paid_for = &gone_on["bills"][0];
        assert_eq!((&paid_for["state"], &paid_for["billNo"]), (&json!("PAID"), &bill["number"]));
        titled(&phone, &format!("Hồ sơ {}: cần nộp 75.000 ₫", dossier.code)).await;
        titled(&phone, "Đã thanh toán 75.000 ₫").await;
        let told = messages(&phone).await;
        let of_the_bill = told
            .iter()
            .filter(|it| it["title"].as_str().is_some_and(|title| title.contains("75.000")));
        let mut topics: Vec<_> = of_the_bill.map(|it| it["topic"].clone()).collect();
        topics.sort_by_key(Value::to_string);
        assert_eq!(
            topics,
            ["dossier", "payment"],
            "once to be paid, with the dossier, and once paid: {told:?}"
        );
        let get = |path: &str| phone.http().get(format!("{}{path}", city.url));
        let keys = phone.send(get("/.well-known/payment-receipt-keys.json")).await.json;
        let keys = PublishedKeys::parse(&keys.to_string()).expect("the published keys can be read");
        let receipt = payment["receipt"].to_string();
        verify(&receipt, &keys)
            .expect("the receipt proves the payment without network or database");
        assert!(
            verify(&receipt.replace("75000", "15000"), &keys).is_err(),
            "a changed one proves nothing"
        );
        let id = payment["id"].as_str().unwrap_or_default();
        let file = phone.send(get(&format!("/v1/payments/{id}/receipt.json"))).await;
        assert_eq!(file.json, payment["receipt"], "the same as a file");
        let stranger = Phone::sign_in(&city.url).await;
        let unseen = stranger.send(get(&format!("/v1/payments/{id}/receipt.json"))).await;
        assert_eq!(unseen.status, 404, "{unseen:?}");
        let foreign = stranger
            .graphql(
                "query P($id: ID!) { payment(id: $id) { id } node(id: $id) { id } }",
                json!({ "id": id }),
            )
            .await;
        assert_eq!(foreign.json["data"], json!({ "payment": null, "node": null }));
    });
}

#[test]
fn money_is_sent_to_a_phone_and_both_statements_tell_of_it() {
    travel(async |city| {
        let (payer, friend) = (Phone::sign_in(&city.url).await, Phone::sign_in(&city.url).await);
        let wallet = open_wallet(&payer).await;
        let search =
            "query Payee($phone: String!) { payeeByPhone(phone: $phone) { id name person } }";
        let nobody = payer.graphql(search, json!({ "phone": friend.number })).await;
        assert_eq!(
            nobody.json["data"]["payeeByPhone"],
            Value::Null,
            "they have no wallet yet: {nobody:?}"
        );
        open_wallet(&friend).await;
        put_in(city, &payer, &wallet, "50000").await;
        let found = payer.graphql(search, json!({ "phone": friend.number })).await;
        let found = &found.json["data"]["payeeByPhone"];
        let mut input = json!({ "idempotencyKey": payment_key(), "payeeId": found["id"], "amount": "20000", "note": "Trả tiền phở" });
        let offer = quote(&payer, &input).await;
        assert_eq!((&offer["payee"]["id"], &offer["total"]), (&found["id"], &json!("20000")));

        input["stepUpToken"] = confirm(&payer, &offer, PIN).await["token"].clone();
        let send = "mutation Send($input: SendMoneyInput!) { sendMoney(input: $input) { payment { id } userErrors { code } } }";
        let answered = payer.graphql(send, json!({ "input": input })).await;
        let payment = done(&answered, "sendMoney")["payment"]["id"].clone();

        assert_eq!(
            (available(&payer).await, available(&friend).await),
            ("30000".to_owned(), "20000".to_owned())
        );
        let statement = "{ myWallet { statement(first: 1) { edges { node { amount balanceAfter payment { id purpose } } } } } }";
        for (phone, amount, after) in [(&payer, "-20000", "30000"), (&friend, "20000", "20000")] {
            let answer = phone.graphql(statement, json!({})).await;
            let line = &answer.json["data"]["myWallet"]["statement"]["edges"][0]["node"];
            let payment = json!({ "id": payment, "purpose": "PERSON" });
            assert_eq!(
                *line,
                json!({ "amount": amount, "balanceAfter": after, "payment": payment }),
                "{answer:?}"
            );
        }
    });
}
