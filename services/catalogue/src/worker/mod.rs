//! Consumers and schedules, one file each.
