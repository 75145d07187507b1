//! Events of reports become messages, each once.

use city_contracts::notifications::MessageClass;
use city_testkit::run;

use crate::subject::{Notifications, ids, inbox, publish, published, report_event};

/// Each event that is told, with its title and text in Vietnamese.
const TOLD: [(&str, &str, &str); 10] = [
    (
        "ReportFiled",
        "Đã nhận phản ánh PA26-00012344",
        "Cảm ơn bạn. Chúng tôi sẽ báo cho bạn từng bước xử lý.",
    ),
    ("ReportAccepted", "Phản ánh PA26-00012344 đã được tiếp nhận", "Hạn trả lời: 09/03/2026."),
    ("ReportRejected", "Phản ánh PA26-00012344 không được tiếp nhận", "Xem lý do trong ứng dụng."),
    (
        "ReportStarted",
        "Phản ánh PA26-00012344 đang được xử lý",
        "Cơ quan phụ trách đã bắt đầu xử lý.",
    ),
    (
        "ReportQuestionAsked",
        "Phản ánh PA26-00012344: cần thêm thông tin",
        "Xem câu hỏi và trả lời trong ứng dụng.",
    ),
    (
        "ReportDueMoved",
        "Phản ánh PA26-00012344: hạn trả lời mới 09/03/2026",
        "Xem lý do trong ứng dụng.",
    ),
    (
        "ReportResolved",
        "Phản ánh PA26-00012344 đã được xử lý",
        "Xem kết quả trong ứng dụng. Xin đánh giá.",
    ),
    (
        "ReportReopened",
        "Phản ánh PA26-00012344 được mở lại",
        "Ý kiến của bạn được chấp nhận; cơ quan phụ trách xử lý lại.",
    ),
    (
        "ReportContestRefused",
        "Phản ánh PA26-00012344: giữ nguyên kết quả",
        "Xem lý do trong ứng dụng.",
    ),
    (
        "ReportMerged",
        "Phản ánh PA26-00012344 được gộp",
        "Sự việc này đã có phản ánh trước; theo dõi tiếp trong ứng dụng.",
    ),
];

#[test]
fn each_told_event_makes_one_message_also_when_it_comes_twice() {
    run::<Notifications>(async |city| {
        for (kind, title, body) in TOLD {
            let resident = city.resident();
            let event = report_event(city, kind, resident.account());

            publish(city, &event).await;
            publish(city, &event).await;
            city.settle().await;

            let page = inbox(&resident, 10, None).await;
            assert_eq!(ids(&page).len(), 1, "{kind}");
            let message = &page["edges"][0]["node"];
            assert_eq!(
                (message["title"].as_str(), message["body"].as_str()),
                (Some(title), Some(body)),
                "{kind}"
            );
            assert_eq!(message["link"], event.body.report.to_string());
            assert_eq!(
                message["class"],
                serde_json::to_value(MessageClass::Transactional).unwrap()
            );
            assert_eq!(message["topic"], "report");
        }
    });
}

#[test]
fn a_message_tells_the_inbox_and_nothing_of_its_text() {
    run::<Notifications>(async |city| {
        let resident = city.resident();

        publish(city, &report_event(city, "ReportFiled", resident.account())).await;
        city.settle().await;

        assert_eq!(
            published(city).await,
            [("MessageAdded".to_owned(), resident.account().to_string())]
        );
    });
}

#[test]
fn a_consumer_that_died_between_reading_and_settling_leaves_one_message() {
    run::<Notifications>(async |city| {
        let (resident, redis) = (city.resident(), &city.infra().redis);
        let event = report_event(city, "ReportFiled", resident.account());
        let entry = publish(city, &event).await;
        let (stream, group) = (redis.key("city.reports"), "notifications.report-events");
        let command = async |words: &[&str]| {
            let mut command = redis::cmd(words[0]);
            command.arg(&words[1..]);
            redis.run::<redis::Value>(&command).await.expect("Redis answers");
        };
        command(&["XGROUP", "CREATE", &stream, group, "0"]).await;
        command(&["XREADGROUP", "GROUP", group, "dead", "STREAMS", &stream, ">"]).await;
        command(&["XCLAIM", &stream, group, "dead", "0", &entry, "IDLE", "3600000", "JUSTID"])
            .await; // an hour ago

        publish(city, &event).await; // and a relay repeats it
        city.settle().await;

        assert_eq!(ids(&inbox(&resident, 10, None).await).len(), 1);
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "breaks and mends the database under the consumer")]
fn a_consumer_that_fails_in_the_middle_of_its_transaction_leaves_nothing_and_then_one_message() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        publish(city, &report_event(city, "ReportFiled", resident.account())).await;
        let run = async |sql: &'static str| sqlx::query(sql).execute(city.db()).await.unwrap();
        // Its last write fails: the message and the claim have been written by then.
        run(
            "alter table notifications.outbox add constraint broken check (kind <> 'MessageAdded')",
        )
        .await;

        city.step("report-events").await.unwrap_err();
        let halfway = ids(&inbox(&resident, 10, None).await).len();
        run("alter table notifications.outbox drop constraint broken").await;
        city.settle().await;

        assert_eq!((halfway, ids(&inbox(&resident, 10, None).await).len()), (0, 1));
    });
}

#[test]
fn events_that_are_ignored_tell_nobody() {
    run::<Notifications>(async |city| {
        let resident = city.resident();

        for kind in ["ReportRated", "ReportClosed", "ReportPhotoReady", "ReportWithdrawn"] {
            publish(city, &report_event(city, kind, resident.account())).await;
        }
        city.settle().await;

        assert_eq!(ids(&inbox(&resident, 10, None).await).len(), 0);
        assert_eq!(published(city).await, []);
    });
}

#[test]
fn an_event_nobody_has_a_rule_for_is_put_aside() {
    run::<Notifications>(async |city| {
        let resident = city.resident();

        publish(city, &report_event(city, "ReportExploded", resident.account())).await;
        publish(city, &report_event(city, "ReportFiled", resident.account())).await;
        city.settle().await;

        let reasons: Vec<String> =
            sqlx::query_scalar("delete from notifications.dead_letter returning reason")
                .fetch_all(city.db())
                .await
                .unwrap();
        assert_eq!(reasons, ["it can never be applied: no rule for ReportExploded"]);
        assert_eq!(ids(&inbox(&resident, 10, None).await).len(), 1, "what follows goes on");
    });
}

#[test]
fn an_english_reader_reads_english() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        publish(city, &report_event(city, "ReportAccepted", resident.account())).await;
        city.settle().await;

        let body = serde_json::json!({ "page": { "first": 1 }, "locale": "en" });
        let page = resident.post("/internal/v1/messages", &body).await.ok();

        assert_eq!(page["edges"][0]["node"]["body"], "Answer due on 9 Mar 2026.");
    });
}
