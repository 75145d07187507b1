//! What the database refuses, whoever asks: the rules hold without the service.

use city_testkit::run;
use serde_json::json;

use super::story::{Story, draft};
use crate::subject::Catalogue;

const LIVE: &str = "service = 'street-lamps' and state = 'LIVE'";

#[test]
fn no_sql_path_changes_what_is_live() {
    run::<Catalogue>(async |city| {
        let story = Story::live(city).await;
        let before = story.found(&city.resident()).await;
        let text = format!("edition = (select id from catalogue.service_edition where {LIVE})");
        let attempts = [
            format!(
                "update catalogue.service_edition set body = body || '{{\"minIdentity\": 2}}' where {LIVE}"
            ),
            format!("update catalogue.service_edition set legal_basis = '{{x}}' where {LIVE}"),
            format!("update catalogue.service_edition set demo = true where {LIVE}"),
            format!("update catalogue.service_edition set no = 7 where {LIVE}"),
            format!("update catalogue.service_edition set service = 'field-report' where {LIVE}"),
            format!("update catalogue.service_edition set editors = '{{}}' where {LIVE}"),
            format!(
                "update catalogue.service_edition set approved_by = gen_random_uuid() where {LIVE}"
            ),
            format!(
                "update catalogue.service_edition set live_at = live_at - interval '1 day' where {LIVE}"
            ),
            format!(
                "update catalogue.service_edition set state = 'DRAFT', live_at = null, approved_by = null, approved_at = null where {LIVE}"
            ),
            format!("delete from catalogue.service_edition where {LIVE}"),
            "truncate catalogue.service_edition cascade".to_owned(),
            format!("update catalogue.service_edition_text set body = 'x' where {text}"),
            format!("delete from catalogue.service_edition_text where {text}"),
            format!(
                "insert into catalogue.service_edition_text select edition, locale, field, body from catalogue.service_edition_text where {text} on conflict (edition, locale, field) do update set body = 'x'"
            ),
            "truncate catalogue.service_edition_text".to_owned(),
        ];

        for attempt in attempts {
            let refused =
                sqlx::raw_sql(sqlx::AssertSqlSafe(attempt.clone())).execute(city.db()).await;
            let refused = refused.expect_err(&attempt);
            let code =
                refused.as_database_error().and_then(|db| db.code().map(|code| code.to_string()));
            assert_eq!(code.as_deref(), Some("23001"), "{attempt}: {refused}");
        }
        assert_eq!(story.found(&city.resident()).await, before);
    });
}

#[test]
fn a_second_draft_a_second_live_edition_and_an_approving_editor_are_refused() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        story.drafted(draft("Tiếp theo")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        let copy = "insert into catalogue.service_edition (id, service, no, state, body, legal_basis, change_note, editors,
                        edited_by, edited_at, source, demo)
                    select gen_random_uuid(), service, 9, 'DRAFT', body, legal_basis, 'x', editors, edited_by, edited_at,
                        source, demo
                    from catalogue.service_edition where service = 'street-lamps' and no = 1";
        let approve = "update catalogue.service_edition set state = 'APPROVED', approved_by = edited_by, approved_at = edited_at
                       where service = 'street-lamps' and no = 2";
        let second_live = "update catalogue.service_edition set state = 'APPROVED', approved_by = gen_random_uuid(),
                               approved_at = edited_at where service = 'street-lamps' and no = 2;
                           update catalogue.service_edition set state = 'LIVE', live_at = edited_at
                           where service = 'street-lamps' and no = 2";
        let skipped = "update catalogue.service_edition set state = 'LIVE', live_at = edited_at
                       where service = 'street-lamps' and no = 2";
        let attempts = [
            (copy, "service_edition_one_open"),
            (approve, "service_edition_two_persons"),
            (second_live, "service_edition_one_live"),
            (skipped, "edition_move"),
        ];

        for (attempt, constraint) in attempts {
            let refused = sqlx::raw_sql(attempt).execute(city.db()).await.expect_err(attempt);
            let named = refused.as_database_error().and_then(|db| db.constraint());
            assert_eq!(named, Some(constraint), "{refused}");
        }
        city.settle().await;
    });
}
