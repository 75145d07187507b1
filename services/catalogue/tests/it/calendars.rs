//! Versions of the working calendar, and the dossiers they move.

use chrono::{DateTime, Utc};
use city_auth::Scope;
use city_testkit::{Answer, Character, City, run};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::subject::Catalogue;

const VERSIONS: &str = "/admin/v1/calendars/VN-HUE/versions";

/// The seed's calendar with one more day off.
fn body_with_day_off(date: &str) -> Value {
    let mut body: Value =
        serde_json::from_str(include_str!("../../../../seed/calendar.json")).expect("JSON");
    let exceptions = body["exceptions"].as_array_mut().expect("a list");
    exceptions.push(json!({ "date": date, "kind": "DAY_OFF", "nameVi": "Nghỉ bão" }));
    body
}

fn draft(based_on: u32, date: &str) -> Value {
    json!({ "basedOn": based_on, "basis": "Công điện 1", "body": body_with_day_off(date) })
}

fn publisher(city: &City<Catalogue>) -> Character {
    city.staff().with_role("ADMIN", Scope::City)
}

async fn publish(city: &City<Catalogue>, key: &str, draft: &Value) -> Answer {
    publisher(city).post_once(&format!("{VERSIONS}?dryRun=false"), key, draft).await
}

/// A dossier of a rule of ten working days, accepted on 3 March 2026: due on the 17th.
async fn dossier(city: &City<Catalogue>, number: u128, status: i16) -> Uuid {
    let id = Uuid::from_u128(number);
    let at: DateTime<Utc> = "2026-03-03T02:00:00Z".parse().expect("an instant");
    let due: DateTime<Utc> = "2026-03-17T10:00:00Z".parse().expect("an instant");
    let (ended, stopped) = ([3, 7, 9, 10].contains(&status), [5, 6, 8].contains(&status));
    sqlx::query!(
        "insert into catalogue.dossier (id, code, actor, applicant_type, channel, status, procedure_code, procedure_edition,
             receiving_agency, competent_agency, sla, calendar_code, calendar_version, submitted_at, accepted_at, due_at,
             first_due_at, remaining, ended_at, outcome, resumable, saved_at, version, created_at, updated_at)
         select $1, $2, $1, 0, 2, $3, edition.national_code, edition.id, 'HUE-W19753', 'HUE-W19753', $4, 'VN-HUE', 1, $5, $5,
                $6, $7, $8, $9, $10, $11, $5, 1, $5, $5
         from (select id, national_code from catalogue.procedure_edition order by id limit 1) edition",
        id,
        format!("HUE-W19753-260303-{number:06}"),
        status,
        json!({ "rule": "WORKING_DAYS", "n": 10 }),
        at,
        (!stopped).then_some(due),
        due,
        stopped.then_some(9),
        ended.then_some(at),
        [9, 10].contains(&status).then_some("GRANTED"),
        (status == 8).then_some(true),
    )
    .execute(city.db())
    .await
    .expect("a dossier");
    let stop_at: DateTime<Utc> = "2026-03-04T02:00:00Z".parse().expect("an instant");
    sqlx::query!(
        "insert into catalogue.clock_segment (dossier, seq, kind, started_at, ended_at, cause_seq) values ($1, 1, 'RUN', $2, $3, 1)",
        id,
        at,
        if stopped { Some(stop_at) } else { ended.then_some(at) }
    )
    .execute(city.db())
    .await
    .expect("a clock");
    if stopped {
        sqlx::query!(
            "insert into catalogue.clock_segment (dossier, seq, kind, started_at, cause_seq) values ($1, 2, 'STOP', $2, 2)",
            id,
            stop_at
        )
        .execute(city.db())
        .await
        .expect("a stop");
    }
    id
}

async fn due_day(city: &City<Catalogue>, id: Uuid) -> Option<String> {
    let due = sqlx::query_scalar!("select due_at from catalogue.dossier where id = $1", id);
    due.fetch_one(city.db()).await.expect("it is there").map(|at| at.to_rfc3339()[..10].to_owned())
}

async fn recalculated(city: &City<Catalogue>) -> Vec<Uuid> {
    let rows = sqlx::query_scalar!(
        "select dossier from catalogue.dossier_event where kind = 'CLOCK_RECALC' order by dossier"
    );
    rows.fetch_all(city.db()).await.expect("the history is there")
}

#[test]
fn a_new_calendar_moves_open_dossiers_once_and_leaves_ended_ones() {
    run::<Catalogue>(async |city| {
        let mut open = Vec::new();
        for (number, status) in [(1, 2), (2, 4), (3, 5), (4, 6), (5, 8)] {
            open.push(dossier(city, number, status).await);
        }
        let ended = dossier(city, 6, 9).await;

        let tried =
            publisher(city).post_once(VERSIONS, "key-00000001", &draft(1, "2026-03-10")).await.ok();
        let before = due_day(city, open[0]).await;
        let done = publish(city, "key-00000001", &draft(1, "2026-03-10")).await.ok();
        city.settle().await;

        assert_eq!(
            (tried["published"].as_bool(), tried["version"].as_i64(), tried["dossiers"].as_i64()),
            (Some(false), Some(2), Some(5))
        );
        assert_eq!(
            tried["moves"],
            json!([{ "days": 1, "dossiers": 2 }]),
            "those that stand still have no due day to move"
        );
        assert_eq!(before.as_deref(), Some("2026-03-17"), "a dry run changes nothing");
        assert_eq!(done["published"], true);
        assert_eq!(due_day(city, open[0]).await.as_deref(), Some("2026-03-18"));
        assert_eq!(due_day(city, open[1]).await.as_deref(), Some("2026-03-18"));
        assert_eq!(due_day(city, open[2]).await, None);
        assert_eq!(due_day(city, ended).await.as_deref(), Some("2026-03-17"));
        assert_eq!(recalculated(city).await, open, "each once, the ended one never");
        let moved = sqlx::query_scalar!(
            "select count(*) from catalogue.outbox where kind = 'DossierDueMoved'"
        );
        assert_eq!(moved.fetch_one(city.db()).await.expect("a number"), Some(2));
        city.settle().await;
        assert_eq!(recalculated(city).await.len(), 5);
    });
}

#[test]
fn a_recalculation_killed_halfway_goes_on_and_moves_each_dossier_once() {
    run::<Catalogue>(async |city| {
        let mut all = Vec::new();
        for number in 1..=1_001 {
            all.push(dossier(city, number, 4).await);
        }
        assert!(
            publish(city, "key-00000001", &draft(1, "2026-03-10"))
                .await
                .status()
                .starts_with("200")
        );

        city.step("recalculate-dossiers").await.expect("a step of 500");
        let half = recalculated(city).await.len();
        // Another process takes over: nothing of the first one's memory is left but the tables.
        let service = city_catalogue::build(crate::subject::config(), city.infra().clone())
            .await
            .expect("it starts");
        let other = service
            .workers
            .iter()
            .find(|worker| worker.name() == "recalculate-dossiers")
            .expect("it is there")
            .clone();
        while other.step().await.expect("a step") == city_boot::Progress::Worked {}
        city.settle().await;

        assert_eq!(half, 500);
        assert_eq!(recalculated(city).await, all);
        let job =
            sqlx::query!("select seen, moved, finished_at from catalogue.calendar_recalculation");
        let job = job.fetch_one(city.db()).await.expect("one job");
        assert_eq!((job.seen, job.moved, job.finished_at.is_some()), (1_001, 1_001, true));
    });
}

#[test]
fn a_late_flag_that_no_longer_holds_is_cleared() {
    run::<Catalogue>(async |city| {
        let late = dossier(city, 1, 4).await;
        city.clock().advance(chrono::Duration::days(13)); // Tuesday 17 March, 09:00: it was due yesterday by hand
        sqlx::query!("update catalogue.dossier set due_at = '2026-03-16T10:00:00Z', late_flagged_at = '2026-03-16T11:00:00Z'")
            .execute(city.db())
            .await
            .expect("flagged");

        let draft = json!({ "basedOn": 1, "basis": "Công điện 1", "body": body_with_day_off("2026-03-20") });
        assert!(publish(city, "key-00000001", &draft).await.status().starts_with("200"));
        city.step("recalculate-dossiers").await.expect("a step");

        let row = sqlx::query!(
            "select due_at, late_flagged_at from catalogue.dossier where id = $1",
            late
        );
        let row = row.fetch_one(city.db()).await.expect("it is there");
        assert_eq!(
            (row.due_at.map(|at| at.to_rfc3339()), row.late_flagged_at),
            (Some("2026-03-17T10:00:00+00:00".into()), None)
        );
        city.settle().await;
    });
}

#[test]
fn of_two_publications_at_once_one_is_stale() {
    run::<Catalogue>(async |city| {
        let (one, other) = (draft(1, "2026-03-10"), draft(1, "2026-03-11"));

        let (one, other) = tokio::join!(
            publish(city, "key-00000001", &one),
            publish(city, "key-00000002", &other)
        );
        city.settle().await;

        let mut outcomes = [one.status(), other.status()];
        outcomes.sort();
        assert_eq!(outcomes, ["200 OK", "409 Conflict"]);
        let stale = if one.code() == "STALE" { one } else { other };
        assert_eq!(
            (stale.code(), stale.json()["details"]["version"].as_i64()),
            ("STALE".into(), Some(2))
        );
    });
}

#[test]
fn days_that_are_over_change_only_when_confirmed() {
    run::<Catalogue>(async |city| {
        let mut past = draft(1, "2026-03-02");

        let tried = publisher(city).post_once(VERSIONS, "key-00000001", &past).await.ok();
        let refused = publish(city, "key-00000002", &past).await;
        past["confirmPast"] = json!(true);
        let confirmed = publish(city, "key-00000003", &past).await;
        city.settle().await;

        assert_eq!(tried["pastDays"], json!(["2026-03-02"]));
        assert_eq!(
            (refused.code(), &refused.json()["details"]["days"]),
            ("PAST_DAYS".into(), &json!(["2026-03-02"]))
        );
        assert!(confirmed.status().starts_with("200"));
    });
}

#[test]
fn a_published_calendar_never_changes_and_is_told_whole() {
    run::<Catalogue>(async |city| {
        let publisher = publisher(city);
        let (path, draft) = (format!("{VERSIONS}?dryRun=false"), draft(1, "2026-03-10"));
        let first = publisher.post_once(&path, "key-00000001", &draft).await.ok();
        let again = publisher.post_once(&path, "key-00000001", &draft).await.ok();
        city.settle().await;

        assert_eq!(first, again, "a replay gets the first answer");
        let changed =
            sqlx::query!("update catalogue.calendar set basis = 'x'").execute(city.db()).await;
        let deleted = sqlx::query!("delete from catalogue.calendar").execute(city.db()).await;
        assert!(changed.is_err() && deleted.is_err());
        let told = sqlx::query_scalar!(
            "select body from catalogue.outbox where kind = 'CalendarPublished'"
        );
        let told = told.fetch_one(city.db()).await.expect("told once");
        assert_eq!(
            (
                told["version"].as_i64(),
                told["body"]["version"].as_i64(),
                told["body"]["week"].as_array().map(Vec::len)
            ),
            (Some(2), Some(2), Some(5))
        );
        let versions = publisher.get("/admin/v1/calendars/VN-HUE").await.ok();
        assert_eq!(versions.as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn a_calendar_that_contradicts_itself_or_comes_from_others_is_refused() {
    run::<Catalogue>(async |city| {
        let mut broken = draft(1, "2026-03-10");
        broken["body"]["week"] = json!([]);

        let refused = publish(city, "key-00000001", &broken).await;
        let skipped = publish(city, "key-00000002", &draft(7, "2026-03-10")).await;
        let stranger = city
            .officer("HUE-SXD")
            .post_once(VERSIONS, "key-00000003", &draft(1, "2026-03-10"))
            .await;

        assert_eq!(refused.fields(), ["/body"]);
        assert_eq!(skipped.code(), "STALE");
        assert_eq!(stranger.code(), "SCOPE");
    });
}
