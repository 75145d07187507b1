//! Payments and statements over HTTP while processes are killed: one order explains all that clients were told.
//!
//! Clients move money inside groups of wallets, by postings of several legs, and read statements at both instances. Some
//! read the whole group at the place of their own posting, which no statement of the moment could show: there the money
//! of the group must be complete. When all is mended, everybody's statement is read once more at both instances, so that
//! nothing acknowledged may be missing. The instances read one PostgreSQL: a follower with a standby of its own could
//! be late, and then only `serializable` would be promised.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use city_auth::Principal;
use city_boot::{Process, Tasks};
use city_clock::{Clock as _, SystemClock};
use city_ids::{Ids, PostingId};
use city_payments::check::check;
use city_payments::ledger::{AccountNo, Class, Code, Leg, Posting, Purpose, Verdict};
use city_payments::open_account;
use city_receipt::HeadKey;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::{Mutex, mpsc};

use super::corrupted::Spoiled;
use super::history::{History, Known, Line, MEMBERS, MONEY, Step};
use super::instance::Pair;
use super::progress::Progress;
use super::residents::{Door, Insistence, resident};
use super::servers::Servers;
use super::{Fault, HEAD_SEED, TURN, setting};
use crate::ledger::dice::Dice;

const CLIENTS: u64 = 8;
/// Groups for each round, so that a long run has as many as it needs.
const GROUPS: usize = 3;
/// Postings after which clients go on to the next group: statements stay short enough to be read whole.
const GROUP_POSTINGS: usize = 100;
/// Rounds when nobody says how many: the faults after which a client cannot know what became of its posting.
const ROUNDS: u64 = 3;

/// Transactions between two faults; far more than there are clients.
const SOME: usize = 80;

/// A wallet with its owner.
struct Wallet {
    owner: Principal,
    account: AccountNo,
}

/// What all clients share.
struct Shared {
    wallets: Vec<Wallet>,
    postings: AtomicUsize,
    history: Mutex<History>,
    progress: Progress,
}

struct Client {
    /// The number that the history knows; another one after giving up.
    number: u64,
    door: Door,
    ids: Ids,
    dice: Dice,
    shared: Arc<Shared>,
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
    assert_eq!(ended.recv().await, None, "nobody sends: all have ended");
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

/// Sets the clients to work. The channel ends with the last of them.
fn start(tasks: &Tasks, shared: &Arc<Shared>, door: &[String; 2], seed: u64) -> mpsc::Receiver<()> {
    let (finished, ended) = mpsc::channel(1);
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
            drop(finished);
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
                wallets.push(Wallet { owner, account });
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

impl Client {
    /// One transaction.
    async fn act(&mut self) {
        let group = self.shared.postings.load(Ordering::Relaxed) / GROUP_POSTINGS;
        let last = self.shared.wallets.len() / MEMBERS - 1;
        let first = group.min(last) * MEMBERS;
        if self.dice.once_in(8) {
            self.door.turn();
        }
        match self.dice.below(10) {
            0..=3 => {
                let account = first + self.member();
                self.read(account).await;
            }
            4..=7 => self.post(first, false).await,
            _ => self.post(first, true).await,
        }
    }

    fn member(&mut self) -> usize {
        usize::try_from(self.dice.below(MEMBERS as u64)).expect("a small number")
    }

    async fn note(&self, known: Known, steps: Vec<Step>) {
        self.shared.history.lock().await.push(self.number, known, steps);
    }

    /// A statement as it is now.
    async fn read(&mut self, account: usize) {
        self.note(Known::Asked, vec![Step::Read { account, lines: Vec::new() }]).await;
        let owner = &self.shared.wallets[account].owner;
        let lines = self.door.statement(owner, None).await;
        self.note(Known::Done, vec![Step::Read { account, lines }]).await;
    }

    /// A posting, perhaps with the statements of the whole group as they were just before it.
    async fn post(&mut self, first: usize, with_total: bool) {
        self.shared.postings.fetch_add(1, Ordering::Relaxed);
        let (posting, payer, appends) = self.posting(first);
        let reads = |lines: Vec<Vec<Line>>| {
            let lines = lines.into_iter().enumerate();
            lines.map(move |(at, lines)| Step::Read { account: first + at, lines })
        };
        let mut asked = Vec::new();
        if with_total {
            asked.extend(reads(vec![Vec::new(); MEMBERS]));
        }
        asked.extend(appends.iter().cloned());
        self.note(Known::Asked, asked.clone()).await;
        let gives_up = self.dice.once_in(6);
        let insistence = if gives_up { Insistence::Once } else { Insistence::UntilAnswered };
        let known = match self.door.post(&posting, insistence).await {
            Some(Verdict::Created(_)) => Known::Done,
            None => Known::Unknown,
            Some(verdict) => {
                let poor = matches!(&verdict, Verdict::Refused(refused) if refused.code == Code::InsufficientFunds);
                assert!(poor, "{} came to {verdict:?}", posting.id);
                Known::Refused
            }
        };
        let mut steps = Vec::new();
        if with_total && known == Known::Done {
            let shared = self.shared.clone();
            let owner = |at: usize| &shared.wallets[at].owner;
            let place = self.door.place(owner(payer), PostingId::restore(posting.id)).await;
            let mut lines = Vec::new();
            for at in first..first + MEMBERS {
                lines.push(self.door.statement(owner(at), Some(place.clone())).await);
            }
            steps.extend(reads(lines));
        }
        steps.extend(appends);
        self.note(known, if known == Known::Done { steps } else { asked }).await;
        if known == Known::Unknown {
            self.number += CLIENTS + 1; // the one who filled the wallets has a number too
            self.door.turn();
        }
    }

    /// One to four legs inside a group; sometimes the last is more than anybody has. With its first payer.
    fn posting(&mut self, first: usize) -> (Posting, usize, Vec<Step>) {
        let id = self.ids.uuid(SystemClock.now());
        let (mut legs, mut steps, mut payer) = (Vec::new(), Vec::new(), first);
        let count = 1 + self.dice.below(4);
        for place in 0..count {
            let from = self.member();
            let to =
                (from + 1 + usize::try_from(self.dice.below(MEMBERS as u64 - 1)).expect("small"))
                    % MEMBERS;
            let (from, to) = (first + from, first + to);
            let too_much = place + 1 == count && self.dice.once_in(12);
            let amount = if too_much { MONEY * 10 } else { 1 + self.dice.small(60) };
            let account = |at: usize| self.shared.wallets[at].account;
            legs.push(Leg::post(account(from), account(to), amount, Purpose::Person));
            if place == 0 {
                payer = from;
            }
            let leg = format!("{}.{place}", PostingId::restore(id));
            steps.extend([from, to].map(|account| Step::Append { account, leg: leg.clone() }));
        }
        (Posting::new(id, [7; 32], legs), payer, steps)
    }
}
