//! What residents report about.

use async_graphql::{ID, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::reports::CategoryView;

use super::shared::Localised;

/// The prefix of a category's global id; the code follows.
pub const PREFIX: &str = "rct_";

/// A kind of problem that residents report.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ReportCategory")]
pub struct ReportCategory {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// The code to file a report with.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "label")]
    label: Localised,
    /// What belongs here and what does not.
    #[graphql(name = "help")]
    help: Option<Localised>,
    /// The code of the topic it belongs to; null for a topic itself. Reports are filed with the code of an entry that is
    /// nobody's topic.
    #[graphql(name = "parentCode")]
    parent_code: Option<ID>,
    /// How long the city means to take, in words.
    #[graphql(name = "targetText")]
    target_text: Localised,
    /// Whom to call first when somebody is in danger.
    #[graphql(name = "emergencyPhone")]
    emergency_phone: Option<String>,
    /// Whether reports of this category are published, without the reporter's name.
    #[graphql(name = "isPublic")]
    is_public: bool,
}

impl ReportCategory {
    pub fn new(of: CategoryView, locale: Locale) -> Self {
        Self {
            id: ID(format!("{PREFIX}{}", of.code)),
            code: ID(of.code),
            label: Localised::new(of.label, locale),
            help: of.help.map(|help| Localised::new(help, locale)),
            parent_code: of.parent_code.map(ID),
            target_text: Localised::new(of.target_text, locale),
            emergency_phone: of.emergency_phone,
            is_public: of.is_public,
        }
    }
}
