//! The limits of the front door: which there are, and whose request it is as far as the network tells. How they are counted is
//! `city-ratelimit`'s.

pub mod address;
pub mod table;

pub use city_ratelimit::{
    Answer, Decision, Limit, Limits, Local, RedisDown, Refused, Rule, Shared, decide,
};
