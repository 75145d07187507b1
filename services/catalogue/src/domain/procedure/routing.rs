//! Who takes a dossier in, and who works on it.

use city_contracts::catalogue::procedure::{AgencyRole, COMMUNE_OF_WARD, Role};

/// What routing needs to know of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyFact {
    /// Its code.
    pub code: String,
    /// Such as `PEOPLES_COMMITTEE` or `ONE_STOP`.
    pub kind: String,
    /// The ward it serves; none for those of the city.
    pub ward: Option<String>,
}

const COMMITTEE: &str = "PEOPLES_COMMITTEE";
const ONE_STOP: &str = "ONE_STOP";

/// The agencies at work.
#[derive(Debug, Clone, Default)]
pub struct Agencies(Vec<AgencyFact>);

/// Who takes it in and who works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Works on it.
    pub competent: String,
    /// Takes it in.
    pub receiving: String,
    /// The ward of the desk that takes it in; none when the city's does.
    pub receiving_ward: Option<String>,
}

/// Why nobody can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unroutable {
    /// It depends on the ward, and no ward is given.
    WardNeeded,
    /// The ward is none of today.
    WardUnknown,
    /// No agency is named, or the named one is not at work.
    NoAgency,
}

impl Agencies {
    /// Those at work.
    pub fn new(agencies: Vec<AgencyFact>) -> Self {
        Self(agencies)
    }

    /// Who takes in and who works on a dossier under these roles. `ward` is where the matter belongs; of a procedure that
    /// any desk takes, the desk of that ward is the nearest.
    ///
    /// # Errors
    /// [`Unroutable`] when the roles and the ward lead to nobody.
    pub fn route(
        &self,
        roles: &[AgencyRole],
        non_territorial: bool,
        ward: Option<&str>,
    ) -> Result<Route, Unroutable> {
        let executes = roles.iter().find(|named| named.role == Role::Executes);
        let named = &executes.ok_or(Unroutable::NoAgency)?.agency;
        let competent = if named == COMMUNE_OF_WARD {
            let ward = ward.ok_or(Unroutable::WardNeeded)?;
            self.of(COMMITTEE, Some(ward)).ok_or(Unroutable::WardUnknown)?
        } else {
            self.0.iter().find(|agency| agency.code == *named).ok_or(Unroutable::NoAgency)?
        };
        let place = if non_territorial { ward } else { competent.ward.as_deref() };
        let receiving = place
            .and_then(|ward| self.of(ONE_STOP, Some(ward)))
            .or_else(|| self.of(ONE_STOP, None))
            .ok_or(Unroutable::NoAgency)?;
        Ok(Route {
            competent: competent.code.clone(),
            receiving: receiving.code.clone(),
            receiving_ward: receiving.ward.clone(),
        })
    }

    fn of(&self, kind: &str, ward: Option<&str>) -> Option<&AgencyFact> {
        self.0.iter().find(|agency| agency.kind == kind && agency.ward.as_deref() == ward)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hue() -> Agencies {
        let fact = |code: &str, kind: &str, ward: Option<&str>| AgencyFact {
            code: code.into(),
            kind: kind.into(),
            ward: ward.map(Into::into),
        };
        Agencies::new(vec![
            fact("HUE-UBND", COMMITTEE, None),
            fact("HUE-PVHCC", ONE_STOP, None),
            fact("HUE-STP", "DEPARTMENT", None),
            fact("HUE-W19753", COMMITTEE, Some("19753")),
            fact("HUE-W19753-PVHCC", ONE_STOP, Some("19753")),
        ])
    }

    fn executes(agency: &str) -> Vec<AgencyRole> {
        let role = |role, agency: &str| AgencyRole { role, agency: agency.into() };
        vec![role(Role::Decides, "HUE-UBND"), role(Role::Executes, agency)]
    }

    #[test]
    fn the_commune_of_the_ward_works_on_it_and_its_desk_takes_it_in() {
        let route = hue().route(&executes(COMMUNE_OF_WARD), false, Some("19753")).unwrap();

        assert_eq!(route.competent, "HUE-W19753");
        assert_eq!(route.receiving, "HUE-W19753-PVHCC");
        assert_eq!(route.receiving_ward.as_deref(), Some("19753"));
    }

    #[test]
    fn a_department_is_reached_through_the_citys_desk_unless_any_desk_will_do() {
        let at_city = hue().route(&executes("HUE-STP"), false, Some("19753")).unwrap();
        let anywhere = hue().route(&executes("HUE-STP"), true, Some("19753")).unwrap();

        assert_eq!(
            (at_city.competent.as_str(), at_city.receiving.as_str()),
            ("HUE-STP", "HUE-PVHCC")
        );
        assert_eq!(anywhere.receiving, "HUE-W19753-PVHCC");
    }

    #[test]
    fn nobody_is_chosen_silently() {
        let roles = executes(COMMUNE_OF_WARD);

        assert_eq!(hue().route(&roles, false, None), Err(Unroutable::WardNeeded));
        assert_eq!(hue().route(&roles, false, Some("19768")), Err(Unroutable::WardUnknown));
        assert_eq!(hue().route(&executes("GONE"), false, None), Err(Unroutable::NoAgency));
        assert_eq!(hue().route(&[], false, None), Err(Unroutable::NoAgency));
    }
}
