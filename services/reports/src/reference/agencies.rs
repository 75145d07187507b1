//! Agencies and the tree they form.

use std::collections::HashMap;

use city_contracts::common::Localised;
use city_contracts::reports::AgencyView;

use crate::domain::{AgencyCode, WardCode};

/// An agency as routing and views need it.
#[derive(Debug, Clone)]
pub struct Agency {
    pub code: AgencyCode,
    pub name: Localised,
    pub parent: Option<AgencyCode>,
    /// The ward it is the people's committee of.
    pub committee_of: Option<WardCode>,
    pub active: bool,
}

/// All agencies.
#[derive(Debug, Default)]
pub struct Agencies {
    by_code: HashMap<AgencyCode, Agency>,
    committees: HashMap<WardCode, AgencyCode>,
    children: HashMap<AgencyCode, Vec<AgencyCode>>,
}

/// No chain of agencies is longer; a circle in the data must not hang a request.
const MAX_DEPTH: usize = 8;

impl Agencies {
    pub fn new(agencies: Vec<Agency>) -> Self {
        let mut all = Self::default();
        for agency in agencies {
            if let Some(ward) = &agency.committee_of {
                all.committees.insert(ward.clone(), agency.code.clone());
            }
            if let Some(parent) = &agency.parent {
                all.children.entry(parent.clone()).or_default().push(agency.code.clone());
            }
            all.by_code.insert(agency.code.clone(), agency);
        }
        all
    }

    pub fn get(&self, code: &AgencyCode) -> Option<&Agency> {
        self.by_code.get(code)
    }

    /// The agency, if it takes reports now.
    pub fn active(&self, code: &AgencyCode) -> Option<&Agency> {
        self.get(code).filter(|agency| agency.active)
    }

    /// The people's committee of a ward.
    pub fn committee(&self, ward: &WardCode) -> Option<&AgencyCode> {
        self.committees.get(ward)
    }

    /// The agency and all above it, for the question whether a scope covers it.
    pub fn chain<'a>(&'a self, code: &'a AgencyCode) -> Vec<&'a str> {
        let parent =
            |code: &&'a AgencyCode| self.get(code).and_then(|agency| agency.parent.as_ref());
        std::iter::successors(Some(code), parent).take(MAX_DEPTH).map(AgencyCode::as_str).collect()
    }

    /// The agency and all below it, for lists.
    pub fn subtree(&self, root: &str) -> Vec<AgencyCode> {
        let Ok(root) = AgencyCode::parse(root) else { return Vec::new() };
        let mut found = vec![root];
        let mut next = 0;
        while let Some(code) = found.get(next) {
            let below = self.children.get(code).cloned().unwrap_or_default();
            let new: Vec<_> = below.into_iter().filter(|code| !found.contains(code)).collect();
            found.extend(new);
            next += 1;
        }
        found
    }

    pub fn view(&self, code: &AgencyCode) -> Option<AgencyView> {
        let agency = self.get(code)?;
        let parent_code = agency.parent.as_ref().map(ToString::to_string);
        Some(AgencyView { code: agency.code.to_string(), name: agency.name.clone(), parent_code })
    }
}
