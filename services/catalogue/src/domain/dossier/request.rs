//! Rounds of asking the resident for more, and the rule to ask once for all that is missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::AccountId;

use super::reason::{Reason, ReasonCode};

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closing {
    /// Every item was answered.
    Supplemented,
    /// The officer took it back.
    Dropped,
    /// Processing was stopped over it.
    Stopped,
    /// The dossier ended over it.
    Withdrawn,
}

/// A round of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// From 1.
    pub no: i16,
    pub asked_at: Timestamp,
    pub asked_by: AccountId,
    pub deadline: NaiveDate,
    pub closed: Option<(Timestamp, Closing)>,
    pub items: Vec<Item>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// A component's code, or a JSON Pointer into the answers.
    pub target: String,
    pub reason: ReasonCode,
    pub text: Option<String>,
    pub done_at: Option<Timestamp>,
    /// The lead who let it be asked for later than in round 1.
    pub lead_ok_by: Option<AccountId>,
}

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    pub target: String,
    pub reason: Reason,
}

impl Closing {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supplemented => "SUPPLEMENTED",
            Self::Dropped => "DROPPED",
            Self::Stopped => "STOPPED",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Supplemented, Self::Dropped, Self::Stopped, Self::Withdrawn]
            .into_iter()
            .find(|closing| closing.as_str() == word)
    }
}

impl Round {
    pub const fn open(&self) -> bool {
        self.closed.is_none()
    }
}

/// Which of these targets could have been asked for in round 1, since nothing about them changed after it.
///
/// What is absent could have been asked for as well: an officer asks once for all that is missing. A component changed
/// when its row did, anything else when an earlier round's item was answered.
pub fn asked_late<'a>(
    rounds: &[Round],
    items: &'a [NewItem],
    component_changes: &BTreeMap<String, Timestamp>,
) -> Vec<&'a str> {
    let Some(first) = rounds.first() else { return Vec::new() };
    let changed = |target: &str| {
        let answered = rounds
            .iter()
            .flat_map(|round| &round.items)
            .any(|item| item.target == target && item.done_at.is_some());
        answered || component_changes.get(target).is_some_and(|at| *at > first.asked_at)
    };
    items.iter().map(|item| item.target.as_str()).filter(|target| !changed(target)).collect()
}
