//! Places, agencies, categories, life events, calendars: the SQL.

pub mod publication;
pub mod sections;
pub mod seed;
