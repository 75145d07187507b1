//! The contender: the ledger, in process.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_clock::{Clock as _, SystemClock};
use city_payments::ledger::{Event, Leg, Posting, Purpose, Verdict};
use serde_json::json;
use tokio::task::JoinSet;

use super::ground::Ground;
use super::round::{Picks, Round, Spread};

pub(super) struct Core<'a> {
    pub(super) ground: &'a Ground,
}

impl Core<'_> {
    /// Callers who each pay again as soon as they are answered.
    pub(super) async fn round(
        &self,
        spread: Spread,
        callers: usize,
        lasting: Duration,
    ) -> Result<Round, BootError> {
        let begun = Instant::now();
        let mut paying = JoinSet::new();
        for number in 0..callers {
            let (ledger, ids) = (self.ground.ledger.clone(), self.ground.ids.clone());
            let mut picks = Picks::new(number, spread);
            paying.spawn(async move {
                let mut latencies = Vec::new();
                while begun.elapsed() < lasting {
                    let (dr, cr, amount) = picks.next();
                    let id = ids.uuid(SystemClock.now());
                    let event = Event {
                        id: ids.uuid(SystemClock.now()),
                        kind: "PaymentSucceeded".to_owned(),
                        body: json!({ "payment": id.to_string(), "amount": amount.to_string() }),
                        trace: None,
                    };
                    let legs = vec![Leg::post(dr, cr, amount, Purpose::Goods)];
                    let posting =
                        Posting { events: vec![event], ..Posting::new(id, [7; 32], legs) };
                    let sent = Instant::now();
                    match ledger.post(posting).await {
                        Ok(Verdict::Created(_)) => latencies.push(sent.elapsed()),
                        other => {
                            return Err(BootError::Config(format!("a payment came to {other:?}")));
                        }
                    }
                }
                Ok(latencies)
            });
        }
        Round::gather(begun, paying).await
    }
}
