//! The accounts service through its router, on real PostgreSQL and Redis.

mod caps;
mod codes;
mod people;
mod pins;
mod records;
mod refresh;
mod sign_out;
mod staff;
mod support;
