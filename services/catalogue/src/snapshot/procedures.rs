//! Live editions of procedures with their forms.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use city_clock::Timestamp;
use city_contracts::catalogue::edition::EditionInfo;
use city_contracts::catalogue::procedure::{ProcedureView, WithdrawnAs};
use sqlx::PgConnection;

use super::Registry;
use crate::domain::edition::is_stale;
use crate::domain::procedure::{Agencies, AgencyFact, Edition, Form};
use crate::error::Error;
use crate::store::procedure::edition::{self, Stored, Which};
use crate::store::procedure::root::Procedure;
use crate::store::procedure::{form, root};

/// A procedure that is live, or was until it was withdrawn.
#[derive(Debug, Clone)]
pub struct PublishedProcedure {
    /// Its live edition, as the rules need it.
    pub edition: Arc<Edition>,
    /// Its form, where it is filed here.
    pub form: Option<Arc<Form>>,
    /// What residents find instead.
    pub withdrawn: Option<WithdrawnAs>,
    root: Procedure,
    stored: Stored,
}

/// Live editions of procedures with their forms.
#[derive(Debug, Default)]
pub struct Procedures(BTreeMap<String, PublishedProcedure>);

/// How many procedures may take the place of one another in a row; a circle in the data must not hang a request.
const MAX_REDIRECTS: usize = 5;

impl Procedures {
    /// Reads the section, in the transaction that reads the whole picture.
    ///
    /// # Errors
    /// Unavailable when the database is away; a row that breaks a rule is a fault.
    pub async fn load(db: &mut PgConnection) -> Result<Self, Error> {
        let editions = edition::list(db, Which::AllLive).await?;
        let ids: Vec<_> = editions.iter().filter_map(|stored| stored.form).collect();
        let forms = form::list(db, &ids).await?.into_iter();
        let forms: HashMap<_, _> = forms.map(|form| (form.id.as_uuid(), Arc::new(form))).collect();
        let mut editions: HashMap<_, _> =
            editions.into_iter().map(|stored| (stored.national_code.clone(), stored)).collect();
        let mut published = BTreeMap::new();
        for root in root::list_published(db).await? {
            let Some(stored) = editions.remove(&root.national_code) else { continue };
            let entry = PublishedProcedure {
                edition: Arc::new(stored.edition()?),
                form: stored.form.and_then(|id| forms.get(&id).cloned()),
                withdrawn: root.withdrawn_as,
                root,
                stored,
            };
            published.insert(entry.root.national_code.clone(), entry);
        }
        Ok(Self(published))
    }

    /// A procedure that can be asked for: live, and not withdrawn.
    pub fn live(&self, code: &str) -> Option<&PublishedProcedure> {
        self.0.get(code).filter(|found| found.withdrawn.is_none())
    }

    /// All that can be asked for, by code.
    pub fn iter(&self) -> impl Iterator<Item = &PublishedProcedure> {
        self.0.values().filter(|found| found.withdrawn.is_none())
    }

    /// What residents find under a code: it, its replacement, its note, or nothing.
    pub fn find(&self, code: &str, now: Timestamp) -> Option<ProcedureView> {
        let mut at = self.0.get(code)?;
        for _ in 0..MAX_REDIRECTS {
            match (at.withdrawn, &at.root.replacement) {
                (Some(WithdrawnAs::Gone), _) => return None,
                (Some(WithdrawnAs::Redirect), Some(next)) => at = self.0.get(next)?,
                _ => {
                    let mut view = at.view(now);
                    view.redirected_from = (view.national_code != code).then(|| code.to_owned());
                    return Some(view);
                }
            }
        }
        None
    }
}

impl PublishedProcedure {
    /// Its national code.
    pub fn national_code(&self) -> &str {
        &self.root.national_code
    }

    /// Whether it is shown for demonstration and was not checked by a person.
    pub fn is_demo(&self) -> bool {
        self.stored.demo
    }

    /// What residents read.
    pub fn view(&self, now: Timestamp) -> ProcedureView {
        let (root, stored) = (&self.root, &self.stored);
        let draft = &stored.draft;
        let stale = stored
            .live_at
            .is_some_and(|live| is_stale(live, stored.assured_at, draft.review_by, now));
        ProcedureView {
            national_code: root.national_code.clone(),
            service: root.service.clone(),
            levels: root.levels.clone(),
            field: root.field.clone(),
            non_territorial: root.non_territorial,
            online_level: root.online_level,
            body: draft.body.clone(),
            legal_basis: draft.legal_basis.clone(),
            decision_no: draft.decision_no.clone(),
            decision_date: draft.decision_date,
            in_force_from: draft.in_force_from,
            in_force_to: draft.in_force_to,
            english: draft.english,
            form: self.form.as_ref().map(|form| form.view.clone()),
            edition_id: stored.id,
            edition: EditionInfo {
                no: stored.no,
                live_at: stored.live_at,
                assured_at: stored.assured_at,
                review_by: draft.review_by,
                stale,
            },
            withdrawn_note: root.withdrawn_note.clone(),
            redirected_from: None,
        }
    }
}

/// The agencies at work, as routing needs them.
pub fn agencies(registry: &Registry) -> Agencies {
    let fact = |agency: &crate::domain::registry::Agency| AgencyFact {
        code: agency.code.clone(),
        kind: agency.kind.clone(),
        ward: agency.place.as_ref().and_then(|id| {
            registry.place(id).filter(|place| place.is_ward() && place.is_present())?.code.clone()
        }),
    };
    Agencies::new(registry.agencies().filter(|agency| agency.active).map(fact).collect())
}
