//! Payments in GraphQL: one call for what is asked, at most one for what it points at, and the words of payments unchanged.

use city_auth::PrincipalKind;
use serde_json::{Value, json};

use crate::edge::{Edge, code, reason, run};
use crate::payments_wire as wire;
use crate::wire::page;

const NODES: &str = "/internal/v1/nodes:batch";
const KEY: &str = "01958d2c-3a80-7000-8000-000000000001";

fn path(route: &str) -> String {
    format!("/internal/v1/{route}")
}

/// What a resident gets for a document.
async fn ask(edge: &Edge, text: &str) -> Value {
    let resident = edge.sign_in(PrincipalKind::Resident);
    edge.post_as(&resident.token, text).await.json()
}

#[test]
fn money_is_a_string_of_digits_and_below_zero_what_left() {
    run(async |edge| {
        edge.spy.answer(&path("my-wallet"), wire::wallet(7));
        edge.spy.answer(&path("wallet-statement"), page(vec![wire::line(wire::PAYMENT)]));
        let text = "{ myWallet { version available limits { code window max used excludes } statement(first: 1) { edges { node { amount balanceAfter } } } } }";

        let answer = ask(edge, text).await;

        let limit = json!({ "code": "MONTH", "window": "MONTH", "max": "100000000", "used": "0", "excludes": ["PUBLIC_FEE"] });
        let lines =
            json!({ "edges": [{ "node": { "amount": "-75000", "balanceAfter": "25000" } }] });
        let expected = json!({ "version": 7, "available": "3000000000", "limits": [limit], "statement": lines });
        assert_eq!(answer, json!({ "data": { "myWallet": expected } }));
        assert_eq!(edge.spy.asked(NODES).len(), 0, "what is not selected is not fetched");
    });
}

#[test]
fn nobody_has_a_wallet_before_opening_one() {
    run(async |edge| {
        edge.spy.answer(&path("my-wallet"), Value::Null);

        let answer = ask(edge, "{ myWallet { id statement { edges { cursor } } } }").await;

        assert_eq!(answer, json!({ "data": { "myWallet": null } }));
        assert_eq!(edge.spy.asked(&path("wallet-statement")).len(), 0);
    });
}

#[test]
fn a_statement_is_asked_for_as_selected_and_its_payments_with_one_call() {
    run(async |edge| {
        edge.spy.answer(&path("my-wallet"), wire::wallet(7));
        let lines = vec![wire::line(wire::PAYMENT), wire::line(wire::PAYMENT)];
        edge.spy.answer(&path("wallet-statement"), page(lines));
        edge.spy.answer(NODES, json!([wire::node("PAYMENT", &wire::payment())]));
        let text = "{ myWallet { statement(first: 2, after: \"c0\", from: \"2026-03-01\", to: \"2026-03-31\") { edges { node { payment { id payee } } } pageInfo { hasPreviousPage hasNextPage } } } }";

        let answer = ask(edge, text).await;

        let payment =
            json!({ "node": { "payment": { "id": wire::PAYMENT, "payee": "Sở Tư pháp" } } });
        let expected = json!({ "edges": [payment, payment], "pageInfo": { "hasPreviousPage": true, "hasNextPage": true } });
        assert_eq!(answer["data"]["myWallet"]["statement"], expected, "{answer}");
        let asked = edge.spy.asked(&path("wallet-statement"));
        let wanted = json!({ "page": { "first": 2, "after": "c0" }, "from": "2026-03-01", "to": "2026-03-31" });
        assert_eq!((asked.len(), &asked[0].body), (1, &wanted));
        let batches = edge.spy.asked(NODES);
        assert_eq!(
            (batches.len(), &batches[0].body),
            (1, &json!({ "ids": [wire::PAYMENT] })),
            "each once"
        );
    });
}

#[test]
fn two_statements_at_once_are_refused() {
    run(async |edge| {
        edge.spy.answer(&path("my-wallet"), wire::wallet(7));
        let text = "{ myWallet { march: statement(from: \"2026-03-01\") { edges { cursor } } all: statement { edges { cursor } } } }";

        let resident = edge.sign_in(PrincipalKind::Resident);
        let answer = edge.post_as(&resident.token, text).await;

        assert_eq!(
            (code(&answer).as_str(), reason(&answer).as_str()),
            ("INVALID", "BAD_USER_INPUT")
        );
        assert_eq!(edge.spy.asked(&path("wallet-statement")).len(), 0);
    });
}

#[test]
fn bills_and_their_payments_point_at_each_other_with_one_batch_call() {
    run(async |edge| {
        edge.spy.answer(&path("my-bills"), page(vec![wire::bill()]));
        edge.spy.answer(NODES, json!([wire::node("PAYMENT", &wire::payment())]));
        let text = "{ myBills { edges { node { id biller { code } payment { id bill { number payment { amount receipt } } } } } } }";

        let answer = ask(edge, text).await;

        let bill =
            json!({ "number": "26-000017", "payment": { "amount": "75000", "receipt": null } });
        let expected = json!({
            "id": wire::BILL, "biller": { "code": "HUE-STP" }, "payment": { "id": wire::PAYMENT, "bill": bill },
        });
        assert_eq!(answer["data"]["myBills"]["edges"][0]["node"], expected, "{answer}");
        assert_eq!(edge.spy.asked(NODES).len(), 1);
        assert_eq!(edge.spy.asked(&path("payment-receipt")).len(), 0);
    });
}

#[test]
fn a_payment_by_its_id_brings_its_receipt_and_its_bill() {
    run(async |edge| {
        let receipt = json!({ "v": 1, "leaf": "AQ" });
        edge.spy.answer(&path("payment"), wire::payment());
        edge.spy.answer(&path("payment-receipt"), receipt.clone());
        edge.spy.answer(NODES, json!([wire::node("BILL", &wire::bill())]));
        let text = format!(
            "{{ payment(id: \"{}\") {{ state receipt bill {{ number }} }} }}",
            wire::PAYMENT
        );

        let answer = ask(edge, &text).await;

        let expected =
            json!({ "state": "SUCCEEDED", "receipt": receipt, "bill": { "number": "26-000017" } });
        assert_eq!(answer, json!({ "data": { "payment": expected } }));
    });
}

#[test]
fn wallets_payments_and_bills_are_nodes_with_one_call() {
    run(async |edge| {
        let nodes = json!([
            wire::node("BILL", &wire::bill()),
            wire::node("PAYMENT", &wire::payment()),
            wire::node("WALLET", &wire::wallet(7)),
            wire::node("BILLER", &wire::biller()),
            wire::node("PROVIDER_PAYMENT", &wire::provider_payment()),
            wire::node("REFUND", &wire::refund()),
        ]);
        edge.spy.answer(NODES, nodes);
        let ids = json!([
            wire::WALLET,
            wire::BILL,
            wire::PAYMENT,
            wire::BILL,
            wire::REFUND,
            wire::BILLER,
            wire::PROVIDER_PAYMENT,
            "wal_x",
        ]);
        let kinds = ["Wallet", "Bill", "Payment", "Refund", "Biller", "ProviderPayment"];
        let versions = kinds.map(|kind| format!("... on {kind} {{ version }}")).join(" ");
        let text = format!("{{ nodes(ids: {ids}) {{ __typename id {versions} }} }}");

        let answer = ask(edge, &text).await;

        let of = |kind: &str, id: &str, version: i64| json!({ "__typename": kind, "id": id, "version": version });
        let bill = of("Bill", wire::BILL, 2);
        let expected = json!([
            of("Wallet", wire::WALLET, 7),
            bill,
            of("Payment", wire::PAYMENT, 4),
            bill,
            of("Refund", wire::REFUND, 3),
            of("Biller", wire::BILLER, 1),
            of("ProviderPayment", wire::PROVIDER_PAYMENT, 7),
            null,
        ]);
        assert_eq!(answer["data"]["nodes"], expected, "{answer}");
        let mut wanted = [
            wire::BILL,
            wire::PAYMENT,
            wire::WALLET,
            "wal_x",
            wire::BILLER,
            wire::PROVIDER_PAYMENT,
            wire::REFUND,
        ];
        wanted.sort_unstable();
        assert_eq!(edge.spy.asked(NODES)[0].body, json!({ "ids": wanted }));
        assert_eq!(edge.spy.asked(NODES).len(), 1);
    });
}

#[test]
fn whoever_may_see_no_wallet_gets_null_and_no_error_by_its_id() {
    run(async |edge| {
        let text = format!("{{ node(id: \"{}\") {{ id }} }}", wire::WALLET);
        let nothing = json!({ "data": { "node": null } });

        assert_eq!(edge.post(&text).await.json(), nothing);
        assert_eq!(edge.spy.asked(NODES).len(), 0, "nobody in particular has none");
        edge.spy.refuse(NODES, "FORBIDDEN", "FORBIDDEN");
        assert_eq!(ask(edge, &text).await, nothing);
        edge.spy.refuse(NODES, "UNAVAILABLE", "UNAVAILABLE");
        assert_eq!(ask(edge, &text).await["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    });
}

#[test]
fn what_the_ledger_refuses_is_told_with_its_code_and_details() {
    run(async |edge| {
        let refusal = json!({
            "type": "/errors/AMOUNT_CHANGED", "title": "x", "status": 409, "detail": "another amount is due now",
            "kind": "CONFLICT", "code": "AMOUNT_CHANGED", "details": { "due": "80000" },
        });
        edge.spy.answer_raw(&path("pay-bill"), http::StatusCode::CONFLICT, refusal.to_string());
        let input = format!(
            "{{ idempotencyKey: \"{KEY}\", billId: \"{}\", amount: \"75000\", stepUpToken: \"t\" }}",
            wire::BILL
        );
        let text = format!(
            "mutation {{ payBill(input: {input}) {{ payment {{ id }} userErrors {{ code message details }} }} }}"
        );

        let answer = ask(edge, &text).await;

        let error = json!({ "code": "AMOUNT_CHANGED", "message": "another amount is due now", "details": { "due": "80000" } });
        assert_eq!(
            answer,
            json!({ "data": { "payBill": { "payment": null, "userErrors": [error] } } })
        );
        let sent = json!({ "idempotencyKey": KEY, "billId": wire::BILL, "amount": "75000", "stepUpToken": "t" });
        assert_eq!(edge.spy.asked(&path("pay-bill"))[0].body, sent);
    });
}

#[test]
fn an_id_of_something_else_reaches_nobody() {
    run(async |edge| {
        let input =
            format!("{{ idempotencyKey: \"{KEY}\", payeeId: \"{}\", amount: \"1\" }}", wire::BILL);
        let send =
            format!("mutation {{ sendMoney(input: {input}) {{ userErrors {{ code field }} }} }}");
        let quote = format!(
            "{{ paymentQuote(input: {input}) {{ total }} payment(id: \"{0}\") {{ id }} bill(id: \"x\") {{ id }} }}",
            wire::BILL
        );

        let answered = ask(edge, &send).await;
        let quoted = ask(edge, &quote).await;

        let errors = json!([{ "code": "NOT_FOUND", "field": "/payeeId" }]);
        assert_eq!(answered["data"]["sendMoney"]["userErrors"], errors);
        assert_eq!(
            quoted,
            json!({ "data": { "paymentQuote": null, "payment": null, "bill": null } })
        );
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn what_moves_money_or_proves_a_person_is_alone() {
    run(async |edge| {
        let key = format!("idempotencyKey: \"{KEY}\"");
        let pin = format!("{key}, pin: \"135790\"");
        for (field, input) in [
            ("sendMoney", format!("{key}, payeeId: \"x\", amount: \"1\"")),
            ("payBill", format!("{key}, billId: \"x\", amount: \"1\"")),
            ("payMerchant", format!("{key}, payeeId: \"x\", amount: \"1\"")),
            ("startProviderPayment", format!("{key}, provider: MOMO, amount: \"1\"")),
            ("closeWallet", key.clone()),
            ("setWalletPin", pin.clone()),
            ("createStepUp", format!("{pin}, operation: \"payBill\", digest: \"d\"")),
        ] {
            let one = format!("{field}(input: {{ {input} }}) {{ userErrors {{ code }} }}");
            let answer = edge.post(&format!("mutation {{ {one} again: {one} }}")).await;

            assert_eq!(code(&answer), "ALONE_REQUIRED", "{field}");
        }
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn a_code_nobody_of_the_city_is_paid_with_is_told_in_the_payload() {
    run(async |edge| {
        let text = "{ qrPayee(payload: \"x\") { qrPayee { amount payee { id } bill { payment { id } } } userErrors { code } } }";
        edge.spy.answer(NODES, json!([wire::node("PAYMENT", &wire::payment())]));
        edge.spy.answer(&path("qr-payee"), wire::qr());
        let read = ask(edge, text).await;
        edge.spy.refuse(&path("qr-payee"), "CONFLICT", "QR_PAYEE_UNKNOWN");
        let unknown = ask(edge, text).await;

        let bill = json!({ "payment": { "id": wire::PAYMENT } });
        let expected = json!({ "amount": "75000", "payee": { "id": wire::BILLER }, "bill": bill });
        assert_eq!(
            read["data"]["qrPayee"],
            json!({ "qrPayee": expected, "userErrors": [] }),
            "{read}"
        );
        let errors = json!([{ "code": "QR_PAYEE_UNKNOWN" }]);
        assert_eq!(
            unknown,
            json!({ "data": { "qrPayee": { "qrPayee": null, "userErrors": errors } } })
        );
    });
}

#[test]
fn a_merchant_is_quoted_and_paid_by_their_id_or_by_an_order() {
    run(async |edge| {
        edge.spy.answer(&path("payment-quote"), wire::quote());
        edge.spy.answer(&path("pay-merchant"), wire::payment());
        let key = format!("idempotencyKey: \"{KEY}\"");
        let quote = |more: String| {
            format!(
                "{{ paymentQuote(input: {{ {key}, {more} }}) {{ total problems {{ code field }} }} }}"
            )
        };

        let quoted =
            ask(edge, &quote(format!("payeeId: \"{}\", amount: \"1\"", wire::MERCHANT))).await;
        ask(edge, &quote(format!("orderId: \"{}\"", wire::ORDER))).await;
        let pay = format!(
            "mutation {{ payMerchant(input: {{ {key}, orderId: \"{}\", amount: \"75000\" }}) {{ payment {{ refunds {{ id state }} }} }} }}",
            wire::ORDER
        );
        let paid = ask(edge, &pay).await;

        let problem = json!({ "code": "INSUFFICIENT_FUNDS", "field": "/amount" });
        assert_eq!(
            quoted["data"]["paymentQuote"],
            json!({ "total": "75000", "problems": [problem] })
        );
        let asked = edge.spy.asked(&path("payment-quote"));
        assert_eq!(
            asked[0].body,
            json!({ "idempotencyKey": KEY, "payeeId": wire::MERCHANT, "amount": "1" })
        );
        assert_eq!(asked[1].body, json!({ "idempotencyKey": KEY, "orderId": wire::ORDER }));
        let refunds = json!([{ "id": wire::REFUND, "state": "HELD" }]);
        assert_eq!(paid["data"]["payMerchant"]["payment"]["refunds"], refunds, "{paid}");
    });
}

#[test]
fn a_phone_number_of_a_payee_may_not_stand_in_a_url() {
    run(async |edge| {
        let query = "query=%7BpayeeByPhone(phone%3A%220901%22)%7Bid%7D%7D";
        let answer = edge.request(http::Method::GET, &format!("/graphql?{query}"), &[], "").await;

        assert_eq!(answer.status(), "405 Method Not Allowed");
        assert_eq!(answer.header("allow"), "POST");
    });
}

#[test]
fn a_wrong_pin_tells_the_tries_left() {
    run(async |edge| {
        let refusal = json!({
            "type": "/errors/PIN_WRONG", "title": "x", "status": 422, "detail": "wrong", "kind": "INVALID",
            "code": "PIN_WRONG", "triesLeft": 3,
        });
        let status = http::StatusCode::UNPROCESSABLE_ENTITY;
        edge.spy.answer_raw(&path("create-step-up"), status, refusal.to_string());
        let input = format!(
            "{{ idempotencyKey: \"{KEY}\", operation: \"payBill\", digest: \"d\", pin: \"135790\" }}"
        );
        let text = format!(
            "mutation {{ createStepUp(input: {input}) {{ token userErrors {{ code triesLeft }} }} }}"
        );

        let answer = ask(edge, &text).await;

        let expected =
            json!({ "token": null, "userErrors": [{ "code": "PIN_WRONG", "triesLeft": 3 }] });
        assert_eq!(answer, json!({ "data": { "createStepUp": expected } }));
    });
}

#[test]
fn payments_of_one_account_are_five_at_once() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer(&path("send-money"), wire::payment());
        let input = format!(
            "{{ idempotencyKey: \"{KEY}\", payeeId: \"{}\", amount: \"1\" }}",
            wire::WALLET
        );
        let text = format!(
            "mutation {{ sendMoney(input: {input}) {{ payment {{ id }} userErrors {{ code }} }} }}"
        );
        let mut last = String::new();
        for _ in 0..6 {
            last = code(&edge.post_as(&resident.token, &text).await);
        }

        assert_eq!(last, "RATE_LIMITED");
        assert_eq!(edge.spy.asked(&path("send-money")).len(), 5);
        let other = edge.sign_in(PrincipalKind::Resident);
        assert_eq!(code(&edge.post_as(&other.token, &text).await), "", "another person pays");
    });
}
