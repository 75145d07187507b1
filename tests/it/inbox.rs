//! Money as the inbox tells of it, on the whole city: who sent and who got hears of it once, and each message opens the payment.

use serde_json::{Value, json};

use crate::authz::payments::payment_key;
use crate::money::{PIN, confirm, done, open_wallet, put_in, quote};
use crate::phone::Phone;
use crate::whole_city::travel;

/// Everything in somebody's inbox, newest first.
pub async fn messages(phone: &Phone) -> Vec<Value> {
    let document = "{ messages(first: 50) { edges { node { class topic title body link } } } }";
    let answer = phone.graphql(document, json!({})).await;
    let edges = answer.json["data"]["messages"]["edges"].as_array();
    let edges = edges.unwrap_or_else(|| panic!("{answer:?}"));
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// The message with a title, once it is there.
pub async fn titled(phone: &Phone, title: &str) -> Value {
    phone
        .until(title, async || {
            messages(phone).await.into_iter().find(|message| message["title"] == title)
        })
        .await
}

/// What the link of a message opens for somebody.
async fn opened(phone: &Phone, message: &Value) -> Value {
    let document =
        "query Open($id: ID!) { node(id: $id) { ... on Payment { id amount purpose state } } }";
    let answer = phone.graphql(document, json!({ "id": message["link"] })).await;
    answer.json["data"]["node"].clone()
}

#[test]
fn money_that_is_sent_is_told_to_both_and_each_message_opens_the_payment() {
    travel(async |city| {
        let (payer, friend) = (Phone::sign_in(&city.url).await, Phone::sign_in(&city.url).await);
        let stranger = Phone::sign_in(&city.url).await;
        let wallet = open_wallet(&payer).await;
        open_wallet(&friend).await;
        put_in(city, &payer, &wallet, "50000").await;
        let search = "query Payee($phone: String!) { payeeByPhone(phone: $phone) { id } }";
        let found = payer.graphql(search, json!({ "phone": friend.number })).await;
        let recipient = &found.json["data"]["payeeByPhone"]["id"];
        let mut input =
            json!({ "idempotencyKey": payment_key(), "payeeId": recipient, "amount": "20000" });
        let offer = quote(&payer, &input).await;

        input["stepUpToken"] = confirm(&payer, &offer, PIN).await["token"].clone();
        let mutation = "mutation Send($input: SendMoneyInput!) { sendMoney(input: $input) { payment { id } userErrors { code } } }";
        let sent = done(&payer.graphql(mutation, json!({ "input": input })).await, "sendMoney");
        done(&payer.graphql(mutation, json!({ "input": input })).await, "sendMoney"); // asked again, told once

        let received = titled(&friend, "Bạn nhận được 20.000 ₫").await;
        let told = titled(&payer, "Đã chuyển 20.000 ₫").await;
        let credited = titled(&payer, "Ví được cộng 50.000 ₫").await;
        for message in [&received, &told, &credited] {
            assert_eq!(
                (&message["class"], &message["topic"]),
                (&json!("TRANSACTIONAL"), &json!("payment"))
            );
        }
        assert_eq!((messages(&friend).await.len(), messages(&payer).await.len()), (1, 2));
        assert_eq!(messages(&stranger).await, Vec::<Value>::new());
        let payment = json!({
            "id": sent["payment"]["id"], "amount": "20000", "purpose": "PERSON", "state": "SUCCEEDED",
        });
        assert_eq!(opened(&friend, &received).await, payment);
        assert_eq!(opened(&payer, &told).await, payment);
        assert_eq!(opened(&payer, &credited).await["purpose"], "ADJUSTMENT");
        assert_eq!(opened(&stranger, &told).await, Value::Null, "a link opens nothing to others");
    });
}
