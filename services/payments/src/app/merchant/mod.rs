//! Merchants: what officers keep of them, and their orders and sales.

mod draw_code;
mod edit;
mod orders;
mod refund;
mod sales;
mod set_fee;
mod set_state;
mod stores;

use city_ids::MerchantId;
use sqlx::PgConnection;

pub use draw_code::draw_code;
pub use edit::{Typed, create_merchant, edit_merchant, find_merchant, list_merchants};
pub use orders::{NewOrder, PrintedOrder, cancel_order, find_order, list_orders, open_order};
pub use refund::{GiveBack, refund_sale};
pub use sales::{capture_sale, find_sale, list_sales, void_sale};
pub use set_fee::{read_fee, set_fee};
pub use set_state::set_merchant_state;
pub use stores::{list_stores, open_store};

use crate::error::Error;
use crate::store;
use crate::store::merchant::Merchant;

/// A merchant that must be there.
pub(super) async fn known(db: &mut PgConnection, id: MerchantId) -> Result<Merchant, Error> {
    store::merchant::find(db, id).await?.ok_or(Error::NotFound)
}
