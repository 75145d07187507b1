//! SQL only: free functions over a connection. What absence means is the caller's decision.

pub mod audit;
pub mod binding;
pub mod device;
pub mod identity;
pub mod otp;
pub mod person;
pub mod pin;
pub mod session;
pub mod signing_key;
pub mod staff;
