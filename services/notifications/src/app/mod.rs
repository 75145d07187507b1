//! Use cases, one file each.

mod add_message;
mod count_unread;
mod find_messages;
mod hand_over;
mod list_messages;
mod mark_messages_read;
mod read_dev_outbox;
mod send_now;
mod view;

use std::sync::Arc;

use city_auth::Keyring;
use city_clock::SharedClock;
use city_ids::Ids;
use sqlx::PgPool;

pub use add_message::add_message;
pub use count_unread::count_unread;
pub use find_messages::find_messages;
pub use hand_over::hand_over_due;
pub use list_messages::list_messages;
pub use mark_messages_read::mark_messages_read;
pub use read_dev_outbox::read_dev_outbox;
pub use send_now::send_now;

use crate::channel::Sides;

/// What the use cases stand on.
#[derive(Debug, Clone)]
pub struct App {
    /// The service's pool.
    pub db: PgPool,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
    /// Seals texts that wait.
    pub keyring: Arc<Keyring>,
    /// The ways out.
    pub sides: Sides,
}
