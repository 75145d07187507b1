//! Two residents with wallets: money comes in through a simulated provider, moves from one to the other, and is proven.

use std::time::Instant;

use city_contracts::accounts::DeclareIdentity;
use city_receipt::{PublishedKeys, verify};
use serde_json::{Value, json};

use super::app::App;
use super::{DemoError, Narrator, PATIENCE, expect, text};

/// Six digits that nobody would guess first.
const PIN: &str = "739152";
const TOP_UP: &str = "500000";
const SENT: &str = "120000";

/// The part of the demonstration that is about money.
///
/// # Errors
/// The first thing that is off.
pub(super) async fn run(
    url: &str,
    payer: &App,
    phone: &str,
    say: &Narrator,
) -> Result<(), DemoError> {
    let wallet = open_wallet(payer, phone).await?;
    say.step("Their identity was declared proven (a development command), and they opened a wallet with a PIN");
    top_up(payer, &wallet).await?;
    say.step(&format!("{TOP_UP} dong came in through simulated MoMo: signed, told, credited once"));

    let mut friend = App::new(url);
    let number = friend.sign_in().await?;
    open_wallet(&friend, &number).await?;
    let found = payer.ask(
        "payeeByPhone(phone: $phone) { id name person }",
        "$phone: String!",
        json!({ "phone": number }),
    );
    let receiver = found.await?["payeeByPhone"].clone();
    expect("finding the payee", receiver["person"] == true, "a person", &receiver)?;
    say.step(&format!(
        "Another resident has a wallet; the payer finds them by phone as {}",
        text(&receiver["name"])
    ));
    let payment = send(payer, text(&receiver["id"])).await?;
    expect("sending money", payment["state"] == "SUCCEEDED", "state SUCCEEDED", &payment)?;
    let (left, got) = (available(payer).await?, available(&friend).await?);
    expect(
        "counting the money",
        (left.as_str(), got.as_str()) == ("380000", SENT),
        "380000 and 120000",
        &json!([left, got]),
    )?;
    say.step(&format!(
        "They confirmed {SENT} dong with their PIN and sent it twice with one key: it moved once"
    ));
    let proven = prove(payer, text(&payment["id"])).await?;
    say.step(&format!("The receipt was verified with public keys alone: {proven}"));
    Ok(())
}

/// Proves the identity as far as wallets ask for it, opens one and sets its PIN.
async fn open_wallet(app: &App, phone: &str) -> Result<String, DemoError> {
    let identity = DeclareIdentity { phone: phone.to_owned(), level: 2 };
    app.post("/dev/identity", &json!(identity)).await?;
    let deadline = Instant::now() + PATIENCE;
    let wallet = loop {
        // The session has the level as soon as the gateway heard of it.
        let opened = app
            .mutate(
                "openWallet",
                "OpenWalletInput",
                "wallet { id state }",
                json!({ "termsAccepted": true }),
            )
            .await;
        match opened {
            Ok(opened) => break opened["wallet"].clone(),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
        }
    };
    expect("opening a wallet", wallet["state"] == "OPEN", "state OPEN", &wallet)?;
    let pin = app
        .mutate(
            "setWalletPin",
            "SetWalletPinInput",
            "viewer { walletPin { isSet } }",
            json!({ "pin": PIN }),
        )
        .await?;
    expect("setting a PIN", pin["viewer"]["walletPin"]["isSet"] == true, "a PIN", &pin)?;
    Ok(text(&wallet["id"]).to_owned())
}

/// Tops up at the provider's page, as a payer would press its button.
async fn top_up(app: &App, wallet: &str) -> Result<(), DemoError> {
    let input = json!({ "idempotencyKey": app.new_id(), "provider": "MOMO", "amount": TOP_UP });
    let started = app
        .mutate(
            "startProviderPayment",
            "StartProviderPaymentInput",
            "providerPayment { id payUrl }",
            input,
        )
        .await?;
    let page = text(&started["providerPayment"]["payUrl"]).to_owned();
    app.press(&format!("{page}/paid")).await?; // what the button of the simulator's page does
    let id = json!({ "id": started["providerPayment"]["id"] });
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = app.query("providerPayment(id: $id) { state amount }", &id).await?;
        if told["providerPayment"]["state"] == "PAID" {
            break;
        }
        if Instant::now() > deadline {
            return Err(DemoError::off("topping up", format!("{wallet} credited"), &told));
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let available = available(app).await?;
    expect("topping up", available == TOP_UP, TOP_UP, &json!(available))
}

/// Quotes, confirms and sends; sends again with the same key, as after a lost answer.
async fn send(app: &App, payee: &str) -> Result<Value, DemoError> {
    let mut input = json!({ "idempotencyKey": app.new_id(), "payeeId": payee, "amount": SENT });
    input["stepUpToken"] = confirm(app, &input).await?;
    let paid = "payment { id state amount }";
    let first = app.mutate("sendMoney", "SendMoneyInput", paid, input.clone()).await?;
    let again = app.mutate("sendMoney", "SendMoneyInput", paid, input).await?;
    expect("sending it again", again == first, "the first answer", &again)?;
    Ok(first["payment"].clone())
}

/// Asks what a payment would be and enters the PIN for it; the token that says so.
///
/// # Errors
/// What is off, also when something would refuse the payment.
pub(super) async fn confirm(app: &App, input: &Value) -> Result<Value, DemoError> {
    let quoted = app.ask(
        "paymentQuote(input: $input) { operation operationDigest total problems { code } }",
        "$input: PaymentQuoteInput!",
        json!({ "input": input }),
    );
    let quote = quoted.await?["paymentQuote"].clone();
    expect("quoting", quote["problems"] == json!([]), "no problems", &quote)?;
    let confirmed = app.mutate(
        "createStepUp",
        "CreateStepUpInput",
        "token",
        json!({ "operation": quote["operation"], "digest": quote["operationDigest"], "pin": PIN }),
    );
    Ok(confirmed.await?["token"].clone())
}

/// What can be spent.
///
/// # Errors
/// What is off.
pub(super) async fn available(app: &App) -> Result<String, DemoError> {
    let data = app.query("myWallet { available }", &json!({})).await?;
    Ok(text(&data["myWallet"]["available"]).to_owned())
}

/// Verifies a receipt as anybody could who has the published keys.
async fn prove(app: &App, payment: &str) -> Result<String, DemoError> {
    let off =
        |error: String| DemoError::off("verifying the receipt", "a valid receipt", &json!(error));
    let receipt = app.get(&format!("/v1/payments/{payment}/receipt.json")).await?;
    let keys = app.get("/.well-known/payment-receipt-keys.json").await?;
    let keys = PublishedKeys::parse(&keys).map_err(|error| off(error.to_string()))?;
    let proven = verify(&receipt, &keys).map_err(|error| off(error.to_string()))?;
    Ok(format!("row of batch {}: {}", proven.batch.n, proven.doc.unwrap_or_default()))
}
