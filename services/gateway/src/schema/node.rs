//! Entities by their global id.

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface};
use city_contracts::accounts::ViewerView;
use city_contracts::catalogue::dossier::{DossierById, DossierView};
use city_contracts::catalogue::node::{CatalogueNode, NodesBatch};
use city_contracts::common::Locale;
use city_contracts::notifications::{FindMessages, MessageView};
use city_contracts::problem::Kind;
use city_contracts::reports::{CategoryView, ReportView};
use city_ids::{DossierId, MessageId, ReportId};

use super::account::Viewer;
use super::agency::Agency;
use super::asking::{Asking, asking};
use super::bill::Bill;
use super::biller::Biller;
use super::catalogue_batch::{OfDossier, add_procedures, complete};
use super::category::{PREFIX as CATEGORY, ReportCategory};
use super::dossier::Dossier;
use super::form::FormVersion;
use super::message::Message;
use super::payment::{Payment, Refund};
use super::payment_node::find_in_payments;
use super::place::Place;
use super::procedure::Procedure;
use super::provider_payment::ProviderPayment;
use super::refusal::{Refusal, answered};
use super::report::Report;
use super::service::Service;
use super::service_group::Category;
use super::wallet::Wallet;
use super::{agency, place, procedure, service, service_group};

/// Anything with a global id.
#[derive(Debug, Interface)]
#[graphql(
    name = "Node",
    field(name = "id", ty = "&ID", desc = "Global id: the prefix names the type.")
)]
pub enum Node {
    /// A report.
    Report(Box<Report>),
    /// A category of reports.
    ReportCategory(Box<ReportCategory>),
    /// A message to the caller.
    Message(Box<Message>),
    /// The caller.
    Viewer(Box<Viewer>),
    /// A place, of today or a former one.
    Place(Box<Place>),
    /// An office.
    Agency(Box<Agency>),
    /// A group of services.
    Category(Box<Category>),
    /// A service.
    Service(Box<Service>),
    /// An administrative procedure.
    Procedure(Box<Procedure>),
    /// A version of a form.
    FormVersion(Box<FormVersion>),
    /// A dossier of the caller's.
    Dossier(Box<Dossier>),
    /// The caller's wallet.
    Wallet(Box<Wallet>),
    /// A payment in which the caller has a part.
    Payment(Box<Payment>),
    /// A bill.
    Bill(Box<Bill>),
    /// A biller.
    Biller(Box<Biller>),
    /// A payment through a provider that the caller started.
    ProviderPayment(Box<ProviderPayment>),
    /// A refund of a payment in which the caller has a part.
    Refund(Box<Refund>),
}

/// Ids of one request for nodes.
pub const MOST_IDS: usize = 50;

/// The entities behind ids, in their order; null for what is unknown, malformed or not for the caller. One call a kind.
pub async fn find(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>, Refusal> {
    let asking = asking(ctx);
    let reports: Vec<ReportId> = ids.iter().filter_map(|id| ReportId::parse(id).ok()).collect();
    let messages: Vec<MessageId> = ids.iter().filter_map(|id| MessageId::parse(id).ok()).collect();
    let wants_categories = ids.iter().any(|id| id.starts_with(CATEGORY));
    let own = asking.principal.account.map(ID::from).filter(|own| ids.contains(own));
    let elsewhere = futures_util::future::try_join(
        find_in_catalogue(ctx, asking, ids),
        find_in_payments(ctx, asking, ids),
    );
    let (reports, categories, messages, viewer, (of_catalogue, of_payments)) =
        futures_util::future::try_join5(
            find_reports(asking, &reports),
            find_categories(asking, wants_categories),
            find_messages(asking, messages),
            find_viewer(asking, own.is_some()),
            elsewhere,
        )
        .await?;
    let locale = asking.locale;
    let entity = |(id, of_catalogue): (&ID, Option<Node>)| {
        if of_catalogue.is_some() {
            return Ok(of_catalogue);
        }
        if let Some(of_payments) = of_payments.find(id) {
            return Ok(Some(of_payments));
        }
        if let Some(view) = reports.iter().find(|view| *id == ID::from(view.id)) {
            return Ok(Some(Node::Report(Box::new(Report::read(view.clone(), locale)?))));
        }
        let category = categories.iter().find(|view| id.strip_prefix(CATEGORY) == Some(&view.code));
        let category = category
            .map(|view| Node::ReportCategory(Box::new(ReportCategory::new(view.clone(), locale))));
        let message = messages.iter().find(|view| *id == ID::from(view.id));
        let message = message.map(|view| Node::Message(Box::new(view.clone().into())));
        let viewer = viewer.as_ref().filter(|view| *id == ID::from(view.id));
        let viewer = viewer.map(|view| Node::Viewer(Box::new(view.clone().into())));
        Ok(category.or(message).or(viewer))
    };
    ids.iter().zip(of_catalogue).map(entity).collect()
}

/// The prefixes of what the catalogue knows.
const OF_CATALOGUE: [&str; 7] = [
    place::PREFIX,
    agency::PREFIX,
    service_group::PREFIX,
    service::PREFIX,
    procedure::PREFIX,
    "frm_",
    "dos_",
];

/// What the catalogue knows of these ids, in their order.
async fn find_in_catalogue(
    ctx: &Context<'_>,
    asking: &Asking,
    ids: &[ID],
) -> Result<Vec<Option<Node>>, Refusal> {
    let is_known = |id: &&ID| OF_CATALOGUE.iter().any(|prefix| id.starts_with(prefix));
    let mut wanted: Vec<String> = ids.iter().filter(is_known).map(|id| id.to_string()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let nodes = match wanted.as_slice() {
        [] => return Ok(ids.iter().map(|_| None).collect()),
        // A single dossier has its way so far.
        [id] if let Ok(id) = DossierId::parse(id) => {
            vec![find_whole(asking, id).await?.map(|view| CatalogueNode::Dossier(Box::new(view)))]
        }
        many => {
            let batch = NodesBatch { ids: many.to_vec(), client: asking.app.client() };
            let found = asking.clients.catalogue.nodes(&asking.call(), &batch).await;
            answered(found, asking.locale)?.unwrap_or_default()
        }
    };
    let by_id: HashMap<String, Option<CatalogueNode>> = wanted.into_iter().zip(nodes).collect();
    let read = |id: &ID| {
        let node = by_id.get(id.as_str()).cloned().flatten();
        node.map(|node| read(node, asking.locale)).transpose()
    };
    let mut nodes: Vec<Option<Node>> = ids.iter().map(read).collect::<Result<_, _>>()?;
    point_further(ctx, asking, &mut nodes).await?;
    Ok(nodes)
}

async fn find_whole(asking: &Asking, id: DossierId) -> Result<Option<DossierView>, Refusal> {
    let wire = DossierById { id, events: None };
    answered(asking.clients.catalogue.dossier(&asking.call(), &wire).await, asking.locale)
}

fn read(node: CatalogueNode, locale: Locale) -> Result<Node, Refusal> {
    Ok(match node {
        CatalogueNode::Place(of) => Node::Place(Box::new(Place::new(*of, locale))),
        CatalogueNode::Agency(of) => Node::Agency(Box::new(Agency::new(*of, locale))),
        CatalogueNode::Category(of) => Node::Category(Box::new(Category::new(*of, locale))),
        CatalogueNode::Service(of) => Node::Service(Box::new(Service::new(*of, locale))),
        CatalogueNode::Procedure(of) => Node::Procedure(Box::new(Procedure::new(*of, locale))),
        CatalogueNode::Form(of) => Node::FormVersion(Box::new(FormVersion::from(*of))),
        CatalogueNode::Dossier(of) => Node::Dossier(Box::new(Dossier::read(*of, locale)?)),
    })
}

/// Adds what services and dossiers point at, as far as it is selected.
async fn point_further(
    ctx: &Context<'_>,
    asking: &Asking,
    nodes: &mut [Option<Node>],
) -> Result<(), Refusal> {
    let services = nodes.iter_mut().filter_map(|node| match node {
        Some(Node::Service(service)) => Some(&mut **service),
        _ => None,
    });
    add_procedures(asking, ctx.look_ahead().field("procedure").exists(), services).await?;
    let dossiers = nodes.iter_mut().filter_map(|node| match node {
        Some(Node::Dossier(dossier)) => Some(&mut **dossier),
        _ => None,
    });
    complete(asking, OfDossier::selected(ctx, &[]), dossiers).await
}

async fn find_reports(asking: &Asking, ids: &[ReportId]) -> Result<Vec<ReportView>, Refusal> {
    match ids {
        [] => Ok(Vec::new()),
        // A single one has its timeline.
        [id] => {
            let one = asking.clients.reports.report(&asking.call(), *id).await;
            Ok(answered(one, asking.locale)?.map(|found| found.value).into_iter().collect())
        }
        many => {
            let batch = asking.clients.reports.nodes(&asking.call(), many).await;
            Ok(answered(batch, asking.locale)?.unwrap_or_default().into_iter().flatten().collect())
        }
    }
}

async fn find_categories(asking: &Asking, wanted: bool) -> Result<Vec<CategoryView>, Refusal> {
    if !wanted {
        return Ok(Vec::new());
    }
    let all = asking.clients.reports.report_categories(&asking.call()).await;
    Ok(answered(all, asking.locale)?.map(|answered| answered.value).unwrap_or_default())
}

async fn find_messages(asking: &Asking, ids: Vec<MessageId>) -> Result<Vec<MessageView>, Refusal> {
    // An inbox is somebody's: nobody in particular has none.
    if ids.is_empty() || asking.principal.account.is_none() {
        return Ok(Vec::new());
    }
    let wire = FindMessages { ids, locale: asking.locale };
    let batch = asking.clients.notifications.nodes(&asking.call(), &wire).await;
    Ok(answered(batch, asking.locale)?.unwrap_or_default().into_iter().flatten().collect())
}

async fn find_viewer(asking: &Asking, wanted: bool) -> Result<Option<ViewerView>, Refusal> {
    if !wanted {
        return Ok(None);
    }
    answered(asking.clients.accounts.viewer(&asking.call()).await, asking.locale)
}

/// More ids than one request may name.
pub fn too_many(locale: city_contracts::common::Locale) -> Refusal {
    let message = match locale {
        city_contracts::common::Locale::Vi => "Tối đa 50 mã định danh mỗi lần",
        city_contracts::common::Locale::En => "At most 50 ids at a time",
    };
    Refusal {
        kind: Kind::Invalid,
        reason: "TOO_LONG".to_owned(),
        message: message.to_owned(),
        retry_after_seconds: None,
    }
}
