//! What a profile refuses, and what an installation starts with.

use city_boot::{Infra, Profile};
use city_notifications::{Config, SideName, build, seed};
use city_testkit::{City, run};

use crate::subject::{Notifications, config, file_with, production_config};

async fn refusal(city: &City<Notifications>, config: Config) -> String {
    let infra = Infra { profile: Profile::Production, ..city.infra().clone() };
    build(config, infra).await.map(|_| ()).expect_err("production refuses this").to_string()
}

#[test]
fn production_does_not_start_without_a_real_channel() {
    run::<Notifications>(async |city| {
        let good = || production_config("https://sms.example/");
        let keyring_only = Config { keyring_file: good().keyring_file, ..config() };

        let none = refusal(city, keyring_only.clone()).await;
        let outbox = refusal(city, Config { sms: Some(SideName::Outbox), ..keyring_only }).await;
        let second = refusal(city, Config { sms_second: Some(SideName::Outbox), ..good() }).await;
        let plain =
            refusal(city, Config { sms_webhook_url: Some("http://sms.example/".into()), ..good() })
                .await;
        let weak =
            refusal(city, Config { sms_webhook_secret_file: Some(file_with("short")), ..good() })
                .await;
        let unsealed = refusal(city, Config { keyring_file: None, ..good() }).await;

        insta::assert_snapshot!(none, @"set NOTIFICATIONS_SMS to webhook: without a channel nobody can sign in");
        insta::assert_snapshot!(outbox, @"NOTIFICATIONS_SMS=outbox is for development; in production use webhook");
        insta::assert_snapshot!(second, @"NOTIFICATIONS_SMS_SECOND=outbox is for development; in production use webhook");
        insta::assert_snapshot!(plain, @"NOTIFICATIONS_SMS_WEBHOOK_URL must be an https URL, or http to loopback");
        insta::assert_snapshot!(weak, @"set NOTIFICATIONS_SMS_WEBHOOK_SECRET_FILE to a file with a secret of 32 characters or more");
        insta::assert_snapshot!(unsealed, @"set NOTIFICATIONS_KEYRING_FILE to this service's keyring");
    });
}

#[test]
fn seeding_again_adds_nothing() {
    run::<Notifications>(async |city| {
        assert_eq!(seed(city.db()).await.unwrap(), 0);
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "changes what no use case changes")]
fn a_text_that_was_live_cannot_be_changed() {
    run::<Notifications>(async |city| {
        let change = |state: &str| {
            let sql = format!(
                "update notifications.template set bodies = '{{\"vi\": 1}}' where state = '{state}'"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(city.db())
        };

        let live = change("LIVE").await.unwrap_err();

        assert_eq!(
            live.as_database_error().and_then(|refused| refused.constraint()),
            Some("template_frozen")
        );
        assert!(change("DRAFT").await.unwrap().rows_affected() > 0);
    });
}
