//! What the leader keeps in RAM, so that a payment costs one statement.

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::{Clock as _, Timestamp};
use city_ids::Ids;
use city_payments::ledger::{
    AccountNo, Created, Head, Input, Known, Leg, Needs, Posting, Purpose, Resolution, Room, State,
    Verdict,
};
use city_testkit::{City, run};
use uuid::Uuid;

use super::sequencing::{Scene, another, new_id, pay};
use crate::subject::Books;

const ROOM: Room = Room { accounts: 10, postings: 10, counters: 10 };

fn now() -> Timestamp {
    Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap()
}

/// Ids of one millisecond each, beginning so far ahead of now.
fn ids(ahead: Duration, count: u32) -> Vec<Uuid> {
    let (ids, first) = (Ids::seeded(1), now() + ahead);
    (0..count).map(|n| ids.uuid(first + Duration::milliseconds(n.into()))).collect()
}

/// A ledger that has answered these.
fn state(newest: Uuid, answered: &[Uuid]) -> State {
    let head = Head { at: now(), ..Head::default() };
    let mut state = State::knowing_above(head, newest);
    let created = Created { batch: 1, seq: 1, at: now() };
    let known = Known { req_hash: [7; 32], answer: Resolution::Created(created) };
    state.known.extend(answered.iter().map(|id| (*id, known)));
    state
}

#[test]
fn before_its_first_batch_a_leader_looks_up_what_may_have_been_answered() {
    let [older, newest, newer] = ids(Duration::zero(), 3).try_into().unwrap();
    let state = state(newest, &[]);

    assert!(state.must_look_up(older));
    assert!(state.must_look_up(newest));
    assert!(!state.must_look_up(newer));
    assert!(State::at(Head::default()).must_look_up(newer), "whoever leads not knows nothing");
}

#[test]
fn what_is_forgotten_is_looked_up_again_and_clocks_ahead_disturb_nobody() {
    let past = ids(Duration::seconds(-10), 9);
    let ahead = ids(Duration::minutes(4), 3);
    let mut state = state(Uuid::nil(), &[past.clone(), ahead.clone()].concat());

    state.forget(ROOM);

    assert!(past.iter().all(|id| state.must_look_up(*id)), "there was no room for them");
    assert!(ahead.iter().all(|id| state.known.contains_key(id)));
    let next = ids(Duration::milliseconds(1), 1)[0];
    assert!(!state.must_look_up(next), "what comes now is new");
}

#[test]
fn where_all_clocks_are_ahead_room_still_ends() {
    let ahead = ids(Duration::minutes(4), 11);
    let mut state = state(Uuid::nil(), &ahead);

    state.forget(ROOM);

    assert!(state.known.is_empty());
    assert!(ahead.iter().all(|id| state.must_look_up(*id)));
    state.forget(ROOM);
    assert!(ahead.iter().all(|id| state.must_look_up(*id)), "what has to be looked up stays so");
}

#[test]
fn a_payment_between_known_accounts_needs_no_look() {
    let leg = Leg::post(AccountNo(1), AccountNo(2), 5, Purpose::Goods);
    let posting = Posting::new(ids(Duration::zero(), 1)[0], [7; 32], vec![leg]);
    let mut state = state(Uuid::nil(), &[]);
    let input = [Input::Posting(posting)];
    assert_eq!(Needs::of(&input, &state).accounts, [1, 2]);

    for account in super::histories::empty_state(&[1, 1]).accounts {
        state.accounts.insert(account.0, account.1);
    }
    assert!(Needs::of(&input, &state).is_empty());
}

#[test]
fn another_leader_knows_answers_whose_ids_are_older_and_newer_than_its_own() {
    run::<Books>(async |city: &City<Books>| {
        let Scene { ledger, payer, payee, .. } = Scene::of(city, 1_000).await;
        let at = |ahead| city.infra().ids.uuid(city.clock().now() + ahead);
        let paid = [Duration::hours(-3), Duration::zero(), Duration::minutes(4)]
            .map(|ahead| pay(at(ahead), payer, payee, 10));
        let refused = pay(at(Duration::minutes(5)), payer, payee, 100_000);
        let mut first = Vec::new();
        for posting in paid.iter().chain([&refused]) {
            first.push(ledger.post(posting.clone()).await.unwrap());
        }
        drop(ledger);

        let next = another(city);
        next.leads().await;
        let fresh = next.post(pay(new_id(city), payer, payee, 10)).await.unwrap();
        let mut again = Vec::new();
        for posting in paid.iter().chain([&refused]) {
            again.push(next.post(posting.clone()).await.unwrap());
        }
        assert_eq!(again, first);
        assert!(matches!(fresh, Verdict::Created(created) if created.seq > 3), "{fresh:?}");
    });
}
