//! What a procedure consists of: its deadline, steps, components, fees, exemptions, legal basis.

use async_graphql::{Enum, ID, SimpleObject};
use city_calendar::{Roll, Rule};
use city_contracts::catalogue::procedure as wire;
use city_contracts::common::Locale;
use serde_json::Value;

use super::procedure::FilingChannel;
use super::scalars::Vnd;
use super::shared::Localised;

/// How a deadline is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DueRuleKind")]
pub enum DueRuleKind {
    /// `n` working days after the day it begins.
    #[graphql(name = "WORKING_DAYS")]
    WorkingDays,
    /// The same day if it begins by the cut-off, else the next working day.
    #[graphql(name = "SAME_DAY")]
    SameDay,
    /// `n` days after the day it begins, weekends included.
    #[graphql(name = "CALENDAR_DAYS")]
    CalendarDays,
    /// When `n` hours of working time have run.
    #[graphql(name = "WORKING_HOURS")]
    WorkingHours,
    /// `n` minutes later, round the clock.
    #[graphql(name = "ELAPSED_MINUTES")]
    ElapsedMinutes,
}

/// A rule by which a deadline is counted.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "DueRule")]
pub struct DueRule {
    /// How it is counted.
    #[graphql(name = "kind")]
    kind: DueRuleKind,
    /// How many days, hours or minutes; null for the same day.
    #[graphql(name = "n")]
    n: Option<i32>,
    /// The last moment that counts for the same day, as minutes after midnight.
    #[graphql(name = "cutoffMinutes")]
    cutoff_minutes: Option<i32>,
    /// Whether a last day on which the city does not work moves to the next working day.
    #[graphql(name = "rollsToWorkingDay")]
    rolls_to_working_day: bool,
}

/// How long the city may take.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Sla")]
pub struct Sla {
    /// The rule for every channel without one of its own.
    #[graphql(name = "rule")]
    rule: DueRule,
    /// Rules of single channels.
    #[graphql(name = "overrides")]
    overrides: Vec<SlaOverride>,
}

/// How long the city may take when a dossier comes by one channel.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "SlaOverride")]
pub struct SlaOverride {
    /// The channel.
    #[graphql(name = "channel")]
    channel: FilingChannel,
    /// The rule.
    #[graphql(name = "rule")]
    rule: DueRule,
}

/// A text that says why.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "LegalRef")]
pub struct LegalRef {
    /// Its title.
    #[graphql(name = "title")]
    title: Localised,
    /// Its number, such as `123/2015/NĐ-CP`.
    #[graphql(name = "number")]
    number: Option<String>,
    /// Where to read it.
    #[graphql(name = "url")]
    url: Option<String>,
}

/// One step of the way of a dossier.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Step")]
pub struct Step {
    /// What happens.
    #[graphql(name = "name")]
    name: Localised,
    /// In more words.
    #[graphql(name = "text")]
    text: Option<Localised>,
    /// The code of the agency that does it, or `COMMUNE_OF_WARD`.
    #[graphql(name = "agencyCode")]
    agency_code: Option<ID>,
}

/// What kind of thing a resident brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ComponentKind", remote = "city_contracts::catalogue::procedure::ComponentKind")]
pub enum ComponentKind {
    /// The form filled in here; the answers are it.
    #[graphql(name = "E_FORM")]
    EForm,
    /// A paper or file.
    #[graphql(name = "FILE")]
    File,
}

/// A part of a dossier.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Component")]
pub struct Component {
    /// Its code within the procedure.
    #[graphql(name = "code")]
    code: ID,
    /// What it is.
    #[graphql(name = "name")]
    name: Localised,
    /// A form or a paper.
    #[graphql(name = "kind")]
    kind: ComponentKind,
    /// How many originals.
    #[graphql(name = "originals")]
    originals: i32,
    /// How many copies.
    #[graphql(name = "copies")]
    copies: i32,
    /// Whether the dossier is incomplete without it, where its condition holds.
    #[graphql(name = "required")]
    required: bool,
    /// Codes of components of which one is as good.
    #[graphql(name = "alternatives")]
    alternatives: Vec<ID>,
    /// When it is asked for: a condition over the answers; null for always.
    #[graphql(name = "condition")]
    condition: Option<Value>,
}

/// When a fee is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "FeeCollect")]
pub enum FeeCollect {
    /// When the dossier is taken in.
    #[graphql(name = "INTAKE")]
    Intake,
    /// When something is added.
    #[graphql(name = "SUPPLEMENT")]
    Supplement,
    /// With the result.
    #[graphql(name = "RESULT")]
    Result,
}

/// A fee of a procedure.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Fee")]
pub struct Fee {
    /// Its code within the procedure.
    #[graphql(name = "code")]
    code: ID,
    /// What it is for.
    #[graphql(name = "name")]
    name: Localised,
    /// When it is asked for; null where that is not one of the known moments.
    #[graphql(name = "collect")]
    collect: Option<FeeCollect>,
    /// The amount; null while it is not known, or counted by unit.
    #[graphql(name = "amount")]
    amount: Option<Vnd>,
    /// The amount of one unit.
    #[graphql(name = "perUnit")]
    per_unit: Option<Vnd>,
    /// The text that sets it.
    #[graphql(name = "basis")]
    basis: Option<LegalRef>,
    /// When it is due: a condition over the answers; null for always.
    #[graphql(name = "condition")]
    condition: Option<Value>,
}

/// Who pays less.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Exemption")]
pub struct Exemption {
    /// Its code within the procedure.
    #[graphql(name = "code")]
    code: ID,
    /// Who.
    #[graphql(name = "name")]
    name: Localised,
    /// On which fees.
    #[graphql(name = "feeCodes")]
    fee_codes: Vec<ID>,
    /// By how much, 1 to 100 percent.
    #[graphql(name = "percent")]
    percent: i32,
    /// When: a condition over the answers.
    #[graphql(name = "condition")]
    condition: Value,
    /// What proves it.
    #[graphql(name = "evidence")]
    evidence: Option<Localised>,
    /// The text that says so.
    #[graphql(name = "basis")]
    basis: Option<LegalRef>,
}

impl From<Rule> for DueRule {
    fn from(of: Rule) -> Self {
        let counted = |kind, n: u32| Self {
            kind,
            n: Some(i32::try_from(n).unwrap_or(i32::MAX)),
            cutoff_minutes: None,
            rolls_to_working_day: false,
        };
        match of {
            Rule::WorkingDays { n } => counted(DueRuleKind::WorkingDays, n),
            Rule::SameDay { cutoff } => Self {
                kind: DueRuleKind::SameDay,
                n: None,
                cutoff_minutes: Some(minutes(cutoff)),
                rolls_to_working_day: false,
            },
            Rule::CalendarDays { n, roll } => Self {
                rolls_to_working_day: roll == Roll::NextWorking,
                ..counted(DueRuleKind::CalendarDays, n)
            },
            Rule::WorkingHours { n } => counted(DueRuleKind::WorkingHours, n),
            Rule::ElapsedMinutes { n } => counted(DueRuleKind::ElapsedMinutes, n),
        }
    }
}

fn minutes(of: chrono::NaiveTime) -> i32 {
    use chrono::Timelike as _;
    i32::try_from(of.num_seconds_from_midnight() / 60).unwrap_or_default()
}

impl Sla {
    pub fn new(of: wire::Sla) -> Self {
        let single = |(channel, rule): (wire::FilingChannel, Rule)| SlaOverride {
            channel: channel.into(),
            rule: rule.into(),
        };
        Self { rule: of.rule.into(), overrides: of.overrides.into_iter().map(single).collect() }
    }
}

impl LegalRef {
    pub fn new(of: wire::LegalRef, locale: Locale) -> Self {
        Self { title: Localised::new(of.title, locale), number: of.number, url: of.url }
    }
}

impl Step {
    pub fn new(of: wire::Step, locale: Locale) -> Self {
        let text = |text| Localised::new(text, locale);
        Self { name: text(of.name), text: of.text.map(text), agency_code: of.agency.map(ID) }
    }
}

impl Component {
    pub fn new(of: wire::Component, locale: Locale) -> Self {
        Self {
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            kind: of.kind.into(),
            originals: of.originals.into(),
            copies: of.copies.into(),
            required: of.required,
            alternatives: of.alternatives.into_iter().map(ID).collect(),
            condition: of.condition,
        }
    }
}

impl FeeCollect {
    /// The moment of a number of the national code list.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Intake),
            2 => Some(Self::Supplement),
            4 => Some(Self::Result),
            _ => None,
        }
    }
}

impl Fee {
    pub fn new(of: wire::Fee, locale: Locale) -> Self {
        Self {
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            collect: FeeCollect::from_number(of.collect),
            amount: of.amount_vnd.map(Vnd),
            per_unit: of.per_unit.map(Vnd),
            basis: of.basis.map(|basis| LegalRef::new(basis, locale)),
            condition: of.condition,
        }
    }
}

impl Exemption {
    pub fn new(of: wire::Exemption, locale: Locale) -> Self {
        let text = |text| Localised::new(text, locale);
        Self {
            code: ID(of.code),
            name: text(of.name),
            fee_codes: of.fees.into_iter().map(ID).collect(),
            percent: of.percent.into(),
            condition: of.condition,
            evidence: of.evidence.map(text),
            basis: of.basis.map(|basis| LegalRef::new(basis, locale)),
        }
    }
}
