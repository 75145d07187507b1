//! A resident pays a merchant: as much as they type, or an order.

use city_auth::Resident;
use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{MerchantPaymentEvent, PayMerchant, PaymentEvent, PaymentView};
use city_contracts::problem::Finding;
use city_ids::{MerchantId, MerchantOrderId, PostingId};
use city_money::Vnd;
use city_receipt::derive;
use serde_json::json;
use sqlx::PgConnection;

use super::pay::{self, Intent, Payer};
use super::{App, view};
use crate::domain::input;
use crate::domain::ledger::{
    AccountNo, Action, Claim, LARGEST_AMOUNT, Leg, Posting, Purpose, hold_until, made_at,
};
use crate::domain::limits::midnight;
use crate::domain::merchant::{Capture, Fee, fee, fee_legs, outcome};
use crate::error::{Error, broken};
use crate::events;
use crate::store;
use crate::store::merchant::Merchant;
use crate::store::merchant_order::{Of, Order};

/// The mutation's name, which the person confirms.
pub const OPERATION: &str = "payMerchant";

/// Pays a merchant from the resident's wallet, or reserves the money for an order that is captured later. Idempotent: the
/// key is the id of the payment, and is answered for ever.
///
/// The money, its fee and the claim that makes an order paid are one posting of the ledger: of two who pay an order one does.
///
/// # Errors
/// `Input`, `IdTime`, `NotFound` of merchant or order, `WalletRequired`, `AmountChanged`, the step-up's, `Refused` (among
/// others `ALREADY_RESOLVED` for an order that is paid or cancelled, `OFFER_EXPIRED` for one whose time is over), `KeyReused`.
#[tracing::instrument(name = "payments.pay_merchant", skip_all)]
pub async fn pay_merchant(
    app: &App,
    who: &Resident,
    command: &PayMerchant,
) -> Result<PaymentView, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(command.amount, &mut findings);
    let note = input::note(command.note.as_deref(), &mut findings);
    let wanted = Wanted::of(command.payee_id, command.order_id, &mut findings);
    let Some(wanted) = wanted.filter(|_| findings.is_empty()) else {
        return Err(Error::Input(findings));
    };
    let id = pay::id_of(&command.idempotency_key)?;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let (merchant, order) = wanted.find(&mut db).await?;
    let payee_id = merchant.to_string();
    let context = order.as_ref().map(|order| order.id.as_uuid());
    let note = note.as_deref();
    let intent = Intent { operation: OPERATION, id, payee: &payee_id, amount, context, note };
    let digest = intent.digest(who.account);
    let opening = store::payment::find_opening(&mut db, id.as_uuid(), who.account, None).await?;
    let first = pay::first_answer(app, &mut db, (who, id), &opening, context, |_| digest);
    if let Some(answered) = first.await? {
        return Ok(answered);
    }
    let payer = pay::payer(app, &mut db, id, opening, now).await?;
    if let Some(order) = order.as_ref().filter(|order| order.amount != amount) {
        return Err(Error::AmountChanged { due: Vnd::new(order.amount) });
    }
    let sale = Sale::read(&mut db, merchant, order, amount, now).await?;
    sale.fits(&mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let quoted = sale.is_as_quoted(&mut db, id, now).await;
    drop(db); // from here on other services are waited for
    let token = command.step_up_token.as_deref();
    let confirmed = match quoted {
        Ok(()) => app.step_up.verify(token, who, OPERATION, digest).await,
        changed => changed,
    };
    if let Err(refusal) = confirmed {
        let (mut db, opening) = pay::reopened(app, who, id, refusal).await?;
        let first = pay::first_answer(app, &mut db, (who, id), &opening, context, |_| digest);
        return first.await?.ok_or_else(pay::gone);
    }
    let spending = payer.spending(who, Purpose::Goods, sale.total(), now);
    let posting = sale.posting(&payer, id, digest.0, now)?;
    let posting = Posting { note: note.map(str::to_owned), ..posting };
    payer.post(app, posting, &spending).await?;
    pay::made(app, who, id).await
}

/// What the person wants to pay.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Merchant(MerchantId),
    Order(MerchantOrderId),
}

impl Wanted {
    /// One of the two.
    pub fn of(
        payee: Option<MerchantId>,
        order: Option<MerchantOrderId>,
        findings: &mut Vec<Finding>,
    ) -> Option<Self> {
        match (payee, order) {
            (Some(payee), None) => Some(Self::Merchant(payee)),
            (None, Some(order)) => Some(Self::Order(order)),
            _ => {
                let message = "name the merchant or the order";
                findings.push(Finding::new("/payeeId", "ONE_OF", message));
                None
            }
        }
    }

    /// The merchant, and the order if it is one.
    pub async fn find(self, db: &mut PgConnection) -> Result<(MerchantId, Option<Order>), Error> {
        match self {
            Self::Merchant(payee) => Ok((payee, None)),
            Self::Order(id) => {
                let order = store::merchant_order::find(db, Of::Id(id)).await?;
                let order = order.ok_or(Error::NotFound)?;
                Ok((order.merchant, Some(order)))
            }
        }
    }
}

/// A payment to a merchant as it would be now.
#[derive(Debug)]
pub(super) struct Sale {
    pub merchant: Merchant,
    pub order: Option<Order>,
    /// What the merchant gets, their own fee not taken off.
    pub amount: i64,
    pub fee: Fee,
    /// Until when amount and fee hold.
    pub valid_until: Timestamp,
    account: AccountNo,
    income: AccountNo,
}

impl Sale {
    /// Reads what it takes.
    ///
    /// # Errors
    /// `NotFound` for a merchant that does not exist, or is a draft.
    pub async fn read(
        db: &mut PgConnection,
        payee: MerchantId,
        order: Option<Order>,
        amount: i64,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let merchant = store::merchant::find(db, payee).await?.ok_or(Error::NotFound)?;
        let account = merchant.account.ok_or(Error::NotFound)?;
        let today = hue_day(now);
        let rule = store::merchant::fee_on(db, payee, today).await?;
        let income = store::merchant::fee_income(db).await?;
        let tomorrow = today.succ_opt().map_or(now, midnight);
        let valid_until = order.as_ref().map_or(tomorrow, |order| order.expires_at.min(tomorrow));
        let fee = fee(rule.as_ref(), amount);
        Ok(Self { merchant, order, amount, fee, valid_until, account, income })
    }

    /// Amount and fee together are an amount, too.
    pub fn fits(&self, findings: &mut Vec<Finding>) {
        if self.total() > LARGEST_AMOUNT {
            let message = "with its fee it is more than 100 billion dong";
            findings.push(Finding::new("/amount", "OUT_OF_RANGE", message));
        }
    }

    /// A fee on top is not part of what the person confirms, and it may change at midnight. An id is made before the quote: one
    /// of a day with another fee was quoted with that one.
    ///
    /// # Errors
    /// `AmountChanged` with what would leave the wallet now.
    async fn is_as_quoted(
        &self,
        db: &mut PgConnection,
        id: PostingId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let made = made_at(id.as_uuid());
        if made >= midnight(hue_day(now)) {
            return Ok(());
        }
        let rule = store::merchant::fee_on(db, self.merchant.id, hue_day(made)).await?;
        if fee(rule.as_ref(), self.amount).payer == self.fee.payer {
            return Ok(());
        }
        Err(Error::AmountChanged { due: Vnd::new(self.total()) })
    }

    /// What leaves the wallet.
    pub const fn total(&self) -> i64 {
        self.amount.saturating_add(self.fee.payer)
    }

    fn posting(
        &self,
        payer: &Payer,
        id: PostingId,
        req_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Posting, Error> {
        let (uuid, from) = (id.as_uuid(), payer.wallet.account);
        let reference = self.order.as_ref().map(|order| order.id.as_uuid());
        let reserve = self.order.as_ref().is_some_and(|order| order.capture == Capture::Manual);
        let legs = if reserve {
            // Reserved in one leg, with the fee that the payer bears: the capture parts them.
            let expires_at =
                hold_until(now, None).map_err(|error| broken("reserving money", error))?;
            let (amount, cr) = (self.total(), self.account);
            let action = Action::Hold { dr: from, cr, amount, expires_at };
            vec![Leg { action, purpose: Purpose::Goods, reference }]
        } else {
            let leg = Leg::post(from, self.account, self.amount, Purpose::Goods);
            let mut legs = vec![Leg { reference, ..leg }];
            legs.extend(fee_legs(from, self.account, self.income, self.fee, reference));
            legs
        };
        let name = if reserve { "PaymentAuthorised" } else { "PaymentSucceeded" };
        let body = told(payer, id, self.merchant.id, self.order.as_ref(), self.amount);
        let order_ref = self.order.as_ref().map(|order| order.order_ref.as_str());
        let doc = json!({
            "v": 1, "payment": id, "payee": self.merchant.of.name, "purpose": "goods", "order": order_ref,
            "amount": Vnd::new(self.amount), "fee": Vnd::new(self.fee.payer),
        });
        let claims = reference.map(|subject| Claim { subject, outcome: outcome::TAKEN });
        Ok(Posting {
            valid_until: Some(self.valid_until),
            claims: claims.into_iter().collect(),
            doc: Some(doc.to_string()),
            events: vec![events::event(derive("event.paid", uuid), name, &body)],
            ..Posting::new(uuid, req_hash, legs)
        })
    }
}

fn told(
    payer: &Payer,
    id: PostingId,
    merchant: MerchantId,
    order: Option<&Order>,
    amount: i64,
) -> MerchantPaymentEvent {
    let payment = PaymentEvent {
        payment: id,
        account: payer.wallet.owner,
        wallet: Some(payer.wallet.id),
        purpose: view::purpose(Purpose::Goods),
        amount: Vnd::new(amount),
        bill: None,
    };
    MerchantPaymentEvent { payment, merchant, order: order.map(|order| order.id) }
}
