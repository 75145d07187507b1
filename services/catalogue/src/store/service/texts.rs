//! Texts as rows of locale and field, and as one JSON object a query reads.

use std::collections::HashMap;

use city_contracts::common::Localised;

use crate::domain::service::Texts;

/// `{"vi": …, "en": …}` as a query aggregates it.
pub type Aggregated = HashMap<String, String>;

/// The texts of an aggregate; none when there are no rows.
pub fn texts(aggregated: Option<Aggregated>) -> Texts {
    let mut aggregated = aggregated.unwrap_or_default();
    Texts { vi: aggregated.remove("vi"), en: aggregated.remove("en") }
}

/// The same for what must have Vietnamese to be shown.
pub fn localised(aggregated: Option<Aggregated>) -> Option<Localised> {
    texts(aggregated).localised()
}
