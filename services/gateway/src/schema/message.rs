//! A person's inbox.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::notifications::{self as wire, MessageView};

use super::scalars::DateTime;
use super::user_error::{Checks, UserError};

/// How strictly a message is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MessageClass", remote = "city_contracts::notifications::MessageClass")]
pub enum MessageClass {
    /// About the security of the account: never muted.
    #[graphql(name = "SECURITY")]
    Security,
    /// A public warning.
    #[graphql(name = "WARNING")]
    Warning,
    /// About the reader's own report, dossier or payment.
    #[graphql(name = "TRANSACTIONAL")]
    Transactional,
    /// News of a service.
    #[graphql(name = "SERVICE")]
    Service,
}

/// A message of the city to the caller.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Message")]
pub struct Message {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows with each change.
    #[graphql(name = "version")]
    version: i32,
    /// How strictly it was delivered.
    #[graphql(name = "class")]
    class: MessageClass,
    /// What it is about, such as `report`.
    #[graphql(name = "topic")]
    topic: String,
    /// One line, in the language of the request.
    #[graphql(name = "title")]
    title: String,
    /// The text, in the language of the request.
    #[graphql(name = "body")]
    body: String,
    /// The global id of the thing it is about, for the app to open.
    #[graphql(name = "link")]
    link: Option<String>,
    /// When it was written.
    #[graphql(name = "sentAt")]
    sent_at: DateTime,
    /// When it was read.
    #[graphql(name = "readAt")]
    read_at: Option<DateTime>,
}

impl From<MessageView> for Message {
    fn from(of: MessageView) -> Self {
        Self {
            id: of.id.into(),
            version: of.version,
            class: of.class.into(),
            topic: of.topic,
            title: of.title,
            body: of.body,
            link: of.link,
            sent_at: DateTime(of.sent_at),
            read_at: of.read_at.map(DateTime),
        }
    }
}

/// The state of the caller's inbox.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Inbox")]
pub struct Inbox {
    /// How many messages are unread.
    #[graphql(name = "unreadCount")]
    pub unread_count: i32,
    /// The newest message.
    #[graphql(name = "latest")]
    pub latest: Option<Message>,
}

/// Which messages.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "MessageFilter")]
pub struct MessageFilter {
    /// Only those not read yet.
    #[graphql(name = "unreadOnly", default)]
    pub unread_only: bool,
}

/// Which messages were read: some, or all up to one.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MarkMessagesReadInput")]
pub struct MarkMessagesReadInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// These messages, at most 100.
    #[graphql(name = "ids")]
    ids: Option<Vec<ID>>,
    /// This message and everything before it.
    #[graphql(name = "upTo")]
    up_to: Option<ID>,
}

impl MarkMessagesReadInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::MarkMessagesRead, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let ids = self.ids.unwrap_or_default();
        let ids: Vec<_> = ids
            .iter()
            .enumerate()
            .filter_map(|(at, id)| checks.id(&format!("/ids/{at}"), id))
            .collect();
        let up_to = self.up_to.as_ref().and_then(|id| checks.id("/upTo", id));
        let wire =
            key.map(|idempotency_key| wire::MarkMessagesRead { idempotency_key, ids, up_to });
        checks.done(wire)
    }
}

/// The answer to a mutation of the inbox.
#[derive(Debug, SimpleObject)]
#[graphql(name = "MessagesPayload")]
pub struct MessagesPayload {
    /// How many messages are unread now; null when the city refused.
    #[graphql(name = "unreadCount")]
    pub unread_count: Option<i32>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}
