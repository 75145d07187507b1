//! From kept messages to what their reader sees.

use city_contracts::common::Locale;
use city_contracts::notifications::MessageView;
use sqlx::PgConnection;

use crate::error::{Error, broken};
use crate::store;
use crate::store::message::Message;

/// Renders messages in a language: one query for all their templates.
pub async fn render(
    db: &mut PgConnection,
    messages: Vec<Message>,
    locale: Locale,
) -> Result<Vec<MessageView>, Error> {
    let mut wanted: Vec<_> = messages
        .iter()
        .map(|message| (message.template.clone(), message.template_version))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let templates = store::template::list_versions(db, &wanted).await?;
    let view = |message: Message| {
        let key = (message.template, message.template_version);
        let template = templates
            .get(&key)
            .ok_or_else(|| broken("finding a message's template", key.0.clone()))?;
        let (title, body) = template.render(locale, &message.variables)?;
        Ok(MessageView {
            id: message.id,
            version: if message.read_at.is_some() { 2 } else { 1 }, // reading is the only change there is
            class: message.class,
            topic: message.topic,
            title,
            body,
            link: message.subject_ref,
            sent_at: message.created_at,
            read_at: message.read_at,
        })
    };
    messages.into_iter().map(view).collect()
}
