//! The text of the codes that people scan to pay: EMV merchant-presented, NAPAS QR Part IV v1.5.2.
//!
//! [`parse`] is strict: a lenient reader pays a wrong account when a digit of a length is misprinted. What
//! [`VietQr::print`] gives parses back to the same. Who stands behind a number is not decided here.

mod object;
mod parse;
mod print;
#[cfg(test)]
mod vectors;

pub use parse::parse;

/// The name under which NAPAS numbers accounts.
const NAPAS: &str = "A000000727";
/// The service that pays into an account.
const INTO_ACCOUNT: &str = "QRIBFTTA";
/// The longest text of a member of template 62.
pub const LONGEST_MEMBER: usize = 25;
/// The longest number of an account.
pub const LONGEST_NUMBER: usize = 19;

/// Whether a code is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Hangs on a wall: the payer types the amount.
    Static,
    /// Made for one payment.
    Dynamic,
}

/// A code that asks for money into an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VietQr {
    /// Whether it is used once.
    pub used: Use,
    /// Six digits that name a bank.
    pub bin: String,
    /// The number there, 1 to 19 letters and digits.
    pub number: String,
    /// What kind of shop it is, four digits.
    pub mcc: Option<String>,
    /// Whole dong, 1 to 13 digits.
    pub amount: Option<i64>,
    /// The payee's name, as printed: for people to read, never to decide by.
    pub name: Option<String>,
    /// Their city.
    pub city: Option<String>,
    /// Number of a bill.
    pub bill: Option<String>,
    /// Which shop.
    pub store: Option<String>,
    /// Reference of an order.
    pub order: Option<String>,
    /// Which till.
    pub terminal: Option<String>,
    /// What for.
    pub purpose: Option<String>,
}

/// Why a text is no code that we pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// It is no such code, or misprinted.
    #[error("the code cannot be read from byte {offset} on")]
    Invalid {
        /// Where, in bytes from 0.
        offset: usize,
    },
    /// A sound code of a service that is not ours: a card, cash, another network, another currency's scheme.
    #[error("the code is of a service that is not supported")]
    NotSupported,
}

/// CRC-16/CCITT-FALSE: polynomial 1021, begins with FFFF.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc: u16, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
        })
    })
}
