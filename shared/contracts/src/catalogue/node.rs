//! What a global id of the catalogue names.

use serde::{Deserialize, Serialize};

use super::dossier::DossierView;
use super::procedure::{FormVersionView, ProcedureView};
use super::registry::{AgencyView, CategoryView, PlaceView};
use super::service::{ClientApp, Service};

/// Anything of the catalogue that has a global id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CatalogueNode {
    /// `plc_…`: a place.
    Place(Box<PlaceView>),
    /// `agy_…`: an agency.
    Agency(Box<AgencyView>),
    /// `cat_…`: a group of services.
    Category(Box<CategoryView>),
    /// `srv_…`: a service, as the caller may use it.
    Service(Box<Service>),
    /// `prc_…`: a procedure.
    Procedure(Box<ProcedureView>),
    /// `frm_…`: a version of a form.
    Form(Box<FormVersionView>),
    /// `dos_…`: a dossier of the caller's.
    Dossier(Box<DossierView>),
}

/// Several things by global id: at most 100.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodesBatch {
    /// The ids.
    pub ids: Vec<String>,
    /// The app that asks: what a service's availability depends on.
    #[serde(default)]
    pub client: ClientApp,
}
