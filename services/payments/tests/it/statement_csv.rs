//! A statement as a file, and its pages while money moves.

use chrono::Duration;
use city_clock::Clock as _;
use city_testkit::{Character, run};
use futures_util::future::join_all;
use http::Method;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::billers::{by_code, import, water};
use crate::shop::{particulars, shop};
use crate::subject::Payments;
use crate::town::{
    Town, available, confirm, finance, fund, new_id, one, person, quote, rich, send,
};

const MARCH: &str = "/v1/wallet/statement.csv?from=2026-03-01&to=2026-03-31";

async fn file(who: &Character, path: &str) -> String {
    let answer = who.get(path).await;
    assert_eq!(answer.status(), "200 OK", "{}", answer.json());
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    String::from_utf8(answer.bytes().to_vec()).expect("it is UTF-8")
}

/// The cells of a line that has no quotes.
fn cells(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

#[test]
fn what_came_and_went_adds_up_to_the_change_of_the_balance() {
    run::<Payments>(async |city: &Town| {
        let ((payer, wallet), (_, receiver)) = (rich(city, 1_000_000).await, rich(city, 0).await);
        city.clock().advance(Duration::days(1));
        let mut payer = payer;
        payer.principal.auth_at = Some(city.clock().now());
        let before = available(&payer).await;
        for round in 0..110_i64 {
            let sent = join_all((0..5).map(|_| send(city, &payer, &receiver, round * 7 + 3))).await;
            assert!(sent.iter().all(|answer| answer.code().is_empty()));
        }
        fund(city, &wallet, 12_345).await;

        let text = file(&payer, "/v1/wallet/statement.csv?from=2026-03-05&to=2026-03-05").await;

        let text = text.strip_prefix('\u{FEFF}').expect("a spreadsheet sees that it is UTF-8");
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next(), Some("time,payment,purpose,counterparty,note,in,out,balance"));
        let lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(cells).collect();
        assert_eq!(lines.len(), 551, "more than is read at once");
        let number = |cell: &str| if cell.is_empty() { 0 } else { cell.parse::<i64>().unwrap() };
        let change: i64 = lines.iter().map(|line| number(line[5]) - number(line[6])).sum();
        assert_eq!(change, available(&payer).await - before);
        assert_eq!(number(lines[0][7]), available(&payer).await);
        for pair in lines.windows(2) {
            let moved = number(pair[0][5]) - number(pair[0][6]);
            assert_eq!(number(pair[0][7]) - number(pair[1][7]), moved, "lines meet");
        }
        assert!(lines[0][0].starts_with("2026-03-05T") && lines[0][0].ends_with("+07:00"));
        let all = file(&payer, MARCH).await;
        assert_eq!(all.matches("\r\n").count(), 553, "the day before too");
        city.settle().await;
    });
}

#[test]
fn no_cell_is_a_formula() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, receiver)) = (rich(city, 1_000).await, rich(city, 0).await);
        for note in ["=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@sum", "trả tiền, \"cơm\""]
        {
            let mut body = json!({ "idempotencyKey": new_id(city), "payeeId": receiver, "amount": "5", "note": note });
            let offer = quote(&payer, &body).await;
            body["stepUpToken"] = confirm(city, &payer, &offer).into();
            drop(payer.post("/internal/v1/send-money", &body).await.ok());
        }

        let text = file(&payer, MARCH).await;

        for wanted in [
            ",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",,5,",
            ",\"'+1\",,5,",
            ",\"'-1\",,5,",
            ",\"'@sum\",,5,",
            ",\"trả tiền, \"\"cơm\"\"\",,5,",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        for sign in ['=', '+', '-', '@'] {
            assert!(
                !text.contains(&format!(",{sign}")) && !text.contains(&format!(",\"{sign}")),
                "{sign} in {text}"
            );
        }
        city.settle().await;
    });
}

#[test]
fn no_name_of_a_payee_is_a_formula() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (shop, biller) = (shop(city, None).await, water(city).await);
        let officer = finance(city);
        let path = format!("/admin/v1/payments/merchants/{}", shop.id);
        let renamed = particulars("=HYPERLINK(\"http://x\",\"Quán\")", "MANUAL");
        drop(officer.send(Method::PUT, &path, Some(&renamed), &[]).await.ok());
        let renamed = json!({
            "version": 1, "name": "+84 Cấp nước", "agencyCode": "HUE-STC", "purpose": "WATER",
        });
        let (path, key) = ("/admin/v1/payments/billers/HUEWACO", new_id(city));
        let key = [("idempotency-key", key.as_str())];
        drop(officer.send(Method::PUT, path, Some(&renamed), &key).await.ok());
        import(city, "W1,KH-1,,,2026-03-20,NUOC,Tiền nước,1000,,,,\n").await;
        let bill = by_code(&payer, &biller, "KH-1").await.remove(0);
        drop(crate::billers::pay(city, &payer, &bill).await.ok());
        let what = json!({ "payeeId": shop.id, "amount": "5000" });
        drop(crate::shop::pay(city, &payer, &what).await.ok());

        let text = file(&payer, MARCH).await;

        for wanted in [
            ",\"'=HYPERLINK(\"\"http://x\"\",\"\"Quán\"\")\",,,5000,",
            ",\"'+84 Cấp nước\",,,1000,",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        city.settle().await;
    });
}

#[test]
fn only_ones_own_and_at_most_a_year_and_a_day() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 1).await;
        let status = async |who: &Character, query: &str| {
            let answer = who.get(&format!("/v1/wallet/statement.csv?{query}")).await;
            format!("{} {}", answer.code(), answer.fields().join(" "))
        };

        assert_eq!(status(&payer, "from=2025-03-01&to=2026-03-01").await, " ", "366 days");
        assert_eq!(status(&payer, "from=2025-02-28&to=2026-03-01").await, "INPUT /from");
        assert_eq!(status(&payer, "from=2026-03-02&to=2026-03-01").await, "INPUT /from");
        assert!(status(&payer, "from=2026-03-02").await.starts_with("INPUT"));
        assert!(status(&payer, "from=2026-02-30&to=2026-03-01").await.starts_with("INPUT"));
        assert_eq!(
            status(&person(city), "from=2026-03-01&to=2026-03-01").await,
            "WALLET_REQUIRED "
        );
        assert_eq!(
            status(&city.anonymous(), "from=2026-03-01&to=2026-03-01").await,
            "SIGN_IN_REQUIRED "
        );
        assert_eq!(
            status(&city.officer("HUE-STC"), "from=2026-03-01&to=2026-03-01").await,
            "FORBIDDEN "
        );
        city.settle().await;
    });
}

#[test]
fn pages_meet_under_load() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (receiver, to)) = (rich(city, 900_000).await, rich(city, 0).await);
        for _ in 0..24 {
            join_all((0..5).map(|_| send(city, &payer, &to, 11))).await;
        }
        let newest = one(city, "select last_seq from payments.ledger_writer").await;
        let walk = async {
            let (mut seen, mut after) = (Vec::new(), None::<String>);
            loop {
                let body = json!({ "page": { "first": 7, "after": after } });
                let page = receiver.post("/internal/v1/wallet-statement", &body).await.ok();
                for edge in page["edges"].as_array().unwrap() {
                    after = edge["cursor"].as_str().map(str::to_owned);
                    seen.push(i64::from_str_radix(after.as_deref().unwrap(), 16).unwrap());
                }
                if page["hasNextPage"] == false {
                    return seen;
                }
            }
        };
        let load = async {
            let mut sent = Vec::new();
            for _ in 0..8 {
                sent.extend(join_all((0..5).map(|_| send(city, &payer, &to, 13))).await);
            }
            sent
        };

        let (seen, sent) = tokio::join!(walk, load);

        assert!(sent.iter().all(|answer| answer.code().is_empty()));
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "no repeat");
        let before = seen.iter().filter(|seq| **seq <= newest).count();
        assert_eq!(before, 120, "no gap");
        city.settle().await;
    });
}

/// What the plan of a page from a place on reads.
async fn plan(city: &Town, before: i64) -> String {
    let mut sql = include_str!("../../src/store/statement.sql").to_owned();
    for (parameter, value) in [
        ("$1", "1"),
        ("$2", &before.to_string()),
        ("$3", "timestamptz '1970-01-01 00:00:00+00'"),
        ("$4", "timestamptz '9999-12-31 00:00:00+00'"),
        ("$5", "51"),
    ] {
        sql = sql.replace(parameter, value);
    }
    let comments = sql.lines().filter(|line| !line.starts_with("--"));
    let sql = comments.collect::<Vec<_>>().join("\n");
    let sql = format!("explain (analyze, buffers, costs off, timing off, summary off) {sql}");
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(city.db()).await.expect("it reads");
    rows.iter().map(|row| sqlx::Row::get::<String, _>(row, 0) + "\n").collect()
}

/// Blocks that the scans of both indexes read.
fn blocks(plan: &str) -> i64 {
    let lines: Vec<_> = plan.lines().collect();
    let scans = lines.iter().enumerate().filter(|(_, line)| line.contains("Index Scan Backward"));
    let read = scans.filter_map(|(at, _)| lines[at..].iter().find(|line| line.contains("Buffers")));
    let numbers = read.flat_map(|line| line.split(|sign: char| !sign.is_ascii_digit()));
    numbers.filter_map(|part| part.parse::<i64>().ok()).sum()
}

#[test]
fn a_far_page_reads_both_indexes_and_no_table_from_end_to_end() {
    run::<Payments>(async |city: &Town| {
        // Rows as the ledger writes them; only what a page reads of them matters here.
        let fill = "insert into payments.ledger_transfer (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released,
                dr_after, cr_after, at, req_hash)
            select (lpad(to_hex(1772600000000 + n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid, 0, n, n, 1, 1,
                case when n % 2 = 0 then 1 else 2 + n % 500 end, case when n % 2 = 1 then 1 else 2 + n % 500 end, 5, 0,
                1000, 1000, timestamptz '2026-03-04 02:00:00+00' + n * interval '1 ms', decode(repeat('07', 32), 'hex')
            from generate_series(1, 60000) n where case when n % 2 = 0 then 2 + n % 500 <> 1 else true end";
        let accounts = "insert into payments.ledger_account (ext, class, flags) select gen_random_uuid(), 20, 1 from generate_series(1, 600)";
        for sql in
            [accounts, fill, "analyze payments.ledger_transfer", "analyze payments.ledger_account"]
        {
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(city.db()).await.unwrap();
        }

        let (near, far) = (plan(city, i64::MAX).await, plan(city, 500).await);

        for plan in [&near, &far] {
            assert!(plan.contains("dr_seq_idx") && plan.contains("cr_seq_idx"), "{plan}");
            assert!(!plan.contains("Seq Scan on ledger_transfer"), "{plan}");
        }
        assert!(blocks(&near) > 0 && blocks(&far) * 2 <= blocks(&near) * 3, "{near}\n{far}");
    });
}
