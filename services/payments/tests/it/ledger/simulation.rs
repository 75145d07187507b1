//! Two sequencers, a store that fails in every way, clients that lose answers and ask again: a thousand seeded runs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use city_clock::Timestamp;
use city_payments::ledger::{
    Balance, Engine, Input, Needs, Resolution, Room, Sealed, State, Task, Verdict, Writes,
};
use city_receipt::HeadKey;
use uuid::Uuid;

use super::dice::Dice;
use super::faulty::{Refused, Store, summed};
use super::histories::{FLAGS, compared, empty_state, history};
use super::naive::Answer;

const SEEDS: u64 = 1_000;
/// So little that something is forgotten in every run.
const ROOM: Room = Room { accounts: 4, postings: 6, counters: 1 };

/// One instance of the service.
struct Instance {
    engine: Engine,
    task: Task,
    /// What it believes.
    leads: bool,
    queue: VecDeque<Input>,
    /// The inputs whose callers wait.
    asked: Vec<Input>,
}

impl Instance {
    fn new() -> Self {
        let engine = Engine::new(Arc::new(HeadKey::from_seed(&[7; 32])), ROOM);
        Self { engine, task: Task::Lead, leads: false, queue: VecDeque::new(), asked: Vec::new() }
    }

    fn is_quiet(&self) -> bool {
        self.queue.is_empty() && self.asked.is_empty()
    }
}

/// A commit whose connection is gone, and which may still happen.
struct InFlight {
    batch: (Writes, Sealed),
    epoch: i64,
}

struct World {
    dice: Dice,
    store: Store,
    instances: [Instance; 2],
    /// Who holds the lock; not everybody who lost it knows.
    lock: Option<usize>,
    in_flight: Vec<InFlight>,
    /// Every answer that reached a client, by id.
    answers: BTreeMap<Uuid, Vec<(Input, Answer)>>,
    inputs: Vec<Input>,
    now: Timestamp,
    /// While true, things fail.
    faulty: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let groups = history(&mut dice);
        let now = groups[0].0;
        let inputs = groups.into_iter().flat_map(|(_, inputs)| inputs).collect();
        let accounts = empty_state(&FLAGS).accounts.into_iter().collect();
        Self {
            dice,
            store: Store { accounts, ..Store::default() },
            instances: [Instance::new(), Instance::new()],
            lock: None,
            in_flight: Vec::new(),
            answers: BTreeMap::new(),
            inputs,
            now,
            faulty: true,
        }
    }

    /// True once in `times` while things fail.
    fn fails(&mut self, times: u64) -> bool {
        self.faulty && self.dice.once_in(times)
    }

    /// An index below a length.
    fn any(&mut self, of: usize) -> usize {
        usize::try_from(self.dice.below(of as u64)).expect("small")
    }

    fn send(&mut self) {
        let (which, to) = (self.any(self.inputs.len()), self.any(2));
        self.instances[to].queue.push_back(self.inputs[which].clone());
    }

    fn land_a_late_commit(&mut self) {
        if self.in_flight.is_empty() {
            return;
        }
        let which = self.any(self.in_flight.len());
        let InFlight { batch, epoch } = self.in_flight.swap_remove(which);
        let judged = self.store.commit(&batch.0, &batch.1, epoch);
        // Too late is normal; what matters is that it then changes nothing.
        assert!(judged.is_ok() || judged == Err(Refused("the writer")), "{judged:?}");
    }

    fn step(&mut self, who: usize) {
        if !self.instances[who].leads {
            return self.stand_for_election(who);
        }
        let task = std::mem::replace(&mut self.instances[who].task, Task::Lead);
        let next = match task {
            Task::Lead => {
                self.instances[who].leads = false;
                if self.lock == Some(who) {
                    self.lock = None; // its connection is gone
                }
                return;
            }
            Task::Load(_) if self.fails(15) => Engine::lost(),
            Task::Load(needs) => {
                let (found, now) = (self.store.load(&needs), self.now);
                self.instances[who].engine.loaded(found, now)
            }
            Task::Commit(batch) => self.commit(who, *batch),
            Task::Answer(verdicts) => {
                self.deliver(who, verdicts.into_iter().map(Some).collect());
                let most = 1 + self.any(6);
                let instance = &mut self.instances[who];
                let taken: Vec<_> = (0..most).map_while(|_| instance.queue.pop_front()).collect();
                if taken.is_empty() {
                    Task::Answer(Vec::new())
                } else {
                    instance.asked.clone_from(&taken);
                    instance.engine.take(taken)
                }
            }
            Task::Stop => {
                self.instances[who] = Instance::new(); // somebody looked, and started it again
                self.lock = self.lock.filter(|holder| *holder != who);
                return;
            }
        };
        self.instances[who].task = next;
    }

    /// Answers those who asked; some answers get lost, and some callers learn that nothing was done.
    fn deliver(&mut self, who: usize, verdicts: Vec<Option<Verdict>>) {
        let asked = std::mem::take(&mut self.instances[who].asked);
        assert!(verdicts.len() == asked.len(), "everybody is answered, nobody twice");
        for (input, verdict) in asked.into_iter().zip(verdicts) {
            let Some(verdict) = verdict.filter(|_| !self.fails(6)) else { continue };
            self.answers.entry(input.id()).or_default().push((input, compared(verdict)));
        }
    }

    fn commit(&mut self, who: usize, batch: (Writes, Sealed)) -> Task {
        let epoch = self.instances[who].engine.epoch();
        if self.fails(40) {
            return self.instances[who].engine.refused(); // as if its memory had been wrong
        }
        if self.fails(12) {
            return Engine::lost(); // before it happened
        }
        if self.fails(12) {
            self.in_flight.push(InFlight { batch, epoch });
            return Engine::lost(); // it may happen later
        }
        let judged = self.store.commit(&batch.0, &batch.1, epoch);
        assert!(judged.is_ok() || judged == Err(Refused("the writer")), "{judged:?}");
        if judged.is_err() || self.fails(12) {
            return Engine::lost(); // the fence, or the answer of the database is lost
        }
        self.instances[who].engine.committed()
    }

    fn stand_for_election(&mut self, who: usize) {
        // A holder that is silent too long loses its connection, and learns it only when it next uses it.
        let free = self.lock.is_none() || self.fails(10);
        if !free {
            let waits = !self.instances[who].asked.is_empty();
            if waits && self.store.epoch > self.instances[who].engine.epoch() {
                let needs =
                    Needs::of(self.instances[who].engine.inputs(), &State::at(self.store.head));
                let found = self.store.load(&needs);
                let verdicts = self.instances[who].engine.hand_over(found);
                self.deliver(who, verdicts);
            }
            return;
        }
        self.lock = Some(who);
        let (epoch, head, newest) = self.store.take_over();
        let instance = &mut self.instances[who];
        instance.leads = true;
        instance.task = instance.engine.led(epoch, head, newest);
    }

    fn run(mut self, seed: u64) {
        for _ in 0..250 {
            match self.dice.below(6) {
                0 => self.send(),
                1 => self.land_a_late_commit(),
                _ => {
                    let who = self.any(2);
                    self.step(who);
                }
            }
            if self.dice.once_in(20) {
                self.now += chrono::Duration::seconds(self.dice.small(25) - 3);
            }
        }
        // The weather clears: every client asks until it knows, wherever it asked before.
        self.faulty = false;
        self.in_flight.clear();
        let unsent = self.instances[1].queue.drain(..).collect::<Vec<_>>();
        self.instances[0].queue.extend(unsent.into_iter().chain(self.inputs.clone()));
        for _ in 0..2_000 {
            if self.instances.iter().all(Instance::is_quiet) {
                return self.judge(seed);
            }
            self.step(0);
            self.step(1);
            if self.lock == Some(1) && self.instances[1].is_quiet() {
                (self.lock, self.instances[1].leads) = (None, false); // it shuts down in peace
            }
        }
        unreachable!("seed {seed}: it never becomes quiet");
    }

    /// Nothing is lost, nothing is there twice, everybody was told the same.
    fn judge(&self, seed: u64) {
        for input in &self.inputs {
            let told = &self.answers[&input.id()];
            let firsts = told.iter().filter(|(asked, _)| asked == input).map(|(_, answer)| answer);
            let firsts: Vec<_> = firsts.filter(|answer| is_final(answer)).collect();
            assert!(
                firsts.windows(2).all(|pair| pair[0] == pair[1]),
                "seed {seed}: {input:?} {firsts:?}"
            );
        }
        for (id, told) in &self.answers {
            for (_, answer) in told {
                let kept = self.store.known.get(id).map(|known| known.answer);
                let agrees = match (answer, kept) {
                    (Answer::Created { seq, at }, Some(Resolution::Created(created))) => {
                        (*seq, *at) == (created.seq, created.at)
                    }
                    (
                        Answer::Refused { code, at, .. },
                        Some(Resolution::Refused { code: kept, at: then, .. }),
                    ) => (*code, *at) == (kept, then),
                    (Answer::Commanded { at }, None) => self.store.commands[id].at == *at,
                    (Answer::KeyReused, kept) => {
                        kept.is_some() || self.store.commands.contains_key(id)
                    }
                    (Answer::TooEarly | Answer::CommandRefused(_), _) => true,
                    _ => false,
                };
                assert!(agrees, "seed {seed}: {id} was told {answer:?}, kept is {kept:?}");
            }
        }
        let mut legs: Vec<_> =
            self.store.transfers.iter().map(|row| (row.posting, row.leg)).collect();
        legs.sort_unstable();
        legs.dedup();
        assert_eq!(legs.len(), self.store.transfers.len(), "seed {seed}: a leg twice");
        let gapless = (1..).zip(&self.store.transfers).all(|(seq, row)| row.seq == seq);
        assert!(gapless, "seed {seed}: numbers with gaps");
        for (no, account) in &self.store.accounts {
            let sums = summed(Balance::default(), *no, &self.store.transfers);
            assert_eq!(sums, account.balance, "seed {seed}: account {no:?}");
        }
        let mut prev = [0; 32];
        for (n, batch) in (1_u64..).zip(&self.store.batches) {
            assert_eq!((batch.head.n, batch.head.prev), (n, prev), "seed {seed}: the chain breaks");
            prev = batch.head.hash();
            assert_eq!(prev, batch.hash);
        }
    }
}

/// Whether an answer stands for ever.
fn is_final(answer: &Answer) -> bool {
    matches!(answer, Answer::Created { .. } | Answer::Refused { .. } | Answer::Commanded { .. })
}

#[test]
fn whatever_fails_nothing_is_lost_and_nothing_happens_twice() {
    for seed in 0..SEEDS {
        World::new(seed).run(seed);
    }
}

#[test]
fn a_batch_refused_twice_ends_the_lead() {
    let mut engine = Engine::new(Arc::new(HeadKey::from_seed(&[7; 32])), ROOM);
    let mut store =
        Store { accounts: empty_state(&FLAGS).accounts.into_iter().collect(), ..Store::default() };
    let inputs = history(&mut Dice::new(1)).remove(0).1;
    let now = history(&mut Dice::new(1)).remove(0).0;
    let mut round = |engine: &mut Engine| {
        let (epoch, head, newest) = store.take_over();
        let Task::Load(needs) = engine.led(epoch, head, newest) else { panic!("inputs wait") };
        let task = engine.loaded(store.load(&needs), now);
        assert!(matches!(task, Task::Commit(_)));
        engine.refused()
    };
    engine.led(0, city_payments::ledger::Head::default(), Uuid::nil());
    engine.take(inputs);

    assert_eq!(round(&mut engine), Task::Lead);
    assert_eq!(round(&mut engine), Task::Stop);
}
