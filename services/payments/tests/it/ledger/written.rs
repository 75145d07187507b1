//! Random histories through the real statement: it takes whatever the core makes of legal inputs, and answers like the naive
//! ledger, also when another instance leads in between.

use chrono::Duration;
use city_clock::Clock as _;
use city_payments::ledger::{AccountNo, Action, Class, Decision, Input};
use city_testkit::{City, run};
use sqlx::AssertSqlSafe;

use super::checking::judged_right;
use super::dice::Dice;
use super::histories::{FLAGS, compared, history};
use super::naive::{Answer, Naive};
use super::sequencing::{another, futures_join, one};
use crate::subject::Books;

const HISTORIES: u64 = 120;
/// Accounts of a history have numbers of their own.
const FIRST: i64 = 1_000;

/// The same history at a later hour, with ids and accounts of its own.
fn moved(input: &Input, seed: u64, base: i64) -> Input {
    let text = serde_json::to_string(input).expect("an input is JSON");
    let text = text.replace("\"019a0000-", &format!("\"019a{:04x}-", seed + 1));
    let mut input = serde_json::from_str(&text).expect("it is an input");
    let hours = later(seed);
    let at = |no: &mut AccountNo| no.0 += base;
    match &mut input {
        Input::Posting(posting) => {
            posting.valid_until = posting.valid_until.map(|until| until + hours);
            for leg in &mut posting.legs {
                match &mut leg.action {
                    Action::Post { dr, cr, .. } => [dr, cr].map(at),
                    Action::Hold { dr, cr, expires_at, .. } => {
                        *expires_at += hours;
                        [dr, cr].map(at)
                    }
                    _ => continue,
                };
            }
        }
        Input::Command(command) => {
            if let Decision::SetFlags { account, .. } = &mut command.decision {
                at(account);
            }
        }
        Input::Lookup { .. } => {}
    }
    input
}

fn later(seed: u64) -> Duration {
    Duration::hours(i64::try_from(seed).expect("small"))
}

/// The answer, when the history's first leg is not the ledger's.
fn counted_from(answer: Answer, before: i64) -> Answer {
    match answer {
        Answer::Created { seq, at } => Answer::Created { seq: seq + before, at },
        other => other,
    }
}

#[test]
fn the_statement_takes_what_the_core_makes_of_a_hundred_and_twenty_histories() {
    run::<Books>(async |city: &City<Books>| {
        let mut ledger = another(city);
        ledger.leads().await;
        for seed in 0..HISTORIES {
            let base = FIRST + 10 * i64::try_from(seed).expect("small");
            let accounts: Vec<_> = (base + 1..).map(AccountNo).zip(FLAGS).collect();
            for (no, flags) in &accounts {
                // The class that an account with these flags begins with, which the check knows.
                let class = Class::ALL.into_iter().find(|class| class.flags() == *flags);
                let class = class.expect("accounts begin like this").number();
                let sql = format!(
                    "insert into payments.ledger_account (id, ext, class, flags) overriding system value
                     values ({0}, md5('{0}')::uuid, {class}, {flags})",
                    no.0
                );
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(city.db()).await.unwrap();
            }
            let before = one(city, "select last_seq from payments.ledger_writer").await;
            let mut naive = Naive::of(accounts.clone());
            let mut dice = Dice::new(seed);
            for (now, inputs) in history(&mut dice) {
                let now = now + later(seed);
                city.clock().set(now);
                let inputs: Vec<_> = inputs.iter().map(|input| moved(input, seed, base)).collect();
                let wanted: Vec<_> = inputs
                    .iter()
                    .map(|input| counted_from(naive.ask(input, city.clock().now()), before))
                    .collect();
                let mut answers = Vec::new();
                let mut rest = &inputs[..];
                while !rest.is_empty() {
                    let size = 1 + usize::try_from(dice.below(rest.len() as u64)).expect("small");
                    let (batch, after) = rest.split_at(size);
                    let asked = batch.iter().map(async |input| match input {
                        Input::Posting(posting) => ledger.post(posting.clone()).await,
                        Input::Command(command) => ledger.command(command.clone()).await,
                        Input::Lookup { .. } => ledger.take(input.clone()).await,
                    });
                    answers.extend(futures_join(asked).await);
                    rest = after;
                }
                let answers: Vec<_> = answers
                    .into_iter()
                    .map(|answer| compared(answer.expect("the ledger leads")))
                    .collect();
                assert_eq!(answers, wanted, "seed {seed}, {inputs:?}");
                if dice.once_in(60) {
                    drop(ledger);
                    ledger = another(city);
                    ledger.leads().await; // what it knows is what it reads
                }
            }
        }
        judged_right(city).await;
    });
}
