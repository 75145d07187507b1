//! What accounts asks when a person wants their data, or wants to be forgotten.

use bytes::Bytes;
use city_contracts::payments::WalletState;
use city_contracts::payments::privacy::{
    Blocker, ErasureReceipt, PrivacyPrecheck, Retained, WalletExport,
};
use city_ids::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, close_wallet, cursor, view};
use crate::error::{Error, fault};
use crate::store;
use crate::store::privacy as rows;
use crate::store::statement::Wanted;
use crate::store::wallet::{Of, Wallet};

/// Rows read at once.
const BATCH: i64 = 500;

/// What keeps a person from being forgotten: money in their wallet or on its way.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn precheck(app: &App, of: AccountId) -> Result<PrivacyPrecheck, Error> {
    let mut db = app.connection().await?;
    let Some(wallet) = store::wallet::find(&mut db, Of::Owner(of)).await? else {
        return Ok(PrivacyPrecheck { blockers: Vec::new() });
    };
    let found = close_wallet::blockers(&mut db, &wallet).await?;
    let blockers = found.into_iter().map(|blocker| Blocker {
        code: blocker.code().to_owned(),
        subject: wallet.id.to_string(),
        label: None,
    });
    Ok(PrivacyPrecheck { blockers: blockers.collect() })
}

/// Writes what is kept of a person into one file of the store: their wallet and all that moved in it, their bills, whom they
/// follow, and which officers looked into the wallet, when and why.
///
/// # Errors
/// Unavailable while the database is away, `Away` while the store is.
#[tracing::instrument(name = "payments.export_account", skip_all, fields(request.id = %request))]
pub async fn export(app: &App, request: Uuid, of: AccountId) -> Result<WalletExport, Error> {
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let wallet = store::wallet::find(&mut db, Of::Owner(of)).await?;
    let (mut movements, mut accesses) = (Vec::new(), Vec::new());
    if let Some(wallet) = &wallet {
        movements = every_movement(&mut db, wallet).await?;
        accesses = rows::accesses(&mut db, wallet.id).await?;
    }
    let mut bills: Vec<Value> = Vec::new();
    let mut after = None;
    loop {
        let page = store::bill::list_mine(&mut db, of, after, BATCH).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.opened_at, last.id.as_uuid()));
        bills.extend(page.into_iter().map(|bill| json!(view::bill(app, bill, now))));
    }
    let watches = rows::watches(&mut db, of).await?;
    let orders = rows::orders(&mut db, of).await?;
    drop(db); // the connection goes back before the store is asked
    let count = u64::try_from(movements.len()).unwrap_or_default();
    let wallet = wallet.map(|wallet| {
        json!({
            "id": wallet.id, "state": wallet.state(), "identityLevel": wallet.level, "openedAt": wallet.opened_at,
            "balance": wallet.balance.to_string(), "held": wallet.held.to_string(),
        })
    });
    let file = json!({
        "wallet": wallet, "movements": movements, "bills": bills, "providerPayments": orders, "followed": watches, "lookedIntoBy": accesses,
    });
    let key = format!("exports/{request}/payments.json");
    app.blobs
        .put_attachment(&key, Bytes::from(file.to_string()), "application/json")
        .await
        .map_err(|source| Error::Away { doing: "writing an export", source: source.into() })?;
    Ok(WalletExport { key, movements: count })
}

async fn every_movement(db: &mut sqlx::PgConnection, wallet: &Wallet) -> Result<Vec<Value>, Error> {
    let mut all = Vec::new();
    let mut before_seq = i64::MAX;
    let (from, until) = super::statement::ALWAYS;
    loop {
        let wanted = Wanted { account: wallet.account, before_seq, from, until, limit: BATCH };
        let page = store::statement::page(&mut *db, wanted).await?;
        let Some(last) = page.last() else { return Ok(all) };
        before_seq = last.seq;
        all.extend(page.iter().map(|line| {
            json!({
                "at": line.at, "payment": line.posting, "purpose": line.purpose.name(), "amount": line.amount.to_string(),
                "balanceAfter": line.balance_after.to_string(), "counterparty": view::counterparty(&line.other),
                "note": line.note, "place": cursor::print_seq(line.seq),
            })
        }));
    }
}

/// Forgets a person. Their wallet is closed for ever and belongs to a random id from then on, their notes and what they follow
/// are gone. The rows of the ledger stay: they name no person. Idempotent: again it finds nothing left.
///
/// # Errors
/// `WalletBlocked`; those of a ledger or database that is away.
#[tracing::instrument(name = "payments.erase_account", skip_all, fields(request.id = %request))]
pub async fn erase(app: &App, request: Uuid, of: AccountId) -> Result<ErasureReceipt, Error> {
    let wallet = {
        let mut db = app.connection().await?;
        let wallet = store::wallet::find(&mut db, Of::Owner(of)).await?;
        if let Some(wallet) = &wallet {
            let found = close_wallet::blockers(&mut db, wallet).await?;
            if !found.is_empty() {
                return Err(Error::WalletBlocked(found));
            }
        }
        wallet
    };
    if let Some(wallet) = wallet.as_ref().filter(|wallet| wallet.state() != WalletState::Closed) {
        close_wallet::close(app, wallet, request, "its owner is forgotten").await?;
    }
    let now = app.clock.now();
    let nobody = AccountId::restore(app.ids.uuid(now));
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let mut deleted = store::bill_watch::forget(&mut tx, of).await?;
    deleted += rows::forget_requests(&mut tx, of).await?;
    let mut pseudonymised = rows::disown_bills(&mut tx, of, nobody).await?;
    pseudonymised += rows::disown_orders(&mut tx, of, nobody).await?;
    if let Some(wallet) = &wallet {
        loop {
            let notes = rows::forget_notes(&mut tx, wallet.account, BATCH).await?;
            deleted += notes;
            if notes == 0 {
                break;
            }
        }
        pseudonymised += rows::disown_wallet(&mut tx, wallet.id, nobody).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    let retained = wallet.map(|_| Retained {
        what: "movements of the wallet, without its owner".to_owned(),
        basis: "retention term of accounting records".to_owned(),
        until: None,
    });
    Ok(ErasureReceipt { deleted, pseudonymised, retained: retained.into_iter().collect() })
}
