//! Payments as the merchant that gets them sees them.

use city_clock::Timestamp;
use city_ids::{AccountId, MerchantOrderId, PostingId, WalletId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::{AccountNo, HoldState, Purpose};
use crate::error::{Error, broken, fault};

/// A payment to a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    pub id: PostingId,
    /// Its place in the ledger.
    pub seq: i64,
    /// What the payer's wallet gives to the merchant; of a reserve with a fee of the payer's that fee too.
    pub gross: i64,
    pub at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Of a reserve: its state and what was captured.
    pub hold: Option<(HoldState, i64)>,
    pub order: Option<(MerchantOrderId, String)>,
    /// What the order is about; none for a payment without one.
    pub ordered: Option<i64>,
    /// What went from the merchant to the city with the payment or its capture; also a payer's fee that a capture brought.
    pub fee: i64,
    /// Who pays, for what they are told.
    pub payer: AccountId,
    pub wallet: WalletId,
    pub from: AccountNo,
}

impl Sale {
    /// The fee of the payer's that a reserve holds beside what was ordered; a capture only passes it through.
    pub const fn passed(&self) -> i64 {
        match (self.hold, self.ordered) {
            (Some(_), Some(ordered)) if ordered < self.gross => self.fee,
            _ => 0,
        }
    }

    /// What the merchant got from the payer, its own fee not taken off.
    pub const fn received(&self) -> i64 {
        match self.hold {
            None => self.gross,
            Some((HoldState::Captured, captured)) => captured - self.passed(),
            Some(_) => 0,
        }
    }
}

struct Row {
    posting: PostingId,
    seq: i64,
    amount: i64,
    at: Timestamp,
    expires_at: Option<Timestamp>,
    state: Option<i16>,
    captured: Option<i64>,
    order: Option<MerchantOrderId>,
    order_ref: Option<String>,
    ordered: Option<i64>,
    fee: i64,
    dr: i64,
    payer: AccountId,
    wallet: WalletId,
}

impl Row {
    fn restore(self) -> Result<Sale, Error> {
        let hold = self.state.zip(self.captured).map(|(state, captured)| {
            let state = HoldState::of(state);
            state
                .ok_or_else(|| broken("reading a sale", self.posting.to_string()))
                .map(|state| (state, captured))
        });
        Ok(Sale {
            id: self.posting,
            seq: self.seq,
            gross: self.amount,
            at: self.at,
            expires_at: self.expires_at,
            hold: hold.transpose()?,
            order: self.order.zip(self.order_ref),
            ordered: self.ordered,
            fee: self.fee,
            payer: self.payer,
            wallet: self.wallet,
            from: AccountNo(self.dr),
        })
    }
}

/// Payments to a merchant by their ids, in the order of the ledger; none for what is another's.
async fn read(db: &mut PgConnection, account: AccountNo, ids: &[Uuid]) -> Result<Vec<Sale>, Error> {
    // The ids are kept from the planner, as those of payments are.
    let rows = sqlx::query_as!(
        Row,
        r#"
        select t.posting as "posting: PostingId", t.seq, t.amount, t.at, t.expires_at, h.state as "state?",
               h.captured as "captured?", o.id as "order?: MerchantOrderId", o.order_ref as "order_ref?",
               o.amount as "ordered?", t.dr, w.owner as "payer: AccountId", w.id as "wallet: WalletId",
               coalesce((select sum(f.amount) from payments.ledger_transfer f
                         where f.posting = coalesce(h.resolved_by, t.posting) and f.purpose = $3 and f.dr = t.cr), 0)::bigint as "fee!"
        from (select distinct unnest((select $2::uuid[])) as posting) as wanted
        cross join lateral (
            select l.* from payments.ledger_transfer l where l.posting = wanted.posting and l.leg = 0 offset 0
        ) t
        join payments.wallet w on w.account = t.dr
        left join payments.ledger_hold h on h.posting = t.posting
        left join payments.merchant_order o on o.id = t.ref
        where t.cr = $1 and t.kind in (1, 2) and t.purpose = $4
        order by t.seq"#,
        account.0,
        ids,
        Purpose::Fee.number(),
        Purpose::Goods.number()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading sales"))?;
    rows.into_iter().map(Row::restore).collect()
}

/// A page of what was paid to a merchant, in the order of the ledger, which is the order in which payments become known.
pub async fn list(
    db: &mut PgConnection,
    account: AccountNo,
    after_seq: i64,
    limit: i64,
) -> Result<Vec<Sale>, Error> {
    // Of wallets only: a page that is full says that there is more.
    let ids = sqlx::query_scalar!(
        "select t.posting from payments.ledger_transfer t
         join payments.wallet w on w.account = t.dr
         where t.cr = $1 and t.seq > $2 and t.kind in (1, 2) and t.leg = 0 and t.purpose = $4
         order by t.seq
         limit $3",
        account.0,
        after_seq,
        limit,
        Purpose::Goods.number()
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing sales"))?;
    read(db, account, &ids).await
}

/// A payment to a merchant by its id; none when it is another's.
pub async fn find(
    db: &mut PgConnection,
    account: AccountNo,
    id: PostingId,
) -> Result<Option<Sale>, Error> {
    Ok(read(db, account, &[id.as_uuid()]).await?.pop())
}
