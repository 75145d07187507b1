//! Which part of a list is asked for.

use city_contracts::common::PageArgs;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1 to 100 entries.
    #[serde(default = "page_size")]
    first: u32,
    /// The cursor after which to go on.
    #[serde(default)]
    after: Option<String>,
}

impl From<PageQuery> for PageArgs {
    fn from(query: PageQuery) -> Self {
        Self { first: query.first, after: query.after }
    }
}

/// Entries of a page when nobody says how many.
pub const fn page_size() -> u32 {
    20
}
