//! Postings as payments: what the ledger answered an id, and what a payment looks like.
//!
//! `(select $1)` keeps an id from the planner. Shown the id, it takes a plan for that id's month to be cheaper than one for any
//! month, and makes it anew for every payment, at ten times the cost of the question. A plan that serves all ids finds the month
//! when it runs.

use city_clock::Timestamp;
use city_ids::{AccountId, BillId, WalletId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::wallet::Wallet;
use crate::domain::ledger::{AccountNo, Code, Purpose};
use crate::domain::provider::outcome;
use crate::error::{Error, broken, fault};

/// What an id was answered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Digest of the request.
    pub req_hash: Vec<u8>,
    /// The bill's revision or order it was about; none also for a refusal.
    pub reference: Option<Uuid>,
    /// Why it was refused; none when it took effect.
    pub refused: Option<(Code, i16)>,
}

/// What an id was answered before.
pub async fn find_known(db: &mut PgConnection, posting: Uuid) -> Result<Option<Known>, Error> {
    let row = sqlx::query!(
        r#"
        select req_hash as "req_hash!", ref as reference, null::smallint as code, null::smallint as detail
        from payments.ledger_transfer where posting = (select $1::uuid) and leg = 0
        union all
        select req_hash, null, code, detail from payments.ledger_rejection where posting = $1"#,
        posting
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding a payment"))?;
    row.map(|row| {
        let refused = refused(row.code.zip(row.detail))?;
        Ok(Known { req_hash: row.req_hash, reference: row.reference, refused })
    })
    .transpose()
}

fn refused(numbers: Option<(i16, i16)>) -> Result<Option<(Code, i16)>, Error> {
    let Some((code, detail)) = numbers else {
        return Ok(None);
    };
    let unknown = || broken("reading a refusal", format!("code {code}"));
    Ok(Some((Code::of(code).ok_or_else(unknown)?, detail)))
}

/// What there is to know before somebody pays.
#[derive(Debug, Default)]
pub struct Opening {
    /// What the id was answered before.
    pub known: Option<Known>,
    /// The wallet of whoever pays.
    pub payer: Option<Wallet>,
    /// The wallet that is paid, if one is.
    pub payee: Option<Wallet>,
    /// The version of the limits that the ledger keeps now.
    pub rules: i64,
}

/// What there is to know before somebody pays out of a wallet, whatever for, in one question.
pub async fn find_opening(
    db: &mut PgConnection,
    posting: Uuid,
    from: AccountId,
    to: Option<WalletId>,
) -> Result<Opening, Error> {
    let rows = sqlx::query!(
        r#"
        select coalesce((select rules from payments.ledger_batch order by n desc limit 1), 0) as "rules!",
               k.req_hash as "req_hash?",
               k.ref as "reference?",
               k.code as "code?",
               k.detail as "detail?",
               w.id as "id?: WalletId",
               w.owner as "owner?: AccountId",
               w.account as "account?",
               w.level as "level?",
               w.opened_at as "opened_at?",
               a.flags as "flags?",
               a.credits_posted - a.debits_posted as "balance?",
               a.debits_pending as "held?",
               a.version as "version?"
        from (values (1)) as always (row)
        left join (
            select req_hash, ref, null::smallint as code, null::smallint as detail
            from payments.ledger_transfer where posting = (select $1::uuid) and leg = 0
            union all
            select req_hash, null, code, detail from payments.ledger_rejection where posting = $1
        ) k on true
        left join (payments.wallet w join payments.ledger_account a on a.id = w.account)
            on w.owner = $2 or w.id = $3"#,
        posting,
        from.as_uuid(),
        to.map(WalletId::as_uuid)
    );
    let rows = rows.fetch_all(db).await.map_err(fault("beginning a payment"))?;
    let mut opening = Opening::default();
    for row in rows {
        opening.rules = row.rules;
        if let Some(req_hash) = row.req_hash {
            let refused = refused(row.code.zip(row.detail))?;
            opening.known = Some(Known { req_hash, reference: row.reference, refused });
        }
        let (Some(id), Some(owner), Some(account)) = (row.id, row.owner, row.account) else {
            continue; // neither has a wallet
        };
        let missing = || broken("reading a wallet", "its account has no balance");
        let wallet = Wallet {
            id,
            owner,
            account: AccountNo(account),
            level: row.level.ok_or_else(missing)?,
            opened_at: row.opened_at.ok_or_else(missing)?,
            flags: row.flags.ok_or_else(missing)?,
            balance: row.balance.ok_or_else(missing)?,
            held: row.held.ok_or_else(missing)?,
            version: row.version.ok_or_else(missing)?,
        };
        if to == Some(id) {
            opening.payee = Some(wallet.clone());
        }
        if owner == from {
            opening.payer = Some(wallet);
        }
    }
    Ok(opening)
}

/// The posting or command that resolved a subject.
pub async fn find_winner(db: &mut PgConnection, subject: Uuid) -> Result<Option<Uuid>, Error> {
    let winner = sqlx::query_scalar!(
        "select posting from payments.ledger_claim where subject = $1",
        subject
    );
    winner.fetch_optional(db).await.map_err(fault("finding who resolved a subject"))
}

/// One side of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Public id of the account, which of a wallet is the wallet's.
    pub ext: Uuid,
    /// Its class in the chart of accounts.
    pub class: i16,
    /// Whose it is.
    pub owner: Option<AccountId>,
    /// Name of the biller or merchant whose account it is.
    pub biller: Option<String>,
}

/// A leg of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub posting: Uuid,
    pub kind: i16,
    pub purpose: Purpose,
    pub amount: i64,
    pub at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub from: Side,
    pub to: Side,
    /// The bill its reference is a revision of.
    pub bill: Option<BillId>,
    /// Who paid the bill through a provider: they have a part in the payment, and perhaps no wallet.
    pub paid_by: Option<AccountId>,
    pub note: Option<String>,
    /// Of a hold: its state and what was captured.
    pub hold: Option<(i16, i64)>,
    /// What the merchant's order is about that its reference names: a reserve is larger by the payer's fee.
    pub ordered: Option<i64>,
    /// The fee that was taken when the hold was captured.
    pub captured_fee: i64,
}

/// The legs of several payments, each payment's in their order.
pub async fn list_legs(db: &mut PgConnection, postings: &[Uuid]) -> Result<Vec<Leg>, Error> {
    let rows = sqlx::query!(
        r#"
        select t.posting, t.kind, t.purpose, t.amount, t.at, t.expires_at,
               dr.ext as dr_ext, dr.class as dr_class, dr.owner as "dr_owner: AccountId",
               cr.ext as cr_ext, cr.class as cr_class, cr.owner as "cr_owner: AccountId",
               coalesce((select m.name from payments.merchant m where m.account = t.dr),
                        (select min(b.name) from payments.biller_head h join payments.biller b on b.id = h.biller
                         where h.account = t.dr)) as dr_biller,
               coalesce((select m.name from payments.merchant m where m.account = t.cr),
                        (select min(b.name) from payments.biller_head h join payments.biller b on b.id = h.biller
                         where h.account = t.cr)) as cr_biller,
               r.bill as "bill?: BillId",
               p.owner as "paid_by?: AccountId",
               d.note as "note?",
               h.state as "hold_state?",
               h.captured as "captured?",
               o.amount as "ordered?",
               coalesce((select sum(f.amount) from payments.ledger_transfer f
                         where f.posting = h.resolved_by and f.purpose = $2), 0)::bigint as "captured_fee!"
        from (select distinct unnest((select $1::uuid[])) as posting) as wanted
        cross join lateral (
            select l.* from payments.ledger_transfer l where l.posting = wanted.posting offset 0
        ) t
        join payments.ledger_account dr on dr.id = t.dr
        join payments.ledger_account cr on cr.id = t.cr
        left join payments.bill_revision r on r.id = t.ref
        left join lateral (
            select s.owner from payments.provider_order s
            join payments.ledger_claim c on c.subject = s.subject
            where s.bill_revision = t.ref and c.posting = t.posting and c.outcome = $3
        ) p on true
        left join payments.posting_doc d on d.posting = t.posting and t.leg = 0
        left join payments.ledger_hold h on h.posting = t.posting
        left join payments.merchant_order o on o.id = t.ref
        order by t.posting, t.leg"#,
        postings,
        Purpose::Fee.number(),
        outcome::CREDITED
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading payments"))?;
    rows.into_iter()
        .map(|row| {
            let purpose = Purpose::of(row.purpose)
                .ok_or_else(|| broken("reading payments", format!("purpose {}", row.purpose)))?;
            Ok(Leg {
                posting: row.posting,
                kind: row.kind,
                purpose,
                amount: row.amount,
                at: row.at,
                expires_at: row.expires_at,
                from: Side {
                    ext: row.dr_ext,
                    class: row.dr_class,
                    owner: row.dr_owner,
                    biller: row.dr_biller,
                },
                to: Side {
                    ext: row.cr_ext,
                    class: row.cr_class,
                    owner: row.cr_owner,
                    biller: row.cr_biller,
                },
                bill: row.bill,
                paid_by: row.paid_by,
                note: row.note,
                hold: row.hold_state.zip(row.captured),
                ordered: row.ordered,
                captured_fee: row.captured_fee,
            })
        })
        .collect()
}
