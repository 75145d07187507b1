//! The check command finds the first row that is wrong, however it was changed.

use city_payments::check::{CheckError, check, replay_here};
use city_payments::ledger::{
    Action, Claim, Class, Command, Count, Decision, Leg, Posting, Purpose,
};
use city_receipt::{HeadKey, PublishedKeys};
use city_testkit::{City, run};
use sqlx::{AssertSqlSafe, PgPool};

use super::sequencing::{Scene, account, new_id, pay};
use crate::subject::Books;

pub fn keys() -> PublishedKeys {
    HeadKey::from_seed(&[7; 32]).published()
}

/// Some of everything: payments, holds that end in each way, counters, a claim, a refusal, a command.
async fn busy_day(city: &City<Books>) {
    let scene = Scene::of(city, 5_000).await;
    let post = async |posting: Posting| scene.ledger.post(posting).await.expect("the ledger leads");
    for _ in 0..3 {
        post(pay(new_id(city), scene.payer, scene.payee, 10)).await;
    }
    post(pay(new_id(city), scene.payer, scene.payee, 9_999)).await;
    let leg = |action| vec![Leg { action, purpose: Purpose::Goods, reference: None }];
    let key = new_id(city);
    for amount in [100, 200, 300] {
        let (dr, cr, id) = (scene.payer, scene.payee, new_id(city));
        let expires_at = city.clock().now_plus(60);
        let hold = Posting {
            legs: leg(Action::Hold { dr, cr, amount, expires_at }),
            counts: vec![Count { key, win: 1, add: amount, cap: Some(9_000) }],
            claims: vec![Claim { subject: id, outcome: 1 }],
            ..pay(id, dr, cr, 1)
        };
        post(hold).await;
        let end = match amount {
            100 => Action::Capture { hold: id, amount: 60 },
            200 => Action::Void { hold: id },
            _ => continue,
        };
        post(Posting { legs: leg(end), ..pay(new_id(city), dr, cr, 1) }).await;
    }
    let other = account(city, Class::Wallet).await;
    let decision = Decision::SetFlags { account: other, flags: 5, only_from: None };
    let command = Command {
        id: new_id(city),
        decision,
        actor: key,
        reason: "lost".into(),
        events: Vec::new(),
    };
    scene.ledger.command(command).await.expect("the ledger leads");
}

trait NowPlus {
    fn now_plus(&self, seconds: i64) -> city_clock::Timestamp;
}

impl NowPlus for city_clock::ManualClock {
    fn now_plus(&self, seconds: i64) -> city_clock::Timestamp {
        city_clock::Clock::now(self) + chrono::Duration::seconds(seconds)
    }
}

async fn judged(city: &City<Books>, keys: &PublishedKeys) -> Result<i64, String> {
    let mut db = city.db().acquire().await.expect("the database answers");
    match check(&mut db, keys, 1, |_, _| {}).await {
        Ok(checked) => Ok(checked.legs),
        Err(CheckError::Wrong(fault)) => Err(fault.0),
        Err(CheckError::Database(error)) => Err(format!("database: {error}")),
    }
}

/// What the check says after a forgery, which is taken back; nothing when it finds the books right.
pub async fn found_after(db: &PgPool, keys: &PublishedKeys, forgery: &str) -> String {
    // The forger owns the database, so no trigger fires; the check runs in the forger's own transaction and sees it all.
    let forged = format!("begin; set local session_replication_role = replica; {forgery}");
    let mut db = db.acquire().await.expect("the database answers");
    sqlx::raw_sql(AssertSqlSafe(forged)).execute(&mut *db).await.expect("it is forged");
    let found = replay_here(&mut db, keys, 1, |_, _| {}).await;
    sqlx::raw_sql("rollback").execute(&mut *db).await.expect("it is taken back");
    found.err().map(|error| error.to_string()).unwrap_or_default()
}

/// Asserts of all claims, or those of which an SQL condition is true, that none can go or say something else unseen; how many
/// there are.
pub async fn no_claim_goes_unseen(db: &PgPool, keys: &PublishedKeys, of: &str) -> usize {
    let sql = format!("select subject::text from payments.ledger_claim where {of} order by 1");
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(db).await.expect("it reads");
    for row in &rows {
        let subject: String = sqlx::Row::get(row, 0);
        let of = format!("where subject = '{subject}'");
        for forgery in [
            format!("delete from payments.ledger_claim {of}"),
            format!("update payments.ledger_claim set outcome = outcome % 3 + 1 {of}"),
        ] {
            let found = found_after(db, keys, &forgery).await;
            assert!(found.contains("the claim of"), "{forgery}: {found:?}");
        }
    }
    rows.len()
}

/// Asserts that the books agree with themselves.
pub async fn judged_right(city: &City<Books>) {
    assert!(judged(city, &keys()).await.is_ok_and(|legs| legs > 0));
}

#[test]
fn right_books_are_found_right_and_say_how_far_the_check_is() {
    run::<Books>(async |city: &City<Books>| {
        busy_day(city).await;
        let mut db = city.db().acquire().await.unwrap();

        let mut seen = Vec::new();
        let checked = check(&mut db, &keys(), 1, |done, all| seen.push((done, all))).await.unwrap();

        assert_eq!(checked.legs, 9);
        assert_eq!(seen.last(), Some(&(checked.batches, checked.batches)));
        let unknown = HeadKey::from_seed(&[8; 32]).published();
        assert_eq!(
            judged(city, &unknown).await,
            Err("batch 1 is signed by a key that was not given".into())
        );
        let from_next = check(&mut db, &unknown, checked.batches + 1, |_, _| {}).await;
        assert_eq!(from_next.unwrap(), checked, "proofs before are not asked for");
    });
}

#[test]
fn the_first_bad_row_is_named() {
    run::<Books>(async |city: &City<Books>| {
        busy_day(city).await;
        let forgeries = [
            ("update payments.ledger_transfer set amount = 11 where seq = 3", "(seq 3) leaves another sum"),
            ("update payments.ledger_transfer set amount = 11, dr_after = dr_after - 1, cr_after = cr_after + 1 where seq = 4",
             "has a root over other rows"),
            ("delete from payments.ledger_transfer where seq = 2", "batch 2 has other rows than it says"),
            ("delete from payments.ledger_transfer where seq = 9", "has other rows than it says"),
            ("update payments.ledger_transfer set seq = case seq when 2 then 3 else 2 end where seq in (2, 3)", "(seq "),
            ("update payments.ledger_transfer set batch = 99 where seq = 9", "has other rows than it says"),
            ("insert into payments.ledger_transfer select '019cb000-0001-7000-8000-000000000001', leg, seq + 50, batch + 50,
              kind, purpose, dr, cr, amount, released, hold, ref, dr_after, cr_after, expires_at, at, req_hash, doc_hash
              from payments.ledger_transfer where seq = 2", "belongs to no batch"),
            ("update payments.ledger_account set debits_posted = debits_posted + 1, credits_posted = credits_posted + 1
              where debits_posted > 0 and class = 20", "is not what its legs come to"),
            ("update payments.ledger_hold set state = 2, resolved_by = posting where state = 0", "is not what its legs say"),
            ("delete from payments.ledger_hold where state = 0", "a hold is missing"),
            ("update payments.ledger_counter set used = used - 1", "is not what its postings counted"),
            ("delete from payments.ledger_counted where added < 0", "is not what its postings counted"),
            ("update payments.ledger_claim set posting = '019cb000-0001-7000-8000-000000000001'", "is not what legs and commands say"),
            ("delete from payments.ledger_rejection", "has other rows than it says"),
            ("update payments.ledger_rejection set detail = 3", "has a root over other rows"),
            ("update payments.ledger_command set arg = 13", "has a root over other rows"),
            ("update payments.ledger_batch set root = hash where n = 2", "batch 2 has"),
            ("update payments.ledger_batch set epoch = 7 where n = 2", "batch 2 has another hash"),
            ("update payments.ledger_batch set sig = decode(repeat('ab', 64), 'hex') where n = 2", "batch 2 has a false signature"),
            ("delete from payments.ledger_batch where n = 3", "batch 3 is missing"),
            ("update payments.ledger_writer set last_seq = 5", "the writer says"),
        ];
        assert_eq!(judged(city, &keys()).await, Ok(9));
        for (forgery, expected) in forgeries {
            let found = found_after(city.db(), &keys(), forgery).await;
            assert!(found.contains(expected), "{forgery}: {found}");
        }
        assert_eq!(judged(city, &keys()).await, Ok(9));
    });
}

/// Runs `city payments check` on the books of a test: whether it found them right, and what it said.
fn command(city: &City<Books>, name: &str, keys: &PublishedKeys) -> (bool, String) {
    let options = city.db().connect_options();
    let database = options.get_database().expect("it has a name");
    let url = city_testkit::postgres_url();
    let (server, _) = url.rsplit_once('/').expect("a URL names a database");
    let file = std::env::temp_dir().join(format!("{database}-{name}.json"));
    std::fs::write(&file, serde_json::to_string(keys).expect("JSON")).expect("it is written");
    let done = std::process::Command::new(city_testkit::city_program())
        .args(["payments", "check", "--keys"])
        .arg(&file)
        .env("DATABASE_URL", format!("{server}/{database}"))
        .output()
        .expect("the command runs");
    std::fs::remove_file(&file).expect("it is there");
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn the_command_says_that_the_books_are_right_or_names_the_row_and_fails() {
    run::<Books>(async |city: &City<Books>| {
        busy_day(city).await;

        let (right, said) = command(city, "right", &keys());
        let (known, of_key) = command(city, "other", &HeadKey::from_seed(&[8; 32]).published());
        let mut db = city.db().acquire().await.unwrap();
        let forged = sqlx::raw_sql(
            "set session_replication_role = replica;
             alter table payments.ledger_transfer disable trigger all;
             update payments.ledger_transfer set amount = 11 where seq = 3;
             alter table payments.ledger_transfer enable trigger all;
             set session_replication_role = default",
        );
        forged.execute(&mut *db).await.unwrap();
        let (found_right, of_row) = command(city, "forged", &keys());

        assert!(right && said.contains("The ledger is right: 9 legs"), "{said}");
        assert!(!known && of_key.contains("signed by a key that was not given"), "{of_key}");
        assert!(!found_right && of_row.contains("(seq 3) leaves another sum"), "{of_row}");
    });
}
