//! The pure rules of identity: what is accepted, counted and refused. Time, keys and random bytes come in as arguments.

pub mod binding;
pub mod code;
pub mod device;
pub mod otp;
pub mod phone;
pub mod pin;
pub mod refresh;
pub mod session;
pub mod staff;

/// One thing wrong with an input; several are told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// JSON Pointer into the input.
    pub field: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// What would be right.
    pub message: &'static str,
}

impl Flaw {
    /// A flaw of one field.
    pub const fn new(field: &'static str, code: &'static str, message: &'static str) -> Self {
        Self { field, code, message }
    }
}
