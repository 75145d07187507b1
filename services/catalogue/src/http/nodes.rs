//! Things by global id: each part answers for its own prefixes.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Anyone, PrincipalKind};
use city_clock::hue_day;
use city_contracts::catalogue::node::{CatalogueNode, NodesBatch};
use city_http::{Json, Problem};

use super::caching;
use crate::app::App;
use crate::app::registry::{self, IsStaff};
use crate::error::Error;

const MAX_IDS: usize = 100;

/// `POST /internal/v1/nodes:batch`: in the order of the ids; null for what is absent or not for the caller.
pub async fn post(
    State(app): State<App>,
    anyone: Anyone,
    Json(input): Json<NodesBatch>,
) -> Result<Response, Problem> {
    if input.ids.len() > MAX_IDS {
        return Err(Error::invalid("/ids", "TOO_MANY", "at most 100 ids at once").into());
    }
    let snapshot = app.snapshots.get()?;
    let (is_staff, today) =
        (IsStaff(anyone.0.kind == PrincipalKind::Staff), hue_day(app.clock.now()));
    let node = |id: &String| {
        let of = &snapshot.registry;
        let (prefix, _) = id.split_once('_')?;
        match prefix {
            "plc" => registry::place_node(of, id).map(|place| CatalogueNode::Place(place.into())),
            "agy" => registry::agency_node(of, id, today)
                .map(|agency| CatalogueNode::Agency(agency.into())),
            "cat" => registry::category_node(of, id, is_staff)
                .map(|category| CatalogueNode::Category(category.into())),
            _ => None,
        }
    };
    let nodes: Vec<Option<CatalogueNode>> = input.ids.iter().map(node).collect();
    Ok(caching::never(Json(nodes)))
}
