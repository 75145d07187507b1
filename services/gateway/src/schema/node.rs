//! Entities by their global id.

use async_graphql::{ID, Interface};
use city_contracts::accounts::ViewerView;
use city_contracts::notifications::{FindMessages, MessageView};
use city_contracts::problem::Kind;
use city_contracts::reports::{CategoryView, ReportView};
use city_ids::{MessageId, ReportId};

use super::account::Viewer;
use super::asking::Asking;
use super::category::{PREFIX as CATEGORY, ReportCategory};
use super::message::Message;
use super::refusal::{Refusal, answered};
use super::report::Report;

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
}

/// Ids of one request for nodes.
pub const MOST_IDS: usize = 50;

/// The entities behind ids, in their order; null for what is unknown, malformed or not for the caller. One call a kind.
pub async fn find(asking: &Asking, ids: &[ID]) -> Result<Vec<Option<Node>>, Refusal> {
    let reports: Vec<ReportId> = ids.iter().filter_map(|id| ReportId::parse(id).ok()).collect();
    let messages: Vec<MessageId> = ids.iter().filter_map(|id| MessageId::parse(id).ok()).collect();
    let wants_categories = ids.iter().any(|id| id.starts_with(CATEGORY));
    let own = asking.principal.account.map(ID::from).filter(|own| ids.contains(own));
    let (reports, categories, messages, viewer) = futures_util::future::try_join4(
        find_reports(asking, &reports),
        find_categories(asking, wants_categories),
        find_messages(asking, messages),
        find_viewer(asking, own.is_some()),
    )
    .await?;
    let locale = asking.locale;
    let entity = |id: &ID| {
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
    ids.iter().map(entity).collect()
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
