//! Inputs, one after another, to verdicts and rows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use city_clock::Timestamp;
use city_receipt::sha256;
use uuid::Uuid;

use super::judge::{Judged, Plan, Reason, judge};
use super::{
    AccountNo, Code, Command, CommandRefusal, CommandRow, Counter, CounterRow, Created, Decision,
    HoldRow, Input, Known, KnownCommand, Posting, Refused, RejectionRow, Resolution, State,
    TransferRow, Verdict, Writes, flags,
};

/// Judges inputs in their order and does what they say in RAM: a verdict for each, and the rows of the batch.
///
/// Everything that the inputs need ([`super::Needs`]) must be in `state`; what is not there does not exist.
pub fn apply(state: &mut State, inputs: &[Input], now: Timestamp) -> (Vec<Verdict>, Writes) {
    let mut batch = Batch::on(state, now);
    let verdicts = inputs
        .iter()
        .map(|input| match input {
            Input::Posting(posting) => batch.posting(posting),
            Input::Command(command) => batch.command(command),
            Input::Lookup { id } => batch.state.look_up(*id),
        })
        .collect();
    (verdicts, batch.finish())
}

/// A batch under way.
struct Batch<'a> {
    state: &'a mut State,
    number: i64,
    first_seq: i64,
    at: Timestamp,
    transfers: Vec<TransferRow>,
    rejections: BTreeMap<Uuid, RejectionRow>,
    commands: BTreeMap<Uuid, CommandRow>,
    accounts: BTreeSet<AccountNo>,
    opened: BTreeSet<Uuid>,
    resolved: BTreeSet<Uuid>,
    /// By how much counters changed, and which of them begin.
    counters: BTreeMap<(Uuid, i32), i64>,
    begun: HashSet<(Uuid, i32)>,
    counted: Vec<(Uuid, Uuid, i32, i64)>,
    claims: Vec<(Uuid, Uuid, i16)>,
    docs: Vec<(Uuid, Option<String>, Option<String>)>,
    events: Vec<super::Event>,
}

impl<'a> Batch<'a> {
    fn on(state: &'a mut State, now: Timestamp) -> Self {
        let head = state.head;
        Self {
            state,
            number: head.batch + 1,
            first_seq: head.seq + 1,
            at: now.max(head.at), // a clock that steps back does not turn the books back
            transfers: Vec::new(),
            rejections: BTreeMap::new(),
            commands: BTreeMap::new(),
            accounts: BTreeSet::new(),
            opened: BTreeSet::new(),
            resolved: BTreeSet::new(),
            counters: BTreeMap::new(),
            begun: HashSet::new(),
            counted: Vec::new(),
            claims: Vec::new(),
            docs: Vec::new(),
            events: Vec::new(),
        }
    }

    fn posting(&mut self, posting: &Posting) -> Verdict {
        if let Some(known) = self.state.known.get(&posting.id) {
            return replay(self.state, posting, known);
        }
        match judge(self.state, posting, self.at) {
            Judged::TooEarly => Verdict::TooEarly,
            Judged::Refused(reason) => self.refuse(posting, reason),
            Judged::Created(plan) => self.create(posting, *plan),
        }
    }

    fn refuse(&mut self, posting: &Posting, reason: Reason) -> Verdict {
        let Reason { code, detail, winner } = reason;
        let (id, req_hash, at) = (posting.id, posting.req_hash, self.at);
        self.rejections.insert(id, RejectionRow { posting: id, code, detail, req_hash });
        let answer = Resolution::Refused { code, detail, at };
        self.state.known.insert(id, Known { req_hash, answer });
        Verdict::Refused(Refused { code, detail, winner, at })
    }

    fn create(&mut self, posting: &Posting, plan: Plan) -> Verdict {
        let id = posting.id;
        let seq = self.state.head.seq + 1;
        for ((number, leg), planned) in (0_i16..).zip(&posting.legs).zip(&plan.legs) {
            self.state.head.seq += 1;
            let first = number == 0;
            let ext = |no| self.state.accounts.get(&no).map(|account| account.ext);
            self.transfers.push(TransferRow {
                posting: id,
                leg: number,
                seq: self.state.head.seq,
                kind: leg.action.number(),
                purpose: leg.purpose.number(),
                dr: planned.dr,
                dr_ext: ext(planned.dr).unwrap_or_default(),
                cr: planned.cr,
                cr_ext: ext(planned.cr).unwrap_or_default(),
                amount: planned.amount,
                released: planned.released,
                hold: leg.action.hold(),
                reference: leg.reference,
                dr_after: planned.dr_after,
                cr_after: planned.cr_after,
                expires_at: match leg.action {
                    super::Action::Hold { expires_at, .. } => Some(expires_at),
                    _ => None,
                },
                req_hash: first.then_some(posting.req_hash),
                doc_hash: posting
                    .doc
                    .as_ref()
                    .filter(|_| first)
                    .map(|doc| sha256(&[doc.as_bytes()])),
            });
        }
        for (no, balance) in plan.balances {
            self.touch(no);
            if let Some(account) = self.state.accounts.get_mut(&no) {
                account.balance = balance;
            }
        }
        for (hold, after) in plan.holds {
            if hold == id {
                self.opened.insert(hold);
            } else if !self.opened.contains(&hold) {
                self.resolved.insert(hold);
            }
            self.state.holds.insert(hold, after);
        }
        for ((key, win), (added, cap)) in plan.counters {
            let begun = &mut self.begun;
            let counter = self.state.counters.entry((key, win)).or_insert_with(|| {
                begun.insert((key, win));
                Counter { used: 0, cap }
            });
            counter.used += added; // its bounds were judged
            *self.counters.entry((key, win)).or_default() += added;
            self.counted.push((id, key, win, added));
        }
        for claim in &posting.claims {
            self.claim(claim.subject, id, claim.outcome);
        }
        if posting.doc.is_some() || posting.note.is_some() {
            self.docs.push((id, posting.doc.clone(), posting.note.clone()));
        }
        self.events.extend(posting.events.iter().cloned());
        let created = Created { batch: self.number, seq, at: self.at };
        let answer = Resolution::Created(created);
        self.state.known.insert(id, Known { req_hash: posting.req_hash, answer });
        Verdict::Created(created)
    }

    fn command(&mut self, command: &Command) -> Verdict {
        let (kind, arg, at) = (command.decision.number(), command.decision.arg(), self.at);
        let object = self.state.object_of(command);
        if let Some(known) = self.state.commands.get(&command.id) {
            return replayed_command(known, command, object);
        }
        if let Err(refusal) = self.decide(command) {
            return Verdict::CommandRefused(refusal);
        }
        self.events.extend(command.events.iter().cloned());
        let (id, actor, reason) = (command.id, command.actor, command.reason.clone());
        self.commands.insert(id, CommandRow { id, kind, object, arg, actor, reason });
        let known = KnownCommand { kind, object, arg, batch: self.number, at };
        self.state.commands.insert(id, known);
        Verdict::Commanded { batch: self.number, at }
    }

    fn decide(&mut self, command: &Command) -> Result<(), CommandRefusal> {
        match command.decision {
            Decision::SetFlags { account: no, flags: wanted, only_from } => {
                let account = self.state.accounts.get_mut(&no);
                let account = account.ok_or(CommandRefusal::AccountNotFound)?;
                let of_class = flags::DEBITS_COVERED | flags::CREDITS_COVERED;
                let known = of_class | flags::NO_DEBIT | flags::NO_CREDIT | flags::CLOSED;
                if (account.flags ^ wanted) & of_class != 0 || wanted & !known != 0 {
                    return Err(CommandRefusal::FlagsOfClass);
                }
                if account.has(flags::CLOSED) && wanted & flags::CLOSED == 0 {
                    return Err(CommandRefusal::AccountClosed);
                }
                if only_from.is_some_and(|known| known != account.flags) {
                    return Err(CommandRefusal::FlagsChanged);
                }
                if wanted & flags::CLOSED != 0 && !account.balance.is_empty() {
                    return Err(CommandRefusal::AccountNotEmpty);
                }
                account.flags = wanted;
                self.touch(no);
            }
            Decision::Resolve { subject, outcome } => {
                if let Some(winner) = self.state.claims.get(&subject) {
                    return Err(CommandRefusal::AlreadyResolved { winner: *winner });
                }
                self.claim(subject, command.id, outcome);
            }
            Decision::UseRules { version } => self.state.head.rules = version,
        }
        Ok(())
    }

    fn claim(&mut self, subject: Uuid, winner: Uuid, outcome: i16) {
        self.state.claims.insert(subject, winner);
        self.claims.push((subject, winner, outcome));
    }

    /// Counts a batch that touches an account, once.
    fn touch(&mut self, no: AccountNo) {
        if self.accounts.insert(no)
            && let Some(account) = self.state.accounts.get_mut(&no)
        {
            account.version += 1;
        }
    }

    fn finish(self) -> Writes {
        let state = self.state;
        let rows = |ids: &BTreeSet<Uuid>| {
            let row =
                |id: &Uuid| Some(HoldRow { posting: *id, hold: state.holds.get(id)?.clone() });
            ids.iter().filter_map(row).collect::<Vec<_>>()
        };
        let counter = |((key, win), added): (&(Uuid, i32), &i64)| {
            let after = state.counters.get(&(*key, *win))?;
            let (used, cap) = (after.used, after.cap);
            Some(CounterRow { key: *key, win: *win, added: *added, used, cap })
        };
        let (begun, changed): (Vec<_>, Vec<_>) = self
            .counters
            .iter()
            .filter_map(counter)
            .partition(|row| self.begun.contains(&(row.key, row.win)));
        let writes = Writes {
            n: self.number,
            prev: state.head.hash,
            first_seq: self.first_seq,
            at: self.at,
            rules: state.head.rules,
            accounts: self
                .accounts
                .iter()
                .filter_map(|no| state.accounts.get(no).cloned())
                .collect(),
            opened: rows(&self.opened),
            resolved: rows(&self.resolved),
            begun,
            changed,
            transfers: self.transfers,
            rejections: self.rejections.into_values().collect(),
            commands: self.commands.into_values().collect(),
            counted: self.counted,
            claims: self.claims,
            docs: self.docs,
            events: self.events,
        };
        if !writes.is_empty() {
            state.head.batch = writes.n;
            state.head.at = writes.at;
        }
        writes
    }
}

impl State {
    /// What a command is about, as the ledger writes it.
    fn object_of(&self, command: &Command) -> Uuid {
        match command.decision {
            Decision::SetFlags { account, .. } => {
                self.accounts.get(&account).map_or(Uuid::nil(), |account| account.ext)
            }
            Decision::Resolve { subject, .. } => subject,
            Decision::UseRules { .. } => Uuid::nil(),
        }
    }

    fn look_up(&self, id: Uuid) -> Verdict {
        let answered = self.known.contains_key(&id) || self.commands.contains_key(&id);
        if answered { Verdict::Known } else { Verdict::Unknown }
    }

    /// What an input was answered before, if it was.
    pub fn first_answer(&self, input: &Input) -> Option<Verdict> {
        match input {
            Input::Posting(posting) => {
                self.known.get(&posting.id).map(|known| replay(self, posting, known))
            }
            Input::Command(command) => {
                let known = self.commands.get(&command.id)?;
                Some(replayed_command(known, command, self.object_of(command)))
            }
            // That it is unknown here does not say that it is nowhere on its way.
            Input::Lookup { id } => Some(self.look_up(*id)).filter(|it| *it == Verdict::Known),
        }
    }
}

fn replayed_command(known: &KnownCommand, command: &Command, object: Uuid) -> Verdict {
    let asked = (command.decision.number(), object, command.decision.arg());
    if (known.kind, known.object, known.arg) == asked {
        Verdict::Commanded { batch: known.batch, at: known.at }
    } else {
        Verdict::KeyReused
    }
}

/// The first answer of a posting that was answered before.
fn replay(state: &State, posting: &Posting, known: &Known) -> Verdict {
    if known.req_hash != posting.req_hash {
        return Verdict::KeyReused;
    }
    match known.answer {
        Resolution::Created(created) => Verdict::Created(created),
        Resolution::Refused { code, detail, at } => {
            // The same request claims the same subjects, so the winner is found again.
            let claim = usize::try_from(detail).ok().and_then(|n| posting.claims.get(n));
            let claim = claim.filter(|_| code == Code::AlreadyResolved);
            let winner = claim.and_then(|claim| state.claims.get(&claim.subject)).copied();
            Verdict::Refused(Refused { code, detail, winner, at })
        }
    }
}
