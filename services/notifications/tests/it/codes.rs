//! Codes go out at once, once a key, and leave nothing behind.

use city_ids::ServiceName;
use city_testkit::{City, Subject, run};
use serde_json::{Value, json};

use crate::subject::Notifications;

const PATH: &str = "/internal/v1/messages/now";

fn code(key: &str) -> Value {
    let variables = json!({ "otp": "271828" });
    json!({ "key": key, "template": "account.code", "phone": "+84901234567", "locale": "vi", "variables": variables })
}

async fn kept<S: Subject>(city: &City<S>, to: &str) -> Value {
    city.service(ServiceName::Gateway)
        .post("/internal/v1/dev/outbox", &json!({ "to": to }))
        .await
        .ok()
}

#[test]
fn a_code_is_handed_over_once_for_its_key() {
    run::<Notifications>(async |city| {
        let accounts = city.service(ServiceName::Accounts);

        let first = accounts.post(PATH, &code("send-0001")).await.ok();
        let again = accounts.post(PATH, &code("send-0001")).await.ok();

        assert_eq!([&first, &again], [&json!({ "outcome": "HANDED" }); 2]);
        let kept = kept(city, "+84901234567").await;
        assert_eq!(kept.as_array().unwrap().len(), 1);
        assert_eq!(kept[0]["text"], "Ma xac thuc: 271828. Khong dua ma cho ai.");
        assert_eq!(
            (&kept[0]["channel"], &kept[0]["template"]),
            (&json!("SMS"), &json!("account.code"))
        );
    });
}

#[test]
fn two_sends_with_one_key_at_once_hand_over_one_code() {
    run::<Notifications>(async |city| {
        let accounts = city.service(ServiceName::Accounts);
        let command = code("send-0001");

        let answers = tokio::join!(accounts.post(PATH, &command), accounts.post(PATH, &command));

        assert_eq!([answers.0.status(), answers.1.status()], ["200 OK", "200 OK"]);
        assert_eq!(kept(city, "+84901234567").await.as_array().unwrap().len(), 1);
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "looks into every table for what must not be there")]
fn after_the_hand_over_the_code_and_the_number_are_in_no_table() {
    run::<Notifications>(async |city| {
        drop(city.service(ServiceName::Accounts).post(PATH, &code("send-0001")).await.ok());
        sqlx::query("delete from notifications.dev_outbox").execute(city.db()).await.unwrap(); // stands for the phone

        let tables: Vec<String> =
            sqlx::query_scalar("select table_name::text from information_schema.tables where table_schema = 'notifications'")
                .fetch_all(city.db())
                .await
                .unwrap();
        for table in &tables {
            let rows = format!(
                "select coalesce(string_agg(r::text, ' '), '') from notifications.{table} r"
            );
            let rows: String =
                sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(city.db()).await.unwrap();
            assert!(!rows.contains("271828") && !rows.contains("901234567"), "{table}");
        }
        let sealed: i64 =
            sqlx::query_scalar("select count(*) from notifications.delivery where sealed is not null or handed_at is null")
                .fetch_one(city.db())
                .await
                .unwrap();
        assert!(tables.len() >= 8);
        assert_eq!(sealed, 0);
    });
}

#[test]
fn one_key_for_another_template_is_a_conflict() {
    run::<Notifications>(async |city| {
        let accounts = city.service(ServiceName::Accounts);
        drop(accounts.post(PATH, &code("send-0001")).await.ok());
        let mut other = code("send-0001");
        other["template"] = json!("account.assisted-code");

        let answer = accounts.post(PATH, &other).await;

        assert_eq!(answer.code(), "KEY_REUSED");
    });
}

#[test]
fn all_faults_of_a_send_are_found_at_once() {
    run::<Notifications>(async |city| {
        let accounts = city.service(ServiceName::Accounts);
        let bad = json!({ "key": "short", "template": "account.code", "phone": "0901234567", "locale": "vi",
            "variables": { "name": "An" } });
        let not_security = json!({ "key": "send-0001", "template": "report.filed", "phone": "+84901234567", "locale": "vi", "variables": {} });

        assert_eq!(
            accounts.post(PATH, &bad).await.fields(),
            ["/key", "/phone", "/variables/otp", "/variables"]
        );
        assert_eq!(accounts.post(PATH, &not_security).await.fields(), ["/template"]);
    });
}

#[test]
fn only_accounts_sends_codes() {
    run::<Notifications>(async |city| {
        for character in [city.resident(), city.admin(), city.service(ServiceName::Reports)] {
            assert_eq!(character.post(PATH, &code("send-0001")).await.status(), "403 Forbidden");
        }
    });
}
