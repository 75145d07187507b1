//! What an edition says. A draft may still lack things; [`super::lint`] decides whether it can be handed in.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::catalogue::service::{Audience, Channel};
use city_contracts::common::Localised;
use serde::{Deserialize, Serialize};

/// Where a service is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredCoverage", into = "StoredCoverage")]
pub enum Coverage {
    /// Everywhere in the city.
    AllWards,
    /// In these wards, by code.
    Wards(BTreeSet<String>),
}

/// `"ALL_WARDS"` or a list of codes.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredCoverage {
    All(AllWards),
    Wards(BTreeSet<String>),
}

#[derive(Serialize, Deserialize)]
enum AllWards {
    #[serde(rename = "ALL_WARDS")]
    AllWards,
}

impl From<StoredCoverage> for Coverage {
    fn from(stored: StoredCoverage) -> Self {
        match stored {
            StoredCoverage::All(AllWards::AllWards) => Self::AllWards,
            StoredCoverage::Wards(wards) => Self::Wards(wards),
        }
    }
}

impl From<Coverage> for StoredCoverage {
    fn from(coverage: Coverage) -> Self {
        match coverage {
            Coverage::AllWards => Self::All(AllWards::AllWards),
            Coverage::Wards(wards) => Self::Wards(wards),
        }
    }
}

/// The part of an edition that is stored as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    /// The code of a group.
    pub category: String,
    pub audience: Vec<Audience>,
    pub channels: Vec<Channel>,
    /// 0, 1 or 2.
    pub min_identity: u8,
    pub coverage: Coverage,
    /// What people also call it.
    pub keywords: Vec<String>,
    pub deep_link: Option<String>,
}

/// A text of a draft, in the languages it has so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    pub vi: Option<String>,
    pub en: Option<String>,
}

impl Texts {
    /// The text, once Vietnamese is there.
    pub fn localised(&self) -> Option<Localised> {
        self.vi.clone().map(|vi| Localised { vi, en: self.en.clone() })
    }
}

/// All that an edition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub name: Texts,
    pub summary: Texts,
    pub body: Body,
    pub legal_basis: Vec<String>,
    pub change_note: Option<String>,
    pub effective_from: Option<Timestamp>,
    pub review_by: Option<NaiveDate>,
}
