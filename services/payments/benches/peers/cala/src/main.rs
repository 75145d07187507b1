//! `cala-ledger` as a peer of `cargo xtask bench payments`: payments to one payee, some in a call, several callers.
//!
//! ```text
//! peer-cala prepare --accounts 100000 --within 120
//! peer-cala run --accounts 100000 --batch 100 --callers 4 --seconds 5
//! ```
//! The database is `PEER_DATABASE_URL`, one of its own. Each command prints one line of JSON.
//!
//! What favours the peer: no wallet is kept from going below zero (that would be a velocity control an account), nothing
//! reads its outbox, and no effective balances are kept. A payment counts when its call has returned.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use cala_ledger::account::NewAccount;
use cala_ledger::job::{JobSvcConfig, Jobs};
use cala_ledger::journal::NewJournal;
use cala_ledger::posting::PostingInput;
use cala_ledger::tx_template::{
    NewParamDefinition, NewTxTemplate, NewTxTemplateEntry, NewTxTemplateTransaction, ParamDataType,
    Params,
};
use cala_ledger::{AccountId, CalaLedger, CalaLedgerConfig, JournalId, TransactionId};
use rust_decimal::Decimal;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

const TEMPLATE: &str = "PAYMENT";
const JOURNAL: u128 = 1 << 64;
/// Accounts made in a call.
const MADE: u64 = 500;
/// Balances that a call may touch, as the library says.
const BALANCES: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let command = words.next().context("prepare or run")?;
    let (mut accounts, mut within, mut batch, mut callers, mut seconds) = (100_000, 120, 1, 1, 5);
    while let Some(flag) = words.next() {
        let value = words.next().context("a flag has a value")?.parse()?;
        match flag.as_str() {
            "--accounts" => accounts = value,
            "--within" => within = value,
            "--batch" => batch = value,
            "--callers" => callers = value,
            "--seconds" => seconds = value,
            _ => bail!("{flag} is unknown"),
        }
    }
    match command.as_str() {
        "prepare" => prepare(accounts, Duration::from_secs(within)).await,
        "run" => run(accounts, batch, callers, Duration::from_secs(seconds)).await,
        _ => bail!("prepare or run"),
    }
}

async fn ledger(connections: u64) -> anyhow::Result<CalaLedger> {
    let url = std::env::var("PEER_DATABASE_URL").context("PEER_DATABASE_URL")?;
    let pool =
        PgPoolOptions::new().max_connections(u32::try_from(connections)? + 2).connect(&url).await?;
    let mut jobs = Jobs::init(JobSvcConfig::builder().pool(pool.clone()).build()?).await?;
    let config = CalaLedgerConfig::builder().pool(pool).exec_migrations(true).build()?;
    Ok(CalaLedger::init(config, &mut jobs).await?)
}

/// The account of a number; the payee is 0.
fn account(number: u64) -> AccountId {
    AccountId::from(Uuid::from_u128(1 + u128::from(number)))
}

/// Makes as many accounts as are wanted and time allows.
async fn prepare(wanted: u64, within: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    let ledger = ledger(1).await?;
    let journal = JournalId::from(Uuid::from_u128(JOURNAL));
    ledger.journals().create(NewJournal::builder().id(journal).name("City").build()).await?;
    ledger.tx_templates().create(template(journal)?).await?;
    let mut made = 0;
    while made < wanted && begun.elapsed() < within {
        let some = (made..wanted.min(made + MADE)).map(|number| {
            let code = format!("A{number}");
            NewAccount::builder().id(account(number)).name(code.clone()).code(code).build()
        });
        made += u64::try_from(ledger.accounts().create_all(some.collect()).await?.len())?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{}", serde_json::json!({ "peer": "cala-ledger", "accounts": made, "seconds": seconds }));
    Ok(())
}

/// One payment: the payer's account is debited, the payee's credited.
fn template(journal: JournalId) -> anyhow::Result<NewTxTemplate> {
    let param = |name: &str, kind| NewParamDefinition::builder().name(name).r#type(kind).build();
    let entry = |entry_type: &str, account: &str, direction: &str| {
        NewTxTemplateEntry::builder()
            .entry_type(entry_type)
            .account_id(account)
            .layer("SETTLED")
            .direction(direction)
            .units("params.amount")
            .currency("'VND'")
            .build()
    };
    let transaction = NewTxTemplateTransaction::builder()
        .effective("date()")
        .journal_id(format!("uuid('{journal}')"))
        .build()?;
    Ok(NewTxTemplate::builder()
        .id(Uuid::now_v7())
        .code(TEMPLATE)
        .params(vec![
            param("payer", ParamDataType::Uuid)?,
            param("payee", ParamDataType::Uuid)?,
            param("amount", ParamDataType::Decimal)?,
        ])
        .transaction(transaction)
        .entries(vec![
            entry("'PAYMENT_DR'", "params.payer", "DEBIT")?,
            entry("'PAYMENT_CR'", "params.payee", "CREDIT")?,
        ])
        .build())
}

async fn run(accounts: u64, batch: u64, callers: u64, lasting: Duration) -> anyhow::Result<()> {
    let ledger = ledger(callers).await?;
    let mut tasks = Vec::new();
    // The first call of each is not measured: it fills the caches of templates and statements.
    for caller in 0..callers {
        let mut picks = Picks { state: (caller + 1) << 32, accounts };
        ledger.post_transactions(picks.batch(batch)).await?;
        let ledger = ledger.clone();
        tasks.push((ledger, picks));
    }
    let begun = Instant::now();
    let tasks = tasks.into_iter().map(|(ledger, mut picks)| {
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while begun.elapsed() < lasting {
                let postings = picks.batch(batch);
                let sent = Instant::now();
                let posted = ledger.post_transactions(postings).await?;
                latencies.extend(std::iter::repeat_n(sent.elapsed(), posted.len()));
            }
            anyhow::Ok(latencies)
        })
    });
    let mut latencies = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        latencies.extend(task.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |percent: usize| {
        let last = latencies.len().saturating_sub(1);
        latencies.get(last * percent / 100).map_or(0, Duration::as_micros)
    };
    let line = serde_json::json!({
        "peer": "cala-ledger",
        "variant": format!("{batch} a call, {callers} callers"),
        "acknowledged": latencies.len(),
        "seconds": seconds,
        "p50_us": u64::try_from(at(50))?,
        "p99_us": u64::try_from(at(99))?,
    });
    println!("{line}");
    Ok(())
}

/// Who pays how much.
struct Picks {
    state: u64,
    accounts: u64,
}

impl Picks {
    /// SplitMix64 (Steele, Lea, Flood 2014), as everywhere in the benchmark.
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn batch(&mut self, size: u64) -> Vec<PostingInput> {
        let mut payers = HashSet::new();
        let mut last = 1;
        (0..size)
            .map(|_| {
                // With the payee the call touches one balance more.
                if payers.len() + 1 < BALANCES {
                    last = 1 + self.below(self.accounts - 1);
                    payers.insert(last);
                }
                let mut params = Params::new();
                params.insert("payer", account(last));
                params.insert("payee", account(0));
                params.insert("amount", Decimal::from(1_000 + self.below(49_001)));
                PostingInput::new(TransactionId::new(), TEMPLATE, params)
            })
            .collect()
    }
}
