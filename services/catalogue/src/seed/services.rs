//! Services and their first editions.

use city_clock::Timestamp;
use city_ids::AccountId;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::read;
use crate::error::Error;
use crate::store::service::seed::{self as store, Hands};

const SERVICES: &str = include_str!("../../../../seed/services.json");

/// Nobody's accounts: real ones carry a time and never begin with so many noughts.
const BY: Hands = Hands {
    editor: AccountId::restore(Uuid::from_u128(1)),
    publisher: AccountId::restore(Uuid::from_u128(2)),
};

/// Fills this part and says how many rows it changed. Entries that nobody has checked stay drafts.
pub async fn seed(db: &mut PgConnection, _number: i64, at: Timestamp) -> Result<u64, Error> {
    let file: File = read(SERVICES)?;
    let rows: Vec<_> = file.services.iter().map(Entry::row).collect();
    let made = store::insert(db, &json!(rows), BY, at).await?;
    let checked: Vec<_> = file
        .services
        .iter()
        .filter(|entry| entry.status == Status::Published && made.contains(&entry.code))
        .map(|entry| entry.code.clone())
        .collect();
    store::publish(db, &checked, false, BY, at).await?;
    Ok(u64::try_from(made.len()).unwrap_or(u64::MAX))
}

/// Publishes the drafts of the seed that nobody touched, flagged as demonstration; says how many.
pub async fn publish_drafts(db: &mut PgConnection, at: Timestamp) -> Result<u64, Error> {
    let file: File = read(SERVICES)?;
    let drafts: Vec<_> = file
        .services
        .into_iter()
        .filter(|entry| entry.status == Status::Draft)
        .map(|entry| entry.code)
        .collect();
    store::publish(db, &drafts, true, BY, at).await
}

#[derive(Deserialize)]
struct File {
    services: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    code: String,
    name_vi: String,
    name_en: String,
    summary_vi: String,
    summary_en: String,
    category: String,
    kind: String,
    agency_code: String,
    audience: Value,
    min_identity_level: u8,
    channels: Value,
    keywords_vi: Vec<String>,
    deep_link: Option<String>,
    coverage: Value,
    status: Status,
    source: Value,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Published,
    Draft,
}

impl Entry {
    fn row(&self) -> Value {
        json!({
            "code": self.code, "kind": self.kind, "owner_agency": self.agency_code,
            "name_vi": self.name_vi, "name_en": self.name_en,
            "summary_vi": self.summary_vi, "summary_en": self.summary_en, "source": self.source,
            "body": {
                "category": self.category, "audience": self.audience, "channels": self.channels,
                "minIdentity": self.min_identity_level, "coverage": self.coverage,
                "keywords": self.keywords_vi, "deepLink": self.deep_link,
            },
        })
    }
}
