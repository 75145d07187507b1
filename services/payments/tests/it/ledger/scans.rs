//! A city of a million accounts.

use city_clock::Clock as _;
use city_payments::ledger::{
    AccountNo, Action, Claim, Command, Count, Decision, Leg, Posting, Purpose, flags,
};
use city_testkit::{City, run};
use sqlx::{Executor as _, PgConnection};

use super::sequencing::{Scene, another, code, futures_join, new_id, one, pay};
use crate::subject::Books;

const ACCOUNTS: i64 = 1_000_000;

async fn fill(db: &mut PgConnection) {
    let accounts = format!(
        "insert into payments.ledger_account (ext, class, flags)
         select md5(n::text)::uuid, 20, 1 from generate_series(1, {ACCOUNTS}) n"
    );
    db.execute("set statement_timeout = '2min'").await.expect("a longer patience");
    db.execute(sqlx::AssertSqlSafe(accounts)).await.expect("a million accounts");
    db.execute("analyze payments.ledger_account").await.expect("they are counted");
}

/// Scans of whole tables of the ledger so far; the writer's table has one row and needs no index.
const SCANS: &str = "select coalesce(sum(seq_scan), 0) from pg_stat_user_tables
                     where relname like 'ledger_%' and relname <> 'ledger_writer'";

/// A backend reports its scans at the latest when it ends.
async fn until_reported(city: &City<Books>) {
    let here = "select count(*) from pg_stat_activity
                where application_name = 'city-payments-ledger' and datname = current_database()";
    while one(city, here).await > 0 {}
}

#[test]
fn no_table_is_scanned_whole_with_a_million_accounts() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap().detach();
        fill(&mut db).await;
        // The first leadership makes the months, and builds their indexes by scans of what is empty.
        let Scene { ledger, payer, payee, .. } = Scene::of(city, 100_000).await;
        drop(ledger);
        until_reported(city).await;
        let ledger = another(city);
        let before = one(city, SCANS).await;

        let key = new_id(city);
        let spread = (1..=200).map(|n| pay(new_id(city), payer, AccountNo(n * 4_999), 10));
        let answers = futures_join(spread.map(|posting| ledger.post(posting))).await;
        assert!(answers.iter().all(|answer| code(answer).is_none()));
        let hold = new_id(city);
        let expires_at = city.clock().now() + chrono::Duration::days(7);
        let leg = |action| vec![Leg { action, purpose: Purpose::Goods, reference: None }];
        for posting in [
            Posting {
                legs: leg(Action::Hold { dr: payer, cr: payee, amount: 50, expires_at }),
                counts: vec![Count { key, win: 1, add: 50, cap: None }],
                claims: vec![Claim { subject: new_id(city), outcome: 1 }],
                ..pay(hold, payer, payee, 1)
            },
            Posting {
                legs: leg(Action::Capture { hold, amount: 20 }),
                ..pay(new_id(city), payer, payee, 1)
            },
            pay(new_id(city), payee, payer, 1_000_000),
        ] {
            ledger.post(posting).await.unwrap();
        }
        let decision = Decision::SetFlags {
            account: AccountNo(77),
            flags: flags::DEBITS_COVERED | 4,
            only_from: None,
        };
        let command = Command {
            id: new_id(city),
            decision,
            actor: key,
            reason: "lost".into(),
            events: Vec::new(),
        };
        ledger.command(command).await.unwrap();

        drop(ledger);
        until_reported(city).await;
        let indexed =
            "select sum(idx_scan) from pg_stat_user_tables where relname = 'ledger_account'";
        while one(city, indexed).await < 200 {} // the report itself may lag a moment behind
        // The wallets are added up once, when the leadership begins; no batch looks at all of them.
        assert_eq!(one(city, SCANS).await - before, 1);
        let legs = one(city, "select count(*) from payments.ledger_transfer").await;
        assert_eq!(legs, 203);
        let mut counted = one(city, SCANS).await;
        while counted == before {
            counted = one(city, SCANS).await; // the count of legs was a scan, so scans are seen
        }
    });
}
