//! Orders of merchants, with what the ledger says about them.

use city_clock::Timestamp;
use city_ids::{MerchantId, MerchantOrderId, StoreId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::merchant::Capture;
use crate::error::{Error, broken, fault};

/// An order, with what the ledger says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "merchants and the table know it by this name")]
pub struct Order {
    pub id: MerchantOrderId,
    pub merchant: MerchantId,
    pub order_ref: String,
    pub amount: i64,
    pub capture: Capture,
    pub store: Option<StoreId>,
    pub expires_at: Timestamp,
    pub at: Timestamp,
    /// How and by which posting or command it was ended.
    pub claim: Option<(i16, Uuid)>,
    /// The state of the reserve that ended it, if one did.
    pub hold: Option<i16>,
}

struct Row {
    id: MerchantOrderId,
    merchant: MerchantId,
    order_ref: String,
    amount: i64,
    capture: String,
    store: Option<StoreId>,
    expires_at: Timestamp,
    at: Timestamp,
    outcome: Option<i16>,
    winner: Option<Uuid>,
    hold: Option<i16>,
}

impl Row {
    fn restore(self) -> Result<Order, Error> {
        let capture = Capture::of(&self.capture);
        Ok(Order {
            id: self.id,
            merchant: self.merchant,
            order_ref: self.order_ref,
            amount: self.amount,
            capture: capture.ok_or_else(|| broken("reading an order", self.capture))?,
            store: self.store,
            expires_at: self.expires_at,
            at: self.at,
            claim: self.outcome.zip(self.winner),
            hold: self.hold,
        })
    }
}

/// Writes a new order; false when the merchant has one of this reference.
pub async fn insert(db: &mut PgConnection, order: &Order) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into payments.merchant_order (id, merchant, order_ref, amount, capture, store, expires_at, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint merchant_order_ref do nothing",
        order.id.as_uuid(),
        order.merchant.as_uuid(),
        order.order_ref,
        order.amount,
        order.capture.name(),
        order.store.map(StoreId::as_uuid),
        order.expires_at,
        order.at
    );
    let inserted = inserted.execute(db).await.map_err(fault("writing an order"))?;
    Ok(inserted.rows_affected() == 1)
}

/// Which order is meant.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// The one of an id.
    Id(MerchantOrderId),
    /// A merchant's of a reference.
    Ref(MerchantId, &'a str),
}

/// An order.
pub async fn find(db: &mut PgConnection, of: Of<'_>) -> Result<Option<Order>, Error> {
    let (id, merchant, order_ref) = match of {
        Of::Id(id) => (Some(id.as_uuid()), None, None),
        Of::Ref(merchant, order_ref) => (None, Some(merchant.as_uuid()), Some(order_ref)),
    };
    let row = sqlx::query_as!(
        Row,
        r#"
        select o.id as "id: MerchantOrderId", o.merchant as "merchant: MerchantId", o.order_ref, o.amount, o.capture,
               o.store as "store: StoreId", o.expires_at, o.at, c.outcome as "outcome?", c.posting as "winner?",
               h.state as "hold?"
        from payments.merchant_order o
        left join payments.ledger_claim c on c.subject = o.id
        left join payments.ledger_hold h on h.posting = c.posting
        where o.id = $1 or (o.merchant = $2 and o.order_ref = $3)"#,
        id,
        merchant,
        order_ref
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading an order"))?;
    row.map(Row::restore).transpose()
}

/// A page of a merchant's orders, newest first.
pub async fn list(
    db: &mut PgConnection,
    merchant: MerchantId,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Order>, Error> {
    let (at, id) = after.unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"
        select o.id as "id: MerchantOrderId", o.merchant as "merchant: MerchantId", o.order_ref, o.amount, o.capture,
               o.store as "store: StoreId", o.expires_at, o.at, c.outcome as "outcome?", c.posting as "winner?",
               h.state as "hold?"
        from payments.merchant_order o
        left join payments.ledger_claim c on c.subject = o.id
        left join payments.ledger_hold h on h.posting = c.posting
        where o.merchant = $1 and ($2::timestamptz is null or (o.at, o.id) < ($2, $3))
        order by o.at desc, o.id desc
        limit $4"#,
        merchant.as_uuid(),
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing orders"))?;
    rows.into_iter().map(Row::restore).collect()
}
