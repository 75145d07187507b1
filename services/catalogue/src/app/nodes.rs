//! Things by global id, of every part of the catalogue.

use std::collections::HashMap;

use city_auth::{Anyone, PrincipalKind};
use city_clock::hue_day;
use city_contracts::catalogue::dossier::DossierView;
use city_contracts::catalogue::node::{CatalogueNode, NodesBatch};
use city_contracts::catalogue::procedure::FormVersionView;
use city_ids::{DossierId, FormVersionId};

use super::registry::IsStaff;
use super::service::Reader;
use super::{App, dossier, procedure, registry, service};
use crate::error::Error;

const MAX_IDS: usize = 100;

/// The things in the order of their ids; none for what is absent, malformed or not for the caller.
///
/// # Errors
/// `INPUT` for too many ids; `NOT_READY`; unavailable when the database is needed and away.
pub async fn nodes(
    app: &App,
    who: &Anyone,
    asked: &NodesBatch,
) -> Result<Vec<Option<CatalogueNode>>, Error> {
    if asked.ids.len() > MAX_IDS {
        let message = format!("at most {MAX_IDS} ids at once");
        return Err(Error::invalid("/ids", "TOO_MANY", message));
    }
    let snapshot = app.snapshots.get()?;
    let reader = Reader::new(app, who, &asked.client, &[], &snapshot.registry)?;
    let asks_services = asked.ids.iter().any(|id| id.starts_with(service::PREFIX));
    let reader = if asks_services { reader.with_kept(app).await? } else { reader };
    let forms = forms(app, &asked.ids).await?;
    let dossiers = dossiers(app, who, &asked.ids).await?;
    let (is_staff, now) = (IsStaff(who.0.kind == PrincipalKind::Staff), app.clock.now());
    let node = |id: &String| {
        let of = &snapshot.registry;
        let (prefix, code) = id.split_once('_')?;
        match prefix {
            "plc" => registry::place_node(of, id).map(|found| CatalogueNode::Place(found.into())),
            "agy" => registry::agency_node(of, id, hue_day(now))
                .map(|found| CatalogueNode::Agency(found.into())),
            "cat" => registry::category_node(of, id, is_staff)
                .map(|found| CatalogueNode::Category(found.into())),
            "srv" => service::node(&snapshot, id, &reader)
                .map(|found| CatalogueNode::Service(found.into())),
            "prc" => snapshot
                .procedures
                .find(code, now)
                .map(|found| CatalogueNode::Procedure(found.into())),
            "frm" => forms.get(id).cloned().map(|found| CatalogueNode::Form(found.into())),
            "dos" => dossiers.get(id).cloned().map(|found| CatalogueNode::Dossier(found.into())),
            _ => None,
        }
    };
    Ok(asked.ids.iter().map(node).collect())
}

async fn forms(app: &App, ids: &[String]) -> Result<HashMap<String, FormVersionView>, Error> {
    let ids: Vec<_> = ids.iter().filter_map(|id| FormVersionId::parse(id).ok()).collect();
    let found = procedure::published_forms(app, &ids).await?;
    Ok(found.into_iter().map(|view| (view.id.to_string(), view)).collect())
}

async fn dossiers(
    app: &App,
    who: &Anyone,
    ids: &[String],
) -> Result<HashMap<String, DossierView>, Error> {
    let ids: Vec<_> = ids.iter().filter_map(|id| DossierId::parse(id).ok()).collect();
    let found = dossier::nodes(app, who.resident(), &ids).await?;
    Ok(found.into_iter().map(|view| (view.id.to_string(), view)).collect())
}
