//! Search and place names.
