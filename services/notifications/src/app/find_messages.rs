//! A person's app looks up messages by id.

use std::collections::HashMap;

use city_contracts::notifications::{FindMessages, MessageView};
use city_contracts::problem::Finding;
use city_ids::AccountId;

use super::{App, view};
use crate::error::{Error, fault};
use crate::store;

const MAX_IDS: usize = 100;

/// The caller's messages in the order asked for; none for those that are absent or somebody else's.
#[tracing::instrument(name = "notifications.find_messages", skip_all)]
pub async fn find_messages(
    app: &App,
    who: AccountId,
    input: &FindMessages,
) -> Result<Vec<Option<MessageView>>, Error> {
    if input.ids.len() > MAX_IDS {
        return Err(Error::Input(vec![Finding::new(
            "/ids",
            "TOO_MANY",
            format!("at most {MAX_IDS} ids"),
        )]));
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let own = store::message::find_own(&mut db, who, &input.ids).await?;
    let views = view::render(&mut db, own, input.locale).await?;
    let found: HashMap<_, _> = views.into_iter().map(|view| (view.id, view)).collect();
    Ok(input.ids.iter().map(|id| found.get(id).cloned()).collect())
}
