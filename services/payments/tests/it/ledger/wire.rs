//! What one instance sends to another.

use city_payments::ledger::{
    Action, Claim, Code, Command, CommandRefusal, Count, Created, Decision, Event, Input, Leg,
    Limit, Posting, Purpose, Refused, Verdict,
};
use serde_json::json;

use super::dice::Dice;
use super::histories::{history, uuid};

#[test]
fn inputs_arrive_as_they_were_sent() {
    let mut sent = 0;
    for seed in 0..200 {
        for (_, inputs) in history(&mut Dice::new(seed)) {
            for input in inputs {
                let text = serde_json::to_string(&input).unwrap();
                assert_eq!(serde_json::from_str::<Input>(&text).unwrap(), input, "seed {seed}");
                sent += 1;
            }
        }
    }
    assert!(sent > 2_000);
    let at = chrono::DateTime::from_timestamp_micros(1_795_254_912_000_001).unwrap();
    let full = Posting {
        valid_until: Some(at),
        claims: vec![Claim { subject: uuid(2, 1), outcome: 3 }],
        counts: vec![Count { key: uuid(3, 1), win: 20_260_304, add: 5, cap: Some(9) }],
        limits: vec![Limit {
            counter: Some((uuid(3, 1), 7)),
            amount: 5,
            max: 9,
            code: Code::StrongerStepUp,
            detail: 2,
        }],
        doc: Some("{\"v\":1}".into()),
        note: Some("cảm ơn".into()),
        events: vec![Event {
            id: uuid(4, 1),
            kind: "PaymentSucceeded".into(),
            body: json!({ "amount": "5" }),
            trace: Some("00-1".into()),
        }],
        ..Posting::new(
            uuid(1, 1),
            [9; 32],
            vec![Leg {
                action: Action::Void { hold: uuid(1, 2) },
                purpose: Purpose::Adjustment,
                reference: Some(uuid(5, 1)),
            }],
        )
    };
    let command = Command {
        id: uuid(6, 1),
        decision: Decision::Resolve { subject: uuid(2, 1), outcome: 2 },
        actor: uuid(7, 1),
        reason: "đổi ý".into(),
        events: vec![Event {
            id: uuid(8, 1),
            kind: "BillCancelled".into(),
            body: serde_json::json!({ "billNo": "F1" }),
            trace: None,
        }],
    };
    let lookup = Input::Lookup { id: uuid(1, 1) };
    for input in [Input::Posting(full), Input::Command(command), lookup] {
        let text = serde_json::to_string(&input).unwrap();
        assert_eq!(serde_json::from_str::<Input>(&text).unwrap(), input);
    }
}

#[test]
fn verdicts_arrive_as_they_were_given() {
    let at = chrono::DateTime::from_timestamp_micros(1_795_254_912_000_001).unwrap();
    let refused = |winner| Refused { code: Code::AlreadyResolved, detail: 3, winner, at };
    for verdict in [
        Verdict::Created(Created { batch: 3, seq: i64::MAX, at }),
        Verdict::Refused(refused(Some(uuid(1, 1)))),
        Verdict::Refused(refused(None)),
        Verdict::KeyReused,
        Verdict::TooEarly,
        Verdict::Commanded { batch: 9, at },
        Verdict::CommandRefused(CommandRefusal::AlreadyResolved { winner: uuid(1, 1) }),
        Verdict::CommandRefused(CommandRefusal::AccountNotEmpty),
        Verdict::Known,
        Verdict::Unknown,
    ] {
        let text = serde_json::to_string(&verdict).unwrap();
        assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
    }
}

#[test]
fn what_an_older_version_does_not_know_is_refused_not_forgotten() {
    let posting = Posting::new(uuid(1, 1), [9; 32], Vec::new());
    let mut text = serde_json::to_value(Input::Posting(posting)).unwrap();
    assert!(serde_json::from_value::<Input>(text.clone()).is_ok());

    text["Posting"]["onlyOnSundays"] = json!(true);

    assert!(serde_json::from_value::<Input>(text).is_err());
}
