//! Late once, warned once; an apology moves nothing.

use serde_json::json;

use super::world::{self, Plan, at, dossier, published};
use crate::subject::Catalogue;

#[test]
fn a_dossier_is_warned_about_one_working_day_before_and_flagged_late_once() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer) = (world::clerk(city), world::officer(city));
        at(city, "2026-03-02T09:00:00");
        let rule = json!({ "rule": "WORKING_DAYS", "n": 4 });
        let mut case = dossier(city, Plan { rule, ..Plan::default() }).await;
        case.act(&clerk, "accept", json!({})).await.ok();
        let told = async || {
            city.settle().await;
            city.settle().await;
            let kinds = published(city).await;
            let count = |name: &str| kinds.iter().filter(|kind| *kind == name).count();
            (count("DossierDueSoon"), count("DossierLate"))
        };

        at(city, "2026-03-04T09:00:00");
        let early = told().await;
        at(city, "2026-03-05T09:00:00");
        let soon = told().await;
        at(city, "2026-03-06T17:00:00");
        let on_time = told().await;
        at(city, "2026-03-06T17:00:01");
        let late = told().await;
        at(city, "2026-03-12T09:00:00");
        let later = told().await;

        assert_eq!([early, soon, on_time, late, later], [(0, 0), (1, 0), (1, 0), (1, 1), (1, 1)]);
        let view = case.read(&officer).await;
        assert_eq!((&view["late"], &view["daysLeft"]), (&json!(true), &json!(-4)));
    });
}

#[test]
fn an_apology_promises_a_day_and_moves_no_due_date() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let mut case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        let before = case.read(&officer).await;

        let sorry = json!({ "promisedOn": "2026-03-20", "note": "Chờ kết quả đo đạc" });
        case.act(&officer, "apologise", sorry).await.ok();

        let after = case.read(&officer).await;
        assert_eq!(after["promisedOn"], "2026-03-20");
        assert_eq!(
            (&after["dueAt"], &after["firstDueAt"]),
            (&before["dueAt"], &before["firstDueAt"])
        );
        assert!(published(city).await.contains(&"DossierApologised".to_owned()));
        city.settle().await;
    });
}
