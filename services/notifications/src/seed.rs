//! The templates that an installation starts with: `seed/notification-templates.json`.

use std::collections::BTreeMap;

use city_contracts::notifications::MessageClass;
use serde::Deserialize;
use sqlx::PgPool;

use crate::domain::{Bodies, Template, ValueType, Wording};
use crate::error::{Error, broken, fault};
use crate::store;

const FILE: &str = include_str!("../../../seed/notification-templates.json");

#[derive(Deserialize)]
struct File {
    templates: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    version: i32,
    state: State,
    class: MessageClass,
    channels: Vec<String>,
    vi: Wording,
    en: Option<Wording>,
    variables: BTreeMap<String, ValueType>,
    #[serde(rename = "source")]
    _source: serde_json::Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    Draft,
    Live,
}

/// The templates of the file, each with whether it is sent.
fn templates() -> Result<Vec<(Template, bool)>, Error> {
    let file: File =
        serde_json::from_str(FILE).map_err(|error| broken("reading the seed templates", error))?;
    let template = |row: Row| {
        let Row { code, version, state, class, channels, vi, en, variables, .. } = row;
        (
            Template { code, version, class, channels, bodies: Bodies { vi, en }, variables },
            state == State::Live,
        )
    };
    Ok(file.templates.into_iter().map(template).collect())
}

/// Adds the templates that are not there yet; how many. Idempotent: what is there stays as it is.
///
/// # Errors
/// When the database is away or refuses.
pub async fn seed(db: &PgPool) -> Result<usize, Error> {
    let mut tx = db.begin().await.map_err(fault("beginning"))?;
    let mut added = 0;
    for (template, live) in templates()? {
        if let Some(fault) = template.lint().into_iter().next() {
            return Err(broken(
                "publishing a seed template",
                format!("{}: {fault}", template.code),
            ));
        }
        added += usize::from(store::template::insert(&mut tx, &template, live).await?);
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_template_passes_the_lint() {
        let found: Vec<_> = templates()
            .unwrap()
            .iter()
            .flat_map(|(template, _)| {
                template.lint().into_iter().map(|lint| format!("{}: {lint}", template.code))
            })
            .collect();

        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn no_code_has_two_live_versions() {
        let mut live: Vec<_> = templates()
            .unwrap()
            .into_iter()
            .filter(|(_, live)| *live)
            .map(|(template, _)| template.code)
            .collect();
        let all = live.len();
        live.sort_unstable();
        live.dedup();

        assert_eq!(live.len(), all);
    }
}
