//! What a payment would be, before the person confirms it with their PIN.

use std::collections::HashMap;

use city_auth::Resident;
use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{
    PayeeId, PayeeView, PaymentQuote, QuoteRequest, StepUpStrength, WalletState,
};
use city_contracts::problem::Finding;
use city_ids::WalletId;
use city_money::Vnd;
use sqlx::PgConnection;
use uuid::Uuid;

use super::pay::{self, Intent, Payer, is_paid};
use super::pay_merchant::{self, Sale, Wanted};
use super::{App, pay_bill, send_money};
use crate::domain::ledger::{Code, Purpose};
use crate::domain::limits::{Spending, judge, midnight};
use crate::domain::merchant::MerchantState;
use crate::domain::{input, wallet as rules};
use crate::error::Error;
use crate::store;
use crate::store::wallet::Of;

/// What is to be paid.
struct Offer {
    operation: &'static str,
    payee: PayeeView,
    amount: i64,
    purpose: Purpose,
    context: Option<Uuid>,
    /// On top of the amount.
    fee: i64,
    /// Whether the payer's words go with it.
    noted: bool,
    valid_until: Option<Timestamp>,
    problems: Vec<Finding>,
}

/// Says what a payment would be, what to confirm, and what would refuse it now. Nothing is promised or kept: the ledger
/// decides when the payment comes.
///
/// # Errors
/// `Input`, `IdTime`, `NotFound` of payee or bill, `WalletRequired`.
pub async fn quote(app: &App, who: &Resident, asked: &QuoteRequest) -> Result<PaymentQuote, Error> {
    let now = app.clock.now();
    let id = pay::id_of(&asked.idempotency_key)?;
    let mut findings = Vec::new();
    let note = input::note(asked.note.as_deref(), &mut findings);
    let mut db = app.connection().await?;
    let opening = store::payment::find_opening(&mut db, id.as_uuid(), who.account, None).await?;
    let payer = pay::payer(app, &mut db, id, opening, now).await?;
    let offer = match (asked.payee_id, asked.order_id, asked.bill_id) {
        (Some(PayeeId::Wallet(wallet)), None, None) => {
            to_person(&mut db, &payer, wallet, asked.amount, &mut findings).await?
        }
        (Some(PayeeId::Merchant(merchant)), None, None) => {
            let wanted = Wanted::Merchant(merchant);
            to_merchant(&mut db, wanted, asked.amount, now, &mut findings).await?
        }
        (None, Some(order), None) => {
            let wanted = Wanted::Order(order);
            to_merchant(&mut db, wanted, asked.amount, now, &mut findings).await?
        }
        (None, None, Some(_)) => of_bill(&mut db, who, asked, now).await?,
        _ => {
            let message = "name the payee, the order or the bill";
            findings.push(Finding::new("/payeeId", "ONE_OF", message));
            return Err(Error::Input(findings));
        }
    };
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let intent = Intent {
        operation: offer.operation,
        id,
        payee: &offer.payee.id,
        amount: offer.amount,
        context: offer.context,
        note: note.as_deref().filter(|_| offer.noted),
    };
    let operation_digest = intent.digest(who.account).print();
    let total = offer.amount.saturating_add(offer.fee);
    let spending = payer.spending(who, offer.purpose, total, now);
    let weak = Spending { strong: false, ..spending };
    let strong = over(&mut db, &payer, &weak).await?.contains(&Code::StrongerStepUp);
    let mut problems = offer.problems;
    problems.extend(against(&payer, &spending, &over(&mut db, &payer, &spending).await?));
    let tomorrow = hue_day(now).succ_opt().map_or(now, midnight);
    Ok(PaymentQuote {
        payee: offer.payee,
        amount: Vnd::new(offer.amount),
        fee: Vnd::new(offer.fee),
        total: Vnd::new(total),
        step_up: if strong { StepUpStrength::Strong } else { StepUpStrength::Pin },
        operation: offer.operation.to_owned(),
        operation_digest,
        valid_until: offer.valid_until.unwrap_or(tomorrow),
        problems,
    })
}

async fn to_person(
    db: &mut PgConnection,
    payer: &Payer,
    wallet: WalletId,
    amount: Option<Vnd>,
    findings: &mut Vec<Finding>,
) -> Result<Offer, Error> {
    let amount = input::amount(amount.unwrap_or(Vnd::ZERO), findings);
    if wallet == payer.wallet.id {
        findings.push(Finding::new("/payeeId", "SELF", "money is sent to somebody else"));
    }
    let found = store::wallet::find(db, Of::Id(wallet)).await?;
    let found = found.ok_or(Error::NotFound)?;
    let mut problems = Vec::new();
    let problem = |code: Code, message: &str| Finding::new("/payeeId", code.name(), message);
    match found.state() {
        WalletState::Closed => {
            problems.push(problem(Code::AccountClosed, "their wallet is closed"));
        }
        WalletState::Frozen => {
            problems.push(problem(Code::AccountFrozen, "their wallet takes nothing just now"));
        }
        WalletState::Open | WalletState::NoDebit => {}
    }
    Ok(Offer {
        operation: send_money::OPERATION,
        payee: PayeeView { id: wallet.to_string(), name: rules::label(wallet), person: true },
        amount,
        purpose: Purpose::Person,
        context: None,
        fee: 0,
        noted: true,
        valid_until: None,
        problems,
    })
}

async fn to_merchant(
    db: &mut PgConnection,
    wanted: Wanted,
    amount: Option<Vnd>,
    now: Timestamp,
    findings: &mut Vec<Finding>,
) -> Result<Offer, Error> {
    let (payee, order) = wanted.find(db).await?;
    let asked = amount.or_else(|| order.as_ref().map(|order| Vnd::new(order.amount)));
    let asked = input::amount(asked.unwrap_or(Vnd::ZERO), findings);
    let amount = order.as_ref().map_or(asked, |order| order.amount);
    let sale = Sale::read(db, payee, order, amount, now).await?;
    sale.fits(findings);
    let mut problems = Vec::new();
    if asked != amount {
        problems.push(Finding::new(
            "/amount",
            "AMOUNT_CHANGED",
            "the order is about another amount",
        ));
    }
    let mut problem = |field: &str, code: Code, message: &str| {
        problems.push(Finding::new(field, code.name(), message));
    };
    if let Some(order) = &sale.order {
        if now >= order.expires_at {
            problem("/orderId", Code::OfferExpired, "the time of the order is over");
        }
        if order.claim.is_some() {
            problem("/orderId", Code::AlreadyResolved, "it is paid or cancelled");
        }
    }
    match sale.merchant.state() {
        MerchantState::Suspended => {
            problem("/payeeId", Code::AccountFrozen, "the merchant is paid nothing just now");
        }
        MerchantState::Closed => problem("/payeeId", Code::AccountClosed, "the merchant is closed"),
        MerchantState::Active | MerchantState::Draft => {}
    }
    Ok(Offer {
        operation: pay_merchant::OPERATION,
        payee: PayeeView {
            id: sale.merchant.id.to_string(),
            name: sale.merchant.of.name.clone(),
            person: false,
        },
        amount,
        purpose: Purpose::Goods,
        context: sale.order.as_ref().map(|order| order.id.as_uuid()),
        fee: sale.fee.payer,
        noted: true,
        valid_until: Some(sale.valid_until),
        problems,
    })
}

async fn of_bill(
    db: &mut PgConnection,
    who: &Resident,
    asked: &QuoteRequest,
    now: Timestamp,
) -> Result<Offer, Error> {
    let id = asked.bill_id.ok_or(Error::NotFound)?;
    let bill = pay_bill::visible(db, who, id).await?;
    let due = bill.due(now).amount;
    let mut problems = Vec::new();
    if asked.amount.is_some_and(|amount| amount.dong() != due) {
        let message = "another amount is due now";
        problems.push(Finding::new("/amount", "AMOUNT_CHANGED", message));
    }
    if bill.claim.is_some() {
        let message = if is_paid(bill.claim) { "it is paid" } else { "it is cancelled" };
        problems.push(Finding::new("/billId", Code::AlreadyResolved.name(), message));
    }
    Ok(Offer {
        operation: pay_bill::OPERATION,
        payee: PayeeView { id: bill.biller.id.to_string(), name: bill.biller.name, person: false },
        amount: due,
        purpose: bill.biller.purpose,
        context: Some(bill.revision),
        fee: 0,
        noted: false,
        valid_until: None,
        problems,
    })
}

/// The codes of the limits that this spending would break now.
async fn over(
    db: &mut PgConnection,
    payer: &Payer,
    spending: &Spending,
) -> Result<Vec<Code>, Error> {
    let (_, limits) = judge(&payer.rules, spending);
    let counters: Vec<_> = limits.iter().filter_map(|limit| limit.counter).collect();
    let used: HashMap<_, _> = store::limit::used(db, &counters).await?.into_iter().collect();
    let broken = limits.iter().filter(|limit| {
        let before = limit.counter.and_then(|counter| used.get(&counter)).copied().unwrap_or(0);
        before.saturating_add(limit.amount) > limit.max
    });
    Ok(broken.map(|limit| limit.code).collect())
}

/// What would refuse it now, on the payer's side.
fn against(payer: &Payer, spending: &Spending, over: &[Code]) -> Vec<Finding> {
    let mut problems = Vec::new();
    let mut problem = |refused: bool, code: Code, message: &str| {
        if refused {
            problems.push(Finding::new("/amount", code.name(), message));
        }
    };
    let state = payer.wallet.state();
    problem(state == WalletState::Closed, Code::AccountClosed, "the wallet is closed");
    let stopped = matches!(state, WalletState::NoDebit | WalletState::Frozen);
    problem(stopped, Code::AccountFrozen, "nothing leaves the wallet just now");
    problem(over.contains(&Code::LimitExceeded), Code::LimitExceeded, "it is over a limit");
    let stronger = over.contains(&Code::StrongerStepUp);
    problem(stronger, Code::StrongerStepUp, "sign in again first, then confirm with the PIN");
    let short = payer.wallet.available() < spending.amount;
    problem(short, Code::InsufficientFunds, "there is not enough in the wallet");
    problems
}
