//! A store in RAM that behaves like the database's worst days: commits fail before or after they happen, hang and happen
//! later, or happen while the answer is lost. It keeps the rules of the real statement: the fence, the keys, the balances.

use std::collections::BTreeMap;

use city_payments::ledger::{
    Account, AccountNo, Balance, Counter, Created, Found, Head, Hold, Known, KnownCommand, Needs,
    Resolution, Sealed, TransferRow, Writes,
};
use uuid::Uuid;

#[derive(Debug, Default)]
pub struct Store {
    pub epoch: i64,
    pub head: Head,
    pub accounts: BTreeMap<AccountNo, Account>,
    pub transfers: Vec<TransferRow>,
    pub known: BTreeMap<Uuid, Known>,
    pub commands: BTreeMap<Uuid, KnownCommand>,
    pub holds: BTreeMap<Uuid, Hold>,
    pub claims: BTreeMap<Uuid, Uuid>,
    pub counters: BTreeMap<(Uuid, i32), Counter>,
    pub batches: Vec<Sealed>,
}

/// The database took a batch back as a whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

impl Store {
    pub fn take_over(&mut self) -> (i64, Head, Uuid) {
        self.epoch += 1;
        let newest = self.known.last_key_value().map_or(Uuid::nil(), |(id, _)| *id);
        (self.epoch, self.head, newest)
    }

    pub fn load(&self, needs: &Needs) -> Found {
        fn rows<K: Ord + Copy, V: Clone>(
            of: &BTreeMap<K, V>,
            keys: impl Iterator<Item = K>,
        ) -> Vec<(K, V)> {
            keys.filter_map(|key| Some((key, of.get(&key)?.clone()))).collect()
        }
        let holds = rows(&self.holds, needs.holds.iter().copied());
        let of_holds = holds.iter().flat_map(|(_, hold)| [hold.dr, hold.cr]);
        let accounts = needs.accounts.iter().copied().map(AccountNo).chain(of_holds);
        let counted = holds.iter().flat_map(|(_, hold)| hold.counted.iter().map(|c| (c.0, c.1)));
        let keys = needs.counter_keys.iter().copied().zip(needs.counter_wins.iter().copied());
        Found {
            accounts: rows(&self.accounts, accounts)
                .into_iter()
                .map(|(_, account)| account)
                .collect(),
            known: rows(&self.known, needs.postings.iter().copied()),
            commands: rows(&self.commands, needs.commands.iter().copied()),
            claims: rows(&self.claims, needs.subjects.iter().copied()),
            counters: rows(&self.counters, keys.chain(counted)),
            holds,
        }
    }

    pub fn commit(&mut self, writes: &Writes, sealed: &Sealed, epoch: i64) -> Result<(), Refused> {
        if (epoch, writes.n) != (self.epoch, self.head.batch + 1) {
            return Err(Refused("the writer"));
        }
        let known = |id: &Uuid| self.known.contains_key(id) || self.commands.contains_key(id);
        let mut ids = writes.transfers.iter().map(|row| &row.posting);
        let mut others = writes
            .rejections
            .iter()
            .map(|row| &row.posting)
            .chain(writes.commands.iter().map(|row| &row.id));
        if ids.any(known) || others.any(known) {
            return Err(Refused("ids"));
        }
        if writes.claims.iter().any(|(subject, ..)| self.claims.contains_key(subject)) {
            return Err(Refused("claims"));
        }
        if writes
            .resolved
            .iter()
            .any(|row| self.holds.get(&row.posting).is_none_or(|hold| hold.resolved_by.is_some()))
        {
            return Err(Refused("resolved holds"));
        }
        for account in &writes.accounts {
            let before =
                self.accounts.get(&account.no).map(|account| account.balance).unwrap_or_default();
            if summed(before, account.no, &writes.transfers) != account.balance {
                return Err(Refused("balances"));
            }
        }
        for row in writes.begun.iter().chain(&writes.changed) {
            let used = self.counters.get(&(row.key, row.win)).map_or(0, |counter| counter.used);
            if used + row.added != row.used
                || row.used < 0
                || row.cap.is_some_and(|cap| row.used > cap)
            {
                return Err(Refused("counters"));
            }
        }
        self.write(writes, sealed);
        Ok(())
    }

    fn write(&mut self, writes: &Writes, sealed: &Sealed) {
        for row in writes.transfers.iter().filter(|row| row.leg == 0) {
            let created = Created { batch: writes.n, seq: row.seq, at: writes.at };
            let req_hash = row.req_hash.unwrap_or_default();
            self.known
                .insert(row.posting, Known { req_hash, answer: Resolution::Created(created) });
        }
        for row in &writes.rejections {
            let answer = Resolution::Refused { code: row.code, detail: row.detail, at: writes.at };
            self.known.insert(row.posting, Known { req_hash: row.req_hash, answer });
        }
        for row in &writes.commands {
            let known = KnownCommand {
                kind: row.kind,
                object: row.object,
                arg: row.arg,
                batch: writes.n,
                at: writes.at,
            };
            self.commands.insert(row.id, known);
        }
        self.transfers.extend(writes.transfers.iter().cloned());
        self.accounts.extend(writes.accounts.iter().map(|account| (account.no, account.clone())));
        let holds = writes.opened.iter().chain(&writes.resolved);
        self.holds.extend(holds.map(|row| (row.posting, row.hold.clone())));
        self.claims.extend(writes.claims.iter().map(|(subject, winner, _)| (*subject, *winner)));
        let counters = writes.begun.iter().chain(&writes.changed);
        self.counters.extend(
            counters.map(|row| ((row.key, row.win), Counter { used: row.used, cap: row.cap })),
        );
        let seq = self.head.seq + i64::try_from(writes.transfers.len()).expect("few legs");
        self.head =
            Head { batch: writes.n, seq, hash: sealed.hash, at: writes.at, rules: writes.rules };
        self.batches.push(sealed.clone());
    }
}

/// A balance with the legs of a batch added, as the statement's sums do it.
pub fn summed(before: Balance, no: AccountNo, legs: &[TransferRow]) -> Balance {
    let mut after = before;
    for row in legs {
        let (pending, posted) = match row.kind {
            1 => (0, row.amount),
            2 => (row.amount, 0),
            _ => (-row.released, row.amount),
        };
        if row.dr == no {
            after.debits_pending += pending;
            after.debits_posted += posted;
        }
        if row.cr == no {
            after.credits_pending += pending;
            after.credits_posted += posted;
        }
    }
    after
}
