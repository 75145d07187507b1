//! From what is kept to what is shown.

use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{
    BillView, BillerView, LimitStatus, PaymentPurpose, PaymentState, PaymentView, WalletView,
};
use city_ids::{AccountId, PostingId, WalletId};
use city_money::Vnd;

use crate::domain::bill::{outcome, state};
use crate::domain::ledger::{Class, HoldState, Purpose};
use crate::domain::limits::Rule;
use crate::domain::wallet::label;
use crate::store::bill::{Bill, Biller};
use crate::store::payment::{Leg, Side};
use crate::store::wallet::Wallet;

/// A purpose on the wire.
pub const fn purpose(of: Purpose) -> PaymentPurpose {
    match of {
        Purpose::Person => PaymentPurpose::Person,
        Purpose::Goods => PaymentPurpose::Goods,
        Purpose::PublicFee => PaymentPurpose::PublicFee,
        Purpose::Electricity => PaymentPurpose::Electricity,
        Purpose::Water => PaymentPurpose::Water,
        Purpose::Telecom => PaymentPurpose::Telecom,
        Purpose::Traffic => PaymentPurpose::Traffic,
        Purpose::Tuition => PaymentPurpose::Tuition,
        Purpose::Hospital => PaymentPurpose::Hospital,
        Purpose::Insurance => PaymentPurpose::Insurance,
        Purpose::BankDebt => PaymentPurpose::BankDebt,
        Purpose::Sanitation => PaymentPurpose::Sanitation,
        Purpose::Transport => PaymentPurpose::Transport,
        Purpose::TopUp => PaymentPurpose::TopUp,
        Purpose::Refund => PaymentPurpose::Refund,
        Purpose::Settlement => PaymentPurpose::Settlement,
        Purpose::Fee => PaymentPurpose::Fee,
        Purpose::Reconciliation => PaymentPurpose::Reconciliation,
        Purpose::Adjustment => PaymentPurpose::Adjustment,
    }
}

/// A wallet.
pub fn wallet(of: &Wallet, limits: Vec<LimitStatus>) -> WalletView {
    WalletView {
        id: of.id,
        account: of.owner,
        state: of.state(),
        available: Vnd::new(of.available()),
        held: Vnd::new(of.held),
        limits,
        opened_at: of.opened_at,
        version: of.version,
    }
}

/// A rule with what is used of it.
pub fn limit(rule: &Rule, used: i64, at: Timestamp) -> LimitStatus {
    LimitStatus {
        code: rule.code.clone(),
        window: rule.window,
        max: Vnd::new(rule.max),
        used: Vnd::new(used),
        resets_at: rule.resets_at(at),
        excludes: rule.excludes.iter().copied().map(purpose).collect(),
    }
}

/// How the other side of a movement is named: a biller by its name, a person by the end of their wallet's id.
pub fn counterparty(side: &Side) -> String {
    if let Some(biller) = &side.biller {
        return biller.clone();
    }
    if side.class == Class::Wallet.number() {
        return label(WalletId::restore(side.ext));
    }
    "Thành phố".to_owned()
}

/// A payment of these legs, if they are one and the viewer has a part in it.
pub fn payment(legs: &[Leg], viewer: AccountId) -> Option<PaymentView> {
    let first = legs.first()?;
    let theirs = |side: &Side| side.owner == Some(viewer);
    legs.iter().any(|leg| theirs(&leg.from) || theirs(&leg.to)).then_some(())?;
    let state = match (first.kind, first.hold.and_then(|(state, _)| HoldState::of(state))) {
        (1, _) => PaymentState::Succeeded,
        (2, Some(HoldState::Open)) => PaymentState::Authorised,
        (2, Some(HoldState::Captured)) => PaymentState::Captured,
        (2, Some(HoldState::Voided)) => PaymentState::Voided,
        (2, Some(HoldState::Expired)) => PaymentState::Expired,
        _ => return None, // the end of a hold is shown with the hold
    };
    let sum = |fee: bool| {
        let legs = legs.iter().filter(|leg| (leg.purpose == Purpose::Fee) == fee);
        Vnd::new(legs.map(|leg| leg.amount).sum())
    };
    Some(PaymentView {
        id: PostingId::restore(first.posting),
        state,
        amount: sum(false),
        captured: first.hold.map(|(_, captured)| Vnd::new(captured)),
        fee: sum(true),
        refunded: Vnd::ZERO, // refunds are not made yet
        purpose: purpose(first.purpose),
        payee: counterparty(&first.to),
        note: first.note.clone(),
        bill: first.bill,
        at: first.at,
        expires_at: first.expires_at,
    })
}

/// Who wants money.
pub fn biller(of: Biller) -> BillerView {
    BillerView { id: of.id, code: of.code, name: of.name, purpose: purpose(of.purpose) }
}

/// A bill as it stands now.
pub fn bill(of: Bill, now: Timestamp) -> BillView {
    let paid = of.claim.filter(|(how, _)| *how == outcome::PAID);
    BillView {
        id: of.id,
        number: of.number,
        customer_code: of.customer_code,
        account: of.payer,
        due: Vnd::new(of.amount),
        due_date: of.due_date,
        state: state(of.claim.map(|(how, _)| how), of.due_date, hue_day(now)),
        payment: paid.map(|(_, posting)| PostingId::restore(posting)),
        heads: of.heads,
        biller: biller(of.biller),
    }
}
