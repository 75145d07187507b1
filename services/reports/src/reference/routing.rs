//! Who gets a report.

use city_clock::Timestamp;

use crate::domain::{AgencyCode, CategoryCode, WardCode};

use super::{Category, DefaultAgency, Reference};

/// Whether triage still looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Triage accepts it for the agency.
    Propose,
    /// The system accepts it while it is filed.
    Assign,
}

/// A rule; the one of the lowest rank whose conditions all hold decides.
#[derive(Debug, Clone)]
pub struct Rule {
    pub rank: i32,
    /// Itself and its children.
    pub category: Option<CategoryCode>,
    pub ward: Option<WardCode>,
    /// An answer it waits for; questions are not asked yet, so such a rule matches nothing.
    pub answer: Option<(String, String)>,
    pub agency: DefaultAgency,
    pub mode: Mode,
    pub valid_from: Timestamp,
    pub valid_to: Option<Timestamp>,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub agency: AgencyCode,
    pub mode: Mode,
}

impl Rule {
    fn fits(&self, category: &Category, ward: &WardCode, at: Timestamp) -> bool {
        let meant = self.category.as_ref();
        self.answer.is_none()
            && meant
                .is_none_or(|code| *code == category.code || Some(code) == category.parent.as_ref())
            && self.ward.as_ref().is_none_or(|code| code == ward)
            && self.valid_from <= at
            && self.valid_to.is_none_or(|to| at < to)
    }
}

impl Reference {
    /// The agency that gets a report: by rule, else by its category, else the last resort. An inactive one is skipped.
    pub fn route(
        &self,
        category: &Category,
        ward: &WardCode,
        last_resort: &AgencyCode,
        at: Timestamp,
    ) -> Route {
        let by_rule = self
            .rules
            .iter()
            .filter(|rule| rule.fits(category, ward, at))
            .map(|rule| (&rule.agency, rule.mode));
        let by_category = category.default_agency.iter().map(|agency| (agency, Mode::Propose));
        for (wanted, mode) in by_rule.chain(by_category) {
            let code = match wanted {
                DefaultAgency::Agency(code) => Some(code),
                DefaultAgency::Commune => self.agencies.committee(ward),
            };
            if let Some(agency) = code.and_then(|code| self.agencies.active(code)) {
                return Route { agency: agency.code.clone(), mode };
            }
            tracing::warn!(
                category = category.code.as_str(),
                ward = ward.as_str(),
                "A route leads to an inactive agency"
            );
        }
        Route { agency: last_resort.clone(), mode: Mode::Propose }
    }
}
