//! The edition and the form that a dossier stays on, also after newer ones went live.

use city_clock::{Timestamp, hue_day};
use city_contracts::catalogue::procedure::{
    CheckFinding, Component, ComponentInput, ComponentKind, FeeQuote, FormVersionView,
    ProcedureBody,
};
use city_contracts::common::Localised;
use city_contracts::problem::Finding;
use city_ids::{FormVersionId, ProcedureEditionId};
use serde_json::Value;
use sqlx::PgConnection;

use crate::domain::procedure::{
    Agencies, AgencyFact, Checked, Edition, Filing, Form, Moved, Terms, check_file, move_answers,
    quote,
};
use crate::error::{Error, broken};
use crate::snapshot::Snapshot;
use crate::store::dossier::pinned::{self, EditionRow, FormRow};

/// An edition with its form.
#[derive(Debug)]
pub struct Pinned {
    edition: Edition,
    form: Option<Form>,
    service: Option<String>,
}

impl Pinned {
    /// The live edition of a procedure that is offered; none otherwise.
    ///
    /// # Errors
    /// Unavailable when the database is away.
    pub async fn live(db: &mut PgConnection, national_code: &str) -> Result<Option<Self>, Error> {
        match pinned::live(db, national_code).await? {
            Some(row) => {
                let form = row.form_version;
                Self::complete(db, row, form).await.map(Some)
            }
            None => Ok(None),
        }
    }

    /// The edition and the form of a dossier.
    ///
    /// # Errors
    /// Unavailable when the database is away; a fault when they are not there.
    pub async fn load(
        db: &mut PgConnection,
        edition: ProcedureEditionId,
        form: Option<FormVersionId>,
    ) -> Result<Self, Error> {
        let row = pinned::edition(db, edition).await?;
        let row = row.ok_or_else(|| broken("reading an edition", "it is not there"))?;
        Self::complete(db, row, form).await
    }

    async fn complete(
        db: &mut PgConnection,
        row: EditionRow,
        form: Option<FormVersionId>,
    ) -> Result<Self, Error> {
        const DOING: &str = "reading an edition";
        let body: ProcedureBody =
            serde_json::from_value(row.body).map_err(|error| broken(DOING, error))?;
        let terms = Terms::read(body, "").map_err(|found| broken(DOING, first(&found)))?;
        let form = match form {
            Some(id) => {
                let found = pinned::form(db, id).await?;
                Some(restore(found.ok_or_else(|| broken(DOING, "its form is not there"))?)?)
            }
            None => None,
        };
        let edition = Edition {
            id: row.id,
            national_code: row.national_code,
            no: row.no,
            non_territorial: row.non_territorial,
            in_force_from: row.in_force_from,
            in_force_to: row.in_force_to,
            terms,
        };
        Ok(Self { edition, form, service: row.service })
    }

    /// The procedure's code.
    pub fn national_code(&self) -> &str {
        &self.edition.national_code
    }

    /// The procedure's name.
    pub const fn name(&self) -> &Localised {
        &self.edition.terms.body.name
    }

    /// The edition.
    pub const fn edition_id(&self) -> ProcedureEditionId {
        self.edition.id
    }

    /// The form.
    pub const fn form(&self) -> Option<&Form> {
        self.form.as_ref()
    }

    /// The form's id.
    pub fn form_id(&self) -> Option<FormVersionId> {
        self.form.as_ref().map(|form| form.id)
    }

    /// The entry that leads here.
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// What is handed in besides the answers, in the order of the procedure.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        let terms = self.edition.terms.components.iter().map(|term| &term.component);
        terms.filter(|component| component.kind == ComponentKind::File)
    }

    /// A component that is handed in as a file.
    pub fn component(&self, code: &str) -> Option<&Component> {
        self.components().find(|component| component.code == code)
    }

    /// Whether drafts on it are still taken.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.edition.is_in_force(hue_day(now))
            && self.form.as_ref().is_none_or(|form| form.is_open(now))
    }

    /// What it costs for these answers.
    pub fn quote(&self, answers: &Value, now: Timestamp) -> FeeQuote {
        quote(&self.edition, answers, now)
    }

    /// What sending would find, and where it would go.
    pub fn check(
        &self,
        snapshot: &Snapshot,
        answers: &Value,
        components: &[ComponentInput],
        ward: Option<&str>,
        at: Timestamp,
    ) -> Checked {
        let filing = Filing { answers, components, ward, at };
        check_file(&self.edition, self.form.as_ref(), &agencies(snapshot), filing)
    }

    /// Answers of another form, as far as they fit this one.
    pub fn carry(&self, from: &Self, answers: &Value, now: Timestamp) -> Moved {
        match &self.form {
            Some(form) => {
                let old = from.form.as_ref().map(|form| &form.schema);
                move_answers(old, &form.schema, answers, hue_day(now))
            }
            None => Moved { kept: answers.clone(), dropped: Vec::new() },
        }
    }
}

/// The agencies at work, as routing looks at them.
fn agencies(snapshot: &Snapshot) -> Agencies {
    let facts = snapshot.registry.agencies().filter(|agency| agency.active);
    Agencies::new(
        facts
            .map(|agency| AgencyFact {
                code: agency.code.clone(),
                kind: agency.kind.clone(),
                ward: agency
                    .place
                    .as_ref()
                    .and_then(|place| snapshot.registry.place(place))
                    .and_then(|place| {
                        place.code.clone().filter(|_| place.is_ward() && place.is_present())
                    }),
            })
            .collect(),
    )
}

/// What was found as findings of an input, in the reader's language.
pub fn findings(found: &[CheckFinding], locale: city_contracts::common::Locale) -> Vec<Finding> {
    found
        .iter()
        .map(|found| Finding::new(found.target.clone(), &found.code, found.message.text(locale)))
        .collect()
}

fn restore(row: FormRow) -> Result<Form, Error> {
    const DOING: &str = "reading a form";
    let prefill = serde_json::from_value(row.prefill).map_err(|error| broken(DOING, error))?;
    let view = FormVersionView {
        id: row.id,
        no: row.no,
        schema: row.schema,
        ui: row.ui,
        closes_at: row.closes_at,
        repeat_ask: row.repeat_ask,
        prefill,
    };
    Form::restore(view).map_err(|found| broken(DOING, first(&found)))
}

fn first(found: &[Finding]) -> String {
    found.first().map(|finding| format!("{} {}", finding.field, finding.code)).unwrap_or_default()
}
