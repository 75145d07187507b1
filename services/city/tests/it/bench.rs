//! What `city bench payments` asserts and judges around each round.

use city_city::bench::payments::books::{Books, chained, connect_safely, last_batch};
use city_city::start::migrate;
use secrecy::SecretString;
use sqlx::PgConnection;

use crate::infra::{Folder, Infra};

fn url(infra: &Infra) -> SecretString {
    let url = infra.access["postgres_url"].as_str().expect("the line names PostgreSQL");
    url.to_owned().into()
}

async fn set(infra: &Infra, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&mut infra.postgres().await).await.expect("it is set");
}

/// Three batches in a chain, of two accounts.
async fn books(infra: &Infra) -> PgConnection {
    migrate(&url(infra)).await.expect("the migrations apply");
    forge(
        infra,
        "insert into payments.ledger_account (id, ext, class, flags, debits_posted, credits_posted) overriding system value
             values (1000001, md5('a')::uuid, 10, 2, 70, 0), (1000002, md5('b')::uuid, 20, 1, 0, 70);
         insert into payments.ledger_batch (n, epoch, first_seq, transfers, rejections, commands, rules, prev, root, hash, kid,
                                            sig, at)
             select n, 1, n, 1, 0, 0, 0, case n when 1 then zeros else sha256((n - 1)::text::bytea) end, zeros,
                    sha256(n::text::bytea), 'test', zeros || zeros, now()
             from generate_series(1, 3) n, (select decode(repeat('00', 32), 'hex') as zeros) none;
         update payments.ledger_writer set last_batch = 3, last_hash = sha256('3'::bytea)",
    )
    .await;
    infra.postgres().await
}

/// Writes what the triggers refuse to everybody.
async fn forge(infra: &Infra, sql: &'static str) {
    let forged = format!("set session_replication_role = replica; {sql}"); // no trigger is asked
    let forged = sqlx::raw_sql(sqlx::AssertSqlSafe(forged));
    forged.execute(&mut infra.postgres().await).await.expect("it is forged");
}

#[tokio::test]
async fn a_server_without_fsync_is_not_measured() {
    let folder = Folder::new("bench-fsync", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);

    let refused = connect_safely(&url(&infra)).await.unwrap_err().to_string();

    assert!(refused.starts_with("the server has fsync=off;"), "{refused}");
    assert!(infra.stop().0.success());
}

#[tokio::test]
async fn a_database_whose_commits_do_not_wait_for_the_disk_is_not_measured() {
    let folder = Folder::new("bench-commit", 0o755);
    let infra = Infra::start(&folder, &[]);
    drop(connect_safely(&url(&infra)).await.unwrap());

    // As somebody might make the baselines alone faster, or slower: the ledger's connection is open already.
    set(&infra, "alter database city set synchronous_commit = off").await;
    let refused = connect_safely(&url(&infra)).await.unwrap_err().to_string();
    set(&infra, "alter database city reset synchronous_commit").await;

    assert!(refused.starts_with("the server has synchronous_commit=off;"), "{refused}");
    drop(connect_safely(&url(&infra)).await.unwrap());
    assert!(infra.stop().0.success());
}

#[tokio::test]
async fn a_round_whose_balances_do_not_agree_is_refused() {
    let folder = Folder::new("bench-sums", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);
    let mut db = books(&infra).await;
    Books::Ledger.agree(&mut db).await.unwrap();

    let lost = "update payments.ledger_account set credits_posted = 69 where id = 1000002";
    forge(&infra, lost).await;
    let wrong = Books::Ledger.agree(&mut db).await.unwrap_err().to_string();

    assert!(wrong.contains("payments do not agree: -1 dong"), "{wrong}");
    drop(db);
    assert!(infra.stop().0.success());
}

#[tokio::test]
async fn a_round_whose_batches_are_no_chain_is_refused() {
    let folder = Folder::new("bench-chain", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);
    let mut db = books(&infra).await;
    assert_eq!(last_batch(&mut db).await.unwrap(), 3);
    assert_eq!(chained(&mut db, 0).await.unwrap(), 3);

    for (forged, from, breaks_at) in [
        ("update payments.ledger_writer set last_hash = sha256('4'::bytea)", 2, 3),
        ("update payments.ledger_batch set hash = sha256('x'::bytea) where n = 1", 1, 2),
        ("delete from payments.ledger_batch where n = 1", 0, 1),
    ] {
        forge(&infra, forged).await;
        let wrong = chained(&mut db, from).await.unwrap_err().to_string();
        assert_eq!(wrong, format!("the chain of batches breaks at {breaks_at}"));
    }
    drop(db);
    assert!(infra.stop().0.success());
}
