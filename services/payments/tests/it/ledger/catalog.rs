//! No rule of the ledger's tables is left without a test: the catalogue of the database says which there are.

use std::collections::BTreeSet;

use city_testkit::{City, run};
use sqlx::{AssertSqlSafe, Row as _};

use super::tables::{BALANCES, KEPT, TABLES, violations};
use crate::subject::Books;

/// Names from the catalogue.
async fn names(city: &City<Books>, sql: &str) -> BTreeSet<String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(city.db()).await;
    rows.expect("the catalogue reads").iter().map(|row| row.get(0)).collect()
}

/// The tables of the ledger, as SQL.
fn tables() -> String {
    TABLES.map(|table| format!("'payments.{table}'::regclass")).join(", ")
}

#[test]
fn every_rule_of_every_table_is_shown_to_refuse() {
    run::<Books>(async |city: &City<Books>| {
        let shown = violations().into_iter().map(|(.., rule)| rule.to_owned());
        let shown = shown.chain(BALANCES.iter().map(|(.., rule)| (*rule).to_owned()));
        let mut shown: BTreeSet<_> = shown.collect();
        // Keys have tests of their own: the same row twice, and the same name or hash on another row.
        shown.extend(TABLES.map(|table| format!("{table}_pkey")));
        shown.extend(["ledger_account_ext", "ledger_batch_hash"].map(str::to_owned));

        let there = format!(
            "select conname from pg_constraint where contype in ('c', 'p', 'u', 'x') and conrelid in ({})",
            tables()
        );

        assert_eq!(names(city, &there).await, shown);
    });
}

#[test]
fn every_trigger_is_shown_to_refuse_and_stands_on_every_month() {
    run::<Books>(async |city: &City<Books>| {
        sqlx::raw_sql("select payments.make_transfer_partitions('2026-03-01', 4)")
            .execute(city.db())
            .await
            .unwrap();
        let there = format!(
            "select c.relname || ' ' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
             where not t.tgisinternal and t.tgenabled = 'O' and t.tgrelid in ({})",
            tables()
        );
        let name = |table: &str, trigger: &str| format!("{table} {trigger}");
        let kept = KEPT.iter().map(|(table, _)| *table).filter(|table| TABLES.contains(table));
        let mut shown: BTreeSet<_> =
            kept.map(|table| name(table, &format!("{table}_keeps"))).collect();
        shown.insert(name("ledger_transfer", "ledger_transfer_keeps_all"));
        shown.insert(name("ledger_account", "ledger_account_begins_empty"));
        assert_eq!(names(city, &there).await, shown);

        let open = "select inhrelid::regclass::text from pg_inherits i
                    where inhparent = 'payments.ledger_transfer'::regclass
                      and (select count(*) from pg_trigger t where t.tgrelid = i.inhrelid and tgenabled = 'O'
                           and not tgisinternal
                           and tgname in ('ledger_transfer_keeps', 'ledger_transfer_keeps_all')) <> 2";
        assert_eq!(names(city, open).await, BTreeSet::new(), "both on the default and each month");
    });
}

#[test]
fn a_leg_is_looked_for_by_index_and_no_balance_is_indexed() {
    run::<Books>(async |city: &City<Books>| {
        let indexed =
            "select c.relname || ' (' || string_agg(a.attname, ', ' order by k.place) || ')'
                              || coalesce(' where ' || pg_get_expr(i.indpred, i.indrelid), '')
                       from pg_index i
                       join pg_class c on c.oid = i.indrelid
                       cross join unnest(i.indkey::smallint[]) with ordinality k(attnum, place)
                       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                       where c.relname in ('ledger_transfer', 'ledger_hold', 'ledger_account')
                         and c.relnamespace = 'payments'::regnamespace
                       group by c.relname, i.indexrelid, i.indpred, i.indrelid";
        let indexed = names(city, indexed).await;

        for wanted in [
            "ledger_transfer (posting, leg)",
            "ledger_transfer (dr, seq)",
            "ledger_transfer (cr, seq)",
            "ledger_hold (expires_at) where (state = 0)",
            "ledger_account (id)",
            "ledger_account (ext)",
        ] {
            assert!(indexed.contains(wanted), "{wanted}: {indexed:?}");
        }
        let balance = indexed.iter().find(|of| of.contains("debits_") || of.contains("credits_"));
        assert_eq!(balance, None, "a hot account is updated in place");
    });
}
