//! A person reads their inbox.

use city_contracts::common::{Edge, Page};
use city_contracts::notifications::{ListMessages, MessageView};
use city_contracts::problem::Finding;
use city_ids::{AccountId, MessageId};

use super::{App, view};
use crate::error::{Error, fault};
use crate::store;

const MAX_PAGE: u32 = 50;

/// One page of a person's inbox, newest first, in their language.
#[tracing::instrument(name = "notifications.list_messages", skip_all)]
pub async fn list_messages(
    app: &App,
    who: AccountId,
    input: &ListMessages,
) -> Result<Page<MessageView>, Error> {
    let (first, after) = bounds(input)?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let one_more = i64::from(first) + 1; // tells whether another page follows
    let mut messages = if input.unread_only {
        store::message::list_unread(&mut db, who, after, one_more).await?
    } else {
        store::message::list_inbox(&mut db, who, after, one_more).await?
    };
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let has_next_page = messages.len() > first;
    messages.truncate(first);
    let views = view::render(&mut db, messages, input.locale).await?;
    let edges = views.into_iter().map(|node| Edge { cursor: node.id.to_string(), node }).collect();
    Ok(Page { edges, has_next_page })
}

fn bounds(input: &ListMessages) -> Result<(u32, Option<MessageId>), Error> {
    let mut findings = Vec::new();
    if !(1..=MAX_PAGE).contains(&input.page.first) {
        findings.push(Finding::new(
            "/page/first",
            "RANGE",
            format!("ask for 1 to {MAX_PAGE} messages"),
        ));
    }
    let after =
        input.page.after.as_deref().map(MessageId::parse).transpose().unwrap_or_else(|_| {
            findings.push(Finding::new(
                "/page/after",
                "CURSOR",
                "send the cursor of an edge as it came",
            ));
            None
        });
    if findings.is_empty() { Ok((input.page.first, after)) } else { Err(Error::Input(findings)) }
}
