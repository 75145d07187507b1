//! The edition and the form that a dossier stays on, also after newer ones went live.

use city_clock::{Timestamp, hue_day};
use city_contracts::catalogue::procedure::{
    CheckFinding, Component, ComponentInput, ComponentKind, FeeQuote,
};
use city_contracts::common::Localised;
use city_contracts::problem::Finding;
use city_ids::{FormVersionId, ProcedureEditionId};
use serde_json::Value;
use sqlx::PgConnection;

use crate::domain::procedure::{
    Checked, Edition, Filing, Form, Moved, check_file, move_answers, quote,
};
use crate::error::{Error, broken};
use crate::snapshot::{Snapshot, agencies};
use crate::store::procedure::edition::{self, Stored, Which};
use crate::store::procedure::{form, root};

const DOING: &str = "reading the edition of a dossier";

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
        let procedure = root::find(db, national_code).await?;
        if procedure.is_none_or(|procedure| procedure.withdrawn_as.is_some()) {
            return Ok(None);
        }
        match edition::find(db, Which::Live(national_code)).await? {
            Some(stored) => {
                let form = stored.form.map(FormVersionId::restore);
                Self::complete(db, &stored, form).await.map(Some)
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
        let stored = edition::find(db, Which::Id(edition)).await?;
        let stored = stored.ok_or_else(|| broken(DOING, "it is not there"))?;
        Self::complete(db, &stored, form).await
    }

    async fn complete(
        db: &mut PgConnection,
        stored: &Stored,
        form: Option<FormVersionId>,
    ) -> Result<Self, Error> {
        let form = match form {
            Some(id) => {
                let found = form::list(db, &[id.as_uuid()]).await?.pop();
                Some(found.ok_or_else(|| broken(DOING, "its form is not there"))?)
            }
            None => None,
        };
        Ok(Self { edition: stored.edition()?, form, service: stored.draft.service.clone() })
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
        check_file(&self.edition, self.form.as_ref(), &agencies(&snapshot.registry), filing)
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

/// What was found as findings of an input, in the reader's language.
pub fn findings(found: &[CheckFinding], locale: city_contracts::common::Locale) -> Vec<Finding> {
    found
        .iter()
        .map(|found| Finding::new(found.target.clone(), &found.code, found.message.text(locale)))
        .collect()
}
