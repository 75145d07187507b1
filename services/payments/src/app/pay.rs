//! What every payment out of a wallet has in common: its first answer, its proof, its limits, its way into the ledger.

use city_auth::Resident;
use city_auth::step_up::OperationDigest;
use city_clock::Timestamp;
use city_contracts::payments::PaymentView;
use city_ids::{AccountId, PostingId};
use city_money::Vnd;
use city_receipt::derive;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::freeze_wallet::unexpected;
use super::{App, read_payment};
use crate::domain::bill::outcome;
use crate::domain::input;
use crate::domain::ledger::{Code, Posting, Purpose, Refused, Verdict, check_new_id};
use crate::domain::limits::{Rule, Spending, judge};
use crate::error::{Error, broken};
use crate::store;
use crate::store::wallet::{Of, Wallet};

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
    db: &mut PgConnection,
    who: &Resident,
    id: PostingId,
    subject: Option<Uuid>,
    same: impl FnOnce(Option<Uuid>) -> OperationDigest,
) -> Result<Option<PaymentView>, Error> {
    let Some(known) = store::payment::find_known(&mut *db, id.as_uuid()).await? else {
        return Ok(None);
    };
    if known.req_hash != same(known.reference).0 {
        return Err(Error::KeyReused);
    }
    if let Some((code, detail)) = known.refused {
        let rules = store::limit::rules(&mut *db).await?;
        let winner = match subject {
            Some(subject) => store::payment::find_winner(db, subject).await?,
            None => None,
        };
        return Err(refusal(code, detail, winner, subject, &rules));
    }
    let payment = read_payment::view(db, id, who.account).await?;
    payment.map(Some).ok_or_else(|| broken("reading a payment", "its payer has no part in it"))
}

/// A payer whose payment may go on: their wallet, and the rules that bind it.
#[derive(Debug)]
pub struct Payer {
    /// Their wallet.
    pub wallet: Wallet,
    /// The limits of now.
    pub rules: Vec<Rule>,
}

/// The payer of a new payment.
///
/// # Errors
/// `IdTime`, `WalletRequired`.
pub async fn payer(
    db: &mut PgConnection,
    who: &Resident,
    id: PostingId,
    now: Timestamp,
) -> Result<Payer, Error> {
    check_new_id(id.as_uuid(), now).map_err(|_| Error::IdTime { now })?;
    let wallet = store::wallet::find(&mut *db, Of::Owner(who.account)).await?;
    let wallet = wallet.ok_or(Error::WalletRequired)?;
    Ok(Payer { wallet, rules: store::limit::rules(db).await? })
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

    /// Has the ledger decide, limits included, and shows the payment.
    ///
    /// # Errors
    /// `Refused`, for ever for this id; `KeyReused`; those of a ledger that is away, which leave the id free.
    pub async fn post(
        &self,
        app: &App,
        who: &Resident,
        posting: Posting,
        spending: &Spending,
    ) -> Result<PaymentView, Error> {
        let (counts, limits) = judge(&self.rules, spending);
        let posting = Posting { counts, limits, ..posting };
        let id = PostingId::restore(posting.id);
        let subject = posting.claims.first().map(|claim| claim.subject);
        posting.check().map_err(|error| broken("building a payment", error))?;
        match app.ledger.post(posting).await? {
            Verdict::Created(_) => {
                let mut db = app.connection().await?;
                let payment = read_payment::view(&mut db, id, who.account).await?;
                payment.ok_or_else(|| broken("reading a payment", "it was made just now"))
            }
            Verdict::Refused(refused) => {
                let Refused { code, detail, winner, .. } = refused;
                Err(refusal(code, detail, winner, subject, &self.rules))
            }
            Verdict::KeyReused => Err(Error::KeyReused),
            other => Err(unexpected(&other)),
        }
    }
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
