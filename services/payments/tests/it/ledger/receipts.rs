//! What the ledger gives away as proof.

use city_auth::Scope;
use city_ids::PostingId;
use city_payments::ledger::{Action, Class, Code, Leg, Posting, Purpose, Verdict};
use city_receipt::{BatchHead, Leaf, PublishedKeys, Unproven, verify};
use city_testkit::{City, run};
use futures_util::future::join_all;
use serde_json::Value;
use uuid::Uuid;

use super::workers::{account, new_id, post, send};
use crate::subject::Payments;

const DOC: &str = "{\"v\":1,\"payee\":\"Chợ Đông Ba\",\"amount\":\"7\"}";

async fn keys(city: &City<Payments>) -> PublishedKeys {
    let answer = city.anonymous().get("/.well-known/payment-receipt-keys.json").await.ok();
    PublishedKeys::parse(&answer.to_string()).expect("keys as receipt-verify reads them")
}

async fn proof(city: &City<Payments>, id: Uuid) -> Value {
    let officer = city.staff().with_role("FINANCE", Scope::City);
    let path = format!("/admin/v1/payments/postings/{}", PostingId::restore(id));
    officer.get(&path).await.ok()["proof"].clone()
}

#[test]
fn every_answer_of_the_ledger_has_a_receipt_that_a_stranger_can_verify() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) =
            (account(city, Class::Guarantee).await, account(city, Class::Wallet).await);
        post(city, new_id(city), Action::Post { dr: bank, cr: payer, amount: 100 }).await;
        let postings: Vec<_> = (0..23)
            .map(|n| {
                let amount = if n % 5 == 4 { 1_000 } else { 7 };
                let leg = Leg::post(payer, bank, amount, Purpose::Goods);
                let doc = (n % 2 == 0).then(|| DOC.to_owned());
                Posting { doc, ..Posting::new(new_id(city), [7; 32], vec![leg]) }
            })
            .collect();
        let answers = join_all(postings.iter().map(|posting| send(city, posting.clone()))).await;
        let keys = keys(city).await;

        let mut largest = 0;
        for (posting, answer) in postings.iter().zip(answers) {
            let proof = proof(city, posting.id).await;
            largest = largest.max(proof["size"].as_u64().unwrap());
            let proven = verify(&proof.to_string(), &keys).unwrap();
            match (answer, proven.leaf) {
                (Verdict::Created(created), Leaf::Leg(leg)) => {
                    assert_eq!((leg.posting, leg.amount), (posting.id, 7));
                    assert_eq!(i64::try_from(leg.seq), Ok(created.seq));
                    assert_eq!(proven.doc, posting.doc);
                }
                (Verdict::Refused(refused), Leaf::Rejection(leaf)) => {
                    assert_eq!(refused.code, Code::InsufficientFunds);
                    assert_eq!((leaf.posting, leaf.code), (posting.id, 13));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(largest > 2, "some shared a batch, so that a path had to be proven");
    });
}

#[test]
fn a_receipt_with_anything_changed_proves_nothing() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) =
            (account(city, Class::Guarantee).await, account(city, Class::Wallet).await);
        let leg = Leg::post(bank, payer, 7, Purpose::TopUp);
        let id = new_id(city);
        send(city, Posting { doc: Some(DOC.to_owned()), ..Posting::new(id, [7; 32], vec![leg]) })
            .await;
        let (right, keys) = (proof(city, id).await, keys(city).await);
        assert!(verify(&right.to_string(), &keys).is_ok());

        for (member, wrong) in [
            ("doc", DOC.replace('7', "8").into()),
            ("doc", Value::Null),
            ("index", 1.into()),
            ("size", 2.into()),
        ] {
            let mut forged = right.clone();
            forged[member] = wrong;
            let refused = verify(&forged.to_string(), &keys);
            assert!(matches!(refused, Err(Unproven::False(_))), "{member}: {refused:?}");
        }
        let stranger = city_receipt::HeadKey::from_seed(&[9; 32]).published();
        let unknown = verify(&right.to_string(), &stranger);
        assert!(matches!(unknown, Err(Unproven::UnknownKey(_))), "{unknown:?}");
    });
}

#[test]
fn anybody_may_keep_the_heads_and_they_form_a_chain() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) =
            (account(city, Class::Guarantee).await, account(city, Class::Wallet).await);
        for amount in 1..=3 {
            post(city, new_id(city), Action::Post { dr: bank, cr: payer, amount }).await;
        }

        let heads = city.anonymous().get("/public/v1/payments/heads?after=0").await.ok();
        let rest = city.anonymous().get("/public/v1/payments/heads?after=2").await.ok();

        let heads = heads.as_array().unwrap();
        assert_eq!((heads.len(), rest.as_array().unwrap().as_slice()), (3, &heads[2..]));
        let mut prev = [0; 32];
        for (n, signed) in (1..).zip(heads) {
            let mut head = signed.clone();
            let members = head.as_object_mut().unwrap();
            members.remove("sig");
            members.remove("kid");
            let head: BatchHead = serde_json::from_value(head).unwrap();
            assert_eq!((head.n, head.prev), (n, prev));
            prev = head.hash();
        }
        let garbage = city.anonymous().get("/public/v1/payments/heads?after=x").await;
        assert_eq!(garbage.code(), "INPUT");
    });
}
