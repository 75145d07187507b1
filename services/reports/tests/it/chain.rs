//! The timeline's proof, as it is stored.

use city_ids::ReportId;
use city_reports::domain::{ChainRow, Digest, Head, Link, PublicCode, Why, verify};
use serde_json::json;

use crate::Reports;
use crate::story::{Story, taken};

/// The chain of a report as an auditor with the database would read it.
async fn read(story: &Story<'_>) -> (PublicCode, Vec<ChainRow>, Head) {
    let id = ReportId::parse(&story.id).expect("an id").as_uuid();
    let report =
        sqlx::query!("select code, head_seq, head_hash from reports.report where id = $1", id)
            .fetch_one(story.city.db())
            .await
            .expect("the report is there");
    let rows =
        sqlx::query!("select * from reports.report_event where report = $1 order by seq", id)
            .fetch_all(story.city.db())
            .await
            .expect("its timeline is there");
    let digest = |bytes: Vec<u8>| Digest(bytes.try_into().expect("32 bytes"));
    let salt = |bytes: Vec<u8>| bytes.try_into().expect("16 bytes");
    let rows = rows.into_iter().map(|row| ChainRow {
        seq: row.seq,
        at: row.at,
        meta: Some((row.meta, salt(row.meta_salt))),
        text: row.text.zip(row.text_salt.map(salt)),
        link: Link {
            meta_hash: digest(row.meta_hash),
            text_hash: row.text_hash.map(digest),
            prev_hash: digest(row.prev_hash),
            hash: digest(row.hash),
        },
    });
    let head = Head { seq: report.head_seq, hash: digest(report.head_hash) };
    (PublicCode::parse(&report.code).expect("a code"), rows.collect(), head)
}

async fn lived(city: &city_testkit::City<Reports>) -> Story<'_> {
    let story = Story::filed(city).await.accepted().await.started().await.resolved().await;
    taken(&story.contested("contest-key").await);
    story
}

#[test]
fn the_stored_chain_verifies() {
    city_testkit::run::<Reports>(async |city| {
        let story = lived(city).await;

        let (code, rows, head) = read(&story).await;

        assert_eq!(rows.len(), 5);
        assert_eq!(verify(code, &rows, head), Ok(()));
        city.settle().await;
    });
}

#[test]
fn a_changed_text_or_a_missing_row_is_found() {
    city_testkit::run::<Reports>(async |city| {
        let story = lived(city).await;
        let (code, mut rows, head) = read(&story).await;

        let mut dropped = rows.clone();
        dropped.remove(2);
        if let Some((text, _)) = &mut rows[3].text {
            text.push('!');
        }

        assert_eq!(verify(code, &rows, head).map_err(|broken| broken.why), Err(Why::Text));
        assert_eq!(verify(code, &dropped, head).map_err(|broken| broken.why), Err(Why::Sequence));
        city.settle().await;
    });
}

#[test]
fn the_database_lets_a_row_lose_actor_and_text_and_nothing_else() {
    city_testkit::run::<Reports>(async |city| {
        let story = lived(city).await;
        let db = city.db();

        let rewritten = sqlx::query!("update reports.report_event set text = 'x' where seq = 4")
            .execute(db)
            .await;
        let moved = sqlx::query!("update reports.report_event set at = at + interval '1 day'")
            .execute(db)
            .await;
        let changed = sqlx::query!("update reports.report_event set meta = '{}'").execute(db).await;
        let deleted =
            sqlx::query!("delete from reports.report_event where seq = 5").execute(db).await;
        let erased = sqlx::query!(
            "update reports.report_event set actor = null, text = null, text_salt = null"
        );
        let erased = erased.execute(db).await;

        for refused in [rewritten, moved, changed, deleted] {
            assert!(refused.is_err());
        }
        assert!(erased.is_ok());
        let (code, rows, head) = read(&story).await;
        assert!(rows.iter().all(|row| row.text.is_none()));
        assert_eq!(verify(code, &rows, head), Ok(()));
        city.settle().await;
    });
}

#[test]
fn texts_and_accounts_are_not_in_the_content_that_stays() {
    city_testkit::run::<Reports>(async |city| {
        let story = lived(city).await;

        let (_, rows, _) = read(&story).await;

        let kept = json!(
            rows.iter()
                .filter_map(|row| row.meta.as_ref().map(|(meta, _)| meta))
                .collect::<Vec<_>>()
        )
        .to_string();
        assert!(!kept.contains("Khói") && !kept.contains("acc_"));
        city.settle().await;
    });
}
