//! Merchants: what officers keep of them, and what their own systems do.

mod call_endpoint;
mod calls;
mod deliver;
mod draw_code;
mod edit;
mod endpoints;
mod forget_events;
mod hear_event;
mod keys;
mod orders;
mod refund;
mod sales;
mod set_fee;
mod set_state;
mod settlements;
mod stores;
mod verify_call;

use city_ids::MerchantId;
use sqlx::PgConnection;

pub use calls::{CallRates, Calls};
pub use deliver::deliver_due;
pub use draw_code::draw_code;
pub use edit::{Typed, create_merchant, edit_merchant, find_merchant, list_merchants};
pub use endpoints::{
    Again, OpenedEndpoint, list_endpoints, list_events, open_endpoint, replay_events, rotate_secret,
};
pub use forget_events::forget_some_events;
pub use hear_event::{hear_event, kind_of};
pub use keys::{IssuedKey, issue_key, list_keys, revoke_key};
pub use orders::{NewOrder, PrintedOrder, cancel_order, find_order, list_orders, open_order};
pub use refund::{GiveBack, refund_sale};
pub use sales::{capture_sale, find_sale, list_sales, void_sale};
pub use set_fee::{read_fee, set_fee};
pub use set_state::set_merchant_state;
pub use settlements::{find_own_settlement, list_own_settlements, own_lines};
pub use stores::{list_stores, open_store};
pub use verify_call::{Arriving, CallHead, Caller, admit_call, begin_call, verify_call};

use crate::error::Error;
use crate::store;
use crate::store::merchant::Merchant;

/// A merchant that must be there.
async fn known(db: &mut PgConnection, id: MerchantId) -> Result<Merchant, Error> {
    store::merchant::find(db, id).await?.ok_or(Error::NotFound)
}
