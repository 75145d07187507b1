//! What services and dossiers point at within the catalogue, fetched with one call an answer.

use std::collections::HashMap;

use async_graphql::Context;
use city_contracts::catalogue::node::{CatalogueNode, NodesBatch};

use super::asking::Asking;
use super::dossier::Dossier;
use super::form::FormVersion;
use super::procedure::{PREFIX, Procedure};
use super::refusal::{Refusal, answered};
use super::service::Service;

/// What of the things that dossiers point at is selected.
#[derive(Debug, Clone, Copy)]
pub struct OfDossier {
    procedure: bool,
    form: bool,
}

impl OfDossier {
    /// Whether they are selected where the dossier stands at the end of a path below this field.
    pub fn selected(ctx: &Context<'_>, path: &[&str]) -> Self {
        let dossier = path.iter().fold(ctx.look_ahead(), |field, name| field.field(name));
        Self {
            procedure: dossier.field("procedure").field("current").exists(),
            form: dossier.field("form").exists(),
        }
    }
}

/// Adds the procedures of services, if they are selected.
///
/// # Errors
/// Those of the call.
pub async fn add_procedures(
    asking: &Asking,
    is_selected: bool,
    services: impl Iterator<Item = &mut Service>,
) -> Result<(), Refusal> {
    let services: Vec<_> =
        services.filter(|service| is_selected && service.procedure_code.is_some()).collect();
    let ids =
        services.iter().filter_map(|service| service.procedure_code.as_deref()).map(procedure);
    let (procedures, _) = fetch(asking, ids.collect()).await?;
    for service in services {
        let code = service.procedure_code.as_deref();
        service.procedure = code.and_then(|code| procedures.get(&procedure(code)).cloned());
    }
    Ok(())
}

/// Adds the present procedures and the forms of dossiers, if they are selected.
///
/// # Errors
/// Those of the call.
pub async fn complete(
    asking: &Asking,
    selected: OfDossier,
    dossiers: impl Iterator<Item = &mut Dossier>,
) -> Result<(), Refusal> {
    let dossiers: Vec<_> = dossiers.collect();
    let mut ids = Vec::new();
    for dossier in &dossiers {
        ids.extend(selected.procedure.then(|| procedure(&dossier.procedure.national_code)));
        ids.extend(dossier.form_id.filter(|_| selected.form).map(|form| form.to_string()));
    }
    let (procedures, forms) = fetch(asking, ids).await?;
    for dossier in dossiers {
        let code = procedure(&dossier.procedure.national_code);
        dossier.procedure.current = procedures.get(&code).cloned();
        dossier.form = dossier.form_id.and_then(|form| forms.get(&form.to_string()).cloned());
    }
    Ok(())
}

fn procedure(code: &str) -> String {
    format!("{PREFIX}{code}")
}

type Found = (HashMap<String, Procedure>, HashMap<String, FormVersion>);

async fn fetch(asking: &Asking, mut ids: Vec<String>) -> Result<Found, Refusal> {
    ids.sort_unstable();
    ids.dedup();
    let (mut procedures, mut forms) = Found::default();
    if ids.is_empty() {
        return Ok((procedures, forms));
    }
    let batch = NodesBatch { ids, client: asking.app.client() };
    let nodes = asking.clients.catalogue.nodes(&asking.call(), &batch).await;
    let nodes = answered(nodes, asking.locale)?.unwrap_or_default();
    for (id, node) in batch.ids.into_iter().zip(nodes) {
        match node {
            Some(CatalogueNode::Procedure(found)) => {
                procedures.insert(id, Procedure::new(*found, asking.locale));
            }
            Some(CatalogueNode::Form(found)) => {
                forms.insert(id, FormVersion::from(*found));
            }
            _ => {}
        }
    }
    Ok((procedures, forms))
}
