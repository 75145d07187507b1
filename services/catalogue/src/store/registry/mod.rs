//! Places, agencies, categories, life events, calendars: the SQL.

pub mod agency;
pub mod calendar;
pub mod place;
pub mod publication;
pub mod sections;
pub mod seed;
