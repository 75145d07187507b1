//! Places, agencies, categories, life events, calendars: the SQL.
