//! Places, agencies, categories, life events, calendars.
