//! From what is kept to what is shown.

use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{
    BillView, BillerView, LimitStatus, PaymentPurpose, PaymentState, PaymentView, RefundState,
    RefundView, SettlementState, SettlementView, WalletView,
};
use city_ids::{AccountId, PostingId, WalletId};
use city_money::Vnd;

use super::App;
use super::bill_code::bill_code;
use crate::domain::bill::{outcome, state};
use crate::domain::ledger::{Class, HoldState, Purpose};
use crate::domain::limits::Rule;
use crate::domain::refund::version;
use crate::domain::settlement::{Settlement, outcome as settled};
use crate::domain::wallet::label;
use crate::store::bill::{Bill, Biller};
use crate::store::payment::{Leg, Side};
use crate::store::refund::Known;
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

/// A purpose from the wire.
pub const fn purpose_of(wire: PaymentPurpose) -> Purpose {
    match wire {
        PaymentPurpose::Person => Purpose::Person,
        PaymentPurpose::Goods => Purpose::Goods,
        PaymentPurpose::PublicFee => Purpose::PublicFee,
        PaymentPurpose::Electricity => Purpose::Electricity,
        PaymentPurpose::Water => Purpose::Water,
        PaymentPurpose::Telecom => Purpose::Telecom,
        PaymentPurpose::Traffic => Purpose::Traffic,
        PaymentPurpose::Tuition => Purpose::Tuition,
        PaymentPurpose::Hospital => Purpose::Hospital,
        PaymentPurpose::Insurance => Purpose::Insurance,
        PaymentPurpose::BankDebt => Purpose::BankDebt,
        PaymentPurpose::Sanitation => Purpose::Sanitation,
        PaymentPurpose::Transport => Purpose::Transport,
        PaymentPurpose::TopUp => Purpose::TopUp,
        PaymentPurpose::Refund => Purpose::Refund,
        PaymentPurpose::Settlement => Purpose::Settlement,
        PaymentPurpose::Fee => Purpose::Fee,
        PaymentPurpose::Reconciliation => Purpose::Reconciliation,
        PaymentPurpose::Adjustment => Purpose::Adjustment,
    }
}

/// The number of a purpose from the wire.
pub const fn purpose_number(wire: PaymentPurpose) -> i16 {
    purpose_of(wire).number()
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

/// How the other side of a movement is named: a biller or merchant by its name, a person by the end of their wallet's id.
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
pub fn payment(legs: &[Leg], refunds: Vec<RefundView>, viewer: AccountId) -> Option<PaymentView> {
    let first = legs.first()?;
    let theirs = |side: &Side| side.owner == Some(viewer);
    let part = |leg: &Leg| theirs(&leg.from) || theirs(&leg.to) || leg.paid_by == Some(viewer);
    legs.iter().any(part).then_some(())?;
    let state = match (first.kind, first.hold.and_then(|(state, _)| HoldState::of(state))) {
        (1, _) => PaymentState::Succeeded,
        (2, Some(HoldState::Open)) => PaymentState::Authorised,
        (2, Some(HoldState::Captured)) => PaymentState::Captured,
        (2, Some(HoldState::Voided)) => PaymentState::Voided,
        (2, Some(HoldState::Expired)) => PaymentState::Expired,
        _ => return None, // the end of a hold is shown with the hold
    };
    // A fee that the payee bears is none of the payer's.
    let own = |leg: &&Leg| leg.purpose != Purpose::Fee || leg.from.ext == first.from.ext;
    let sum = |fee: bool| -> i64 {
        let legs = legs.iter().filter(own).filter(|leg| (leg.purpose == Purpose::Fee) == fee);
        legs.map(|leg| leg.amount).sum()
    };
    let (mut amount, mut fee) = (sum(false), sum(true));
    let mut captured = first.hold.map(|(_, captured)| captured);
    if let Some(ordered) = first.hold.and(first.ordered).filter(|ordered| *ordered < amount) {
        // Reserved for a merchant with the payer's fee on top.
        (amount, fee) = (ordered, amount - ordered);
        captured = captured.map(|captured| captured - first.captured_fee);
        if state == PaymentState::Captured {
            fee = first.captured_fee;
        }
    }
    let done = refunds.iter().filter(|refund| refund.state == RefundState::Done);
    let back = done.map(|refund| refund.amount.dong()).sum();
    let is_resolved = !matches!(state, PaymentState::Succeeded | PaymentState::Authorised);
    let steps: i64 = refunds.iter().map(|refund| refund.version).sum();
    Some(PaymentView {
        id: PostingId::restore(first.posting),
        state,
        amount: Vnd::new(amount),
        captured: captured.map(Vnd::new),
        fee: Vnd::new(fee),
        refunded: Vnd::new(back),
        purpose: purpose(first.purpose),
        payee: counterparty(&first.to),
        note: first.note.clone(),
        bill: first.bill,
        at: first.at,
        expires_at: first.expires_at,
        version: 1 + i64::from(is_resolved) + steps,
        refunds,
    })
}

/// A refund, to whoever sees its payment.
pub fn refund(of: &Known) -> RefundView {
    let Known { refund, state, .. } = of;
    RefundView {
        id: refund.id,
        amount: Vnd::new(refund.amount()),
        state: *state,
        at: refund.requested_at,
        version: version(*state),
    }
}

/// A settlement; none while it is not closed.
pub fn settlement(of: Settlement) -> Option<SettlementView> {
    let (posting, at, report) = of.closed?;
    Some(SettlementView {
        id: of.id,
        payee: of.ext.to_string(),
        name: of.name,
        period: of.period,
        opening: report.opening,
        payments: report.payments,
        refunds: report.refunds,
        fees: report.fees,
        other: report.other,
        carried: report.carried,
        net: report.net,
        posting: PostingId::restore(posting),
        state: match of.claim {
            None => SettlementState::Closed,
            Some(settled::PAID) => SettlementState::Paid,
            Some(_) => SettlementState::Returned,
        },
        bank_ref: of.bank_ref,
        at,
    })
}

/// Who wants money.
pub fn biller(of: Biller) -> BillerView {
    BillerView {
        id: of.id,
        code: of.code,
        name: of.name,
        purpose: purpose(of.purpose),
        version: of.version,
    }
}

/// A bill as it stands now.
pub fn bill(app: &App, of: Bill, now: Timestamp) -> BillView {
    let qr = bill_code(app, &of, now);
    let paid = of.claim.filter(|(how, _)| *how == outcome::PAID);
    let due = of.due(now);
    BillView {
        id: of.id,
        number: of.number,
        customer_code: of.customer_code,
        account: of.payer,
        holder: of.holder_masked,
        period: of.period,
        rebate: Vnd::new(due.rebate),
        penalty: Vnd::new(due.penalty),
        due: Vnd::new(due.amount),
        due_date: of.due_date,
        state: state(of.claim.map(|(how, _)| how), of.due_date, hue_day(now)),
        payment: paid.map(|(_, posting)| PostingId::restore(posting)),
        qr,
        version: 2 * i64::from(of.no) + i64::from(of.claim.is_some()),
        heads: of.heads,
        biller: biller(of.biller),
    }
}
