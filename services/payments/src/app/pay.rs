//! What every payment out of a wallet has in common: its first answer, its proof, its limits, its way into the ledger.

use std::sync::Arc;

use city_auth::Resident;
use city_auth::step_up::OperationDigest;
use city_clock::Timestamp;
use city_contracts::payments::PaymentView;
use city_contracts::problem::Kind;
use city_http::Outcome as _;
use city_ids::{AccountId, PostingId};
use city_money::Vnd;
use city_receipt::derive;
use serde_json::{Value, json};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

use super::freeze_wallet::unexpected;
use super::{App, read_payment};
use crate::domain::bill::outcome;
use crate::domain::input;
use crate::domain::ledger::{Code, Created, Posting, Purpose, Refused, Verdict, check_new_id};
use crate::domain::limits::{Rule, Spending, judge};
use crate::error::{Error, broken};
use crate::store;
use crate::store::payment::Opening;
use crate::store::wallet::Wallet;

/// What a person confirms, and what an id stands for ever after.
#[derive(Debug, Clone, Copy)]
pub struct Intent<'a> {
    /// The mutation.
    pub operation: &'static str,
    /// The id of the payment.
    pub id: PostingId,
    /// Who gets the money.
    pub payee: &'a str,
    /// How much leaves the wallet, a fee on top left aside: what that is follows from payee, amount and day.
    pub amount: i64,
    /// The bill's revision or the order.
    pub context: Option<Uuid>,
    /// The payer's words.
    pub note: Option<&'a str>,
}

impl Intent<'_> {
    /// The digest that the person confirms with their PIN, and by which a repetition is known.
    pub fn digest(&self, account: AccountId) -> OperationDigest {
        let (payment, amount) = (self.id.to_string(), self.amount.to_string());
        let context = self.context.map(|context| context.simple().to_string()).unwrap_or_default();
        let members = [
            ("payment", payment.as_str()),
            ("payee", self.payee),
            ("amount", &amount),
            ("context", &context),
            ("note", self.note.unwrap_or_default()),
        ];
        OperationDigest::of(self.operation, account, &members)
    }
}

/// The id a client made for a payment, new or old.
///
/// # Errors
/// `NotAnId`.
pub fn id_of(raw: &str) -> Result<PostingId, Error> {
    input::payment_id(raw).ok_or(Error::NotAnId)
}

/// What an id was answered before, if it was. `subject` is what the present request would resolve, and `same` gives its
/// digest when it is about a reference.
///
/// # Errors
/// `KeyReused`, and the refusal it was answered.
pub async fn first_answer(
    app: &App,
    db: &mut PgConnection,
    (who, id): (&Resident, PostingId),
    opening: &Opening,
    subject: Option<Uuid>,
    same: impl FnOnce(Option<Uuid>) -> OperationDigest,
) -> Result<Option<PaymentView>, Error> {
    let Some(known) = &opening.known else {
        return Ok(None);
    };
    if known.req_hash != same(known.reference).0 {
        return Err(Error::KeyReused);
    }
    if let Some((code, detail)) = known.refused {
        let rules = app.limit_rules.of(&mut *db, opening.rules).await?;
        let winner = match subject {
            Some(subject) => store::payment::find_winner(db, subject).await?,
            None => None,
        };
        return Err(refusal(code, detail, winner, subject, &rules));
    }
    let payment = read_payment::view(db, id, who.account).await?;
    payment.map(Some).ok_or_else(|| broken("reading a payment", "its payer has no part in it"))
}

/// Whether something was sent under this id before, although its caller heard only that the outcome is pending: it may be on
/// its way to the disk. Asked before a refusal that only the present moment explains, such as a confirmation that is too old
/// by now; when this answers, whoever repeats a request is given its first answer.
///
/// # Errors
/// The refusal when nothing was sent; those of a ledger that cannot say so now, since a refusal would be wrong then.
pub async fn sent_before(app: &App, id: Uuid, refusal: Error) -> Result<(), Error> {
    let of_the_moment = !matches!(refusal.kind(), Kind::Unavailable | Kind::Internal);
    if of_the_moment && app.ledger.knows(id).await? { Ok(()) } else { Err(refusal) }
}

/// What a payment begins with when it was [sent before](sent_before), and the refusal it would have got.
///
/// # Errors
/// As [`sent_before`].
pub async fn reopened(
    app: &App,
    who: &Resident,
    id: PostingId,
    refusal: Error,
) -> Result<(PoolConnection<Postgres>, Opening), Error> {
    sent_before(app, id.as_uuid(), refusal).await?;
    let mut db = app.connection().await?;
    let opening = store::payment::find_opening(&mut db, id.as_uuid(), who.account, None).await?;
    Ok((db, opening))
}

/// What is known of an id cannot be found.
pub fn gone() -> Error {
    broken("reading a payment", "what the ledger answered is gone")
}

/// A payer whose payment may go on: their wallet, and the rules that bind it.
#[derive(Debug)]
pub struct Payer {
    /// Their wallet.
    pub wallet: Wallet,
    /// The limits of now.
    pub rules: Arc<[Rule]>,
}

/// The payer of a new payment.
///
/// # Errors
/// `IdTime`, `WalletRequired`.
pub async fn payer(
    app: &App,
    db: &mut PgConnection,
    id: PostingId,
    opening: Opening,
    now: Timestamp,
) -> Result<Payer, Error> {
    check_new_id(id.as_uuid(), now).map_err(|_| Error::IdTime { now })?;
    let wallet = opening.payer.ok_or(Error::WalletRequired)?;
    Ok(Payer { wallet, rules: app.limit_rules.of(db, opening.rules).await? })
}

impl Payer {
    /// What a payment is to the limits.
    pub fn spending(
        &self,
        who: &Resident,
        purpose: Purpose,
        amount: i64,
        at: Timestamp,
    ) -> Spending {
        Spending {
            owner: who.account.as_uuid(),
            purpose,
            amount,
            level: self.wallet.level.min(i16::from(who.principal.identity_level)),
            on_hold: who.principal.hold_until.is_some_and(|until| at < until),
            strong: who.principal.is_recent(at),
            at,
        }
    }

    /// Has the ledger decide, limits included.
    ///
    /// # Errors
    /// `Refused`, for ever for this id; `KeyReused`; those of a ledger that is away, which leave the id free.
    pub async fn post(
        &self,
        app: &App,
        posting: Posting,
        spending: &Spending,
    ) -> Result<Created, Error> {
        let (counts, limits) = judge(&self.rules, spending);
        let posting = Posting { counts, limits, ..posting };
        let subject = posting.claims.first().map(|claim| claim.subject);
        posting.check().map_err(|error| broken("building a payment", error))?;
        match app.ledger.post(posting).await? {
            Verdict::Created(created) => Ok(created),
            Verdict::Refused(refused) => {
                let Refused { code, detail, winner, .. } = refused;
                Err(refusal(code, detail, winner, subject, &self.rules))
            }
            Verdict::KeyReused => Err(Error::KeyReused),
            other => Err(unexpected(&other)),
        }
    }
}

/// A payment that was made just now, as it reads.
///
/// # Errors
/// Unavailable when the database is away; the payment is made nevertheless, and the same id shows it.
pub async fn made(app: &App, who: &Resident, id: PostingId) -> Result<PaymentView, Error> {
    let payment = read_payment::view(&mut *app.connection().await?, id, who.account).await?;
    payment.ok_or_else(|| broken("reading a payment", "it was made just now"))
}

/// A refusal of the ledger, with what helps whoever asked.
fn refusal(
    code: Code,
    detail: i16,
    winner: Option<Uuid>,
    subject: Option<Uuid>,
    rules: &[Rule],
) -> Error {
    let details = match code {
        Code::LimitExceeded | Code::StrongerStepUp => {
            let rule = rules.iter().find(|rule| rule.ordinal == detail);
            rule.map_or(Value::Null, |rule| json!({ "rule": rule.code, "max": Vnd::new(rule.max) }))
        }
        Code::AlreadyResolved if subject.is_some_and(|of| is_cancellation(winner, of)) => {
            json!({ "outcome": "CANCELLED" })
        }
        Code::AlreadyResolved if winner == subject.map(replacement) => {
            json!({ "outcome": "REPLACED" })
        }
        Code::AlreadyResolved => {
            json!({ "outcome": "PAID", "winner": winner.map(PostingId::restore) })
        }
        _ => Value::Null,
    };
    Error::Refused { code, details }
}

/// The id of the command that cancels a bill's revision: it follows from it, so that a bill is cancelled once.
pub fn cancellation(revision: Uuid) -> Uuid {
    derive("bill.cancel", revision)
}

/// The id of the command that cancels an order of a merchant, likewise.
pub fn order_cancellation(order: Uuid) -> Uuid {
    derive("order.cancel", order)
}

fn is_cancellation(winner: Option<Uuid>, subject: Uuid) -> bool {
    winner == Some(cancellation(subject)) || winner == Some(order_cancellation(subject))
}

/// The id of the command that makes room for the next revision of a bill: it follows from the one that goes.
pub fn replacement(revision: Uuid) -> Uuid {
    derive("bill.replace", revision)
}

/// Whether a claim says paid.
pub const fn is_paid(claim: Option<(i16, Uuid)>) -> bool {
    matches!(claim, Some((outcome::PAID, _)))
}
