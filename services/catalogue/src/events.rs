//! The table: domain event → public event.
