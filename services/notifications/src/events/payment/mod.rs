//! The table: event of payments → what is told, to whom. An event that is in no list is a fault, not a silence.
//!
//! Residents are told of money that came, that went, that is held for a merchant and that waits aside, and of bills that
//! wait for them. What needs no look at a message is told live (`walletChanged`, `providerPaymentChanged`) and not here.

use city_contracts::event::Envelope;
use city_contracts::payments::{
    BillTold, PaymentEvent, PaymentExpired, PaymentPurpose, Provider, ProviderPaymentChanged,
    ProviderPaymentState, RefundEvent, TopUpSucceeded, WalletEvent,
};
use city_ids::AccountId;
use city_money::Vnd;
use serde_json::Value as Json;

use super::{Mapped, Notice, body};
use crate::domain::{Value, Variables};

/// How the message of a kind is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// To the payer: a receipt to look up, and a word about payments that are not theirs.
    Paid,
    /// To the payee.
    Received,
    /// To the owner of the wallet.
    ToppedUp,
    /// To whoever started a payment through a provider, when their money arrived and waits aside.
    Changed,
    /// To the payer.
    Refunded,
    /// To the payer: what became of money that is held for a merchant.
    Held(&'static str),
    /// To the payer: the time of what was held is over.
    Ended,
    /// To whom a bill is for, or who follows it.
    Bill(&'static str),
    /// To the owner: what an officer did to their wallet.
    Wallet(&'static str),
}

/// Events that somebody hears of.
const TOLD: [(&str, Rule); 13] = [
    ("PaymentSucceeded", Rule::Paid),
    ("MoneyReceived", Rule::Received),
    ("TopUpSucceeded", Rule::ToppedUp),
    ("ProviderPaymentChanged", Rule::Changed),
    ("RefundDone", Rule::Refunded),
    ("PaymentAuthorised", Rule::Held("payment.reserved")),
    ("PaymentCaptured", Rule::Held("payment.captured")),
    ("PaymentVoided", Rule::Held("payment.released")),
    ("PaymentExpired", Rule::Ended),
    ("BillOpened", Rule::Bill("bill.opened")),
    ("BillDueSoon", Rule::Bill("bill.due-soon")),
    ("WalletFrozen", Rule::Wallet("wallet.stopped")),
    ("WalletUnfrozen", Rule::Wallet("wallet.open-again")),
];

/// Events that tell no resident anything new: the payment says that its bill is paid; a bill that was taken back asks for
/// nothing any more; a top-up that failed moved nothing; after a refund that failed officers ask again; opening and closing a
/// wallet is its owner's act; the rest is the city's and the merchants'.
const IGNORED: [&str; 11] = [
    "BillPaid",
    "BillCancelled",
    "TopUpFailed",
    "RefundFailed",
    "WalletOpened",
    "WalletClosed",
    "SettlementClosed",
    "BreakOpened",
    "BackingPublished",
    "BackingShort",
    "WebhookDisabled",
];

/// What follows from an event of payments.
///
/// # Errors
/// When the body is not that of its kind.
pub fn of_payments(event: &Envelope<Json>) -> Result<Mapped, serde_json::Error> {
    if IGNORED.contains(&event.kind.as_str()) {
        return Ok(Mapped::Ignored);
    }
    let Some((_, rule)) = TOLD.iter().find(|(kind, _)| *kind == event.kind) else {
        return Ok(Mapped::Unknown);
    };
    Ok(match *rule {
        Rule::Paid => paid(&body(event)?),
        Rule::Received => received(&body(event)?),
        Rule::ToppedUp => topped_up(&body(event)?),
        Rule::Changed => changed(&body(event)?),
        Rule::Refunded => refunded(&body(event)?),
        Rule::Held(template) => {
            let of: PaymentEvent = body(event)?;
            payment(template, of.account, of.payment.to_string(), amount(of.amount))
        }
        Rule::Ended => ended(&body(event)?),
        Rule::Bill(template) => bill(template, &body(event)?),
        Rule::Wallet(template) => {
            let of: WalletEvent = body(event)?;
            tell(template, of.account, "wallet", of.wallet.to_string(), Variables::new())
        }
    })
}

/// Sent to a person, one has to be able to say that it was not oneself.
fn paid(of: &PaymentEvent) -> Mapped {
    let variables = amount(of.amount);
    let (template, variables) = match of.purpose {
        PaymentPurpose::Person => ("payment.sent", variables),
        purpose => ("payment.receipt", with_purpose(variables, purpose)),
    };
    payment(template, of.account, of.payment.to_string(), variables)
}

fn received(of: &PaymentEvent) -> Mapped {
    let template = match of.purpose {
        PaymentPurpose::Person => "payment.received",
        _ => "payment.credited", // by the city
    };
    payment(template, of.account, of.payment.to_string(), amount(of.amount))
}

fn topped_up(of: &TopUpSucceeded) -> Mapped {
    let variables = with_provider(amount(of.amount), of.provider);
    payment("payment.topped-up", of.account, of.payment.to_string(), variables)
}

/// Of the other states another event tells, the payer's own screen does, or nothing moved.
fn changed(of: &ProviderPaymentChanged) -> Mapped {
    if of.state != ProviderPaymentState::Review {
        return Mapped::Ignored;
    }
    let variables = with_provider(amount(of.amount), of.provider);
    payment("payment.review", of.account, of.provider_payment.to_string(), variables)
}

/// Money that went back through a provider may never have been a payment that its payer sees, so it is shown by what they
/// started there.
fn refunded(of: &RefundEvent) -> Mapped {
    let Some(account) = of.account else { return Mapped::Ignored };
    if let Some(started) = of.provider_payment {
        payment("refund.provider", account, started.to_string(), amount(of.amount))
    } else {
        let variables = with_purpose(amount(of.amount), of.purpose);
        payment("refund.wallet", account, of.payment.to_string(), variables)
    }
}

fn ended(of: &PaymentExpired) -> Mapped {
    match of.account {
        Some(account) => {
            payment("payment.released", account, of.payment.to_string(), amount(of.amount))
        }
        None => Mapped::Ignored,
    }
}

/// A bill that somebody asked for is told by them when it is opened (`dossier.payment`), once and not twice.
fn bill(template: &'static str, of: &BillTold) -> Mapped {
    let is_told = template == "bill.opened" && of.event.source_ref.is_some();
    let Some(account) = of.account.filter(|_| !is_told) else { return Mapped::Ignored };
    let mut variables = with_purpose(amount(of.amount), of.purpose);
    variables.insert("billNo".to_owned(), Value::Code(of.event.bill_no.clone()));
    variables.insert("dueDate".to_owned(), Value::Date(of.due_date));
    tell(template, account, "bill", of.bill.to_string(), variables)
}

fn amount(of: Vnd) -> Variables {
    Variables::from([("amount".to_owned(), Value::Vnd(of.dong()))])
}

fn with_purpose(mut variables: Variables, of: PaymentPurpose) -> Variables {
    variables.insert("purpose".to_owned(), Value::Purpose(of));
    variables
}

/// A provider by the name on its app.
fn with_provider(mut variables: Variables, of: Provider) -> Variables {
    let name = match of {
        Provider::Vnpay => "VNPAY",
        Provider::Momo => "MoMo",
        Provider::Zalopay => "ZaloPay",
    };
    variables.insert("provider".to_owned(), Value::Code(name.to_owned()));
    variables
}

fn payment(
    template: &'static str,
    recipient: AccountId,
    subject: String,
    variables: Variables,
) -> Mapped {
    tell(template, recipient, "payment", subject, variables)
}

fn tell(
    template: &'static str,
    recipient: AccountId,
    topic: &'static str,
    subject: String,
    variables: Variables,
) -> Mapped {
    Mapped::Tell(Box::new(Notice { template, recipient, topic, subject, variables }))
}

#[cfg(test)]
mod tests;
