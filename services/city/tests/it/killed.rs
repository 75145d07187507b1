//! A city that is killed leaves no server behind and loses nothing.

use std::time::Duration;

use sqlx::Row as _;
use tokio::time::timeout;

#[cfg(target_os = "linux")]
use crate::infra::is_running;
use crate::infra::{Folder, Infra};

/// How long a server may take to notice that its city is gone.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn what_was_written_survives_a_killed_city() {
    let folder = Folder::new("killed-data", 0o755);
    let infra = Infra::start(&folder, &[]);
    let mut db = infra.postgres().await;
    sqlx::raw_sql("create table kept (word text); insert into kept values ('Huế')")
        .execute(&mut db)
        .await
        .unwrap();
    redis::cmd("SET").arg("kept").arg("Huế").exec(&mut infra.redis()).unwrap();

    infra.kill();
    let again = Infra::start(&folder, &[]);

    let row = sqlx::raw_sql("select word from kept")
        .fetch_one(&mut again.postgres().await)
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>("word"), "Huế");
    let word: String = redis::cmd("GET").arg("kept").query(&mut again.redis()).unwrap();
    assert_eq!(word, "Huế");
    assert!(again.stop().0.success());
}

#[tokio::test]
async fn a_killed_city_leaves_no_server_behind() {
    let folder = Folder::new("killed-servers", 0o755);
    let infra = Infra::start(&folder, &[]);
    let (mut db, mut redis) = (infra.postgres().await, infra.redis());
    redis.set_read_timeout(Some(SOON)).unwrap();

    // Only the end of the server cuts these short.
    let (postgres, ()) =
        tokio::join!(timeout(SOON, sqlx::raw_sql("select pg_sleep(60)").execute(&mut db)), async {
            infra.kill();
        });
    let redis = redis::cmd("BLPOP").arg("nothing").arg(60).exec(&mut redis).unwrap_err();

    postgres.expect("PostgreSQL ends soon").unwrap_err();
    assert!(!redis.is_timeout(), "Redis still runs");
}

#[cfg(target_os = "linux")]
#[test]
fn a_restart_waits_for_the_servers_of_the_killed_city_to_be_gone() {
    let folder = Folder::new("killed-gone", 0o755);
    let infra = Infra::start(&folder, &[]);
    let servers = infra.servers();
    assert_eq!(servers.len(), 2, "PostgreSQL and Redis are children of the city");

    infra.kill();
    let again = Infra::start(&folder, &[]);

    assert!(!servers.into_iter().any(is_running));
    assert!(again.stop().0.success());
}

#[test]
fn addresses_and_passwords_stay_the_same_after_a_restart() {
    let folder = Folder::new("killed-addresses", 0o755);
    let infra = Infra::start(&folder, &[]);
    let access = infra.access.clone();

    assert!(infra.stop().0.success());
    let again = Infra::start(&folder, &[]);

    assert_eq!(again.access, access);
    assert!(again.stop().0.success());
}

#[test]
fn a_server_that_ends_by_itself_ends_the_command_with_its_name() {
    let folder = Folder::new("killed-redis", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);
    let data = folder.data();

    redis::cmd("SHUTDOWN").arg("NOSAVE").exec(&mut infra.redis()).unwrap_err();

    let (status, said) = infra.ended();
    assert!(!status.success());
    assert!(said.contains("Redis ended by itself"), "{said}");
    assert!(
        !data.join("postgres").exists(),
        "the other servers were stopped and their throwaway data deleted"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_stale_process_id_that_a_stranger_has_by_now_harms_neither() {
    let (folder, strangers) =
        (Folder::new("killed-stale", 0o755), Folder::new("killed-stranger", 0o755));
    let stranger = Infra::start(&strangers, &["--throwaway"]);
    let infra = Infra::start(&folder, &[]);
    let pid_file = folder.data().join("postgres/cluster/postmaster.pid");
    let left_behind = std::fs::read_to_string(&pid_file).unwrap();
    assert!(infra.stop().0.success());
    // As after a reboot: the number in the stale file belongs to another process of the same account.
    let (_, rest) = left_behind.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", stranger.servers()[0])).unwrap();

    let again = Infra::start(&folder, &[]);

    for infra in [again, stranger] {
        let row =
            sqlx::raw_sql("select 1 as one").fetch_one(&mut infra.postgres().await).await.unwrap();
        assert_eq!(row.get::<i32, _>("one"), 1);
        assert!(infra.stop().0.success());
    }
}

#[tokio::test]
async fn a_data_folder_behind_a_closed_door_works() {
    let folder = Folder::new("killed-door", 0o700); // the account of the servers cannot pass here when the city is root
    let infra = Infra::start(&folder, &[]);
    let mut db = infra.postgres().await;
    sqlx::raw_sql("create table kept (word text)").execute(&mut db).await.unwrap();

    infra.kill();
    let again = Infra::start(&folder, &[]);

    sqlx::raw_sql("insert into kept values ('Huế')")
        .execute(&mut again.postgres().await)
        .await
        .unwrap();
    assert!(again.stop().0.success());
}
