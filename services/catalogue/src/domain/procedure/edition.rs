//! One wording of a procedure, with its terms read and within bounds.

use chrono::NaiveDate;
use city_calendar::Rule;
use city_contracts::catalogue::procedure::{FilingChannel, ProcedureBody};
use city_contracts::problem::Finding;
use city_ids::ProcedureEditionId;

use super::check::ComponentTerm;
use super::fee::{ExemptionTerm, FeeTerm};
use super::terms;

/// Where answers name the ward unless the procedure says otherwise.
const WARD_POINTER: &str = "/wardCode";

/// An edition as the rules need it.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Its id.
    pub id: ProcedureEditionId,
    /// The procedure.
    pub national_code: String,
    /// Whether any one-stop desk takes it.
    pub non_territorial: bool,
    /// First day in force.
    pub in_force_from: Option<NaiveDate>,
    /// Last day in force.
    pub in_force_to: Option<NaiveDate>,
    /// What it says.
    pub terms: Terms,
}

/// What an edition says, read.
#[derive(Debug, Clone)]
pub struct Terms {
    /// As published.
    pub body: ProcedureBody,
    /// What to bring.
    pub components: Vec<ComponentTerm>,
    /// What it costs.
    pub fees: Vec<FeeTerm>,
    /// Who pays less.
    pub exemptions: Vec<ExemptionTerm>,
}

impl Terms {
    /// Reads what an edition says.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once, with pointers below `at`.
    pub fn read(body: ProcedureBody, at: &str) -> Result<Self, Vec<Finding>> {
        terms::read(body, at)
    }

    /// How long the city may take for what reached it this way.
    pub fn rule(&self, channel: FilingChannel) -> Rule {
        self.body.sla.overrides.get(&channel).copied().unwrap_or(self.body.sla.rule)
    }

    /// Where the answers name the ward.
    pub fn ward_pointer(&self) -> &str {
        self.body.ward_pointer.as_deref().unwrap_or(WARD_POINTER)
    }

    /// Whether it may be filed this way.
    pub fn admits(&self, channel: FilingChannel) -> bool {
        self.body.channels.is_empty() || self.body.channels.contains(&channel)
    }
}

impl Edition {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.in_force_from.is_none_or(|from| from <= day)
            && self.in_force_to.is_none_or(|to| day <= to)
    }
}
