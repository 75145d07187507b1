//! Administrative procedures: what they ask for, how long they take, what they cost.

use async_graphql::{Enum, ID, SimpleObject};
use city_contracts::catalogue::procedure as wire;
use city_contracts::common::Locale;

use super::edition::EditionInfo;
use super::form::FormVersion;
use super::procedure_parts::{Component, Exemption, Fee, LegalRef, Sla, Step};
use super::scalars::Date;
use super::shared::Localised;

/// The prefix of a procedure's global id.
pub const PREFIX: &str = "prc_";

/// Who handles a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Level", remote = "city_contracts::catalogue::procedure::Level")]
pub enum Level {
    /// The city.
    #[graphql(name = "CITY")]
    City,
    /// A ward or commune.
    #[graphql(name = "COMMUNE")]
    Commune,
    /// The state.
    #[graphql(name = "CENTRAL")]
    Central,
}

/// How much of a procedure can be done online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "OnlineLevel", remote = "city_contracts::catalogue::procedure::OnlineLevel")]
pub enum OnlineLevel {
    /// All of it.
    #[graphql(name = "FULL")]
    Full,
    /// Some of it.
    #[graphql(name = "PARTIAL")]
    Partial,
    /// One can read about it.
    #[graphql(name = "INFO")]
    Info,
}

/// How a dossier reaches the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "FilingChannel", remote = "city_contracts::catalogue::procedure::FilingChannel")]
pub enum FilingChannel {
    /// At the counter.
    #[graphql(name = "IN_PERSON")]
    InPerson,
    /// In the app or on the portal.
    #[graphql(name = "ONLINE")]
    Online,
    /// By public post.
    #[graphql(name = "POST")]
    Post,
}

/// An administrative procedure as it is in force.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Procedure")]
pub struct Procedure {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Its code in the national register.
    #[graphql(name = "nationalCode")]
    national_code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// What it is for, in at most 140 characters.
    #[graphql(name = "summary")]
    summary: Option<Localised>,
    /// The code of the service residents find it by.
    #[graphql(name = "serviceCode")]
    service_code: Option<ID>,
    /// Who handles it.
    #[graphql(name = "levels")]
    levels: Vec<Level>,
    /// The field of government.
    #[graphql(name = "field")]
    field: String,
    /// Whether any one-stop desk takes it.
    #[graphql(name = "nonTerritorial")]
    non_territorial: bool,
    /// How much of it is online.
    #[graphql(name = "onlineLevel")]
    online_level: OnlineLevel,
    /// How it may be filed; empty: every way.
    #[graphql(name = "channels")]
    channels: Vec<FilingChannel>,
    /// How long the city may take.
    #[graphql(name = "sla")]
    sla: Sla,
    /// The way, step by step.
    #[graphql(name = "steps")]
    steps: Vec<Step>,
    /// What to bring.
    #[graphql(name = "components")]
    components: Vec<Component>,
    /// What it costs; `feeQuote` says what it costs for one's answers.
    #[graphql(name = "fees")]
    fees: Vec<Fee>,
    /// Who pays less.
    #[graphql(name = "exemptions")]
    exemptions: Vec<Exemption>,
    /// Who may ask for it, in words.
    #[graphql(name = "conditions")]
    conditions: Option<Localised>,
    /// What one gets.
    #[graphql(name = "result")]
    result: Option<Localised>,
    /// The texts it rests on.
    #[graphql(name = "legalBasis")]
    legal_basis: Vec<LegalRef>,
    /// The first day in force.
    #[graphql(name = "inForceFrom")]
    in_force_from: Option<Date>,
    /// The last day in force.
    #[graphql(name = "inForceTo")]
    in_force_to: Option<Date>,
    /// The form, where it is filed here.
    #[graphql(name = "form")]
    form: Option<FormVersion>,
    /// Which version of its description this is.
    #[graphql(name = "edition")]
    edition: EditionInfo,
    /// Why it is no longer offered.
    #[graphql(name = "withdrawnNote")]
    withdrawn_note: Option<Localised>,
    /// The code that was asked for, when another procedure took its place.
    #[graphql(name = "redirectedFrom")]
    redirected_from: Option<ID>,
}

impl Procedure {
    pub fn new(of: wire::ProcedureView, locale: Locale) -> Self {
        let text = |text| Localised::new(text, locale);
        let wire::ProcedureBody { components, fees, exemptions, steps, .. } = of.body;
        Self {
            id: ID(format!("{PREFIX}{}", of.national_code)),
            national_code: ID(of.national_code),
            name: text(of.body.name),
            summary: of.body.summary.map(text),
            service_code: of.service.map(ID),
            levels: of.levels.into_iter().map(Level::from).collect(),
            field: of.field,
            non_territorial: of.non_territorial,
            online_level: of.online_level.into(),
            channels: of.body.channels.into_iter().map(FilingChannel::from).collect(),
            sla: Sla::new(of.body.sla),
            steps: steps.into_iter().map(|of| Step::new(of, locale)).collect(),
            components: components.into_iter().map(|of| Component::new(of, locale)).collect(),
            fees: fees.into_iter().map(|of| Fee::new(of, locale)).collect(),
            exemptions: exemptions.into_iter().map(|of| Exemption::new(of, locale)).collect(),
            conditions: of.body.conditions.map(text),
            result: of.body.result.map(text),
            legal_basis: of.legal_basis.into_iter().map(|of| LegalRef::new(of, locale)).collect(),
            in_force_from: of.in_force_from.map(Date),
            in_force_to: of.in_force_to.map(Date),
            form: of.form.map(FormVersion::from),
            edition: EditionInfo::new(&of.edition),
            withdrawn_note: of.withdrawn_note.map(text),
            redirected_from: of.redirected_from.map(ID),
        }
    }
}
