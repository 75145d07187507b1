//! A client of the serial run: it pays, sends and reads, and notes what it asked and was told.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use city_clock::{Clock as _, SystemClock};
use city_ids::{Ids, PostingId};
use city_payments::ledger::{Code, Leg, Posting, Purpose, Verdict};

use super::history::{Known, Line, MEMBERS, MONEY, Step};
use super::residents::{Door, Insistence, Sent};
use super::serial::{CLIENTS, Shared};
use crate::ledger::dice::Dice;

/// Postings after which clients go on to the next group: statements stay short enough to be read whole.
const GROUP_POSTINGS: usize = 100;

/// A client at work.
pub struct Client {
    /// The number that the history knows; another one after giving up.
    pub number: u64,
    pub door: Door,
    pub ids: Ids,
    pub dice: Dice,
    pub shared: Arc<Shared>,
}

impl Client {
    /// One transaction.
    pub async fn act(&mut self) {
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
            4 | 5 => self.post(first, false).await,
            6 | 7 => self.send(first).await,
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
        let insistence = self.insistence();
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
            self.begin_anew();
        }
    }

    /// Money that a resident sends and confirms; asked for again it is answered alike.
    async fn send(&mut self, first: usize) {
        self.shared.postings.fetch_add(1, Ordering::Relaxed);
        let (from, to) = self.two(first);
        let shared = self.shared.clone();
        let (sender, payee) = (&shared.wallets[from].owner, shared.wallets[to].id);
        let id = self.ids.uuid(SystemClock.now());
        let too_much = self.dice.once_in(12);
        let amount = if too_much { MONEY * 10 } else { 1 + self.dice.small(60) };
        let payment = (id, payee, amount);
        let leg = format!("{}.0", PostingId::restore(id));
        let steps = [from, to].map(|account| Step::Append { account, leg: leg.clone() }).to_vec();
        self.note(Known::Asked, steps.clone()).await;
        let insistence = self.insistence();
        let sent = self.door.send_money(sender, payment, insistence).await;
        let known = match &sent {
            Some(Sent::Done(_)) => Known::Done,
            None => Known::Unknown,
            Some(Sent::Refused(code)) => {
                assert_eq!(code, Code::InsufficientFunds.name(), "{id}");
                Known::Refused
            }
        };
        self.note(known, steps).await;
        if known == Known::Unknown {
            return self.begin_anew();
        }
        shared.confirmed.fetch_add(usize::from(known == Known::Done), Ordering::Relaxed);
        if self.dice.once_in(4) {
            self.door.turn();
            let again = self.door.send_money(sender, payment, Insistence::UntilAnswered).await;
            assert_eq!(again, sent, "{id} is answered otherwise");
            shared.asked_again.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// One of six clients gives up when no answer comes.
    fn insistence(&mut self) -> Insistence {
        if self.dice.once_in(6) { Insistence::Once } else { Insistence::UntilAnswered }
    }

    /// Whoever gave up is never heard of again; somebody else takes the place.
    const fn begin_anew(&mut self) {
        self.number += CLIENTS + 1; // the one who filled the wallets has a number too
        self.door.turn();
    }

    /// Two members of a group.
    fn two(&mut self, first: usize) -> (usize, usize) {
        let from = self.member();
        let by = 1 + usize::try_from(self.dice.below(MEMBERS as u64 - 1)).expect("small");
        (first + from, first + (from + by) % MEMBERS)
    }

    /// One to four legs inside a group; sometimes the last is more than anybody has. With its first payer.
    fn posting(&mut self, first: usize) -> (Posting, usize, Vec<Step>) {
        let id = self.ids.uuid(SystemClock.now());
        let (mut legs, mut steps, mut payer) = (Vec::new(), Vec::new(), first);
        let count = 1 + self.dice.below(4);
        for place in 0..count {
            let (from, to) = self.two(first);
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
