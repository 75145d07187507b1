//! The work list and the figures.

use city_auth::Scope;
use city_catalogue::seed_demo;
use city_clock::Clock as _;
use serde_json::{Value, json};

use super::world::{self, COMPETENT, ELSEWHERE, Plan, RECEIVING, at, dossier};
use crate::subject::Catalogue;

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items").iter();
    items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn the_work_list_pages_by_due_date_and_shows_those_without_one_last() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer) = (world::clerk(city), world::officer(city));
        let mut expected = Vec::new();
        for n in [9, 3, 6] {
            let rule = json!({ "rule": "WORKING_DAYS", "n": n });
            let mut case = dossier(city, Plan { rule, ..Plan::default() }).await;
            case.act(&clerk, "accept", json!({})).await.ok();
            expected.push((n, case.id.to_string()));
        }
        expected.sort_unstable();
        let stopped = dossier(city, Plan { status: 5, ..Plan::default() }).await;
        expected.push((0, stopped.id.to_string()));
        dossier(city, Plan { status: 7, ..Plan::default() }).await;

        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = officer
                .get(&format!("/admin/v1/dossiers?agency={COMPETENT}&first=2{after}"))
                .await
                .ok();
            seen.extend(ids(&page));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }

        assert_eq!(seen, expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
        let asked =
            officer.get(&format!("/admin/v1/dossiers?agency={COMPETENT}&status=5")).await.ok();
        assert_eq!(ids(&asked), [stopped.id.to_string()]);
        let mine =
            officer.get(&format!("/admin/v1/dossiers?agency={COMPETENT}&assignee=me")).await.ok();
        assert!(ids(&mine).is_empty());
        let intake = clerk.get("/admin/v1/dossiers?side=receiving").await.ok();
        assert_eq!(ids(&intake).len(), 4, "the only agency of the clerk is meant");
        city.settle().await;
    });
}

#[test]
fn the_work_list_is_one_agencys_and_only_for_its_staff() {
    city_testkit::run::<Catalogue>(async |city| {
        let case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        let stranger = city.officer(ELSEWHERE);
        let code =
            case.read(&world::officer(city)).await["code"].as_str().expect("a code").to_owned();

        let foreign = stranger.get(&format!("/admin/v1/dossiers?agency={COMPETENT}")).await;
        let unnamed =
            city.staff().with_role("OFFICER", Scope::City).get("/admin/v1/dossiers").await;
        let odd =
            stranger.get("/admin/v1/dossiers?first=0&side=x&status=9&after=z&assignee=you").await;
        let guessed = stranger.get(&format!("/admin/v1/dossiers?code={code}")).await.ok();
        let own = world::clerk(city).get(&format!("/admin/v1/dossiers?code={code}")).await.ok();

        assert_eq!(foreign.code(), "SCOPE");
        assert_eq!(unnamed.fields(), ["/agency"]);
        assert_eq!(odd.fields(), ["/side", "/first", "/status", "/assignee", "/after", "/agency"]);
        assert!(ids(&guessed).is_empty());
        assert_eq!(ids(&own), [case.id.to_string()]);
        assert_ne!(RECEIVING, COMPETENT);
    });
}

#[test]
fn the_work_list_is_read_by_index_without_a_sort() {
    city_testkit::run::<Catalogue>(async |city| {
        dossier(city, Plan { status: 4, ..Plan::default() }).await;
        world::tamper(
            city,
            "insert into catalogue.dossier (id, code, actor, applicant_type, channel, status, procedure_code,
                 procedure_edition, receiving_agency, competent_agency, sla, calendar_code, calendar_version, submitted_at,
                 accepted_at, due_at, first_due_at, saved_at, version, created_at, updated_at)
             select gen_random_uuid(), 'BULK-' || n, d.actor, 0, 2, 4, d.procedure_code, d.procedure_edition,
                 d.receiving_agency, case when n % 5 = 0 then d.competent_agency else 'HUE-W' || n % 40 end, d.sla,
                 d.calendar_code, 1, d.submitted_at, d.accepted_at, d.due_at + n * interval '1 minute', d.due_at,
                 d.saved_at, 1, d.created_at, d.updated_at
             from catalogue.dossier d, generate_series(1, 20000) n;
             analyze catalogue.dossier",
        )
        .await;

        let plan = world::words(
            city,
            "explain (costs off) select id from catalogue.dossier
             where competent_agency = 'HUE-W19867' and ended_at is null and status <> 0
               and due_at is not null and (due_at, id) > ('-infinity'::timestamptz, '00000000-0000-0000-0000-000000000000'::uuid)
             order by due_at, id limit 51",
        )
        .await
        .join("\n");

        assert!(plan.contains("dossier_work"), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
        let page =
            world::officer(city).get(&format!("/admin/v1/dossiers?agency={COMPETENT}")).await.ok();
        assert_eq!(ids(&page).len(), 50);
        world::tamper(city, "delete from catalogue.dossier where code like 'BULK-%'").await;
    });
}

#[test]
fn the_demo_shows_the_figures_of_the_press() {
    city_testkit::run::<Catalogue>(async |city| {
        let now = city.clock().now();
        let first = seed_demo(city.db(), now).await.expect("the demo fits");
        let again = seed_demo(city.db(), now).await.expect("the demo fits");
        let boss = city.staff().with_role("LEAD", Scope::City);
        let path = "/admin/v1/dossiers/stats?from=2025-07-01&to=2025-07-01&by=";

        let wards = boss.get(&format!("{path}ward")).await.ok();
        let agencies = boss.get(&format!("{path}agency")).await.ok();
        let days = boss.get(&format!("{path}day")).await.ok();
        let own = city.staff().with_role("LEAD", Scope::Agency("HUE-W19867".to_owned()));
        let own = own.get(&format!("{path}ward")).await.ok();
        let wrong =
            boss.get("/admin/v1/dossiers/stats?from=2026-01-01&to=2025-01-01&by=name").await;

        assert_eq!((first, again), (526, 0));
        let figures = |rows: &Value, key: &str| {
            let rows = rows["rows"].as_array().expect("rows").clone();
            let row = rows.into_iter().find(|row| row["key"] == key).expect("the key is there");
            (row["received"].clone(), row["resolved"].clone())
        };
        for answer in [&wards, &agencies, &days] {
            assert_eq!(
                (&answer["total"]["received"], &answer["total"]["resolved"]),
                (&json!(526), &json!(126))
            );
        }
        assert_eq!(figures(&wards, "19867").0, 83);
        assert_eq!(figures(&wards, "19804"), (json!(12), json!(11)));
        assert_eq!(figures(&wards, "19858"), (json!(12), json!(11)));
        assert_eq!(wards["rows"].as_array().expect("rows").len(), 40);
        assert_eq!(own["total"]["received"], 83);
        assert_eq!(wrong.fields(), ["/by", "/to"]);
        city.settle().await;
        assert!(world::published(city).await.is_empty(), "a demo tells nobody anything");
        let broken = "select count(*) from catalogue.dossier_event where octet_length(hash) <> 32";
        assert_eq!(world::number(city, broken).await, 0);
        at(city, "2026-03-05T09:00:00");
    });
}
