//! Answers, phones, identity numbers and names of files are in no column, event, error or log line.

use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex};

use city_testkit::run;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::dossier_kit::{
    Dossiers, Held, IDENTITY, LAST4, NAME, PHONE, act, answers, ask, attach, in_work, look,
    officer, pdf, run_sql, value,
};

/// Everything that was logged by this test binary.
static LOGGED: LazyLock<Mutex<String>> = LazyLock::new(Mutex::default);

/// Keeps every field of every span and event, down to what is logged for debugging.
struct Everything;

struct Writing<'a>(&'a mut String);

impl Visit for Writing<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{field}={value:?} ").expect("writing into a String cannot fail");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        of.level() <= &Level::DEBUG
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Writing(&mut LOGGED.lock().expect("nobody died writing")));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Writing(&mut LOGGED.lock().expect("nobody died writing")));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut logged = LOGGED.lock().expect("nobody died writing");
        event.record(&mut Writing(&mut logged));
        logged.push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Every row of every table of the schema, as text; bytes also as the text they may be.
const EVERYTHING: &str = "
    select coalesce(string_agg(rows::text, chr(10)), '') from (
        select query_to_xml(format('select to_jsonb(t) as r from catalogue.%I t', table_name), true, true, '') as rows
        from information_schema.tables where table_schema = 'catalogue') all_rows";

/// The forms in which a text could have slipped through: as it is, as hex, as JSON escapes, as base64 of a part.
fn forms(secret: &str) -> Vec<String> {
    let hex = hex::encode(secret);
    let escaped = secret.escape_unicode().to_string();
    vec![secret.to_owned(), hex.to_uppercase(), hex, escaped]
}

#[test]
fn what_people_wrote_is_in_no_column_event_error_or_log_line() {
    tracing::subscriber::set_global_default(Everything).unwrap_or(()); // another test of this binary was first: the same
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let mut errors = String::new();
        let id = in_work(city, &resident, "one").await;
        let asked = json!({ "deadline": "2026-03-20", "items": [{ "target": "paper", "reason": "unreadable" }] });
        let _asked = act(city, &officer(city), &id, "ask", &asked).await.ok();
        city.clock().advance(chrono::Duration::minutes(1));
        let held = Held::of(&look(&resident, &id).await);
        let held = attach(&resident, &held, "paper-02", "paper", &pdf("clear")).await;
        // Refusals of all kinds, each with secrets in the request.
        let draft = crate::dossier_kit::create(&resident, "draft-02").await;
        let mut wrong = answers();
        wrong["identityNumber"] = json!(format!("{IDENTITY}9"));
        for (route, input) in [
            (
                "save-dossier",
                draft.with(
                    "wrong-01",
                    &json!({ "answers": [NAME], "contact": { "phone": format!("{PHONE}99") } }),
                ),
            ),
            ("save-dossier", held.with("wrong-02", &json!({ "answers": answers() }))),
            (
                "supplement-dossier",
                held.with("wrong-03", &json!({ "answers": wrong, "note": NAME })),
            ),
            ("save-dossier", json!({ "idempotencyKey": "wrong-04", "id": NAME, "version": PHONE })),
        ] {
            let answer = ask(&resident, route, &input).await;
            assert!(!answer.status().starts_with('2'), "{route}");
            errors += &String::from_utf8_lossy(answer.bytes());
        }
        let mut noted = answers();
        noted["note"] = json!(format!("gọi {PHONE}, {IDENTITY}"));
        let _sent = ask(
            &resident,
            "supplement-dossier",
            &held.with("more-001", &json!({ "answers": noted, "note": NAME })),
        )
        .await
        .ok();
        city.settle().await;

        let stored = value(city.db(), EVERYTHING).await;
        let logged = LOGGED.lock().expect("nobody died writing").clone();

        assert!(stored.contains("DossierSupplemented"), "the dump has the outbox");
        assert!(logged.contains("catalogue"), "something was logged");
        for secret in
            [NAME, "Kín Đáo", IDENTITY, PHONE, "905123987", "kin.dao@example.vn", "giấy của"]
        {
            for form in forms(secret) {
                assert!(!stored.contains(&form), "{secret} is in a column as {form}");
                assert!(!logged.contains(&form), "{secret} is in the log as {form}");
                assert!(!errors.contains(&form), "{secret} is in an error as {form}");
            }
        }
        assert_eq!(look(&resident, &id).await["answers"], noted, "its applicant reads it");
        let digits = format!("\"{LAST4}\"");
        assert!(!stored.contains(&digits) && !logged.contains(&digits));
    });
}

#[test]
fn a_dropped_key_erases_what_it_sealed_and_nothing_else() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let id = in_work(city, &resident, "one").await;
        let bare = id.trim_start_matches("dos_");

        run_sql(
            city.db(),
            format!("update catalogue.dossier set wrapped_key = null where id = '{bare}'"),
        )
        .await;

        let view = look(&resident, &id).await;
        assert_eq!(
            (&view["answers"], &view["contact"]["phone"]),
            (&json!({}), &serde_json::Value::Null)
        );
        assert_eq!(
            (&view["status"], &view["components"][0]["file"]["fileName"]),
            (&json!("PROCESSING"), &serde_json::Value::Null)
        );
        city.settle().await;
    });
}

#[test]
fn a_key_of_another_dossier_opens_nothing() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let one = in_work(city, &resident, "one").await;
        let two = in_work(city, &resident, "two").await;
        let (one, two) = (one.trim_start_matches("dos_").to_owned(), two);
        let bare = two.trim_start_matches("dos_");

        let swap = format!(
            "update catalogue.dossier set (sealed, wrapped_key) = (select sealed, wrapped_key from catalogue.dossier where id = '{one}')
             where id = '{bare}'"
        );
        run_sql(city.db(), swap).await;

        let answer = ask(&resident, "dossier", &json!({ "id": two })).await;
        assert_eq!(
            (answer.status(), answer.code()),
            ("500 Internal Server Error".into(), "INTERNAL".into())
        );
        city.settle().await;
    });
}
