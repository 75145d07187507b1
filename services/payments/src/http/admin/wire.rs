//! What officers send and are shown.

use city_clock::Timestamp;
use city_contracts::payments::WalletState;
use city_ids::{AccountId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::approval::{Approval, Asked, DONE, Decision};

/// How far a wallet is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FreezeMode {
    /// Nothing leaves it.
    NoDebit,
    /// Nothing leaves it and nothing arrives.
    Frozen,
}

impl FreezeMode {
    /// The state it leads to.
    pub const fn state(self) -> WalletState {
        match self {
            Self::NoDebit => WalletState::NoDebit,
            Self::Frozen => WalletState::Frozen,
        }
    }
}

/// To stop a wallet.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeRequest {
    /// How far.
    pub mode: FreezeMode,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// Why something is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalletReasonRequest {
    /// 10 to 500 characters.
    pub reason: String,
}

/// To look at a person's wallet: by account or by phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindWalletRequest {
    /// Whose, such as acc_….
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Or the phone of whoever it belongs to, as typed.
    #[serde(default)]
    pub phone: Option<String>,
    /// Why, 10 to 500 characters; its owner may see it.
    pub reason: String,
}

/// To put money into a wallet from the bank account that backs all of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustRequest {
    /// Which, such as wal_….
    #[schema(value_type = String)]
    pub wallet: WalletId,
    /// Whole dong in digits.
    #[schema(value_type = String)]
    pub amount: Vnd,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// A request to a second officer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// The request.
    pub id: String,
    /// `UNFREEZE_WALLET`, `ADJUST_WALLET`, `REFUND`, `RECONCILIATION`, `LIMIT`, `SETTLEMENT` or `RELEASE_SUSPENSE`.
    pub kind: &'static str,
    /// The wallet it is about, or to which the money goes.
    #[schema(value_type = Option<String>)]
    pub wallet: Option<WalletId>,
    /// The refund, break or settlement it is about, or the posting that put its money aside.
    pub subject: Option<String>,
    /// Which leg of that posting, from 0.
    pub leg: Option<i16>,
    /// The version of the limits it is about.
    pub version: Option<i64>,
    /// Whole dong, where money is to move.
    #[schema(value_type = Option<String>)]
    pub amount: Option<Vnd>,
    /// The bank's reference; where the money of a break goes, or what was put aside: `WALLET` or `PROVIDER`.
    pub detail: Option<String>,
    /// Why.
    pub reason: String,
    /// Who asked; none when it was the city itself.
    #[schema(value_type = Option<String>)]
    pub requested_by: Option<AccountId>,
    /// When.
    #[schema(value_type = String)]
    pub requested_at: Timestamp,
    /// Who decided.
    #[schema(value_type = Option<String>)]
    pub decided_by: Option<AccountId>,
    /// `WAITING`, `APPROVED` and being done, `DONE`, `REFUSED`, or `FAILED` when the ledger refused it.
    pub state: &'static str,
    /// Why the ledger refused it; `STALE` when what it was about had changed.
    pub failure: Option<String>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        let asked = approval.asked;
        let subject = match &asked {
            Asked::Refund { refund, .. } => Some(refund.to_string()),
            Asked::Reconciliation { of, .. } => Some(of.to_string()),
            Asked::Settlement { settlement, .. } => Some(settlement.to_string()),
            Asked::Release { place, .. } => Some(place.posting.to_string()),
            _ => None,
        };
        let done = approval.outcome.as_deref();
        let state = match (approval.decided, done) {
            (None, _) => "WAITING",
            (Some((_, Decision::Refuse)), _) => "REFUSED",
            (Some((_, Decision::Approve)), None) => "APPROVED",
            (Some((_, Decision::Approve)), Some(DONE)) => "DONE",
            (Some((_, Decision::Approve)), Some(_)) => "FAILED",
        };
        Self {
            id: approval.id.to_string(),
            kind: asked.kind().name(),
            wallet: asked.wallet(),
            subject,
            leg: asked.leg(),
            version: asked.version(),
            amount: asked.amount().map(Vnd::new),
            detail: asked.detail().map(str::to_owned),
            reason: approval.reason,
            requested_by: approval.requested_by,
            requested_at: approval.requested_at,
            decided_by: approval.decided.map(|(officer, _)| officer),
            state,
            failure: approval.outcome.filter(|outcome| outcome != DONE),
        }
    }
}
