//! A resident's dossier, as its applicant sees it; and what everybody learns who knows its code.

use std::fmt;

use async_graphql::{ComplexObject, ID, SimpleObject};
use city_contracts::catalogue::dossier::{self as wire, DossierEventView, DossierView};
use city_contracts::common::{Locale, Page};
use city_ids::FormVersionId;
use serde_json::Value;

use super::agency::Agency;
use super::connection::{Connection, DossierEventConnection, FIRST};
use super::dossier_enums::{ApplicantType, DossierStatus, Outcome};
use super::dossier_parts::{
    Access, DossierBill, DossierComponent, DossierContact, DossierEvent, DossierProcedure,
    ResultDocument, SupplementRequest,
};
use super::due::{ClockState, DueDay};
use super::form::FormVersion;
use super::quote::FeeQuote;
use super::refusal::Refusal;
use super::scalars::{Date, DateTime};
use super::shared::Localised;

/// A dossier, as its applicant sees it.
#[derive(SimpleObject)]
#[graphql(name = "Dossier", complex)]
pub struct Dossier {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// What people quote; null for a draft.
    #[graphql(name = "code")]
    code: Option<ID>,
    /// Grows with each change; name it in the next mutation.
    #[graphql(name = "version")]
    version: i32,
    /// Its procedure.
    #[graphql(name = "procedure")]
    pub procedure: DossierProcedure,
    /// The form it stays on; null for a procedure without one.
    #[graphql(name = "form")]
    pub form: Option<FormVersion>,
    /// Where it is on its way.
    #[graphql(name = "status")]
    status: DossierStatus,
    /// Where it is, in words.
    #[graphql(name = "statusText")]
    status_text: Localised,
    /// Who files.
    #[graphql(name = "applicantType")]
    applicant_type: ApplicantType,
    /// Whether the deadline runs.
    #[graphql(name = "clock")]
    clock: ClockState,
    /// When the draft was begun.
    #[graphql(name = "createdAt")]
    created_at: DateTime,
    /// When it last changed.
    #[graphql(name = "updatedAt")]
    updated_at: DateTime,
    /// When it was sent.
    #[graphql(name = "submittedAt")]
    submitted_at: Option<DateTime>,
    /// When it was taken in.
    #[graphql(name = "acceptedAt")]
    accepted_at: Option<DateTime>,
    /// The deadline; null while it is stopped.
    #[graphql(name = "dueAt")]
    due_at: Option<DateTime>,
    /// The deadline as it was first promised.
    #[graphql(name = "firstDueAt")]
    first_due_at: Option<DateTime>,
    /// The day promised with an apology.
    #[graphql(name = "promisedOn")]
    promised_on: Option<Date>,
    /// Working days left; minus the days it is late.
    #[graphql(name = "daysLeft")]
    days_left: Option<i32>,
    /// Whether the deadline lies where the calendar may still change.
    #[graphql(name = "provisional")]
    provisional: bool,
    /// While it is stopped: the deadline if it went on now.
    #[graphql(name = "dueIfResumedNow")]
    due_if_resumed_now: Option<DateTime>,
    /// Day by day, how the deadline comes about; empty in lists.
    #[graphql(name = "dueExplanation")]
    due_explanation: Vec<DueDay>,
    /// Until when an untouched draft is kept.
    #[graphql(name = "expiresAt")]
    expires_at: Option<DateTime>,
    /// What the applicant answered.
    #[graphql(name = "answers")]
    answers: Value,
    /// How to reach the applicant.
    #[graphql(name = "contact")]
    contact: DossierContact,
    /// What it costs: for a draft as it is now, frozen when it is sent.
    #[graphql(name = "fee")]
    fee: Option<FeeQuote>,
    /// Its bills.
    #[graphql(name = "bills")]
    bills: Vec<DossierBill>,
    /// Its components, in the order of the procedure.
    #[graphql(name = "components")]
    components: Vec<DossierComponent>,
    /// What was asked for, round by round.
    #[graphql(name = "requests")]
    requests: Vec<SupplementRequest>,
    /// Its results.
    #[graphql(name = "results")]
    results: Vec<ResultDocument>,
    /// How it ended.
    #[graphql(name = "outcome")]
    outcome: Option<Outcome>,
    /// The agency that takes it in.
    #[graphql(name = "receiving")]
    receiving: Option<Agency>,
    /// The agency that decides.
    #[graphql(name = "competent")]
    competent: Option<Agency>,
    /// Whether the caller may rate it now.
    #[graphql(name = "canRate")]
    can_rate: bool,
    /// Who opened the answers; empty in lists.
    #[graphql(name = "accessLog")]
    access_log: Vec<Access>,
    /// What the caller should know, such as that the form could not be filled in from the account.
    #[graphql(name = "notice")]
    notice: Option<Localised>,
    /// To be looked up with those of the other dossiers of an answer.
    #[graphql(skip)]
    pub form_id: Option<FormVersionId>,
    #[graphql(skip)]
    events: Page<DossierEventView>,
}

#[ComplexObject]
impl Dossier {
    /// What happened so far, oldest first. Empty in lists: ask for the dossier by its id.
    #[graphql(name = "events")]
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    async fn events(
        &self,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many steps, 1 to 50.")]
        first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Result<DossierEventConnection, Refusal> {
        // The part was fetched with the dossier; `first` says no more about it here.
        let length = usize::try_from(first.unwrap_or(FIRST)).unwrap_or(usize::MAX);
        let mut page = self.events.clone();
        page.has_next_page |= page.edges.len() > length;
        page.edges.truncate(length);
        Connection::read(page, after.as_deref(), |event| Ok(DossierEvent::from(event)))
    }
}

impl fmt::Debug for Dossier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dossier").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Dossier {
    /// Rises with each change.
    pub fn shown_version(&self) -> i32 {
        self.version
    }

    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(of: DossierView, locale: Locale) -> Result<Self, Refusal> {
        let text = |text| Localised::new(text, locale);
        let agency = |of: wire::DossierAgency| Agency::named(of.code, of.name, locale);
        let due_days = of.due_explanation.into_iter().map(|day| DueDay::read(day, locale));
        Ok(Self {
            id: of.id.into(),
            code: of.code.map(ID),
            version: of.version,
            form_id: of.procedure.form,
            procedure: DossierProcedure::new(of.procedure, locale),
            form: None,
            status: of.status.into(),
            status_text: text(of.status_text),
            applicant_type: of.applicant_type.into(),
            clock: of.clock.into(),
            created_at: DateTime(of.created_at),
            updated_at: DateTime(of.updated_at),
            submitted_at: of.submitted_at.map(DateTime),
            accepted_at: of.accepted_at.map(DateTime),
            due_at: of.due_at.map(DateTime),
            first_due_at: of.first_due_at.map(DateTime),
            promised_on: of.promised_on.map(Date),
            days_left: of.days_left,
            provisional: of.provisional,
            due_if_resumed_now: of.due_if_resumed_now.map(DateTime),
            due_explanation: due_days.collect::<Result<_, _>>()?,
            expires_at: of.expires_at.map(DateTime),
            answers: of.answers,
            contact: of.contact.into(),
            fee: of.fee.map(|quote| FeeQuote::new(quote, locale)),
            bills: of.bills.into_iter().map(DossierBill::from).collect(),
            components: of
                .components
                .into_iter()
                .map(|of| DossierComponent::new(of, locale))
                .collect(),
            requests: of
                .requests
                .into_iter()
                .map(|of| SupplementRequest::new(of, locale))
                .collect(),
            results: of.results.into_iter().map(ResultDocument::from).collect(),
            outcome: of.outcome.map(Outcome::from),
            receiving: of.receiving.map(agency),
            competent: of.competent.map(agency),
            can_rate: of.can_rate,
            access_log: of.access_log.into_iter().map(Access::from).collect(),
            notice: of.notice.map(text),
            events: of.events,
        })
    }
}

/// What everybody learns who knows a dossier's code and the last four digits of the applicant's phone.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DossierTrack")]
pub struct DossierTrack {
    /// The code.
    #[graphql(name = "code")]
    code: ID,
    /// Where it is, in words.
    #[graphql(name = "statusText")]
    status_text: Localised,
    /// The deadline; null while it does not run.
    #[graphql(name = "dueAt")]
    due_at: Option<DateTime>,
    /// The agency that takes it in.
    #[graphql(name = "receiving")]
    receiving: Agency,
    /// When it last changed.
    #[graphql(name = "updatedAt")]
    updated_at: DateTime,
}

impl DossierTrack {
    pub fn new(of: wire::DossierTrack, locale: Locale) -> Self {
        Self {
            code: ID(of.code),
            status_text: Localised::new(of.status_text, locale),
            due_at: of.due_at.map(DateTime),
            receiving: Agency::named(of.receiving.code, of.receiving.name, locale),
            updated_at: DateTime(of.updated_at),
        }
    }
}
