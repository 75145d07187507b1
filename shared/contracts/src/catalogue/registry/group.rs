//! Groups of services, and the situations of life that ask for them.

use serde::{Deserialize, Serialize};

use crate::common::Localised;

/// Whom a group or a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Audience {
    /// Residents.
    Public,
    /// The city's staff.
    Staff,
}

/// A group of services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    /// `cat_public-admin`.
    pub id: String,
    /// `public-admin`.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Localised>,
    /// The group above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Its place among the groups.
    pub sort: i32,
    /// Whom it is for.
    pub audience: Audience,
}

/// Something that happens in a life, and the services it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifeEventView {
    /// `having-a-baby`.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Localised>,
    /// Codes of services, in order.
    pub service_codes: Vec<String>,
}
