//! What a payment would be, before the person confirms it with their PIN.

use std::collections::HashMap;

use city_auth::Resident;
use city_clock::hue_day;
use city_contracts::payments::{
    PayeeView, PaymentQuote, QuoteRequest, StepUpStrength, WalletState,
};
use city_contracts::problem::Finding;
use city_ids::WalletId;
use city_money::Vnd;
use sqlx::PgConnection;
use uuid::Uuid;

use super::pay::{self, Intent, Payer, is_paid};
use super::{App, pay_bill, send_money};
use crate::domain::ledger::{Code, Purpose};
use crate::domain::limits::{Spending, judge, midnight};
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
    let payer = pay::payer(&mut db, who, id, now).await?;
    let offer = match (asked.payee_id, asked.bill_id) {
        (Some(wallet), None) => {
            to_person(&mut db, &payer, wallet, asked.amount, &mut findings).await?
        }
        (None, Some(_)) => of_bill(&mut db, who, asked).await?,
        _ => {
            let message = "name the payee or the bill";
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
        note: note.as_deref().filter(|_| offer.context.is_none()),
    };
    let operation_digest = intent.digest(who.account).print();
    let spending = payer.spending(who, offer.purpose, offer.amount, now);
    let weak = Spending { strong: false, ..spending };
    let strong = over(&mut db, &payer, &weak).await?.contains(&Code::StrongerStepUp);
    let mut problems = offer.problems;
    problems.extend(against(&payer, &spending, &over(&mut db, &payer, &spending).await?));
    let amount = Vnd::new(offer.amount);
    Ok(PaymentQuote {
        payee: offer.payee,
        amount,
        fee: Vnd::ZERO,
        total: amount,
        step_up: if strong { StepUpStrength::Strong } else { StepUpStrength::Pin },
        operation: offer.operation.to_owned(),
        operation_digest,
        valid_until: hue_day(now).succ_opt().map_or(now, midnight),
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
        problems,
    })
}

async fn of_bill(
    db: &mut PgConnection,
    who: &Resident,
    asked: &QuoteRequest,
) -> Result<Offer, Error> {
    let id = asked.bill_id.ok_or(Error::NotFound)?;
    let bill = pay_bill::visible(db, who, id).await?;
    let mut problems = Vec::new();
    if asked.amount.is_some_and(|amount| amount.dong() != bill.amount) {
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
        amount: bill.amount,
        purpose: bill.biller.purpose,
        context: Some(bill.revision),
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
