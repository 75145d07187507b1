//! What the own systems of merchants and billers do: keys, signed calls, webhooks, and what they were settled.

mod call_endpoint;
mod calls;
mod deliver;
mod endpoints;
mod forget_events;
mod hear_event;
mod keys;
mod settlements;
mod verify_call;

pub use calls::{CallRates, Calls};
pub use deliver::deliver_due;
pub use endpoints::{
    Again, OpenedEndpoint, list_endpoints, list_events, open_endpoint, replay_events, rotate_secret,
};
pub use forget_events::forget_some_events;
pub use hear_event::{hear_event, told_of};
pub use keys::{IssuedKey, issue_key, list_keys, revoke_key};
pub use settlements::{find_own_settlement, list_own_settlements, own_lines};
pub use verify_call::{Arriving, CallHead, Caller, admit_call, begin_call, verify_call};
