//! The tables refuse what the sequencer must never write, when SQL goes past it.

use city_testkit::{City, run};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::subject::Books;

/// A row of each table that all its rules accept.
fn good(table: &str) -> Value {
    let (id, hash) = ("019a0000-0001-7000-8000-000000000001", format!("\\x{}", "ab".repeat(32)));
    let at = "2026-03-04T02:00:00Z";
    match table {
        "ledger_account" => {
            json!({ "id": 7, "ext": id, "class": 20, "flags": 1, "debits_pending": 0,
            "debits_posted": 0, "credits_pending": 0, "credits_posted": 0, "version": 0 })
        }
        "ledger_transfer" => {
            json!({ "posting": id, "leg": 0, "seq": 1, "batch": 1, "kind": 1, "purpose": 2,
            "dr": 1, "cr": 2, "amount": 5, "released": 0, "dr_after": -5, "cr_after": 5, "at": at,
            "req_hash": hash })
        }
        "ledger_hold" => {
            json!({ "posting": id, "dr": 1, "cr": 2, "amount": 5, "captured": 0, "state": 0,
            "expires_at": at })
        }
        "ledger_claim" => json!({ "subject": id, "posting": id, "outcome": 1 }),
        "ledger_rejection" => {
            json!({ "posting": id, "code": 1, "detail": 0, "req_hash": hash, "batch": 1, "at": at })
        }
        "ledger_counter" => json!({ "key": id, "win": 1, "used": 5, "cap": 9 }),
        "ledger_counted" => json!({ "posting": id, "key": id, "win": 1, "added": 5 }),
        "ledger_command" => {
            json!({ "id": id, "batch": 1, "kind": 1, "object": id, "arg": 4, "actor": id,
            "reason": "lost phone", "at": at })
        }
        "ledger_batch" => {
            json!({ "n": 1, "epoch": 1, "first_seq": 1, "transfers": 1, "rejections": 0, "commands": 0,
            "rules": 1, "prev": hash, "root": hash, "hash": hash, "kid": "k",
            "sig": format!("\\x{}", "cd".repeat(64)), "at": at })
        }
        "ledger_writer" => {
            json!({ "one": true, "epoch": 1, "last_batch": 0, "last_seq": 0, "last_hash": hash,
            "since": at })
        }
        other => {
            assert_eq!(other, "posting_doc", "a table of the ledger");
            json!({ "posting": id, "doc": "{}" })
        }
    }
}

pub const TABLES: [&str; 11] = [
    "ledger_account",
    "ledger_transfer",
    "ledger_hold",
    "ledger_claim",
    "ledger_rejection",
    "ledger_counter",
    "ledger_counted",
    "ledger_command",
    "ledger_batch",
    "ledger_writer",
    "posting_doc",
];

/// Changes of a good row, each with the rule that refuses it.
pub fn violations() -> Vec<(&'static str, Value, &'static str)> {
    let id = "019a0000-0001-7000-8000-000000000001";
    let short = "\\xab";
    vec![
        ("ledger_account", json!({ "class": 99 }), "ledger_account_class_known"),
        ("ledger_account", json!({ "flags": 32 }), "ledger_account_flags_known"),
        ("ledger_account", json!({ "flags": -1 }), "ledger_account_flags_known"),
        ("ledger_transfer", json!({ "leg": 16, "req_hash": null }), "ledger_transfer_leg_bounds"),
        ("ledger_transfer", json!({ "leg": -1, "req_hash": null }), "ledger_transfer_leg_bounds"),
        ("ledger_transfer", json!({ "cr": 1 }), "ledger_transfer_two_accounts"),
        ("ledger_transfer", json!({ "purpose": 0 }), "ledger_transfer_purpose_positive"),
        ("ledger_transfer", json!({ "req_hash": null }), "ledger_transfer_hash_on_first_leg"),
        ("ledger_transfer", json!({ "leg": 1 }), "ledger_transfer_hash_on_first_leg"),
        (
            "ledger_transfer",
            json!({ "leg": 1, "req_hash": null, "doc_hash": format!("\\x{}", "ab".repeat(32)) }),
            "ledger_transfer_doc_on_first_leg",
        ),
        ("ledger_transfer", json!({ "req_hash": short }), "ledger_transfer_hash_lengths"),
        ("ledger_transfer", json!({ "doc_hash": short }), "ledger_transfer_hash_lengths"),
        ("ledger_transfer", json!({ "hold": id }), "ledger_transfer_resolves_hold"),
        ("ledger_transfer", json!({ "kind": 3, "released": 5 }), "ledger_transfer_resolves_hold"),
        ("ledger_transfer", json!({ "kind": 2 }), "ledger_transfer_hold_expires"),
        ("ledger_transfer", json!({ "amount": 0 }), "ledger_transfer_amounts"),
        ("ledger_transfer", json!({ "amount": -5 }), "ledger_transfer_amounts"),
        ("ledger_transfer", json!({ "released": 5 }), "ledger_transfer_amounts"),
        (
            "ledger_transfer",
            json!({ "kind": 3, "hold": id, "amount": 6, "released": 5 }),
            "ledger_transfer_amounts",
        ),
        (
            "ledger_transfer",
            json!({ "kind": 3, "hold": id, "amount": 0, "released": 5 }),
            "ledger_transfer_amounts",
        ),
        (
            "ledger_transfer",
            json!({ "kind": 4, "hold": id, "released": 5 }),
            "ledger_transfer_amounts",
        ),
        (
            "ledger_transfer",
            json!({ "kind": 5, "hold": id, "amount": 0 }),
            "ledger_transfer_amounts",
        ),
        ("ledger_transfer", json!({ "kind": 6, "hold": id }), "ledger_transfer_amounts"),
        ("ledger_hold", json!({ "state": 4, "resolved_by": id }), "ledger_hold_state_known"),
        ("ledger_hold", json!({ "amount": 0 }), "ledger_hold_amount_positive"),
        (
            "ledger_hold",
            json!({ "state": 1, "resolved_by": id, "captured": 6 }),
            "ledger_hold_captured_bounds",
        ),
        (
            "ledger_hold",
            json!({ "state": 2, "resolved_by": id, "captured": -1 }),
            "ledger_hold_captured_bounds",
        ),
        ("ledger_hold", json!({ "resolved_by": id }), "ledger_hold_resolved_once"),
        ("ledger_hold", json!({ "state": 2 }), "ledger_hold_resolved_once"),
        ("ledger_hold", json!({ "state": 1, "resolved_by": id }), "ledger_hold_captured_something"),
        (
            "ledger_hold",
            json!({ "state": 2, "resolved_by": id, "captured": 1 }),
            "ledger_hold_captured_something",
        ),
        ("ledger_rejection", json!({ "code": 0 }), "ledger_rejection_code_positive"),
        ("ledger_rejection", json!({ "detail": -1 }), "ledger_rejection_code_positive"),
        ("ledger_rejection", json!({ "req_hash": short }), "ledger_rejection_hash_length"),
        ("ledger_counter", json!({ "used": -1 }), "ledger_counter_not_negative"),
        ("ledger_counter", json!({ "used": 10 }), "ledger_counter_within_cap"),
        ("ledger_counted", json!({ "added": 0 }), "ledger_counted_something"),
        ("ledger_command", json!({ "kind": 4 }), "ledger_command_kind_known"),
        ("ledger_batch", json!({ "transfers": 0 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "n": 0 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "epoch": 0 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "first_seq": 0 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "transfers": -1, "commands": 2 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "rejections": -1, "commands": 2 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "commands": -1, "transfers": 2 }), "ledger_batch_counts"),
        ("ledger_batch", json!({ "prev": short }), "ledger_batch_lengths"),
        ("ledger_batch", json!({ "root": short }), "ledger_batch_lengths"),
        ("ledger_batch", json!({ "hash": short }), "ledger_batch_lengths"),
        ("ledger_batch", json!({ "sig": short }), "ledger_batch_lengths"),
        ("ledger_writer", json!({ "one": false }), "ledger_writer_one"),
        ("ledger_writer", json!({ "last_hash": short }), "ledger_writer_bounds"),
        ("ledger_writer", json!({ "epoch": -1 }), "ledger_writer_bounds"),
        ("ledger_writer", json!({ "last_batch": -1 }), "ledger_writer_bounds"),
        ("ledger_writer", json!({ "last_seq": -1 }), "ledger_writer_bounds"),
        ("posting_doc", json!({ "doc": null }), "posting_doc_something"),
    ]
}

/// Balances that no account may reach, by the SQL that would set them, each with the rule that refuses it.
pub const BALANCES: [(i32, &str, &str); 10] = [
    (0, "debits_posted = -1", "ledger_account_not_negative"),
    (0, "debits_pending = -1", "ledger_account_not_negative"),
    (0, "credits_posted = -1", "ledger_account_not_negative"),
    (0, "credits_pending = -1", "ledger_account_not_negative"),
    (1, "debits_posted = 1", "ledger_account_debits_covered"),
    (
        1,
        "credits_posted = 5, debits_posted = 3, debits_pending = 3",
        "ledger_account_debits_covered",
    ),
    (2, "credits_posted = 1", "ledger_account_credits_covered"),
    (
        2,
        "debits_posted = 5, credits_posted = 3, credits_pending = 3",
        "ledger_account_credits_covered",
    ),
    (16, "credits_posted = 1", "ledger_account_closed_empty"),
    (16, "credits_pending = 1", "ledger_account_closed_empty"),
];

#[test]
fn every_check_and_key_refuses_its_violation() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap();
        for table in TABLES {
            if table != "ledger_writer" {
                let twice = insert_twice(&mut db, table).await;
                assert_eq!(twice, Some(format!("{table}_pkey")), "the key of {table}");
            }
        }
        for (table, change, rule) in violations() {
            let refused = insert(&mut db, table, &change).await;
            assert_eq!(refused.as_deref(), Some(rule), "{table} with {change}");
        }
        for (flags, change, rule) in BALANCES {
            let sql = format!(
                "begin; insert into payments.ledger_account (ext, class, flags)
                 values ('019a0000-0001-7000-8000-000000000001', 20, {flags});
                 update payments.ledger_account set {change}
                 where ext = '019a0000-0001-7000-8000-000000000001'"
            );
            assert_eq!(
                refusal(&mut db, sql).await.as_deref(),
                Some(rule),
                "flags {flags}: {change}"
            );
        }
        let second = insert(&mut db, "ledger_writer", &json!({})).await;
        assert_eq!(second.as_deref(), Some("ledger_writer_pkey"));
        let hash_twice = json!({ "n": 2 });
        assert_eq!(
            insert_two(&mut db, "ledger_batch", &hash_twice).await.as_deref(),
            Some("ledger_batch_hash")
        );
        let ext_twice = json!({ "id": 8 });
        assert_eq!(
            insert_two(&mut db, "ledger_account", &ext_twice).await.as_deref(),
            Some("ledger_account_ext")
        );
    });
}

#[test]
fn columns_are_filled_unless_their_absence_means_something() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap();
        for table in
            TABLES.into_iter().filter(|table| !["posting_doc", "ledger_writer"].contains(table))
        {
            for column in good(table).as_object().unwrap().keys() {
                let may_miss = [("ledger_transfer", "req_hash"), ("ledger_counter", "cap")];
                if !may_miss.contains(&(table, column.as_str())) {
                    let refused = insert(&mut db, table, &json!({ column: null })).await;
                    assert_eq!(refused.as_deref(), Some("23502"), "{table}.{column} empty");
                }
            }
        }
    });
}

/// Tables that keep what they have, each with a change of a good row.
pub const KEPT: [(&str, &str); 7] = [
    ("ledger_transfer", "amount = 6"),
    ("ledger_transfer_default", "amount = 6"),
    ("ledger_claim", "outcome = 2"),
    ("ledger_rejection", "code = 2"),
    ("ledger_counted", "added = 2"),
    ("ledger_command", "arg = 2"),
    ("ledger_batch", "epoch = 2"),
];

#[test]
fn what_was_written_is_never_changed_or_deleted() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap();
        db.execute("select payments.make_transfer_partitions('2026-03-01', 2)").await.unwrap();
        for (table, change) in KEPT {
            let row = good(table.trim_end_matches("_default"));
            for act in [
                format!("update payments.{table} set {change}"),
                format!("delete from payments.{table}"),
                format!("truncate payments.{table}"),
            ] {
                let sql = format!("begin; {}; {act}", insertion(table, &row));
                assert_eq!(refusal(&mut db, sql).await.as_deref(), Some("LG001"), "{act}");
            }
        }
        for act in [
            "update payments.ledger_transfer_202603 set amount = 6",
            "delete from payments.ledger_transfer_202603",
        ] {
            let mut row = good("ledger_transfer");
            row["posting"] = json!("019cb000-0001-7000-8000-000000000001");
            let sql = format!("begin; {}; {act}", insertion("ledger_transfer_202603", &row));
            assert_eq!(refusal(&mut db, sql).await.as_deref(), Some("LG001"), "{act}");
        }
        let truncated =
            refusal(&mut db, "begin; truncate payments.ledger_transfer_202603".into()).await;
        assert_eq!(truncated.as_deref(), Some("LG001"));
    });
}

#[test]
fn an_account_begins_empty() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap();
        for column in
            ["debits_pending", "debits_posted", "credits_pending", "credits_posted", "version"]
        {
            let refused =
                insert(&mut db, "ledger_account", &json!({ column: 1, "flags": 0 })).await;
            assert_eq!(refused.as_deref(), Some("LG002"), "{column}");
        }
        assert_eq!(insert(&mut db, "ledger_account", &json!({})).await, None);
    });
}

#[test]
fn an_assertion_that_does_not_hold_raises() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap();
        for (ok, refused) in [("true", None), ("false", Some("LG003")), ("null", Some("LG003"))] {
            let sql = format!("begin; select payments.assert_batch({ok}, 'balances')");
            assert_eq!(refusal(&mut db, sql).await.as_deref(), refused, "{ok}");
        }
    });
}

#[test]
fn an_id_finds_the_partition_of_its_month() {
    run::<Books>(async |city: &City<Books>| {
        let mut db = city.db().acquire().await.unwrap();
        let made = |sql: &'static str| {
            sqlx::query_scalar!("select payments.make_transfer_partitions($1::text::date, 4)", sql)
        };
        assert_eq!(made("2026-03-31").fetch_one(&mut *db).await.unwrap(), Some(4));
        assert_eq!(
            made("2026-04-01").fetch_one(&mut *db).await.unwrap(),
            Some(1),
            "three of them exist"
        );

        // The last millisecond of March and the first of April, UTC.
        for (id, table) in [
            ("019d4656-ffff-7fff-bfff-ffffffffffff", "payments.ledger_transfer_202603"),
            ("019d4657-0000-7000-8000-000000000000", "payments.ledger_transfer_202604"),
            ("019a0000-0001-7000-8000-000000000001", "payments.ledger_transfer_default"),
        ] {
            let mut row = good("ledger_transfer");
            row["posting"] = json!(id);
            let written = insertion("ledger_transfer", &row);
            let sql = format!(
                "begin; {written}; select payments.assert_batch(tableoid = '{table}'::regclass, 'tables') \
                               from payments.ledger_transfer"
            );
            assert_eq!(refusal(&mut db, sql).await, None, "{id}");
        }
    });
}

/// The statement that writes a row given as JSON.
fn insertion(table: &str, row: &Value) -> String {
    let columns: Vec<_> = row.as_object().expect("a row").keys().map(String::as_str).collect();
    let columns = columns.join(", ");
    format!(
        "insert into payments.{table} ({columns}) overriding system value
         select {columns} from jsonb_populate_record(null::payments.{table}, '{row}')"
    )
}

/// Which rule refuses a good row with one change; the transaction is rolled back either way.
async fn insert(db: &mut PgConnection, table: &str, change: &Value) -> Option<String> {
    refusal(db, format!("begin; {}", insertion(table, &changed(table, change)))).await
}

/// Which rule refuses a good row beside the same row with one change.
async fn insert_two(db: &mut PgConnection, table: &str, change: &Value) -> Option<String> {
    let (one, other) = (insertion(table, &good(table)), insertion(table, &changed(table, change)));
    refusal(db, format!("begin; {one}; {other}")).await
}

/// Which key refuses the same row twice; every other unique column differs.
async fn insert_twice(db: &mut PgConnection, table: &str) -> Option<String> {
    let change = match table {
        "ledger_account" => json!({ "ext": "019a0000-0002-7000-8000-000000000001" }),
        "ledger_batch" => json!({ "hash": format!("\\x{}", "ee".repeat(32)) }),
        _ => json!({}),
    };
    let refused = insert_two(db, table, &change).await;
    refused.map(|name| name.replace("_default", "")) // a partition's key bears the partition's name
}

fn changed(table: &str, change: &Value) -> Value {
    let mut row = good(table);
    for (column, value) in change.as_object().expect("a change of columns") {
        row[column] = value.clone();
    }
    row
}

/// The name of the constraint, or else the code, with which a script is refused; none when it passes.
async fn refusal(db: &mut PgConnection, script: String) -> Option<String> {
    let outcome = sqlx::raw_sql(AssertSqlSafe(script.clone())).execute(&mut *db).await;
    db.execute("rollback").await.expect("a transaction can always be rolled back");
    let error = outcome.err()?;
    let refused = error.as_database_error().expect("the server answers");
    let code = refused.code().unwrap_or_default();
    Some(refused.constraint().map_or_else(|| code.into_owned(), str::to_owned))
}
