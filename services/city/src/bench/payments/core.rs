//! The contender: the ledger, in process.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;
use city_payments::ledger::{Action, Code, Event, Leg, Posting, Purpose, Verdict, hold_until};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use super::super::load::BREATH;
use super::ground::{Ground, payee};
use super::round::{Picks, Round, Spread};

/// What is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// Payments of one leg.
    Plain,
    /// A tenth is refused, a twentieth asked again, a twentieth reserves, a tenth has three legs; the rest is plain.
    Mixed,
}

pub(super) struct Core<'a> {
    pub(super) ground: &'a Ground,
}

impl Core<'_> {
    /// Callers who each pay again as soon as they are answered. Whom the ledger told nothing is not counted.
    pub(super) async fn round(
        &self,
        spread: Spread,
        load: Load,
        callers: usize,
        lasting: Duration,
    ) -> Result<Round, BootError> {
        let begun = Instant::now();
        let mut paying = JoinSet::new();
        for number in 0..callers {
            let (ledger, ids) = (self.ground.ledger.clone(), self.ground.ids.clone());
            let mut picks = Picks::new(number, spread);
            paying.spawn(async move {
                let (mut latencies, mut untold) = (Vec::new(), 0);
                let mut last = None;
                for turn in number.. {
                    if begun.elapsed() >= lasting {
                        break;
                    }
                    let kind = match load {
                        Load::Plain => Kind::Plain,
                        Load::Mixed => Kind::of_turn(turn),
                    };
                    let asked = match (kind, &last) {
                        (Kind::Again, Some(last)) => Posting::clone(last),
                        _ => posting(kind, &ids, &mut picks)?,
                    };
                    let sent = Instant::now();
                    let Ok(verdict) = ledger.post(asked.clone()).await else {
                        untold += 1;
                        sleep(BREATH).await;
                        continue;
                    };
                    if !kind.is_met_by(&verdict) {
                        return Err(BootError::Config(format!("a payment came to {verdict:?}")));
                    }
                    latencies.push(sent.elapsed());
                    if kind == Kind::Plain {
                        last = Some(asked);
                    }
                }
                Ok((latencies, untold))
            });
        }
        Round::gather(begun, paying).await
    }

    /// Payments that are sent at a steady rate, whether or not those before are answered: what waits shows in the latency.
    pub(super) async fn open_loop(
        &self,
        per_second: f64,
        lasting: Duration,
    ) -> Result<Round, BootError> {
        const TICK: Duration = Duration::from_millis(1);
        const PATIENCE: Duration = Duration::from_secs(10);
        let begun = Instant::now();
        let mut paying = JoinSet::new();
        let mut picks = Picks::new(0, Spread::Hot);
        let mut ticks = interval(TICK);
        let mut sent = 0.0;
        while begun.elapsed() < lasting {
            ticks.tick().await;
            let due = begun.elapsed().as_secs_f64() * per_second;
            while sent < due {
                sent += 1.0;
                let asked = posting(Kind::Plain, &self.ground.ids, &mut picks)?;
                let ledger = self.ground.ledger.clone();
                let at = Instant::now();
                paying.spawn(async move {
                    match timeout(PATIENCE, ledger.post(asked)).await {
                        Ok(Ok(Verdict::Created(_))) => Ok((vec![at.elapsed()], 0)),
                        Ok(Ok(other)) => {
                            Err(BootError::Config(format!("a payment came to {other:?}")))
                        }
                        // Sent away, or told nothing: one who waited in vain.
                        Ok(Err(_)) | Err(_) => Ok((vec![PATIENCE], 1)),
                    }
                });
            }
        }
        Round::gather(begun, paying).await
    }
}

/// A kind of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Refused,
    Again,
    Hold,
    ThreeLegs,
}

impl Kind {
    const fn of_turn(turn: usize) -> Self {
        match turn % 20 {
            3 | 13 => Self::Refused,
            7 => Self::Again,
            11 => Self::Hold,
            5 | 15 => Self::ThreeLegs,
            _ => Self::Plain,
        }
    }

    fn is_met_by(self, verdict: &Verdict) -> bool {
        match (self, verdict) {
            (Self::Refused, Verdict::Refused(refused)) => refused.code == Code::InsufficientFunds,
            (Self::Refused, _) => false,
            (_, verdict) => matches!(verdict, Verdict::Created(_)),
        }
    }
}

/// A new posting of a kind.
fn posting(kind: Kind, ids: &Ids, picks: &mut Picks) -> Result<Posting, BootError> {
    const MORE_THAN_ANYBODY_HAS: i64 = 2_000_000_000;
    let (dr, cr, amount) = picks.next();
    let now = SystemClock.now();
    let post = |amount| Leg::post(dr, cr, amount, Purpose::Goods);
    let legs = match kind {
        Kind::Plain | Kind::Again => vec![post(amount)],
        Kind::Refused => vec![post(MORE_THAN_ANYBODY_HAS)],
        Kind::Hold => {
            let expires_at = hold_until(now, None)
                .map_err(|error| BootError::failed("reserving money", error))?;
            let action = Action::Hold { dr, cr, amount, expires_at };
            vec![Leg { action, purpose: Purpose::Goods, reference: None }]
        }
        Kind::ThreeLegs => {
            let head = |number| Leg::post(dr, payee(number), amount, Purpose::Tuition);
            vec![post(amount), head(1), head(2)]
        }
    };
    let id = ids.uuid(now);
    let event = Event {
        id: ids.uuid(now),
        kind: "PaymentSucceeded".to_owned(),
        body: json!({ "payment": id.to_string(), "amount": amount.to_string() }),
        trace: None,
    };
    Ok(Posting { events: vec![event], ..Posting::new(id, [7; 32], legs) })
}
