//! Requests to a second officer.

use city_clock::Timestamp;
use city_ids::{AccountId, PostingId, ReconciliationBreakId, RefundId, SettlementId, WalletId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::approval::{Approval, Asked, Decision, Kind, Remedy};
use crate::domain::suspense::{Outlet, Place};
use crate::error::{Error, broken, fault, on_constraint};

/// A new request.
pub async fn insert(db: &mut PgConnection, approval: &Approval) -> Result<(), Error> {
    let asked = &approval.asked;
    let inserted = sqlx::query!(
        "insert into payments.approval
             (id, kind, wallet, subject, version, amount, detail, reason, requested_by, requested_at, leg)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        approval.id,
        asked.kind().name(),
        asked.wallet().map(WalletId::as_uuid),
        asked.subject(),
        asked.version(),
        asked.amount(),
        asked.detail(),
        approval.reason,
        approval.requested_by.map(AccountId::as_uuid),
        approval.requested_at,
        asked.leg()
    );
    inserted.execute(db).await.map(drop).map_err(fault("asking a second officer"))
}

/// Decides, unless somebody did; whether it was this call. The requester is refused by the table.
pub async fn decide(
    db: &mut PgConnection,
    id: Uuid,
    officer: AccountId,
    decision: Decision,
    at: Timestamp,
) -> Result<bool, Error> {
    let decided = sqlx::query!(
        "update payments.approval set decided_by = $2, decision = $3, decided_at = $4
         where id = $1 and decision is null",
        id,
        officer.as_uuid(),
        decision.name(),
        at
    );
    let decided = decided.execute(db).await.map_err(on_constraint(
        "approval_two_persons",
        Error::TwoPersons,
        "deciding a request",
    ))?;
    Ok(decided.rows_affected() == 1)
}

/// Keeps what the ledger answered.
pub async fn finish(db: &mut PgConnection, id: Uuid, outcome: &str) -> Result<(), Error> {
    let finished = sqlx::query!(
        "update payments.approval set outcome = $2 where id = $1 and decision = 'APPROVE' and outcome is null",
        id,
        outcome
    );
    finished.execute(db).await.map(drop).map_err(fault("finishing a request"))
}

/// Several requests by their ids, in no order.
async fn list(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Approval>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, kind, wallet as "wallet: WalletId", subject, version, amount, detail, reason,
                  requested_by as "requested_by: AccountId", requested_at, decided_by as "decided_by: AccountId",
                  decision, outcome, leg
           from payments.approval where id = any($1)"#,
        ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading requests"))?;
    rows.into_iter().map(Row::restore).collect()
}

/// One request.
pub async fn find(db: &mut PgConnection, id: Uuid) -> Result<Option<Approval>, Error> {
    Ok(list(db, &[id]).await?.pop())
}

/// Requests of some kinds that nobody decided yet, oldest first, from just after one.
pub async fn list_waiting(
    db: &mut PgConnection,
    kinds: &[Kind],
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Approval>, Error> {
    let (at, id) = after.unzip();
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.name().to_owned()).collect();
    let ids = sqlx::query_scalar!(
        "select id from payments.approval
         where decision is null and kind = any($4)
           and ($1::timestamptz is null or (requested_at, id) > ($1, $2))
         order by requested_at, id
         limit $3",
        at,
        id,
        limit,
        &kinds
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing requests"))?;
    let mut found = list(db, &ids).await?;
    found.sort_unstable_by_key(|approval| (approval.requested_at, approval.id));
    Ok(found)
}

/// An approved request that is not done yet, the oldest.
pub async fn find_to_do(db: &mut PgConnection) -> Result<Option<Approval>, Error> {
    let id = sqlx::query_scalar!(
        "select id from payments.approval
         where decision = 'APPROVE' and outcome is null
         order by decided_at, id
         limit 1"
    );
    match id.fetch_optional(&mut *db).await.map_err(fault("looking for approved requests"))? {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

struct Row {
    id: Uuid,
    kind: String,
    wallet: Option<WalletId>,
    subject: Option<Uuid>,
    version: Option<i64>,
    amount: Option<i64>,
    detail: Option<String>,
    reason: String,
    requested_by: Option<AccountId>,
    requested_at: Timestamp,
    decided_by: Option<AccountId>,
    decision: Option<String>,
    outcome: Option<String>,
    leg: Option<i16>,
}

impl Row {
    /// The table's checks leave no other kind or decision.
    fn restore(self) -> Result<Approval, Error> {
        let unknown = || broken("reading a request", self.id.to_string());
        let asked = self.asked().ok_or_else(unknown)?;
        let decision = self.decision.as_deref();
        let decision =
            decision.map(|name| Decision::parse(name).ok_or_else(unknown)).transpose()?;
        Ok(Approval {
            id: self.id,
            asked,
            reason: self.reason,
            requested_by: self.requested_by,
            requested_at: self.requested_at,
            decided: self.decided_by.zip(decision),
            outcome: self.outcome,
        })
    }

    fn asked(&self) -> Option<Asked> {
        Some(match Kind::parse(&self.kind)? {
            Kind::UnfreezeWallet => {
                Asked::UnfreezeWallet { wallet: self.wallet?, stop: self.subject }
            }
            Kind::AdjustWallet => {
                Asked::AdjustWallet { wallet: self.wallet?, amount: self.amount? }
            }
            Kind::Refund => {
                Asked::Refund { refund: RefundId::restore(self.subject?), amount: self.amount? }
            }
            Kind::Reconciliation => Asked::Reconciliation {
                of: ReconciliationBreakId::restore(self.subject?),
                amount: self.amount?,
                to: Remedy::parse(self.detail.as_deref()?)?,
            },
            Kind::Limit => Asked::Limit { version: self.version? },
            Kind::Settlement => Asked::Settlement {
                settlement: SettlementId::restore(self.subject?),
                amount: self.amount?,
                bank_ref: self.detail.clone()?,
            },
            Kind::ReleaseSuspense => Asked::Release {
                place: Place { posting: PostingId::restore(self.subject?), leg: self.leg? },
                amount: self.amount?,
                to: Outlet::restore(self.detail.as_deref()?, self.wallet)?,
            },
        })
    }
}
