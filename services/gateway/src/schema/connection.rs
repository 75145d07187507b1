//! Lists that can grow, a page at a time: Relay connections, forward only.

use async_graphql::{OutputType, SimpleObject};
use city_contracts::common::{Page, PageArgs};

use super::bill::Bill;
use super::dossier::Dossier;
use super::dossier_parts::DossierEvent;
use super::message::Message;
use super::refusal::Refusal;
use super::report::Report;
use super::service::Service;
use super::timeline::ReportEvent;
use super::wallet::StatementLine;

type ReportEdge = Edge<Report>;
type ReportEventEdge = Edge<ReportEvent>;
type MessageEdge = Edge<Message>;
type ServiceEdge = Edge<Service>;
type DossierEdge = Edge<Dossier>;
type DossierEventEdge = Edge<DossierEvent>;
type StatementEdge = Edge<StatementLine>;
type BillEdge = Edge<Bill>;
/// A page of reports.
pub type ReportConnection = Connection<ReportEdge>;
/// A page of the steps of a report.
pub type ReportEventConnection = Connection<ReportEventEdge>;
/// A page of messages.
pub type MessageConnection = Connection<MessageEdge>;
/// A page of services.
pub type ServiceConnection = Connection<ServiceEdge>;
/// A page of dossiers.
pub type DossierConnection = Connection<DossierEdge>;
/// A page of the steps of a dossier.
pub type DossierEventConnection = Connection<DossierEventEdge>;
/// A page of what moved in a wallet.
pub type StatementConnection = Connection<StatementEdge>;
/// A page of bills.
pub type BillConnection = Connection<BillEdge>;

/// A page of a list.
#[derive(Debug, SimpleObject)]
#[graphql(
    concrete(name = "ReportConnection", params(ReportEdge)),
    concrete(name = "ReportEventConnection", params(ReportEventEdge)),
    concrete(name = "MessageConnection", params(MessageEdge)),
    concrete(name = "ServiceConnection", params(ServiceEdge)),
    concrete(name = "DossierConnection", params(DossierEdge)),
    concrete(name = "DossierEventConnection", params(DossierEventEdge)),
    concrete(name = "StatementConnection", params(StatementEdge)),
    concrete(name = "BillConnection", params(BillEdge))
)]
pub struct Connection<E: OutputType> {
    /// The entries, each with the cursor behind it.
    #[graphql(name = "edges")]
    edges: Vec<E>,
    /// Where the page stands in the list.
    #[graphql(name = "pageInfo")]
    page_info: PageInfo,
}

/// An entry of a page.
#[derive(Debug, SimpleObject)]
#[graphql(
    concrete(name = "ReportEdge", params(Report)),
    concrete(name = "ReportEventEdge", params(ReportEvent)),
    concrete(name = "MessageEdge", params(Message)),
    concrete(name = "ServiceEdge", params(Service)),
    concrete(name = "DossierEdge", params(Dossier)),
    concrete(name = "DossierEventEdge", params(DossierEvent)),
    concrete(name = "StatementEdge", params(StatementLine)),
    concrete(name = "BillEdge", params(Bill))
)]
pub struct Edge<T: OutputType> {
    /// Pass it as `after` to go on behind this entry.
    #[graphql(name = "cursor")]
    cursor: String,
    /// The entry.
    #[graphql(name = "node")]
    node: T,
}

/// Where a page stands in its list.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PageInfo")]
pub struct PageInfo {
    /// Whether more entries follow.
    #[graphql(name = "hasNextPage")]
    has_next_page: bool,
    /// Whether the page was asked for with `after`.
    #[graphql(name = "hasPreviousPage")]
    has_previous_page: bool,
    /// The cursor of the first entry.
    #[graphql(name = "startCursor")]
    start_cursor: Option<String>,
    /// The cursor of the last entry: pass it as `after` for the next page.
    #[graphql(name = "endCursor")]
    end_cursor: Option<String>,
}

/// Entries of a page when the client does not say.
pub const FIRST: i32 = 20;

/// The page asked for. `first` was checked with the operation's cost.
pub fn page_args(first: Option<i32>, after: Option<String>) -> PageArgs {
    PageArgs { first: u32::try_from(first.unwrap_or(FIRST)).unwrap_or_default(), after }
}

impl<T: OutputType> Connection<Edge<T>>
where
    Edge<T>: OutputType,
{
    /// A page as a service answered it.
    ///
    /// # Errors
    /// That of the first entry which breaks the contract.
    pub fn read<W>(
        page: Page<W>,
        after: Option<&str>,
        mut entry: impl FnMut(W) -> Result<T, Refusal>,
    ) -> Result<Self, Refusal> {
        let edges = page.edges.into_iter().map(|edge| Ok((edge.cursor, entry(edge.node)?)));
        Ok(Self::new(edges.collect::<Result<_, Refusal>>()?, after.is_some(), page.has_next_page))
    }

    /// Its entries, to be completed.
    pub fn nodes_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.edges.iter_mut().map(|edge| &mut edge.node)
    }

    /// A page of entries with their cursors.
    pub fn new(entries: Vec<(String, T)>, has_previous_page: bool, has_next_page: bool) -> Self {
        let edges: Vec<_> =
            entries.into_iter().map(|(cursor, node)| Edge { cursor, node }).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, page_info }
    }
}
