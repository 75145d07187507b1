//! The ways out of the city. Two sides ship: [`outbox`] for development, [`webhook`] for relays and SMS gateways.

mod outbox;
mod sides;
mod webhook;

use async_trait::async_trait;
use city_ids::DeliveryId;
use uuid::Uuid;

pub use outbox::DevOutbox;
pub use sides::Sides;
pub use webhook::Webhook;

/// What is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A text message.
    Sms,
}

impl Kind {
    /// Its name in rows and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
        }
    }

    /// The kind of a row.
    pub fn restore(name: &str) -> Option<Self> {
        (name == "SMS").then_some(Self::Sms)
    }
}

/// One hand-over.
///
/// Privacy: holds a number and a text, so `Debug` shows the delivery only.
#[derive(Clone)]
pub struct Item {
    /// Which delivery; the receiver may use it to recognise a repetition.
    pub delivery: DeliveryId,
    /// What it is.
    pub kind: Kind,
    /// Phone number or address.
    pub to: String,
    /// The template's code.
    pub template: String,
    /// The text.
    pub text: String,
}

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({})", self.delivery)
    }
}

/// What a side did with an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It took it, perhaps under a reference of its own.
    Accepted(Option<String>),
    /// It refused it.
    Rejected {
        /// Its reason.
        code: String,
        /// Whether it will always refuse it.
        for_good: bool,
    },
}

/// No usable answer: the whole batch goes again under the same id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the channel {side} gave no answer: {reason}")]
pub struct Unavailable {
    /// Which side.
    pub side: &'static str,
    /// Why, without anything of the message.
    pub reason: String,
}

/// A side that takes messages.
#[async_trait]
pub trait MessageChannel: Send + Sync {
    /// Its name in rows and logs.
    fn name(&self) -> &'static str;

    /// What it can take.
    fn kinds(&self) -> &'static [Kind];

    /// Hands over a batch; one outcome an item, in order. The same batch id means the same items.
    async fn send(&self, batch: Uuid, items: &[Item]) -> Result<Vec<Outcome>, Unavailable>;
}
