//! Throwaway servers start empty and leave nothing.

use sqlx::Row as _;

use crate::infra::{Folder, Infra};

#[test]
fn throwaway_servers_leave_no_data_when_they_stop() {
    let folder = Folder::new("throwaway-stop", 0o755);

    assert!(Infra::start(&folder, &["--throwaway"]).stop().0.success());

    for server in ["postgres", "redis", "s3"] {
        assert!(!folder.data().join(server).exists(), "{server} is still there");
    }
}

#[tokio::test]
async fn throwaway_servers_start_empty_after_a_kill() {
    let folder = Folder::new("throwaway-kill", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);
    sqlx::raw_sql("create table gone (word text)")
        .execute(&mut infra.postgres().await)
        .await
        .unwrap();

    infra.kill();
    let again = Infra::start(&folder, &["--throwaway"]);

    let found = sqlx::raw_sql("select count(*) as found from pg_tables where tablename = 'gone'");
    assert_eq!(
        found.fetch_one(&mut again.postgres().await).await.unwrap().get::<i64, _>("found"),
        0
    );
    assert!(again.stop().0.success());
}

#[tokio::test]
async fn only_lasting_data_waits_for_the_disk() {
    let fast = Folder::new("throwaway-fast", 0o755);
    let safe = Folder::new("throwaway-safe", 0o755);
    let infras = [Infra::start(&fast, &["--throwaway"]), Infra::start(&safe, &[])];

    let mut fsync = Vec::new();
    for infra in &infras {
        let row = sqlx::raw_sql("show fsync").fetch_one(&mut infra.postgres().await).await.unwrap();
        fsync.push(row.get::<String, _>(0));
    }

    assert_eq!(fsync, ["off", "on"]);
    assert!(infras.into_iter().all(|infra| infra.stop().0.success()));
}
