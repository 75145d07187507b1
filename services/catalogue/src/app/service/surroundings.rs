//! What an entry is checked against: the registry as it is published.

use city_contracts::catalogue::registry::Audience;
use city_http::Outcome as _;

use crate::domain::service::Surroundings;
use crate::snapshot::Registry;

impl Surroundings for Registry {
    fn category_is_for_staff(&self, code: &str) -> Option<bool> {
        self.category(code).map(|category| category.audience == Audience::Staff)
    }

    fn agency_is_active(&self, code: &str) -> bool {
        self.agency(code).is_some_and(|agency| agency.active)
    }

    fn ward_refusal(&self, code: &str) -> Option<&'static str> {
        self.ward_by_code(code, "").err().map(|error| error.code())
    }
}
