//! The accounts of the chart that exist once.

use uuid::Uuid;

/// Public id of the bank account that backs the wallets.
pub const GUARANTEE: Uuid = Uuid::from_u128(0x0195_0000_0010_7000_8000_0000_0000_0010);
