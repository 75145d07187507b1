//! Payments and statements over HTTP while processes are killed: one order explains all that clients were told.
//!
//! Clients move money inside groups of wallets, by postings of several legs and as residents who confirm what they send,
//! and read statements at both instances. Some read the whole group at the place of their own posting, which no statement of the moment could show: there the money
//! of the group must be complete. When all is mended, everybody's statement is read once more at both instances, so that
//! nothing acknowledged may be missing. The instances read one PostgreSQL: a follower with a standby of its own could
//! be late, and then only `serializable` would be promised.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use city_auth::Principal;
use city_boot::{Process, Tasks};
use city_clock::{Clock as _, SystemClock};
use city_ids::{Ids, PostingId, WalletId};
use city_payments::check::check;
use city_payments::ledger::{AccountNo, Class, Leg, Posting, Purpose, Verdict};
use city_payments::open_account;
use city_receipt::HeadKey;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::{Mutex, mpsc};

use super::client::Client;
use super::corrupted::Spoiled;
use super::history::{History, Known, MEMBERS, MONEY, Step};
use super::instance::Pair;
use super::progress::Progress;
use super::residents::{Door, Insistence, resident};
use super::servers::Servers;
use super::{Fault, HEAD_SEED, TURN, setting};
use crate::ledger::dice::Dice;

/// Clients at work at once.
pub const CLIENTS: u64 = 8;
/// Groups for each round, so that a long run has as many as it needs.
const GROUPS: usize = 3;
/// Rounds when nobody says how many: the faults after which a client cannot know what became of its posting.
const ROUNDS: u64 = 3;

/// Transactions between two faults; far more than there are clients.
const SOME: usize = 80;

/// A wallet with its owner.
pub struct Wallet {
    pub id: WalletId,
    pub owner: Principal,
    pub account: AccountNo,
}

/// What all clients share.
pub struct Shared {
    pub wallets: Vec<Wallet>,
    pub postings: AtomicUsize,
    /// Payments that residents confirmed and that took effect; each of some of them was asked for again.
    pub confirmed: AtomicUsize,
    pub asked_again: AtomicUsize,
    pub history: Mutex<History>,
    pub progress: Progress,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_explains_all_that_clients_were_told_while_processes_were_killed() {
    let _turn = TURN.lock().await;
    let process = Process::detached(); // the ways of TLS are chosen once
    let (rounds, seed) = (setting("CITY_CHAOS_ROUNDS", ROUNDS), setting("CITY_CHAOS_SEED", 1));
    let rounds = usize::try_from(rounds).expect("some rounds");
    let (groups, mut dice) = (GROUPS * rounds.max(1), Dice::new(seed));
    let mut servers = Servers::start("serial").await;
    let mut pair = Pair::start(&servers).await;
    let shared = Arc::new(Shared::open(&servers, &pair.door(), groups).await);
    let mut ended = start(&process.tasks, &shared, &pair.door(), seed);
    let progress = &shared.progress;
    progress
        .answered_more(SOME, Duration::from_mins(1))
        .await
        .expect("the city works before it is broken");

    for round in 0..rounds {
        let fault = Fault::of(round, &mut dice);
        let begun = Instant::now();
        fault.strike(&mut pair, &mut servers).await;
        let recovered = progress.answered_more(SOME, Duration::from_mins(1)).await;
        eprintln!("round {round}: {fault:?}, {SOME} transactions after {:.1?}", begun.elapsed());
        assert!(recovered.is_some(), "seed {seed}, round {round}, {fault:?}: nobody is answered");
        pair.mend(&servers).await;
    }
    progress.stop();
    let mut clients = 0;
    while ended.recv().await.is_some() {
        clients += 1;
    }
    assert_eq!(clients, CLIENTS, "a client ended before its time: it was told something wrong");
    shared.read_all(&pair.door()).await;

    let history = std::mem::take(&mut *shared.history.lock().await);
    let judging = Instant::now();
    assert_eq!(history.judge(), Ok(()), "seed {seed}");
    let (done, totals) = (history.done().count(), history.totals());
    let unknown = history.0.iter().filter(|entry| entry.known == Known::Unknown).count();
    eprintln!(
        "{done} transactions, {unknown} given up, {totals} totals are right; judged in {:.1?}",
        judging.elapsed()
    );
    assert!(totals > 20, "only {totals} totals were read");
    let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
    let (confirmed, again) = (count(&shared.confirmed), count(&shared.asked_again));
    eprintln!("{confirmed} payments were confirmed by residents, {again} asked for again");
    assert!(confirmed > 20 && again > 5, "only {confirmed} confirmed, {again} asked for again");
    for way in [Spoiled::Lost, Spoiled::Torn, Spoiled::Stale] {
        let mut spoiled = history.clone();
        assert!(way.spoil(&mut spoiled), "seed {seed}: no place for {way:?}");
        assert!(spoiled.judge().is_err(), "seed {seed}: {way:?} passes");
    }
    let keys = HeadKey::from_seed(&HEAD_SEED).published();
    let mut db = servers.connect().await;
    check(&mut db, &keys, 1, |_, _| {}).await.expect("the books agree");
    drop(pair);
    servers.stop().await;
}

/// Sets the clients to work. Each says when it has ended, and the channel ends with the last of them.
fn start(tasks: &Tasks, shared: &Arc<Shared>, door: &[String; 2], seed: u64) -> mpsc::Receiver<()> {
    let (finished, ended) = mpsc::channel(usize::try_from(CLIENTS).expect("a few"));
    for number in 0..CLIENTS {
        let mut client = Client {
            number,
            door: Door::new(door, usize::from(number % 2 == 0)),
            ids: Ids::random(),
            dice: Dice::new(seed << 8 | number),
            shared: shared.clone(),
        };
        let finished = finished.clone();
        tasks.spawn(async move {
            while !client.shared.progress.stopped() {
                client.act().await;
                client.shared.progress.answer();
            }
            finished.send(()).await.expect("somebody waits for the last");
        });
    }
    ended
}

impl Shared {
    /// Opens the wallets and fills them.
    async fn open(servers: &Servers, door: &[String; 2], groups: usize) -> Self {
        let (mut db, ids, mut door) = (servers.connect().await, Ids::random(), Door::new(door, 0));
        let ext = ids.uuid(SystemClock.now());
        let bank = open_account(&mut db, ext, Class::Guarantee, None).await;
        let bank = bank.expect("an account opens");
        let (mut wallets, mut history) = (Vec::new(), History::default());
        for group in 0..groups {
            let (mut legs, mut steps) = (Vec::new(), Vec::new());
            let id = ids.uuid(SystemClock.now());
            for member in 0..MEMBERS {
                let owner = resident(&ids);
                let wallet = door.open_wallet(&owner, &ids).await;
                let sql = "select account from payments.wallet where id = ";
                let sql = AssertSqlSafe(format!("{sql}'{}'", wallet.id.as_uuid()));
                let row = sqlx::raw_sql(sql).fetch_one(&mut db).await.expect("it is open");
                let account = AccountNo(row.get(0));
                wallets.push(Wallet { id: wallet.id, owner, account });
                legs.push(Leg::post(bank, account, MONEY, Purpose::TopUp));
                let leg = format!("{}.{member}", PostingId::restore(id));
                steps.push(Step::Append { account: group * MEMBERS + member, leg });
            }
            history.push(CLIENTS, Known::Asked, steps.clone());
            let filled =
                door.post(&Posting::new(id, [7; 32], legs), Insistence::UntilAnswered).await;
            assert!(matches!(filled, Some(Verdict::Created(_))), "{filled:?}");
            history.push(CLIENTS, Known::Done, steps);
        }
        Self {
            wallets,
            postings: AtomicUsize::new(0),
            confirmed: AtomicUsize::new(0),
            asked_again: AtomicUsize::new(0),
            history: Mutex::new(history),
            progress: Progress::default(),
        }
    }

    /// Reads every statement at both instances.
    async fn read_all(&self, door: &[String; 2]) {
        let mut history = self.history.lock().await;
        for instance in 0..2 {
            let mut door = Door::new(door, instance);
            for (account, wallet) in self.wallets.iter().enumerate() {
                let asked = Step::Read { account, lines: Vec::new() };
                history.push(CLIENTS, Known::Asked, vec![asked]);
                let lines = door.statement(&wallet.owner, None).await;
                history.push(CLIENTS, Known::Done, vec![Step::Read { account, lines }]);
            }
        }
    }
}
