//! Routes under `/admin/v1`: how staff come in and go out.

pub mod me;
pub mod refresh;
pub mod sign_in;
pub mod sign_out;
pub mod wire;
