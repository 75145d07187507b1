//! Background work: codes to the notifications service, changed sessions to the gateways.

mod announce_ended;
mod send_codes;

pub use announce_ended::AnnounceEnded;
pub use send_codes::SendCodes;
