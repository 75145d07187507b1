//! The pure rules of payments.
