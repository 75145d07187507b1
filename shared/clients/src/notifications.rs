//! Calls to notifications.

use city_contracts::common::Page;
use city_contracts::notifications::{
    DevMessage, FindMessages, ListMessages, MarkMessagesRead, MessageView, ReadDevOutbox, SendNow,
    Sent, UnreadCount,
};

use crate::call::{Call, CallError};
use crate::service::ServiceClient;

/// The notifications service, a method a route.
#[derive(Debug, Clone)]
pub struct Notifications(pub ServiceClient);

impl Notifications {
    /// A page of the caller's inbox.
    ///
    /// # Errors
    /// `INPUT`, and those of any call.
    pub async fn messages(
        &self,
        call: &Call,
        input: &ListMessages,
    ) -> Result<Page<MessageView>, CallError> {
        self.0
            .read(call, "reading the inbox", "/internal/v1/messages", input)
            .await
            .map(|answered| answered.value)
    }

    /// The caller's messages by id, in the order of the ids; none for absent or foreign ones.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn nodes(
        &self,
        call: &Call,
        input: &FindMessages,
    ) -> Result<Vec<Option<MessageView>>, CallError> {
        self.0
            .read(call, "reading messages", "/internal/v1/nodes:batch", input)
            .await
            .map(|answered| answered.value)
    }

    /// How many messages are unread.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn unread_count(&self, call: &Call) -> Result<UnreadCount, CallError> {
        self.0
            .read(call, "counting unread messages", "/internal/v1/unread-count", &())
            .await
            .map(|answered| answered.value)
    }

    /// Marks messages as read.
    ///
    /// # Errors
    /// `INPUT`, and those of any call.
    pub async fn mark_messages_read(
        &self,
        call: &Call,
        input: &MarkMessagesRead,
    ) -> Result<UnreadCount, CallError> {
        self.0.write(call, "marking messages read", "/internal/v1/mark-messages-read", input).await
    }

    /// Hands over a security message at once.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn send_now(&self, call: &Call, input: &SendNow) -> Result<Sent, CallError> {
        self.0.write(call, "sending a message now", "/internal/v1/messages/now", input).await
    }

    /// What the development channel holds.
    ///
    /// # Errors
    /// `NOT_FOUND` in production, and those of any call.
    pub async fn dev_outbox(
        &self,
        call: &Call,
        input: &ReadDevOutbox,
    ) -> Result<Vec<DevMessage>, CallError> {
        self.0
            .read(call, "reading the development outbox", "/internal/v1/dev/outbox", input)
            .await
            .map(|answered| answered.value)
    }
}
