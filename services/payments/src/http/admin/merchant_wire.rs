//! What officers send and are shown of merchants.

use city_clock::Timestamp;
use city_ids::{AccountId, ApiKeyId, MerchantId, StoreId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::merchant::Typed;
use crate::app::payee::IssuedKey;
use crate::domain::merchant::{BorneBy, FeeRule, MerchantState, Settle};
use crate::http::shown_once::ShownOnce;
use crate::store::api_key::ApiKey;
use crate::store::merchant::{Merchant, Store};

/// What the city knows about a merchant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MerchantRequest {
    /// 1 to 100 characters.
    pub name: String,
    /// 10 digits, or 10-3 of a branch.
    pub tax_code: String,
    /// Merchant category code, 4 digits.
    pub mcc: String,
    /// 6 digits of the bank where settlements are wired.
    pub bank_bin: String,
    /// The account there.
    pub bank_account: String,
    /// How often.
    pub settle: Settle,
}

impl MerchantRequest {
    /// For the use cases.
    pub fn typed(&self) -> Typed<'_> {
        Typed {
            name: &self.name,
            tax_code: &self.tax_code,
            mcc: &self.mcc,
            bank_bin: &self.bank_bin,
            bank_account: &self.bank_account,
            settle: self.settle,
        }
    }
}

/// A merchant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MerchantView {
    /// Which, such as mer_….
    #[schema(value_type = String)]
    pub id: MerchantId,
    /// What it can do.
    pub state: MerchantState,
    /// What the city knows about it.
    #[serde(flatten)]
    pub particulars: MerchantRequest,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

impl From<Merchant> for MerchantView {
    fn from(merchant: Merchant) -> Self {
        let (state, of) = (merchant.state(), merchant.of);
        let particulars = MerchantRequest {
            name: of.name,
            tax_code: of.tax_code,
            mcc: of.mcc,
            bank_bin: of.bank_bin,
            bank_account: of.bank_account,
            settle: of.settle,
        };
        Self { id: merchant.id, state, particulars, created_at: merchant.created_at }
    }
}

/// To bring a merchant into a state.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantStateRequest {
    /// `ACTIVE`, `SUSPENDED` or `CLOSED`.
    pub state: MerchantState,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// To open a store.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreRequest {
    /// 1 to 25 letters, digits and hyphens; stands in its codes.
    pub code: String,
    /// 1 to 100 characters.
    pub name: String,
}

/// A store.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreView {
    /// Which, such as sto_….
    #[schema(value_type = String)]
    pub id: StoreId,
    /// Stands in its codes.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The number its codes carry.
    pub number: String,
}

impl From<Store> for StoreView {
    fn from(store: Store) -> Self {
        Self { id: store.id, code: store.code, name: store.name, number: store.number }
    }
}

/// A key of a merchant's systems.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    /// What goes into the header `City-Key`.
    #[schema(value_type = String)]
    pub id: ApiKeyId,
    /// What signs: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<ShownOnce>,
    /// Who made it.
    #[schema(value_type = String)]
    pub created_by: AccountId,
    /// When.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Since when it no longer counts.
    #[schema(value_type = Option<String>)]
    pub revoked_at: Option<Timestamp>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, created_by, created_at, revoked_at } = key;
        Self { id, secret: None, created_by, created_at, revoked_at }
    }
}

impl From<IssuedKey> for ApiKeyView {
    fn from(issued: IssuedKey) -> Self {
        Self { secret: issued.secret.map(ShownOnce::from), ..issued.key.into() }
    }
}

/// What payments to a merchant cost.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeeRequest {
    /// Hundredths of a percent, 0 to 1000.
    pub bps: i32,
    /// Whole dong on top, in digits, 0 to 1 million.
    #[schema(value_type = String)]
    pub fixed: Vnd,
    /// Who bears it.
    pub borne_by: BorneBy,
}

impl FeeRequest {
    /// For the use case.
    pub const fn rule(&self) -> FeeRule {
        FeeRule { bps: self.bps, fixed: self.fixed.dong(), borne_by: self.borne_by }
    }
}

/// What payments to a merchant cost today, or from a day on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeeView {
    /// The rule; none when nothing is charged.
    pub rule: Option<FeeRequest>,
    /// The civil day it begins, in the answer to a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub from: Option<chrono::NaiveDate>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_secret_of_a_key_is_sent_and_not_logged() {
        let key = ApiKey {
            id: ApiKeyId::restore(Uuid::from_u128(1)),
            created_by: AccountId::restore(Uuid::from_u128(2)),
            created_at: Timestamp::UNIX_EPOCH,
            revoked_at: None,
        };
        let issued = ApiKeyView::from(IssuedKey { key, secret: Some("mk_c0ffee".into()) });

        assert_eq!(serde_json::to_value(&issued).unwrap()["secret"], "mk_c0ffee");
        assert!(!format!("{issued:?}").contains("c0ffee"), "{issued:?}");
    }
}
