//! The statement that writes a batch takes everything back when the batch is not what the rows come to.

use city_clock::Clock as _;
use city_payments::ledger::{
    Account, AccountNo, Action, Balance, Claim, Class, Command, Count, CounterRow, Decision, Input,
    Leg, Posting, Purpose, Room, State, Writes, apply, flags,
};
use city_payments::{open_account, take_over, write_batch};
use city_receipt::HeadKey;
use city_testkit::{City, run};
use sqlx::PgConnection;
use uuid::Uuid;

use super::sequencing::{new_id, one, pay};
use crate::subject::Books;

/// A ledger with one batch written, and a second one that the database would take.
struct Pages {
    db: PgConnection,
    epoch: i64,
    first: Writes,
    second: Writes,
}

async fn opened(city: &City<Books>, db: &mut PgConnection, class: Class) -> Account {
    let ext = new_id(city);
    let no = open_account(db, ext, class, None).await.expect("an account opens");
    Account { no, ext, class, flags: class.flags(), balance: Balance::default(), version: 0 }
}

fn legs(action: Action) -> Vec<Leg> {
    vec![Leg { action, purpose: Purpose::Goods, reference: None }]
}

impl Pages {
    async fn of(city: &City<Books>) -> Self {
        let mut db = city.db().acquire().await.expect("the database answers").detach();
        let writer = take_over(&mut db, None, city.clock().now()).await.expect("one row");
        let mut state = State::at(writer.head);
        for class in [Class::Guarantee, Class::Wallet, Class::Merchant] {
            let account = opened(city, &mut db, class).await;
            state.accounts.insert(account.no, account);
        }
        let mut numbers: Vec<AccountNo> = state.accounts.keys().copied().collect();
        numbers.sort_unstable();
        let (bank, payer, shop) = (numbers[0], numbers[1], numbers[2]);
        let expires_at = city.clock().now() + chrono::Duration::days(7);
        let key = new_id(city);
        let count = |add| vec![Count { key, win: 1, add, cap: Some(9_000) }];
        let hold = |id, amount| Posting {
            legs: legs(Action::Hold { dr: payer, cr: shop, amount, expires_at }),
            counts: count(amount),
            claims: vec![Claim { subject: new_id(city), outcome: 1 }],
            doc: Some("{}".into()),
            ..pay(id, payer, shop, 1)
        };
        let command = |flags| {
            Input::Command(Command {
                id: new_id(city),
                decision: Decision::SetFlags { account: shop, flags, only_from: None },
                actor: new_id(city),
                reason: "lost phone".into(),
                events: Vec::new(),
            })
        };
        let reserved = new_id(city);
        let first = [
            Input::Posting(pay(new_id(city), bank, payer, 5_000)),
            Input::Posting(hold(reserved, 100)),
            Input::Posting(pay(new_id(city), payer, shop, 9_999)),
            command(flags::DEBITS_COVERED | flags::NO_CREDIT),
            command(flags::DEBITS_COVERED),
        ];
        let second = [
            Input::Posting(pay(new_id(city), payer, shop, 700)),
            Input::Posting(Posting {
                legs: legs(Action::Capture { hold: reserved, amount: 60 }),
                ..pay(new_id(city), payer, shop, 1)
            }),
            Input::Posting(hold(new_id(city), 30)),
            Input::Posting(Posting {
                counts: vec![Count { key: new_id(city), win: 2, add: 5, cap: None }],
                ..pay(new_id(city), payer, shop, 5)
            }),
            Input::Posting(pay(new_id(city), payer, shop, 9_998)),
            command(flags::DEBITS_COVERED | flags::NO_DEBIT),
        ];
        let at = city.clock().now();
        let first = apply(&mut state, &first, at).1;
        let key = HeadKey::from_seed(&[7; 32]);
        let sealed = first.seal(writer.epoch, &key);
        write_batch(&mut db, &first, &sealed, writer.epoch).await.expect("an honest batch");
        state.head.hash = sealed.hash;
        state.forget(Room::LEADER);
        // What the ledger would look up before it judges the second batch.
        state.holds.insert(reserved, first.opened[0].hold.clone());
        let second = apply(&mut state, &second, at).1;
        Self { db, epoch: writer.epoch, first, second }
    }

    /// Which rule refuses a batch; none when it was written.
    async fn refused(&mut self, writes: &Writes, epoch: i64) -> Option<String> {
        let sealed = writes.seal(epoch, &HeadKey::from_seed(&[7; 32]));
        let error = write_batch(&mut self.db, writes, &sealed, epoch).await.err()?;
        let refused = error.as_database_error().expect("the server answers");
        let code = refused.code().unwrap_or_default();
        Some(match refused.constraint() {
            Some(rule) => rule.to_owned(),
            None => format!("{code}: {}", refused.message()),
        })
    }
}

/// A change of an honest batch, given the batch before.
type Forgery = fn(&mut Writes, &Writes);

/// Forgeries, each with what the database says of it.
const FORGERIES: [(&str, Forgery, &str); 24] = [
    ("a leg moves more", |batch, _| batch.transfers[0].amount += 1, "balances"),
    ("a leg goes elsewhere", |batch, _| batch.transfers[0].dr = AccountNo(999_999), "balances"),
    (
        "a leg is missing",
        |batch, _| batch.transfers.truncate(batch.transfers.len() - 1),
        "balances",
    ),
    ("a leg comes twice", |batch, _| batch.transfers.push(batch.transfers[0].clone()), "legs"),
    (
        "an old id moves again",
        |batch, first| batch.transfers[0].posting = first.transfers[0].posting,
        "legs",
    ),
    ("RAM has another sum", |batch, _| batch.accounts[0].balance.debits_posted += 1, "balances"),
    (
        "RAM has another reserve",
        |batch, _| batch.accounts[0].balance.debits_pending += 1,
        "balances",
    ),
    ("RAM has another version", |batch, _| batch.accounts[0].version += 1, "balances"),
    ("RAM has other flags", |batch, _| batch.accounts[0].flags |= 8, "balances"),
    (
        "RAM lacks an account",
        |batch, _| batch.accounts.truncate(batch.accounts.len() - 1),
        "balances",
    ),
    (
        "a hold is made twice",
        |batch, first| batch.opened[0].posting = first.opened[0].posting,
        "new holds",
    ),
    (
        "a hold that is none is resolved",
        |batch, _| batch.resolved[0].posting = Uuid::nil(),
        "resolved holds",
    ),
    (
        "a hold is resolved to nothing",
        |batch, _| batch.resolved[0].hold.resolved_by = None,
        "ledger_hold_resolved_once",
    ),
    (
        "a counter begins twice",
        |batch, first| {
            (batch.begun[0].key, batch.begun[0].win) = (first.begun[0].key, first.begun[0].win);
        },
        "new counters",
    ),
    ("a counter rises more", |batch, _| batch.changed[0].added += 1, "counters"),
    ("RAM has another counter", |batch, _| batch.changed[0].used += 1, "counters"),
    (
        "a counter passes its cap",
        |batch, _| {
            let CounterRow { added, used, .. } = &mut batch.changed[0];
            (*added, *used) = (*added + 9_000, *used + 9_000);
        },
        "ledger_counter_within_cap",
    ),
    ("a subject is resolved again", |batch, first| batch.claims[0].0 = first.claims[0].0, "claims"),
    (
        "an answer is given again",
        |batch, first| batch.rejections[0].posting = first.rejections[0].posting,
        "refusals",
    ),
    (
        "a command is carried out again",
        |batch, first| batch.commands[0].id = first.commands[0].id,
        "commands",
    ),
    (
        "a document is replaced",
        |batch, first| batch.docs[0].0 = first.docs[0].0,
        "posting_doc_pkey",
    ),
    ("a batch is left out", |batch, _| batch.n += 1, "the writer"),
    ("a batch is written again", |batch, _| batch.n -= 1, "the writer"),
    (
        "money that is not there",
        |batch, _| {
            let (dr, cr) = (batch.transfers[0].dr, batch.transfers[0].cr);
            batch.transfers[0].amount += 9_000;
            for account in &mut batch.accounts {
                if account.no == dr {
                    account.balance.debits_posted += 9_000;
                }
                if account.no == cr {
                    account.balance.credits_posted += 9_000;
                }
            }
        },
        "ledger_account_debits_covered",
    ),
];

#[test]
fn a_forged_batch_is_taken_back_whole() {
    run::<Books>(async |city: &City<Books>| {
        let mut books = Pages::of(city).await;
        let second = books.second.clone();
        assert!(!second.begun.is_empty() && !second.changed.is_empty());
        let rows = "select (select count(*) from payments.ledger_transfer) * 10000
                         + (select count(*) from payments.ledger_hold) * 1000
                         + (select count(*) from payments.ledger_claim) * 100
                         + (select count(*) from payments.ledger_counted) * 10
                         + (select last_batch from payments.ledger_writer)";
        let sums = "select sum(id * (debits_posted + 3 * credits_posted + 7 * debits_pending)) from payments.ledger_account";
        let before = (one(city, rows).await, one(city, sums).await);

        for (what, forge, said) in FORGERIES {
            let mut forged = second.clone();
            forge(&mut forged, &books.first.clone());
            assert_ne!(forged, second, "{what}");
            let epoch = books.epoch;
            let refused = books.refused(&forged, epoch).await;
            assert!(
                refused.as_deref().is_some_and(|why| why.contains(said)),
                "{what}: {refused:?}"
            );
            assert_eq!((one(city, rows).await, one(city, sums).await), before, "{what}");
        }
        for epoch in [books.epoch - 1, books.epoch + 1] {
            let refused = books.refused(&second, epoch).await.unwrap();
            assert!(refused.starts_with("LG004"), "{refused}");
        }

        let epoch = books.epoch;
        assert_eq!(books.refused(&second, epoch).await, None, "the honest batch is taken");
        let again = books.refused(&second, epoch).await.unwrap();
        assert!(again.starts_with("LG004"), "and only once: {again}");
    });
}
