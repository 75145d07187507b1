//! Wallets, with what the ledger says about their accounts.

use city_clock::Timestamp;
use city_contracts::payments::WalletState;
use city_ids::{AccountId, WalletId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::AccountNo;
use crate::domain::wallet;
use crate::error::{Error, broken, fault};

/// A wallet as it now is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    pub id: WalletId,
    pub owner: AccountId,
    pub account: AccountNo,
    /// The identity level its owner had when it was opened.
    pub level: i16,
    pub opened_at: Timestamp,
    pub flags: i32,
    /// What arrived less what left.
    pub balance: i64,
    /// Reserved by holds.
    pub held: i64,
    /// Batches that touched it.
    pub version: i64,
}

impl Wallet {
    /// What it can do.
    pub const fn state(&self) -> WalletState {
        wallet::state(self.flags)
    }

    /// What can be spent.
    pub const fn available(&self) -> i64 {
        self.balance - self.held // the ledger keeps the difference at or above 0
    }
}

/// Opens a wallet on an account of the ledger; false when its owner has one already.
pub async fn insert(
    db: &mut PgConnection,
    id: WalletId,
    owner: AccountId,
    account: AccountNo,
    level: i16,
    at: Timestamp,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into payments.wallet (id, owner, account, level, opened_at) values ($1, $2, $3, $4, $5)
         on conflict on constraint wallet_once_per_owner do nothing",
        id.as_uuid(),
        owner.as_uuid(),
        account.0,
        level,
        at
    );
    let inserted = inserted.execute(db).await.map_err(fault("opening a wallet"))?;
    Ok(inserted.rows_affected() == 1)
}

/// Which wallet is meant.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// A person's.
    Owner(AccountId),
    /// The one of an id.
    Id(WalletId),
}

/// A wallet.
pub async fn find(db: &mut PgConnection, of: Of) -> Result<Option<Wallet>, Error> {
    let (owner, id) = match of {
        Of::Owner(owner) => (Some(owner.as_uuid()), None),
        Of::Id(id) => (None, Some(id.as_uuid())),
    };
    let row = sqlx::query!(
        r#"
        select w.id as "id: WalletId",
               w.owner as "owner: AccountId",
               w.account,
               w.level,
               w.opened_at,
               a.flags,
               a.credits_posted - a.debits_posted as "balance!",
               a.debits_pending as held,
               a.version
        from payments.wallet w
        join payments.ledger_account a on a.id = w.account
        where w.owner = $1 or w.id = $2"#,
        owner,
        id
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a wallet"))?;
    Ok(row.map(|row| Wallet {
        id: row.id,
        owner: row.owner,
        account: AccountNo(row.account),
        level: row.level,
        opened_at: row.opened_at,
        flags: row.flags,
        balance: row.balance,
        held: row.held,
        version: row.version,
    }))
}

/// Notes that an officer looked into a wallet.
pub async fn insert_access(
    db: &mut PgConnection,
    wallet: WalletId,
    officer: AccountId,
    reason: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let noted = sqlx::query!(
        "insert into payments.payment_access (wallet, officer, reason, at) values ($1, $2, $3, $4)",
        wallet.as_uuid(),
        officer.as_uuid(),
        reason,
        at
    );
    noted.execute(db).await.map(drop).map_err(fault("noting who looked"))
}

/// Whether a command of the ledger was carried out.
pub async fn is_commanded(db: &mut PgConnection, command: Uuid) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from payments.ledger_command where id = $1) as "found!""#,
        command
    );
    found.fetch_one(db).await.map_err(fault("finding a command"))
}

/// The command that gave a wallet the flags it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagsSet {
    pub command: Uuid,
    pub flags: i32,
}

/// The last command that set a wallet's flags; none while nobody stopped it.
pub async fn flags_set(db: &mut PgConnection, wallet: WalletId) -> Result<Option<FlagsSet>, Error> {
    // Of two in one batch it is the one whose flags the wallet has.
    let row = sqlx::query!(
        "select c.id, c.arg
         from payments.ledger_command c
         join payments.ledger_account a on a.ext = c.object
         where c.kind = 1 and c.object = $1
         order by c.batch desc, c.arg = a.flags desc
         limit 1",
        wallet.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding who stopped a wallet"))?;
    row.map(|row| {
        let flags = i32::try_from(row.arg);
        let flags = flags.map_err(|error| broken("finding who stopped a wallet", error))?;
        Ok(FlagsSet { command: row.id, flags })
    })
    .transpose()
}

/// What is on its way into or out of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// A reserve on either side of its account.
    pub hold: bool,
    /// A top-up that no provider has said the end of.
    pub order: bool,
    /// A refund that nobody refused and that the ledger has not answered.
    pub refund: bool,
}

/// What is on its way into or out of a wallet.
pub async fn pending(
    db: &mut PgConnection,
    wallet: WalletId,
    account: AccountNo,
) -> Result<Pending, Error> {
    let pending = sqlx::query_as!(
        Pending,
        r#"
        select a.debits_pending <> 0 or a.credits_pending <> 0 as "hold!",
               exists (
                   select from payments.provider_order o
                   where o.owner = w.owner and o.wallet = w.id and o.ended is null
                     and not exists (select from payments.ledger_claim where subject = o.subject)
               ) as "order!",
               exists (
                   select from payments.refund r
                   left join payments.approval asked on asked.id = r.approval
                   join payments.ledger_transfer t on t.posting = r.moved
                   where r.answered_at is null and asked.decision is distinct from 'REFUSE' and (t.dr = $2 or t.cr = $2)
               ) as "refund!"
        from payments.ledger_account a, payments.wallet w
        where a.id = $2 and w.id = $1"#,
        wallet.as_uuid(),
        account.0
    );
    pending.fetch_one(db).await.map_err(fault("looking for what is on its way"))
}

/// A wallet follows how well its owner's identity is proven.
pub async fn set_level(db: &mut PgConnection, owner: AccountId, level: i16) -> Result<(), Error> {
    let set = sqlx::query!(
        "update payments.wallet set level = $2 where owner = $1 and level <> $2",
        owner.as_uuid(),
        level
    );
    set.execute(db).await.map(drop).map_err(fault("setting the level of a wallet"))
}
