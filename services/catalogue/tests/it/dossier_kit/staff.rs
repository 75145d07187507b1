//! Staff, and what they do to a dossier that was sent.

use city_auth::Scope;
use city_testkit::{Answer, Character, City, Subject};
use serde_json::{Value, json};

use super::{run_sql, sent, value};

pub fn clerk<S: Subject>(city: &City<S>) -> Character {
    city.staff().with_role("COUNTER", Scope::City)
}

pub fn officer<S: Subject>(city: &City<S>) -> Character {
    city.staff().with_role("OFFICER", Scope::City)
}

/// Staff act on a dossier at its present version.
pub async fn act<S: Subject>(
    city: &City<S>,
    who: &Character,
    id: &str,
    action: &str,
    more: &Value,
) -> Answer {
    let bare = id.trim_start_matches("dos_");
    let version = value(
        city.db(),
        &format!("select version::text from catalogue.dossier where id = '{bare}'"),
    )
    .await;
    let mut input = json!({ "version": version.parse::<i64>().expect("a version is a number") });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    let key = format!("{action}-{version}-{bare}");
    who.post_once(&format!("/admin/v1/dossiers/{id}/{action}"), &key, &input).await
}

/// Payments says that the intake bill was paid.
pub async fn pay<S: Subject>(city: &City<S>, id: &str) {
    let bare = id.trim_start_matches("dos_");
    run_sql(
        city.db(),
        format!("update catalogue.dossier_bill set state = 'PAID', settled_at = '2026-03-04T02:00:00Z' where dossier = '{bare}'"),
    )
    .await;
}

/// A dossier that an officer works on.
pub async fn in_work<S: Subject>(city: &City<S>, who: &Character, key: &str) -> String {
    let dossier = sent(who, key).await;
    let id = dossier["id"].as_str().expect("a dossier has an id").to_owned();
    pay(city, &id).await;
    let _accepted = act(city, &clerk(city), &id, "accept", &json!({})).await.ok();
    let _started = act(city, &officer(city), &id, "start", &json!({})).await.ok();
    id
}
