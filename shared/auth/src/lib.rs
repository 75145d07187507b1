//! Who is asking, and what they may do.
//!
//! Tokens ([`access`] for clients, [`internal`] between services), the [`Principal`] they prove, the extractors that make
//! authorisation a parameter type, the registry of permissions, and the [`Keyring`] with which services seal and authenticate
//! what they keep. Deliberately not here: sessions, passwords, codes (the accounts service).
#![deny(missing_docs)]

pub mod access;
mod extract;
pub mod internal;
mod jwt;
mod keyring;
pub mod permission;
mod principal;
pub mod session;
pub mod step_up;

pub use extract::{Anyone, Callers, Filer, Peer, Resident, Staff, authenticate};
pub use jwt::{PublicJwk, SigningKey, TokenError, VerifyingKey};
pub use keyring::{Key, KeyName, Keyring, KeyringError, Sealed, constant_time_eq};
pub use permission::Permission;
pub use principal::{Grant, ObjectScope, Principal, PrincipalKind, Scope};
