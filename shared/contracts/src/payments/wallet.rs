//! Wallets and their statement.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{AccountId, PostingId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::PaymentPurpose;
use crate::common::PageArgs;
use crate::key::IdempotencyKey;

/// `POST /internal/v1/open-wallet`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenWallet {
    /// Makes it happen once.
    pub idempotency_key: IdempotencyKey,
    /// The resident read and accepted the terms of the wallet.
    pub terms_accepted: bool,
}

/// `POST /internal/v1/close-wallet`: for ever, and only when nothing is in it or on its way.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloseWallet {
    /// A UUIDv7 made within the last 24 hours. A wallet is closed once, whatever the key.
    pub idempotency_key: String,
    /// The confirmation by PIN of the operation `closeWallet`. Its digest has the five members of every payment: `payment` is
    /// the key as `pay_…`, `payee` the wallet's id, `amount` 0; `context` and `note` are empty. A repetition needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up_token: Option<String>,
}

impl std::fmt::Debug for CloseWallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CloseWallet([redacted])")
    }
}

/// What a wallet can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WalletState {
    /// Everything.
    Open,
    /// Take money in, and let none out.
    NoDebit,
    /// Nothing.
    Frozen,
    /// Nothing, for ever.
    Closed,
}

/// A wallet as its owner, or an officer with a reason, sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletView {
    /// The wallet.
    pub id: WalletId,
    /// Whose it is.
    pub account: AccountId,
    /// What it can do.
    pub state: WalletState,
    /// What can be spent now.
    pub available: Vnd,
    /// What is reserved by holds.
    pub held: Vnd,
    /// The limits on what leaves it, with what is used of them.
    pub limits: Vec<LimitStatus>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// Grows with each change of its money or state.
    pub version: i64,
}

/// Over which time a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LimitWindow {
    /// One payment.
    Single,
    /// A civil day in Hue.
    Day,
    /// A civil month in Hue.
    Month,
}

/// A limit and what is used of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitStatus {
    /// Which.
    pub code: String,
    /// Over which time it counts.
    pub window: LimitWindow,
    /// The most.
    pub max: Vnd,
    /// Used of it; 0 for a single payment.
    pub used: Vnd,
    /// When it begins anew.
    pub resets_at: Option<DateTime<Utc>>,
    /// What it does not count.
    pub excludes: Vec<PaymentPurpose>,
}

/// `POST /internal/v1/wallet-statement`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadStatement {
    /// Which part, newest first.
    pub page: PageArgs,
    /// The first civil day; none for the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last civil day; none for today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// A movement of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementLine {
    /// Names the line for ever.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How much; below zero for what left.
    pub amount: Vnd,
    /// What was there afterwards, holds not taken off.
    pub balance_after: Vnd,
    /// Who stands on the other side, as the city names them; a person only as the end of their wallet's id.
    pub counterparty: String,
    /// The payment it is part of.
    pub payment: PostingId,
    /// What for.
    pub purpose: PaymentPurpose,
}
