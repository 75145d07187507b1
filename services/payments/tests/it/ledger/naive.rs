//! The ledger as one would write it first: one posting after another, every sum counted anew from all rows. It is slow and
//! shares nothing with the real one but the types of question and answer.

use city_clock::Timestamp;
use city_payments::ledger::{
    AccountNo, Action, Code, Command, CommandRefusal, Decision, HoldState, Input, Posting, flags,
};
use uuid::Uuid;

/// What is compared: numbers of batches differ with their size, nothing else may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Created { seq: i64, at: Timestamp },
    Refused { code: Code, detail: i16, winner: Option<Uuid>, at: Timestamp },
    KeyReused,
    TooEarly,
    Commanded { at: Timestamp },
    CommandRefused(CommandRefusal),
    Known,
    Unknown,
}

/// Code, detail, winner.
type Reason = (Code, i16, Option<Uuid>);

#[derive(Debug, Clone)]
struct Row {
    posting: Uuid,
    kind: i16,
    dr: AccountNo,
    cr: AccountNo,
    amount: i128,
    released: i128,
    hold: Option<Uuid>,
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub struct Naive {
    flags: Vec<(AccountNo, i32)>,
    rows: Vec<Row>,
    answered: Vec<(Uuid, [u8; 32], Answer)>,
    commanded: Vec<(Command, Answer)>,
    claims: Vec<(Uuid, Uuid)>,
    counted: Vec<(Uuid, (Uuid, i32), i128)>,
    caps: Vec<((Uuid, i32), Option<i64>)>,
    last: Timestamp,
}

impl Naive {
    pub fn of(flags: Vec<(AccountNo, i32)>) -> Self {
        Self { flags, ..Self::default() }
    }

    /// Pending and posted debits, pending and posted credits.
    pub fn sums(&self, no: AccountNo) -> [i128; 4] {
        let mut sums = [0; 4];
        for row in &self.rows {
            let (pending, posted) = match row.kind {
                1 => (0, row.amount),
                2 => (row.amount, 0),
                _ => (-row.released, row.amount),
            };
            if row.dr == no {
                sums[0] += pending;
                sums[1] += posted;
            }
            if row.cr == no {
                sums[2] += pending;
                sums[3] += posted;
            }
        }
        sums
    }

    pub fn used(&self, counter: (Uuid, i32)) -> i128 {
        self.counted.iter().filter(|(_, key, _)| *key == counter).map(|(.., added)| added).sum()
    }

    pub fn counters(&self) -> Vec<(Uuid, i32)> {
        let mut all: Vec<_> = self.counted.iter().map(|(_, key, _)| *key).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub fn hold(&self, id: Uuid) -> Option<(HoldState, i128)> {
        self.rows.iter().find(|row| row.posting == id && row.kind == 2)?;
        let end = self.rows.iter().find(|row| row.hold == Some(id));
        Some(end.map_or((HoldState::Open, 0), |end| match end.kind {
            3 => (HoldState::Captured, end.amount),
            4 => (HoldState::Voided, 0),
            _ => (HoldState::Expired, 0),
        }))
    }

    fn flags_of(&self, no: AccountNo) -> Option<i32> {
        self.flags.iter().find(|(known, _)| *known == no).map(|(_, flags)| *flags)
    }

    pub fn ask(&mut self, input: &Input, now: Timestamp) -> Answer {
        let at = now.max(self.last);
        let rows = self.rows.len();
        let answer = match input {
            Input::Posting(posting) => self.posting(posting, at),
            Input::Command(command) => self.command(command, at),
            Input::Lookup { id } => self.look_up(*id),
        };
        let wrote = match answer {
            Answer::Created { .. } => self.rows.len() > rows,
            Answer::Refused { at: then, .. } | Answer::Commanded { at: then } => then == at,
            _ => false,
        };
        if wrote {
            self.last = at;
        }
        answer
    }

    fn look_up(&self, id: Uuid) -> Answer {
        let posted = self.answered.iter().any(|(known, ..)| *known == id);
        let commanded = self
            .commanded
            .iter()
            .any(|(known, answer)| known.id == id && matches!(answer, Answer::Commanded { .. }));
        if posted || commanded { Answer::Known } else { Answer::Unknown }
    }

    fn posting(&mut self, posting: &Posting, at: Timestamp) -> Answer {
        if let Some((_, hash, answer)) = self.answered.iter().find(|(id, ..)| *id == posting.id) {
            return if *hash == posting.req_hash { *answer } else { Answer::KeyReused };
        }
        let seq = i64::try_from(self.rows.len()).expect("few rows") + 1;
        let answer = match self.reason(posting, at) {
            Some(Err(())) => return Answer::TooEarly,
            Some(Ok((code, detail, winner))) => Answer::Refused { code, detail, winner, at },
            None => {
                if let Err((code, detail)) = self.run(posting) {
                    self.rows.truncate(usize::try_from(seq - 1).expect("few rows"));
                    Answer::Refused { code, detail, winner: None, at }
                } else {
                    self.count(posting);
                    let claims = posting.claims.iter().map(|claim| (claim.subject, posting.id));
                    self.claims.extend(claims);
                    Answer::Created { seq, at }
                }
            }
        };
        self.answered.push((posting.id, posting.req_hash, answer));
        answer
    }

    fn accounts(&self, action: Action) -> Option<(AccountNo, AccountNo)> {
        match action {
            Action::Post { dr, cr, .. } | Action::Hold { dr, cr, .. } => Some((dr, cr)),
            Action::Capture { hold, .. } | Action::Void { hold } | Action::Expire { hold } => {
                let row = self.rows.iter().find(|row| row.posting == hold && row.kind == 2)?;
                Some((row.dr, row.cr))
            }
        }
    }

    /// The first reason against a posting before its legs run; an error when it is an expiry before its time.
    fn reason(&self, posting: &Posting, at: Timestamp) -> Option<Result<Reason, ()>> {
        if posting.valid_until.is_some_and(|until| until <= at) {
            return Some(Ok((Code::OfferExpired, 0, None)));
        }
        let mut found = Vec::new();
        for (n, leg) in (0_i16..).zip(&posting.legs) {
            if let Some((dr, cr)) = self.accounts(leg.action) {
                let frees = matches!(leg.action, Action::Void { .. } | Action::Expire { .. });
                for (side, no, stop) in
                    [(n * 2, dr, flags::NO_DEBIT), (n * 2 + 1, cr, flags::NO_CREDIT)]
                {
                    match self.flags_of(no) {
                        None => found.push((Code::AccountNotFound, side, None)),
                        Some(set) if set & flags::CLOSED != 0 => {
                            found.push((Code::AccountClosed, side, None));
                        }
                        Some(set) if set & stop != 0 && !frees => {
                            found.push((Code::AccountFrozen, side, None));
                        }
                        Some(_) => {}
                    }
                }
            }
            if let Some(id) = leg.action.hold() {
                let made = self.rows.iter().find(|row| row.posting == id && row.kind == 2);
                match (made, self.hold(id)) {
                    (Some(row), Some((HoldState::Open, _))) => {
                        let over = row.expires_at.is_some_and(|until| until <= at);
                        if over && !matches!(leg.action, Action::Expire { .. }) {
                            found.push((Code::HoldExpired, n, None));
                        }
                        if let Action::Capture { amount, .. } = leg.action
                            && i128::from(amount) > row.amount
                        {
                            found.push((Code::CaptureTooLarge, n, None));
                        }
                    }
                    (Some(_), _) => found.push((Code::HoldResolved, n, None)),
                    (None, _) => found.push((Code::HoldNotFound, n, None)),
                }
            }
        }
        for (n, claim) in (0_i16..).zip(&posting.claims) {
            if let Some((_, winner)) =
                self.claims.iter().find(|(subject, _)| *subject == claim.subject)
            {
                found.push((Code::AlreadyResolved, n, Some(*winner)));
            }
        }
        let first = found.iter().min_by_key(|(code, detail, _)| (*code, *detail)).copied();
        let early = posting.legs.iter().any(|leg| match leg.action {
            Action::Expire { hold } => {
                let mut made = self.rows.iter().filter(|row| row.posting == hold);
                made.any(|row| row.expires_at.is_some_and(|until| until > at))
            }
            _ => false,
        });
        if early && first.is_none_or(|(code, ..)| code > Code::HoldExpired) {
            return Some(Err(()));
        }
        if let Some(first) = first {
            return Some(Ok(first));
        }
        for code in [Code::LimitExceeded, Code::StrongerStepUp] {
            for limit in posting.limits.iter().filter(|limit| limit.code == code) {
                let before = limit.counter.map_or(0, |counter| self.used(counter));
                if before + i128::from(limit.amount) > i128::from(limit.max) {
                    return Some(Ok((code, limit.detail, None)));
                }
            }
        }
        for (n, count) in (0_i16..).zip(&posting.counts) {
            let key = (count.key, count.win);
            let cap = self
                .caps
                .iter()
                .find(|(known, _)| *known == key)
                .map_or(count.cap, |(_, cap)| *cap);
            if cap.is_some_and(|cap| self.used(key) + i128::from(count.add) > i128::from(cap)) {
                return Some(Ok((Code::RefundTooLarge, n, None)));
            }
        }
        None
    }

    fn run(&mut self, posting: &Posting) -> Result<(), (Code, i16)> {
        for (n, leg) in (0_i16..).zip(&posting.legs) {
            let (dr, cr) = self.accounts(leg.action).expect("its accounts were looked at");
            let reserved = |id: Uuid, rows: &[Row]| {
                rows.iter().find(|row| row.posting == id).expect("the hold was looked at").amount
            };
            let (amount, released) = match leg.action {
                Action::Post { amount, .. } | Action::Hold { amount, .. } => {
                    (i128::from(amount), 0)
                }
                Action::Capture { hold, amount } => {
                    (i128::from(amount), reserved(hold, &self.rows))
                }
                Action::Void { hold } | Action::Expire { hold } => (0, reserved(hold, &self.rows)),
            };
            let expires_at = match leg.action {
                Action::Hold { expires_at, .. } => Some(expires_at),
                _ => None,
            };
            let (kind, hold) = (leg.action.number(), leg.action.hold());
            let posting = posting.id;
            self.rows.push(Row { posting, kind, dr, cr, amount, released, hold, expires_at });
            for no in [dr, cr] {
                let [debits_pending, debits, credits_pending, credits] = self.sums(no);
                let flags = self.flags_of(no).unwrap_or_default();
                if flags & flags::DEBITS_COVERED != 0 && debits_pending + debits > credits
                    || flags & flags::CREDITS_COVERED != 0 && credits_pending + credits > debits
                {
                    return Err((Code::InsufficientFunds, n));
                }
                if (debits_pending + debits).max(credits_pending + credits) > i128::from(i64::MAX) {
                    return Err((Code::Overflow, n));
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, posting: &Posting) {
        for count in &posting.counts {
            let key = (count.key, count.win);
            if !self.caps.iter().any(|(known, _)| *known == key) {
                self.caps.push((key, count.cap));
            }
            self.counted.push((posting.id, key, i128::from(count.add)));
        }
        for leg in &posting.legs {
            let Some(hold) = leg.action.hold() else { continue };
            let made =
                self.rows.iter().find(|row| row.posting == hold).expect("it was looked at").amount;
            let taken = match leg.action {
                Action::Capture { amount, .. } => i128::from(amount),
                _ => 0,
            };
            let raised: Vec<_> =
                self.counted.iter().filter(|(by, ..)| *by == hold).copied().collect();
            for (_, key, _) in raised {
                self.counted.push((posting.id, key, taken - made));
            }
        }
    }

    fn command(&mut self, command: &Command, at: Timestamp) -> Answer {
        if let Some((first, answer)) =
            self.commanded.iter().find(|(known, _)| known.id == command.id)
        {
            return if first.decision == command.decision { *answer } else { Answer::KeyReused };
        }
        let refused = Answer::CommandRefused;
        match command.decision {
            Decision::SetFlags { account, flags: wanted, only_from } => {
                let Some(present) = self.flags_of(account) else {
                    return refused(CommandRefusal::AccountNotFound);
                };
                if present & 3 != wanted & 3 {
                    return refused(CommandRefusal::FlagsOfClass);
                }
                if present & 16 == 16 && wanted & 16 == 0 {
                    return refused(CommandRefusal::AccountClosed);
                }
                if only_from.is_some_and(|known| known != present) {
                    return refused(CommandRefusal::FlagsChanged);
                }
                let [debits_pending, debits, credits_pending, credits] = self.sums(account);
                if wanted & 16 == 16 && (debits_pending + credits_pending > 0 || debits != credits)
                {
                    return refused(CommandRefusal::AccountNotEmpty);
                }
                for (no, flags) in &mut self.flags {
                    if *no == account {
                        *flags = wanted;
                    }
                }
            }
            Decision::Resolve { subject, .. } => {
                if let Some((_, winner)) = self.claims.iter().find(|(known, _)| *known == subject) {
                    return refused(CommandRefusal::AlreadyResolved { winner: *winner });
                }
                self.claims.push((subject, command.id));
            }
            Decision::UseRules { .. } => {}
        }
        let answer = Answer::Commanded { at };
        self.commanded.push((command.clone(), answer));
        answer
    }
}
