//! Events of payments become messages to whom they concern, each once.

use city_contracts::event::Envelope;
use city_ids::AccountId;
use city_testkit::{Character, City, run};
use serde_json::{Value, json};

use crate::subject::{Notifications, ids, inbox, now, published};

const PAYMENT: &str = "pay_01890000000070008000000000000001";
const STARTED: &str = "pvo_01890000000070008000000000000002";
const BILL: &str = "bil_01890000000070008000000000000003";
const WALLET: &str = "wal_01890000000070008000000000000004";

/// Each event that is told: what it says besides the account, and its title, text, topic and link in Vietnamese.
fn told() -> Vec<(&'static str, Value, [&'static str; 4])> {
    let paid = |purpose: &str| json!({ "payment": PAYMENT, "wallet": WALLET, "purpose": purpose, "amount": "1250000" });
    let through = json!({
        "providerPayment": STARTED, "provider": "MOMO", "state": "REVIEW", "amount": "80000", "payment": PAYMENT,
        "wallet": WALLET,
    });
    let refund = json!({
        "refund": "rfd_01890000000070008000000000000005", "payment": PAYMENT, "purpose": "TUITION", "amount": "20000",
    });
    let mut refund_through = refund.clone();
    refund_through["providerPayment"] = STARTED.into();
    let mut sale = paid("GOODS");
    sale["merchant"] = "mer_01890000000070008000000000000006".into();
    let bill = json!({
        "billNo": "PE01-2026/03", "bill": BILL, "purpose": "ELECTRICITY", "amount": "350000", "dueDate": "2026-03-20",
    });
    let mut asked_for = bill.clone();
    asked_for["sourceRef"] = "01890000-0000-7000-8000-000000000007".into();
    let wallet = json!({ "wallet": WALLET });
    vec![
        (
            "PaymentSucceeded",
            paid("PERSON"),
            [
                "Đã chuyển 1.250.000 ₫",
                "Xem người nhận và biên lai trong ứng dụng. Không phải bạn? Đổi mã PIN và đăng xuất thiết bị lạ ngay.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "PaymentSucceeded",
            json!({ "payment": PAYMENT, "purpose": "PUBLIC_FEE", "amount": "75000", "bill": BILL }),
            [
                "Đã thanh toán 75.000 ₫",
                "Phí, lệ phí. Biên lai có trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "PaymentSucceeded",
            sale.clone(),
            [
                "Đã thanh toán 1.250.000 ₫",
                "Mua hàng, dịch vụ. Biên lai có trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "MoneyReceived",
            paid("PERSON"),
            [
                "Bạn nhận được 1.250.000 ₫",
                "Tiền đã vào ví. Xem người gửi và lời nhắn trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "MoneyReceived",
            paid("ADJUSTMENT"),
            [
                "Ví được cộng 1.250.000 ₫",
                "Thành phố đã ghi khoản này vào ví của bạn. Xem chi tiết trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "TopUpSucceeded",
            through.clone(),
            ["Đã nạp 80.000 ₫ vào ví", "Qua MoMo.", "payment", PAYMENT],
        ),
        (
            "ProviderPaymentChanged",
            through,
            [
                "80.000 ₫ qua MoMo đang được kiểm tra",
                "Tiền đã đến và được giữ an toàn. Thành phố sẽ ghi nhận hoặc hoàn lại, và báo cho bạn.",
                "payment",
                STARTED,
            ],
        ),
        (
            "RefundDone",
            refund,
            [
                "Đã hoàn 20.000 ₫ vào ví",
                "Khoản đã trả: Học phí. Xem chi tiết trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "RefundDone",
            refund_through,
            [
                "Đã hoàn 20.000 ₫",
                "Tiền trở lại nơi bạn đã trả. Xem chi tiết trong ứng dụng.",
                "payment",
                STARTED,
            ],
        ),
        (
            "PaymentAuthorised",
            sale.clone(),
            [
                "Đã giữ 1.250.000 ₫ cho người bán",
                "Tiền vẫn là của bạn đến khi người bán nhận. Xem chi tiết trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "PaymentCaptured",
            sale.clone(),
            [
                "Người bán đã nhận 1.250.000 ₫",
                "Phần còn lại của khoản giữ, nếu có, đã trở về ví. Biên lai có trong ứng dụng.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "PaymentVoided",
            sale,
            [
                "Khoản giữ 1.250.000 ₫ đã trở về ví",
                "Người bán không nhận khoản này. Bạn có thể dùng lại số tiền.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "PaymentExpired",
            json!({ "payment": PAYMENT, "purpose": "GOODS", "amount": "30000" }),
            [
                "Khoản giữ 30.000 ₫ đã trở về ví",
                "Người bán không nhận khoản này. Bạn có thể dùng lại số tiền.",
                "payment",
                PAYMENT,
            ],
        ),
        (
            "BillOpened",
            bill,
            [
                "Hóa đơn mới: Tiền điện, 350.000 ₫",
                "Số PE01-2026/03, hạn nộp 20/03/2026. Xem và nộp trong ứng dụng.",
                "bill",
                BILL,
            ],
        ),
        (
            "BillDueSoon",
            asked_for,
            [
                "Sắp đến hạn: Tiền điện, 350.000 ₫",
                "Hóa đơn PE01-2026/03, hạn nộp 20/03/2026. Xem và nộp trong ứng dụng.",
                "bill",
                BILL,
            ],
        ),
        (
            "WalletFrozen",
            wallet.clone(),
            [
                "Ví của bạn đã bị tạm dừng",
                "Thành phố đã tạm dừng ví. Xem ví còn dùng được việc gì trong ứng dụng.",
                "wallet",
                WALLET,
            ],
        ),
        (
            "WalletUnfrozen",
            wallet,
            ["Ví của bạn đã mở lại", "Bạn có thể dùng ví như trước.", "wallet", WALLET],
        ),
    ]
}

fn event(
    city: &City<Notifications>,
    kind: &str,
    body: &Value,
    of: Option<AccountId>,
) -> Envelope<Value> {
    let (infra, at) = (city.infra(), now(city));
    let mut body = body.clone();
    if let Some(account) = of {
        body["account"] = json!(account);
    }
    Envelope::new(infra.ids.next(at), kind, at, body)
}

async fn publish(city: &City<Notifications>, event: &Envelope<Value>) {
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key("city.payments")).arg("*").arg("envelope");
    command.arg(serde_json::to_string(event).expect("an envelope is JSON"));
    let _entry: String = redis.run(&command).await.expect("Redis answers");
}

/// The body of the first of these events that is told.
fn body_of(kind: &str) -> Value {
    let first = told().into_iter().find(|(told, ..)| *told == kind);
    first.map(|(_, body, _)| body).expect("it is told")
}

/// How many messages somebody has.
async fn count(of: &Character) -> usize {
    ids(&inbox(of, 50, None).await).len()
}

#[test]
fn who_moved_gets_or_owes_money_hears_of_it_once() {
    run::<Notifications>(async |city| {
        for (kind, body, [title, text, topic, link]) in told() {
            let (resident, other) = (city.resident(), city.resident());
            let event = event(city, kind, &body, Some(resident.account()));

            publish(city, &event).await;
            publish(city, &event).await;
            city.settle().await;

            let page = inbox(&resident, 10, None).await;
            assert_eq!(ids(&page).len(), 1, "{kind}");
            let message = &page["edges"][0]["node"];
            assert_eq!(
                (&message["title"], &message["body"]),
                (&json!(title), &json!(text)),
                "{kind}"
            );
            assert_eq!(
                (&message["class"], &message["topic"], &message["link"]),
                (&json!("TRANSACTIONAL"), &json!(topic), &json!(link)),
                "{kind}"
            );
            assert_eq!(count(&other).await, 0, "{kind}");
        }
    });
}

#[test]
fn a_transfer_is_told_to_both_sides_and_each_follower_of_a_bill_hears_of_it() {
    run::<Notifications>(async |city| {
        let (payer, friend) = (city.resident(), city.resident());
        let moved = body_of("MoneyReceived");
        publish(city, &event(city, "PaymentSucceeded", &moved, Some(payer.account()))).await;
        publish(city, &event(city, "MoneyReceived", &moved, Some(friend.account()))).await;
        city.settle().await;
        city.clock().advance(chrono::Duration::seconds(1));
        for follower in [&payer, &friend] {
            let opened = body_of("BillOpened");
            publish(city, &event(city, "BillOpened", &opened, Some(follower.account()))).await;
        }
        city.settle().await;

        let titles = async |of: &Character| {
            let page = inbox(of, 10, None).await;
            let edges = page["edges"].as_array().unwrap().clone();
            edges.iter().map(|edge| edge["node"]["title"].clone()).collect::<Vec<_>>()
        };
        let bill = "Hóa đơn mới: Tiền điện, 350.000 ₫";
        assert_eq!(titles(&payer).await, [bill, "Đã chuyển 1.250.000 ₫"]);
        assert_eq!(titles(&friend).await, [bill, "Bạn nhận được 1.250.000 ₫"]);
        let told = published(city).await;
        assert!(told.iter().all(|(kind, _)| kind == "MessageAdded"), "{told:?}");
        assert_eq!(told.len(), 4, "each wakes an inbox");
    });
}

#[test]
fn the_bill_of_a_dossier_is_told_with_the_dossier_and_not_a_second_time() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        let asked_for = body_of("BillDueSoon");

        publish(city, &event(city, "BillOpened", &asked_for, Some(resident.account()))).await;
        city.settle().await;
        assert_eq!(count(&resident).await, 0);

        publish(city, &event(city, "BillDueSoon", &asked_for, Some(resident.account()))).await;
        city.settle().await;
        assert_eq!(count(&resident).await, 1, "a reminder comes from payments alone");
    });
}

#[test]
fn what_is_no_residents_or_nothing_new_tells_nobody() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        for kind in ["BillPaid", "BillCancelled", "TopUpFailed", "RefundFailed", "WalletOpened"] {
            let event = event(city, kind, &json!({}), Some(resident.account()));
            publish(city, &event).await;
        }
        for state in ["PAID", "FAILED", "EXPIRED", "REFUNDING", "REFUNDED"] {
            let mut changed = body_of("ProviderPaymentChanged");
            changed["state"] = state.into();
            let event = event(city, "ProviderPaymentChanged", &changed, Some(resident.account()));
            publish(city, &event).await;
        }
        for kind in ["RefundDone", "PaymentExpired", "BillOpened", "BillDueSoon"] {
            publish(city, &event(city, kind, &body_of(kind), None)).await;
        }

        city.settle().await;

        assert_eq!(count(&resident).await, 0);
        assert_eq!(published(city).await, []);
    });
}

#[test]
fn an_english_reader_reads_what_it_was_for_in_english() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        let bill = body_of("BillDueSoon");
        publish(city, &event(city, "BillDueSoon", &bill, Some(resident.account()))).await;
        city.settle().await;

        let body = json!({ "page": { "first": 1 }, "locale": "en" });
        let page = resident.post("/internal/v1/messages", &body).await.ok();

        let message = &page["edges"][0]["node"];
        assert_eq!(message["title"], "Due soon: Electricity, 350,000 ₫");
        assert_eq!(
            message["body"],
            "Bill PE01-2026/03, due on 20 Mar 2026. See and pay it in the app."
        );
    });
}

#[test]
fn a_body_that_cannot_be_read_is_put_aside_and_the_next_is_told() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        let of = Some(resident.account());
        let mut broken = body_of("MoneyReceived");
        broken["amount"] = json!(1.5);

        publish(city, &event(city, "MoneyReceived", &broken, of)).await;
        publish(city, &event(city, "MoneyVanished", &broken, of)).await;
        publish(city, &event(city, "MoneyReceived", &body_of("MoneyReceived"), of)).await;
        city.settle().await;

        let reasons: Vec<String> =
            sqlx::query_scalar("delete from notifications.dead_letter returning reason")
                .fetch_all(city.db())
                .await
                .unwrap();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons.iter().any(|reason| reason.contains("no rule for MoneyVanished")));
        assert_eq!(count(&resident).await, 1);
    });
}
