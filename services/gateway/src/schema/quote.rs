//! What a procedure costs, whether a dossier would do, and when it would be done.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use city_contracts::catalogue::procedure as wire;
use city_contracts::common::Locale;

use super::dossier_enums::CopyType;
use super::due::DueDay;
use super::procedure_parts::{FeeCollect, LegalRef};
use super::scalars::{DateTime, Vnd};
use super::shared::Localised;

/// Whether a line of a quote applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Certainty", remote = "city_contracts::catalogue::procedure::Certainty")]
pub enum Certainty {
    /// The answers say so.
    #[graphql(name = "APPLIES")]
    Applies,
    /// The answers do not say.
    #[graphql(name = "POSSIBLE")]
    Possible,
}

/// What a procedure costs for given answers.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "FeeQuote")]
pub struct FeeQuote {
    /// All lines that apply; null while the amount of one is not known.
    #[graphql(name = "total")]
    total: Option<Vnd>,
    /// The lines, those that are only possible too.
    #[graphql(name = "lines")]
    lines: Vec<FeeLine>,
    /// Exemptions that the answers establish.
    #[graphql(name = "applied")]
    applied: Vec<ExemptionLine>,
    /// Exemptions one might have.
    #[graphql(name = "possible")]
    possible: Vec<ExemptionLine>,
    /// Until when it stands.
    #[graphql(name = "validUntil")]
    valid_until: DateTime,
}

/// A line of a quote.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "FeeLine")]
pub struct FeeLine {
    /// The code of the fee.
    #[graphql(name = "code")]
    code: ID,
    /// What it is for.
    #[graphql(name = "name")]
    name: Localised,
    /// When it is asked for.
    #[graphql(name = "collect")]
    collect: Option<FeeCollect>,
    /// Whether it applies.
    #[graphql(name = "certainty")]
    certainty: Certainty,
    /// The amount before exemptions; null while it is not known.
    #[graphql(name = "amount")]
    amount: Option<Vnd>,
    /// What is to be paid; null while it is not known.
    #[graphql(name = "due")]
    due: Option<Vnd>,
    /// The code of the exemption that applies: the largest on this line.
    #[graphql(name = "exemptionCode")]
    exemption_code: Option<ID>,
    /// The text that sets it.
    #[graphql(name = "basis")]
    basis: Option<LegalRef>,
}

/// An exemption of a quote.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ExemptionLine")]
pub struct ExemptionLine {
    /// The code of the exemption.
    #[graphql(name = "code")]
    code: ID,
    /// Who pays less.
    #[graphql(name = "name")]
    name: Localised,
    /// On which fees.
    #[graphql(name = "feeCodes")]
    fee_codes: Vec<ID>,
    /// By how much, 1 to 100 percent.
    #[graphql(name = "percent")]
    percent: i32,
    /// What proves it.
    #[graphql(name = "evidence")]
    evidence: Option<Localised>,
    /// The text that says so.
    #[graphql(name = "basis")]
    basis: Option<LegalRef>,
}

/// A paper or file that is there.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ComponentInput")]
pub struct ComponentInput {
    /// The code of the component.
    #[graphql(name = "code")]
    code: ID,
    /// In which form it is handed in.
    #[graphql(name = "copyType", default_with = "CopyType::Electronic")]
    copy_type: CopyType,
    /// How many originals, 0 to 99.
    #[graphql(name = "originals", default = 0)]
    originals: i32,
    /// How many copies, 0 to 99.
    #[graphql(name = "copies", default = 0)]
    copies: i32,
}

impl From<ComponentInput> for wire::ComponentInput {
    fn from(of: ComponentInput) -> Self {
        // What is out of range is as good as too many: the service names the field.
        let count = |count: i32| u16::try_from(count).unwrap_or(u16::MAX);
        Self {
            code: of.code.into(),
            copy_type: of.copy_type.number(),
            originals: count(of.originals),
            copies: count(of.copies),
            rejected: false,
        }
    }
}

/// Whether a finding keeps a dossier from being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Severity", remote = "city_contracts::catalogue::procedure::Severity")]
pub enum Severity {
    /// It does.
    #[graphql(name = "BLOCKING")]
    Blocking,
    /// It does not.
    #[graphql(name = "WARNING")]
    Warning,
}

/// One thing that is missing or wrong.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Finding")]
pub struct Finding {
    /// `/answers/…` or `/components/<code>`, a JSON Pointer; empty for the dossier as a whole.
    #[graphql(name = "target")]
    target: String,
    /// Stable code, such as `COMPONENT_MISSING`.
    #[graphql(name = "code")]
    code: ID,
    /// Whether it keeps the dossier from being sent.
    #[graphql(name = "severity")]
    severity: Severity,
    /// What is wrong and what would be right, to be shown to the person.
    #[graphql(name = "message")]
    message: Localised,
}

/// Everything that is missing or wrong, at once.
#[derive(Debug, SimpleObject)]
#[graphql(name = "CheckReport")]
pub struct CheckReport {
    /// Whether nothing keeps it from being sent.
    #[graphql(name = "ok")]
    ok: bool,
    /// What was found.
    #[graphql(name = "findings")]
    findings: Vec<Finding>,
}

/// When a dossier would be done.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DuePreview")]
pub struct DuePreview {
    /// The last instant that is on time.
    #[graphql(name = "dueAt")]
    due_at: Option<DateTime>,
    /// Whether a later calendar may still move it.
    #[graphql(name = "provisional")]
    provisional: bool,
    /// Day by day, how it comes about.
    #[graphql(name = "days")]
    days: Vec<DueDay>,
}

impl FeeQuote {
    pub fn new(of: wire::FeeQuote, locale: Locale) -> Self {
        let exemptions = |of: Vec<wire::ExemptionLine>| {
            of.into_iter().map(|line| ExemptionLine::new(line, locale)).collect()
        };
        Self {
            total: of.total.map(Vnd),
            lines: of.lines.into_iter().map(|line| FeeLine::new(line, locale)).collect(),
            applied: exemptions(of.applied),
            possible: exemptions(of.possible),
            valid_until: DateTime(of.valid_until),
        }
    }
}

impl FeeLine {
    fn new(of: wire::FeeLine, locale: Locale) -> Self {
        Self {
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            collect: FeeCollect::from_number(of.collect),
            certainty: of.certainty.into(),
            amount: of.amount.map(Vnd),
            due: of.due.map(Vnd),
            exemption_code: of.exemption.map(ID),
            basis: of.basis.map(|basis| LegalRef::new(basis, locale)),
        }
    }
}

impl ExemptionLine {
    fn new(of: wire::ExemptionLine, locale: Locale) -> Self {
        let text = |text| Localised::new(text, locale);
        Self {
            code: ID(of.code),
            name: text(of.name),
            fee_codes: of.fees.into_iter().map(ID).collect(),
            percent: of.percent.into(),
            evidence: of.evidence.map(text),
            basis: of.basis.map(|basis| LegalRef::new(basis, locale)),
        }
    }
}

impl CheckReport {
    pub fn new(of: wire::CheckReport, locale: Locale) -> Self {
        let finding = |finding| Finding::new(finding, locale);
        Self { ok: of.ok, findings: of.findings.into_iter().map(finding).collect() }
    }
}

impl Finding {
    pub fn new(of: wire::CheckFinding, locale: Locale) -> Self {
        Self {
            target: of.target,
            code: ID(of.code),
            severity: of.severity.into(),
            message: Localised::new(of.message, locale),
        }
    }
}

impl DuePreview {
    pub fn new(of: wire::DuePreview, locale: Locale) -> Self {
        Self {
            due_at: Some(DateTime(of.due_at)),
            provisional: of.provisional,
            days: of.days.into_iter().map(|day| DueDay::new(day, locale)).collect(),
        }
    }
}
