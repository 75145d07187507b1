//! One line of a provider's statement against what messages and ledger say.
//!
//! A statement is a file that an officer hands in, and no provider signs it: money of which it alone tells goes aside, and is
//! credited by a second officer, or as soon as the provider itself confirms it.

use city_clock::Timestamp;
use city_contracts::payments::{Provider, ReconciliationClass as Class, RefundState};
use city_ids::{ProviderOrderId, RefundId};
use city_receipt::sha256;

use super::freeze_wallet::unexpected;
use super::move_refund::provider_order;
use super::open_break::{differing, open_break};
use super::provider::{BY_MONEY, answered, hear};
use super::{App, finish_refund};
use crate::domain::chart;
use crate::domain::ledger::{Class as Account, Leg, Posting, Purpose, Verdict};
use crate::domain::provider::{Proof, Said, refund_of_ref};
use crate::domain::reconciliation::{Fee, Kind, Line, number_claim};
use crate::error::{Error, fault};
use crate::store;
use crate::store::provider::{Evidence, Name};
use crate::store::reconciliation::{KeptLine, Run};

/// What a line is.
struct Judged {
    class: Class,
    /// How much the break is about, or the line's own amount where it has another than its order; none when there is no break.
    about: Option<i64>,
    order: Option<ProviderOrderId>,
    /// Whether the line itself settles the break.
    settled: bool,
}

impl Judged {
    const fn of(class: Class, about: i64, order: Option<ProviderOrderId>) -> Self {
        Self { class, about: Some(about), order, settled: false }
    }

    const fn matched() -> Self {
        Self { class: Class::Matched, about: None, order: None, settled: true }
    }
}

/// Judges a line: money that only the statement knows of is set aside, and what disagrees is opened as a break.
/// Idempotent, each step of it.
///
/// # Errors
/// When the ledger or the database is away; the run goes on when the file is sent again.
pub async fn judge_line(
    app: &App,
    run: &Run,
    kept: &KeptLine,
    fee: Fee,
    now: Timestamp,
) -> Result<(), Error> {
    let line = &kept.line;
    let (judged, counted) = match kept.before {
        // A corrected file of the same day says it again.
        Some((class, true)) if !kept.repeats => {
            (Judged { class, about: None, order: None, settled: true }, false)
        }
        Some(_) => (Judged::of(Class::Duplicate, line.amount, None), false),
        None if kept.repeats => (Judged::of(Class::Duplicate, line.amount, None), false),
        None => match line.kind {
            Kind::Pay => (judge_payment(app, run.provider, line, fee).await?, true),
            Kind::Refund => (judge_refund(app, run.provider, line).await?, true),
        },
    };
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if store::reconciliation::judge(&mut tx, run.id, line.number, judged.class, counted).await? {
        if let Some(about) = judged.about {
            let amount = match (judged.class, judged.order) {
                (Class::AmountDiffers, Some(order)) => {
                    differing(&mut tx, order, &line.txn_no, line.amount).await?
                }
                _ => about,
            };
            let closed = judged.settled.then_some((now, None, None));
            let key = line.txn_no.clone();
            let of = (judged.class, run.provider, key, judged.order, amount);
            open_break(app, &mut tx, of, closed, now).await?;
        }
        // The provider has it: what else it says of it is a break of its own.
        if line.kind == Kind::Pay
            && matches!(judged.class, Class::Matched | Class::Fee | Class::AmountDiffers)
        {
            let (of, txn_no) = (run.provider, &line.txn_no);
            let left = store::reconciliation::close_by_witness(&mut tx, of, txn_no, now).await?;
            if let Some(id) = left {
                tracing::error!(break_.id = %id, "A missing payment comes in a statement while officers end its break");
            }
        }
        // The provider has it as it was ordered.
        if let (Class::Matched | Class::Fee, Some(order)) = (judged.class, judged.order) {
            let keys = [line.our_ref.clone(), line.txn_no.clone()];
            answered(&mut tx, (run.provider, order), &keys, &BY_MONEY, now).await?;
        }
    }
    tx.commit().await.map_err(fault("committing"))
}

async fn judge_payment(
    app: &App,
    provider: Provider,
    line: &Line,
    fee: Fee,
) -> Result<Judged, Error> {
    let mut db = app.connection().await?;
    let name = Name { provider, our_ref: &line.our_ref };
    let Some(order) = store::provider::find_by_ref(&mut db, name).await? else {
        drop(db);
        set_aside(app, provider, line).await?;
        return Ok(Judged::of(Class::MissingHere, line.amount, None));
    };
    let proof = store::reconciliation::proof_of(&mut db, order.id).await?;
    drop(db);
    let of = Some(order.id);
    let paid = || Proof { txn_no: line.txn_no.clone(), paid_at: Some(line.paid_at) };
    if let Some((txn_no, amount, by_statement)) = &proof
        && order.facts.arrival.is_none()
        && (txn_no, *amount) == (&line.txn_no, line.amount)
    {
        // The proof was kept, and then the ledger was away: the money is still to be moved.
        let said = if *by_statement { Said::Doubted(paid()) } else { Said::Paid(paid()) };
        hear(app, &order, &said, Evidence::Statement).await?;
    }
    Ok(match proof {
        None if line.amount == order.amount => {
            hear(app, &order, &Said::Doubted(paid()), Evidence::Statement).await?;
            let judged = Judged::of(Class::MissingHere, line.amount, of);
            Judged { settled: true, ..judged }
        }
        None => Judged::of(Class::AmountDiffers, line.amount, of),
        Some((txn_no, ..)) if txn_no != line.txn_no => {
            Judged::of(Class::Duplicate, line.amount, of)
        }
        Some((_, amount, _)) if amount != line.amount => {
            Judged::of(Class::AmountDiffers, line.amount, of)
        }
        // Said by this line before a crash, and by nothing else.
        Some((.., true)) => {
            let judged = Judged::of(Class::MissingHere, line.amount, of);
            Judged { settled: true, ..judged }
        }
        Some(_) if fee.of(line.amount) != line.fee => {
            Judged::of(Class::Fee, (line.fee - fee.of(line.amount)).abs(), of)
        }
        Some(_) => Judged { order: of, ..Judged::matched() },
    })
}

/// A line ends only a refund that this very provider was asked for: of what nobody asked, a file of an officer's making alone
/// would tell.
async fn judge_refund(app: &App, provider: Provider, line: &Line) -> Result<Judged, Error> {
    let missing = || Judged::of(Class::MissingHere, line.amount, None);
    let Some(id) = refund_of_ref(&line.our_ref).map(RefundId::restore) else {
        return Ok(missing());
    };
    let mut db = app.connection().await?;
    let Some(known) = store::refund::find(&mut db, id).await? else { return Ok(missing()) };
    let order = provider_order(&mut db, &known.refund).await?;
    drop(db);
    if order.is_none_or(|order| order.provider != provider) {
        return Ok(missing());
    }
    let amount = known.refund.amount();
    if amount != line.amount {
        return Ok(Judged::of(Class::AmountDiffers, (line.amount - amount).abs(), None));
    }
    Ok(match known.state {
        RefundState::Done => Judged::matched(),
        // Kept before the provider is asked.
        RefundState::Sent | RefundState::Unknown => {
            finish_refund(app, known.refund.id, None).await?;
            Judged { settled: true, ..missing() }
        }
        _ => missing(),
    })
}

/// Money that no order here waits for is put where money waits for its owner, once for its number.
async fn set_aside(app: &App, provider: Provider, line: &Line) -> Result<(), Error> {
    let (clearing, suspense) = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let clearing = chart::clearing(provider);
        let clearing = store::ledger::open(&mut tx, clearing, Account::Clearing, None).await?;
        let suspense =
            store::ledger::open(&mut tx, chart::SUSPENSE, Account::Suspense, None).await?;
        tx.commit().await.map_err(fault("committing"))?;
        (clearing, suspense)
    };
    let claim = number_claim(store::provider::name(provider), &line.txn_no);
    let leg = Leg::post(clearing, suspense, line.amount, Purpose::Reconciliation);
    let hash = sha256(&[b"recon.aside", claim.subject.as_bytes(), &line.amount.to_be_bytes()]);
    let claims = vec![claim];
    // An id of now, whenever a file says that it was paid: the claim lets it happen once.
    let id = app.ids.uuid(app.clock.now());
    match app.ledger.post(Posting { claims, ..Posting::new(id, hash, vec![leg]) }).await? {
        // Refused: another line said so before, or the number is that of an order.
        Verdict::Created(_) | Verdict::Refused(_) => Ok(()),
        other => Err(unexpected(&other)),
    }
}
