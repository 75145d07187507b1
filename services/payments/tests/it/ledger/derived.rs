//! What no leaf covers follows from what leaves cover: the check finds it changed all the same.

use city_clock::Clock as _;
use city_payments::ledger::{
    AccountNo, Action, Claim, Class, Command, Decision, Leg, Posting, Purpose, Verdict, flags,
};
use city_payments::open_account;
use city_receipt::{derive, sha256};
use city_testkit::{City, run};
use uuid::Uuid;

use super::checking::{found_after, judged_right, keys, no_claim_goes_unseen};
use super::sequencing::{Scene, account, code, futures_join, new_id, pay};
use crate::subject::Books;

/// An id that nothing has.
const STRANGER: &str = "019cb000-0001-7000-8000-000000000001";

/// Posts one leg that refers to something and claims something.
async fn claimed(
    city: &City<Books>,
    scene: &Scene,
    (leg, reference): (Leg, Option<Uuid>),
    (subject, outcome): (Uuid, i16),
) -> Uuid {
    let posting = Posting {
        claims: vec![Claim { subject, outcome }],
        doc: Some(format!("{{\"v\":1,\"of\":\"{subject}\"}}")),
        note: Some("cảm ơn".into()),
        ..Posting::new(new_id(city), [7; 32], vec![Leg { reference, ..leg }])
    };
    let id = posting.id;
    assert_eq!(code(&scene.ledger.post(posting).await), None);
    id
}

async fn decided(city: &City<Books>, scene: &Scene, decision: Decision) -> Uuid {
    let id = new_id(city);
    let (actor, reason) = (new_id(city), "asked for by letter 17".to_owned());
    let command = Command { id, decision, actor, reason, events: Vec::new() };
    let done = scene.ledger.command(command).await;
    assert!(matches!(done, Ok(Verdict::Commanded { .. })), "{done:?}");
    id
}

const fn set(account: AccountNo, flags: i32) -> Decision {
    Decision::SetFlags { account, flags, only_from: None }
}

async fn finds(city: &City<Books>, forgery: &str, expected: &str) {
    let found = found_after(city.db(), &keys(), forgery).await;
    assert!(found.contains(expected), "{forgery}: {found:?}");
}

#[test]
fn a_claim_that_is_gone_or_says_something_else_is_named() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let payable = account(city, Class::Payable).await;
        let clearing = account(city, Class::Clearing).await;
        let suspense = account(city, Class::Suspense).await;
        let cost = account(city, Class::FeeCost).await;
        let (from, to) = (scene.payer, scene.payee);
        for (into, amount) in [(to, 900), (payable, 300)] {
            let funded = scene.ledger.post(pay(new_id(city), from, into, amount)).await;
            assert_eq!(code(&funded), None);
        }
        let own = async |leg: Leg, outcome| {
            let subject = new_id(city);
            claimed(city, &scene, (leg, Some(subject)), (subject, outcome)).await;
            subject
        };
        let bill = own(Leg::post(from, to, 100, Purpose::PublicFee), 1).await;
        let expires_at = city.clock().now() + chrono::Duration::days(7);
        let reserve = Action::Hold { dr: from, cr: to, amount: 90, expires_at };
        let reserve = Leg { action: reserve, purpose: Purpose::Goods, reference: None };
        let order = own(reserve, 1).await;
        let wired = own(Leg::post(payable, scene.bank, 100, Purpose::Settlement), 1).await;
        let back = own(Leg::post(payable, to, 100, Purpose::Settlement), 2).await;
        let lost = own(Leg::post(payable, suspense, 100, Purpose::Settlement), 2).await;
        let break_ = own(Leg::post(cost, clearing, 10, Purpose::Reconciliation), 1).await;
        let aside = (Leg::post(clearing, suspense, 70, Purpose::Reconciliation), None);
        let aside = claimed(city, &scene, aside, (new_id(city), 1)).await;
        let out = (Leg::post(suspense, from, 70, Purpose::Reconciliation), Some(aside));
        let out = claimed(city, &scene, out, (new_id(city), 1)).await;
        let cancelled = new_id(city);
        decided(city, &scene, Decision::Resolve { subject: cancelled, outcome: 2 }).await;
        judged_right(city).await;

        assert_eq!(no_claim_goes_unseen(city.db(), &keys(), "true").await, 9);

        for subject in [bill, order, wired, back, lost, break_, cancelled] {
            let delete = format!("delete from payments.ledger_claim where subject = '{subject}'");
            finds(city, &delete, &format!("the claim of {subject} is missing")).await;
            // Another posting that exists is not the one that made it.
            let other = format!(
                "update payments.ledger_claim set posting = '{out}' where subject = '{subject}'"
            );
            finds(city, &other, &format!("the claim of {subject} is not what")).await;
        }
        // Nothing of this id was ever posted.
        let nobody =
            format!("insert into payments.ledger_claim values ('{STRANGER}', '{bill}', 1)");
        finds(city, &nobody, &format!("the claim of {STRANGER} is not what")).await;
        judged_right(city).await;
    });
}

#[test]
fn what_the_past_moved_without_a_claim_has_the_id_that_follows_from_it() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let payable = account(city, Class::Payable).await;
        let (ext, runs) = (new_id(city), [new_id(city), new_id(city)]);
        let mut db = city.db().acquire().await.unwrap();
        let payee = open_account(&mut db, ext, Class::Merchant, None).await.unwrap();
        drop(db);
        let paid = scene.ledger.post(pay(new_id(city), scene.payer, payee, 900)).await;
        assert_eq!(code(&paid), None);
        let clearing = account(city, Class::Clearing).await;
        let closing = Leg::post(payee, payable, 100, Purpose::Settlement);
        let net = Leg::post(scene.bank, clearing, 5, Purpose::Reconciliation);
        let net_hash = |run: Uuid| sha256(&[b"recon.net", run.as_bytes()]);
        let stranger = new_id(city);
        let moved = [
            (derive("settlement.2026-03-04", ext), [1; 32], closing.clone(), Some(new_id(city))),
            (derive("settlement.2026-03-05.5", ext), [2; 32], closing.clone(), Some(new_id(city))),
            (stranger, [3; 32], closing, Some(new_id(city))),
            (derive("recon.net", runs[0]), net_hash(runs[0]), net.clone(), None),
            (new_id(city), net_hash(runs[1]), net, None),
        ];
        for (id, hash, leg, reference) in &moved {
            let leg = Leg { reference: *reference, ..leg.clone() };
            let done = scene.ledger.post(Posting::new(*id, *hash, vec![leg])).await;
            assert_eq!(code(&done), None);
        }
        judged_right(city).await;
        let settlement = |at: usize, period: &str| {
            let id = moved[at].3.expect("its reference");
            let no = payee.0;
            format!(
                "insert into payments.settlement (id, payee, period, opened_at) values ('{id}', {no}, '{period}', now())"
            )
        };
        let statement = |run: Uuid| {
            format!(
                "insert into payments.recon_run (id, provider, day, sha256, officer, refused, at)
                 values ('{run}', 'VNPAY', '2026-03-04', sha256('{run}'), '{run}', '[]', now())"
            )
        };

        for (kept, of) in [
            (settlement(0, "2026-03-04"), None),
            (settlement(1, "2026-03-05"), None),
            (settlement(0, "2026-03-05"), Some(moved[0].0)),
            (settlement(2, "2026-03-06"), Some(stranger)),
            (statement(runs[0]), None),
            (statement(runs[1]), Some(moved[4].0)),
        ] {
            let found = found_after(city.db(), &keys(), &kept).await;
            let wanted = of.map(|of| format!("the ledger is wrong: the claim of {of} is missing"));
            assert_eq!(found, wanted.unwrap_or_default(), "{kept}");
        }
    });
}

#[test]
fn flags_and_rules_are_those_that_were_decided() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await; // batch 1
        let frozen = flags::DEBITS_COVERED | flags::NO_DEBIT;
        decided(city, &scene, Decision::UseRules { version: 1 }).await;
        decided(city, &scene, set(scene.payer, frozen)).await;
        decided(city, &scene, Decision::UseRules { version: 2 }).await;
        let stopped = account(city, Class::Wallet).await;
        let closed = account(city, Class::Wallet).await;
        decided(city, &scene, set(stopped, frozen)).await;
        decided(city, &scene, set(stopped, flags::DEBITS_COVERED)).await;
        decided(city, &scene, set(closed, flags::DEBITS_COVERED | flags::CLOSED)).await;
        judged_right(city).await;

        for (account, flags) in [
            (scene.payer, flags::DEBITS_COVERED),
            (scene.payer, flags::NO_DEBIT),
            (scene.payee, 0),
            (scene.bank, 0),
            (stopped, frozen),
            (closed, flags::DEBITS_COVERED),
        ] {
            let no = account.0;
            let forgery =
                format!("update payments.ledger_account set flags = {flags} where id = {no}");
            let expected = format!("account {no} (");
            finds(city, &forgery, &expected).await;
            finds(city, &forgery, "has other flags than were decided").await;
        }
        let gone = format!("delete from payments.ledger_account where id = {}", closed.0);
        finds(city, &gone, "an account whose flags were decided is missing").await;
        for (n, rules) in [(1, 1), (2, 0), (2, 2), (3, 2), (4, 1), (5, 1)] {
            let forgery = format!("update payments.ledger_batch set rules = {rules} where n = {n}");
            finds(city, &forgery, &format!("batch {n} has other rules than were decided")).await;
        }
    });
}

#[test]
fn of_two_decisions_in_one_batch_either_may_have_been_the_last() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let frozen = flags::DEBITS_COVERED | flags::NO_DEBIT;
        let command = |decision| Command {
            id: new_id(city),
            decision,
            actor: new_id(city),
            reason: "asked for by letter 17".to_owned(),
            events: Vec::new(),
        };
        for round in 0..8 {
            let commands = [
                command(set(scene.payer, frozen)),
                command(set(scene.payer, flags::DEBITS_COVERED)),
                command(Decision::UseRules { version: 2 * round + 1 }),
                command(Decision::UseRules { version: 2 * round + 2 }),
            ];
            let asked = commands.into_iter().map(|command| scene.ledger.command(command));
            let answers = futures_join(asked).await;
            let done = |answer: &_| matches!(answer, Ok(Verdict::Commanded { .. }));
            assert!(answers.iter().all(done), "{answers:?}");
        }

        judged_right(city).await;
        let forgery = format!(
            "update payments.ledger_account set flags = flags | 8 where id = {}",
            scene.payer.0
        );
        finds(city, &forgery, "has other flags than were decided").await;
        finds(
            city,
            "update payments.ledger_batch set rules = 99
             where n = (select last_batch from payments.ledger_writer)",
            "has other rules than were decided",
        )
        .await;
    });
}

#[test]
fn a_document_is_the_one_that_its_leg_covers() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let leg = Leg::post(scene.payer, scene.payee, 10, Purpose::Person);
        let id = claimed(city, &scene, (leg, None), (new_id(city), 1)).await;
        let noted = Posting {
            note: Some("chỉ lời nhắn".into()),
            ..pay(new_id(city), scene.payer, scene.payee, 5)
        };
        let only_note = noted.id;
        assert_eq!(code(&scene.ledger.post(noted).await), None);
        judged_right(city).await;

        let wrong = |id: &str| format!("the document of {id} is not the one that its leg covers");
        for forgery in [
            format!("update payments.posting_doc set doc = doc || ' ' where posting = '{id}'"),
            format!("update payments.posting_doc set doc = null where posting = '{id}'"),
            format!("delete from payments.posting_doc where posting = '{id}'"),
        ] {
            finds(city, &forgery, &wrong(&id.to_string())).await;
        }
        let added =
            format!("update payments.posting_doc set doc = '{{}}' where posting = '{only_note}'");
        finds(city, &added, &wrong(&only_note.to_string())).await;
        let stray = format!("insert into payments.posting_doc values ('{STRANGER}', null, 'x')");
        finds(city, &stray, &wrong(STRANGER)).await;
        // Words of a payer are theirs to have forgotten.
        let forgotten = format!(
            "update payments.posting_doc set note = null where posting = '{id}';
             delete from payments.posting_doc where posting = '{only_note}'"
        );
        assert_eq!(found_after(city.db(), &keys(), &forgotten).await, "");
    });
}

#[test]
fn a_hold_ends_when_its_leg_says() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let expires_at = city.clock().now() + chrono::Duration::days(7);
        let (dr, cr) = (scene.payer, scene.payee);
        let action = Action::Hold { dr, cr, amount: 90, expires_at };
        let hold = Leg { action, purpose: Purpose::Goods, reference: None };
        let id = claimed(city, &scene, (hold, None), (new_id(city), 1)).await;

        for forgery in ["expires_at + interval '1 day'", "expires_at - interval '1 microsecond'"] {
            let forgery = format!("update payments.ledger_hold set expires_at = {forgery}");
            finds(city, &forgery, &format!("hold {id} is not what its legs say")).await;
        }
        judged_right(city).await;
    });
}

#[test]
fn a_row_before_the_first_batch_or_after_the_last_is_named() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let refused = scene.ledger.post(pay(new_id(city), scene.payer, scene.payee, 9_999)).await;
        assert!(code(&refused).is_some());
        decided(city, &scene, Decision::UseRules { version: 1 }).await;
        judged_right(city).await;

        for batch in [-1, 0, 4, 99] {
            let leg = format!(
                "insert into payments.ledger_transfer select '{STRANGER}', leg, 2, {batch}, kind, purpose, dr, cr, amount,
                 released, hold, ref, dr_after, cr_after, expires_at, at, req_hash, doc_hash
                 from payments.ledger_transfer where seq = 1"
            );
            finds(city, &leg, &format!("leg 0 of {STRANGER} (seq 2) belongs to no batch")).await;
            let refusal = format!(
                "insert into payments.ledger_rejection select '{STRANGER}', code, detail, req_hash, {batch}, at
                 from payments.ledger_rejection"
            );
            finds(city, &refusal, &format!("the refusal of {STRANGER} belongs to no batch")).await;
            let command = format!(
                "insert into payments.ledger_command select '{STRANGER}', {batch}, kind, object, arg, actor, reason, at
                 from payments.ledger_command"
            );
            finds(city, &command, &format!("command {STRANGER} belongs to no batch")).await;
        }
    });
}
