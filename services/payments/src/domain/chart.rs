//! The accounts of the chart that exist once.

use city_contracts::payments::Provider;
use uuid::Uuid;

/// Public id of the bank account that backs the wallets.
pub const GUARANTEE: Uuid = Uuid::from_u128(0x0195_0000_0010_7000_8000_0000_0000_0010);

/// Public id of the account of fees that the city earns; a migration opens it.
pub const FEE_INCOME: Uuid = Uuid::from_u128(0x0195_0000_0030_7000_8000_0000_0000_0030);
/// Public id of what VNPAY owes the city.
pub const CLEARING_VNPAY: Uuid = Uuid::from_u128(0x0195_0000_0011_7000_8000_0000_0000_0001);
/// Public id of what MoMo owes the city.
pub const CLEARING_MOMO: Uuid = Uuid::from_u128(0x0195_0000_0011_7000_8000_0000_0000_0002);
/// Public id of what ZaloPay owes the city.
pub const CLEARING_ZALOPAY: Uuid = Uuid::from_u128(0x0195_0000_0011_7000_8000_0000_0000_0003);
/// Public id of money without an owner yet.
pub const SUSPENSE: Uuid = Uuid::from_u128(0x0195_0000_0025_7000_8000_0000_0000_0025);
/// Public id of what providers cost.
pub const FEE_COST: Uuid = Uuid::from_u128(0x0195_0000_0040_7000_8000_0000_0000_0040);

/// Public id of what a provider owes the city.
pub const fn clearing(of: Provider) -> Uuid {
    match of {
        Provider::Vnpay => CLEARING_VNPAY,
        Provider::Momo => CLEARING_MOMO,
        Provider::Zalopay => CLEARING_ZALOPAY,
    }
}
