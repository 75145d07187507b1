//! Clients that pay, and send again until they are answered.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use city_boot::Tasks;
use city_clock::{Clock as _, SystemClock};
use city_ids::{Ids, ServiceName};
use city_payments::ledger::{AccountNo, Action, Class, Input, Leg, Posting, Purpose, Verdict};
use city_payments::open_account;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

use super::instance::identity;
use super::progress::Progress;
use super::servers::Servers;
use crate::ledger::dice::Dice;

const CLIENTS: u64 = 24;
const WALLETS: usize = 50;
/// What each wallet begins with: some become too poor on the way.
const MONEY: i64 = 3_000;

/// How long a client waits before it asks again, perhaps the other instance.
const PATIENCE: Duration = Duration::from_secs(2);

/// The accounts that the clients use.
#[derive(Debug, Clone)]
pub struct Books {
    bank: AccountNo,
    wallets: Vec<AccountNo>,
    payee: AccountNo,
}

impl Books {
    pub async fn open(servers: &Servers) -> Self {
        let (mut db, ids) = (servers.connect().await, Ids::random());
        let mut accounts = Vec::new();
        for class in [Class::Guarantee, Class::Merchant].into_iter().chain([Class::Wallet; WALLETS])
        {
            let ext = ids.uuid(SystemClock.now());
            accounts.push(open_account(&mut db, ext, class, None).await.expect("an account opens"));
        }
        let (bank, payee) = (accounts[0], accounts[1]);
        // Whoever is settled every night is settled once on the day on which a city begins: a posting that no client asked for.
        let by_hand = format!(
            "insert into payments.settlement_rhythm (account, rhythm) values ({}, 'MANUAL')",
            payee.0
        );
        let by_hand = sqlx::raw_sql(AssertSqlSafe(by_hand)).execute(&mut db).await;
        by_hand.expect("a payee is settled by hand");
        Self { bank, payee, wallets: accounts[2..].to_vec() }
    }
}

/// The clients at work.
pub struct Load {
    pub progress: Progress,
    answers: Arc<Mutex<Answers>>,
    done: mpsc::Receiver<()>,
}

/// Every answer that reached a client, by id.
#[derive(Debug, Default)]
pub struct Answers {
    by_id: HashMap<Uuid, (i64, Verdict)>,
    asked_again: usize,
    /// Those that were told something else the second time.
    changed: Vec<String>,
}

struct Client {
    http: reqwest::Client,
    door: [String; 2],
    /// The instance that answered last.
    at: usize,
    books: Books,
    ids: Ids,
    dice: Dice,
    progress: Progress,
}

impl Load {
    pub fn start(tasks: &Tasks, door: &[String; 2], books: &Books, seed: u64) -> Self {
        let progress = Progress::default();
        let answers = Arc::<Mutex<Answers>>::default();
        let (finished, done) = mpsc::channel(usize::try_from(CLIENTS).expect("a few"));
        for number in 0..CLIENTS {
            let mut client = Client {
                http: city_http::client(),
                door: door.clone(),
                at: usize::from(number % 2 == 0),
                books: books.clone(),
                ids: Ids::random(),
                dice: Dice::new(seed << 8 | number),
                progress: progress.clone(),
            };
            let (answers, finished) = (answers.clone(), finished.clone());
            tasks.spawn(async move {
                for round in 0_u64.. {
                    if client.progress.stopped() {
                        break;
                    }
                    // Each client first fills two wallets.
                    let posting = if round < 3 {
                        client.fund(number + round * CLIENTS)
                    } else {
                        client.pay()
                    };
                    let Some(posting) = posting else { continue };
                    let verdict = client.insist(&posting).await;
                    let again = client.dice.once_in(10);
                    // A client that panics would be missed by nobody.
                    let then = if again { client.insist(&posting).await } else { verdict };
                    let changed = (then != verdict)
                        .then(|| format!("{}: {verdict:?}, then {then:?}", posting.id));
                    let amount = match posting.legs[0].action {
                        Action::Post { cr, amount, .. } if cr == client.books.payee => amount,
                        _ => 0,
                    };
                    let mut answers = answers.lock().await;
                    answers.asked_again += usize::from(again);
                    answers.changed.extend(changed);
                    let before = answers.by_id.insert(posting.id, (amount, verdict));
                    answers
                        .changed
                        .extend(before.map(|_| format!("{} was made twice", posting.id)));
                }
                finished.send(()).await.expect("somebody waits for the last");
            });
        }
        Self { progress, answers, done }
    }

    /// Lets every client get its last answer.
    pub async fn stop(mut self) -> Answers {
        self.progress.stop();
        let mut clients = 0;
        while self.done.recv().await.is_some() {
            clients += 1;
        }
        assert_eq!(clients, CLIENTS, "a client ended before its time: it was told something wrong");
        std::mem::take(&mut *self.answers.lock().await)
    }
}

impl Client {
    fn fund(&self, number: u64) -> Option<Posting> {
        let wallet = *self.books.wallets.get(usize::try_from(number).ok()?)?;
        Some(self.posting(self.books.bank, wallet, MONEY))
    }

    fn pay(&mut self) -> Option<Posting> {
        let wallet = |dice: &mut Dice| {
            let at = dice.below(WALLETS as u64);
            self.books.wallets.get(usize::try_from(at).ok()?).copied()
        };
        let (from, to) = (wallet(&mut self.dice)?, wallet(&mut self.dice)?);
        let to = if self.dice.once_in(3) && from != to { to } else { self.books.payee };
        let amount = 1 + self.dice.small(40);
        Some(self.posting(from, to, amount))
    }

    fn posting(&self, dr: AccountNo, cr: AccountNo, amount: i64) -> Posting {
        let id = self.ids.uuid(SystemClock.now());
        Posting::new(id, [7; 32], vec![Leg::post(dr, cr, amount, Purpose::Goods)])
    }

    /// Sends to the one instance, then to the other, until a verdict comes.
    async fn insist(&mut self, posting: &Posting) -> Verdict {
        let input = Input::Posting(posting.clone());
        loop {
            let door = &self.door[self.at];
            let request = self
                .http
                .post(format!("{door}/internal/v1/ledger/inputs"))
                .bearer_auth(identity().mint_own(ServiceName::Payments))
                .timeout(PATIENCE)
                .json(&input);
            if let Ok(answer) = request.send().await
                && answer.status().is_success()
                && let Ok(verdict) = answer.json::<Verdict>().await
            {
                self.progress.answer();
                return verdict;
            }
            self.at = 1 - self.at;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Answers {
    /// Compares what was answered with what is written: each once, nothing else, and the payee has all of it.
    pub async fn judge(&self, db: &mut PgConnection) -> Result<(), String> {
        if let Some(changed) = self.changed.first() {
            return Err(changed.clone());
        }
        let mut written = HashMap::new();
        let rows = sqlx::raw_sql(
            "select posting, batch, seq, amount from payments.ledger_transfer
             union all select posting, batch, 0, 0 from payments.ledger_rejection",
        );
        for row in rows.fetch_all(&mut *db).await.map_err(|error| error.to_string())? {
            let (id, batch, seq): (Uuid, i64, i64) = (row.get(0), row.get(1), row.get(2));
            if written.insert(id, (batch, seq)).is_some() {
                return Err(format!("{id} is written twice"));
            }
        }
        let mut received = 0;
        for (id, (amount, verdict)) in &self.by_id {
            let row = written.remove(id);
            match (verdict, row) {
                (Verdict::Created(created), Some(row)) if row == (created.batch, created.seq) => {
                    received += amount;
                }
                (Verdict::Refused(_), Some((_, 0))) => {}
                other => return Err(format!("{id} was answered and is {other:?}")),
            }
        }
        if let Some(id) = written.keys().next() {
            return Err(format!("{id} is written and nobody was told"));
        }
        let sql =
            "select credits_posted - debits_posted from payments.ledger_account where class = 21";
        let row = sqlx::raw_sql(sql).fetch_one(db).await.map_err(|error| error.to_string())?;
        let balance: i64 = row.get(0);
        if balance == received { Ok(()) } else { Err(format!("{received} paid, {balance} there")) }
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused =
            self.by_id.values().filter(|(_, verdict)| matches!(verdict, Verdict::Refused(_)));
        let (all, refused) = (self.by_id.len(), refused.count());
        write!(
            f,
            "{all} postings answered, {refused} of them refused, {} asked again",
            self.asked_again
        )
    }
}
