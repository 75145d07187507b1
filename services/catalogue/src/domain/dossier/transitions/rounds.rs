//! Asking the resident for more, and their answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use city_calendar::Calendar;
use city_clock::Timestamp;
use city_ids::AccountId;
use serde_json::json;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::bill::{NewBill, Purpose};
use crate::domain::dossier::clock::SegmentKind;
use crate::domain::dossier::moves::Action;
use crate::domain::dossier::reason::Note;
use crate::domain::dossier::refusal::Refusal;
use crate::domain::dossier::request::{Closing, Item, NewItem, Round, asked_late};
use crate::domain::dossier::state::Dossier;

use super::Step;

/// What an officer asks for, with what the "ask once" rule looks at.
#[derive(Debug, Clone)]
pub struct Supply<'a> {
    pub by: AccountId,
    /// Whether they also lead the agency.
    pub lead: bool,
    pub items: &'a [NewItem],
    pub deadline: NaiveDate,
    /// When each component last changed.
    pub component_changes: &'a BTreeMap<String, Timestamp>,
    /// For fees collected with a supplement; asked for once.
    pub bill: Option<NewBill>,
}

impl Dossier {
    /// 2, 4 → 5: a round of questions. The clock stands still until it is answered.
    ///
    /// # Errors
    /// `LEAD_NEEDED` from round 2 on, for what could have been asked for in round 1.
    pub fn ask(
        self,
        supply: Supply<'_>,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let by = Actor::Staff(supply.by);
        let mut step = Step::moved(self, Action::Ask, by, at)?;
        let dossier = &mut step.dossier;
        let late: BTreeSet<_> = asked_late(&dossier.rounds, supply.items, supply.component_changes)
            .into_iter()
            .collect();
        if !late.is_empty() && !supply.lead {
            let targets = late.into_iter().map(str::to_owned).collect();
            return Err(Refusal::LeadNeeded { targets });
        }
        let no = dossier.rounds.last().map_or(1, |last| last.no.saturating_add(1));
        let items = supply.items.iter().map(|item| Item {
            target: item.target.clone(),
            reason: item.reason.code,
            text: item.reason.text.as_ref().map(|text| text.as_str().to_owned()),
            done_at: None,
            lead_ok_by: late.contains(item.target.as_str()).then_some(supply.by),
        });
        let round = Round {
            no,
            asked_at: at,
            asked_by: supply.by,
            deadline: supply.deadline,
            closed: None,
            items: items.collect(),
        };
        let asked: BTreeSet<_> = round.items.iter().map(|item| item.reason.as_str()).collect();
        let data = json!({
            "round": no, "deadline": supply.deadline, "items": round.items.len(),
            "reasons": asked, "askedLate": late.len(),
        });
        dossier.rounds.push(round);
        dossier.switch_clock(SegmentKind::Stop, at);
        dossier.settle_due(calendar)?;
        let billed = dossier.bills.iter().any(|bill| bill.purpose == Purpose::Round);
        step.say(data, None);
        step.ask_for(supply.bill.filter(|_| !billed), Purpose::Round, by, at);
        Ok(step)
    }

    /// 5 → 4: everything asked for is answered. The stop ends at once; no officer can hold it back.
    ///
    /// # Errors
    /// `ITEMS_OPEN` when an item of the round is not among those answered.
    pub fn supplement(
        self,
        by: Actor,
        answered: &BTreeSet<String>,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Supplement, by, at)?;
        let Some(round) = step.dossier.rounds.iter_mut().find(|round| round.open()) else {
            return Err(Refusal::ItemsOpen { targets: Vec::new() });
        };
        let open = |item: &&mut Item| item.done_at.is_none();
        for item in round.items.iter_mut().filter(open) {
            if answered.contains(&item.target) {
                item.done_at = Some(at);
            }
        }
        let missing: Vec<_> = round
            .items
            .iter()
            .filter(|item| item.done_at.is_none())
            .map(|item| item.target.clone())
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::ItemsOpen { targets: missing });
        }
        let no = round.no;
        step.dossier.close_round(at, Closing::Supplemented);
        step.go_on(calendar, at)?;
        let due = step.dossier.due_at;
        step.say(json!({ "round": no, "dueAt": due }), None);
        Ok(step)
    }

    /// 5 → 4: the officer takes the round back.
    pub fn drop_round(
        self,
        by: Actor,
        note: Option<&Note>,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::DropRound, by, at)?;
        let no = step.dossier.open_round().map(|round| round.no);
        step.dossier.close_round(at, Closing::Dropped);
        step.go_on(calendar, at)?;
        let due = step.dossier.due_at;
        step.say(json!({ "round": no, "dueAt": due }), note.map(Note::as_str));
        Ok(step)
    }
}
