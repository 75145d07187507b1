//! Places, agencies, categories, life events, calendars.

/// Places, agencies, categories, life events, calendars.
#[derive(Debug, Default)]
pub struct Registry {}
