//! The wire of the notifications service.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use city_ids::{AccountId, MessageId};
use serde::{Deserialize, Serialize};

use crate::common::{Locale, PageArgs};
use crate::key::IdempotencyKey;

/// How strictly a message is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageClass {
    /// Codes and new devices: never muted, never late.
    Security,
    /// Public warnings.
    Warning,
    /// About the reader's own report, dossier or payment.
    Transactional,
    /// News of a service.
    Service,
}

/// A message as its reader sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// Grows with each change.
    pub version: i32,
    /// How strictly it was delivered.
    pub class: MessageClass,
    /// What it is about, such as `report`.
    pub topic: String,
    /// One line, in the reader's language.
    pub title: String,
    /// The text.
    pub body: String,
    /// The wire id of the thing it is about, for the app to open.
    pub link: Option<String>,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// `POST /internal/v1/messages`: the caller's inbox, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListMessages {
    /// Only what is unread.
    #[serde(default)]
    pub unread_only: bool,
    /// Which part.
    pub page: PageArgs,
    /// The language to render in.
    pub locale: Locale,
}

/// `POST /internal/v1/unread-count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnreadCount {
    /// Messages not read and not archived.
    pub unread_count: u32,
}

/// `POST /internal/v1/mark-messages-read`: some, or all up to one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkMessagesRead {
    /// Makes the request happen once.
    pub idempotency_key: IdempotencyKey,
    /// These; at most 100.
    #[serde(default)]
    pub ids: Vec<MessageId>,
    /// Everything up to and including this one.
    #[serde(default)]
    pub up_to: Option<MessageId>,
}

/// `POST /internal/v1/messages/now`: a security message handed over at once, by accounts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendNow {
    /// The same key again tells the outcome and sends nothing.
    pub key: String,
    /// The template's code, such as `otp`.
    pub template: String,
    /// The number to send to, E.164.
    pub phone: String,
    /// The language.
    pub locale: Locale,
    /// What the template names.
    pub variables: BTreeMap<String, String>,
}

impl std::fmt::Debug for SendNow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SendNow").field("template", &self.template).finish_non_exhaustive()
    }
}

/// What became of a message that had to go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SendOutcome {
    /// A channel took it.
    Handed,
    /// It waits for a channel.
    Queued,
    /// No channel took it in time.
    Failed,
}

/// The answer to `messages/now`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// What became of it.
    pub outcome: SendOutcome,
}

/// `POST /internal/v1/dev/outbox`: what the development channel holds for somebody. Not in production.
#[derive(Clone, Serialize, Deserialize)]
pub struct ReadDevOutbox {
    /// Phone (E.164) or e-mail address.
    pub to: String,
}

/// A message the development channel kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DevMessage {
    /// `SMS`, `PUSH` or `EMAIL`.
    pub channel: String,
    /// The template.
    pub template: String,
    /// The text as it would have been sent.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Body of `MessageAdded` and `MessagesRead`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxEvent {
    /// Whose inbox.
    pub account: AccountId,
    /// The message, when one was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

/// `POST /internal/v1/nodes:batch`: the caller's messages by id; the answer keeps the order, null for absent or foreign ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FindMessages {
    /// At most 100.
    pub ids: Vec<MessageId>,
    /// The language to render in.
    #[serde(default)]
    pub locale: Locale,
}
