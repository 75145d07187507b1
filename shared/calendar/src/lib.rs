//! Deadlines in the working time of the city: pure arithmetic over a published calendar.
//!
//! A [`Calendar`] is data: the state moves working days by decision, sometimes a week ahead, so nothing about a year
//! is code. A [`Rule`] says how long something may take, a [`Stop`] when its clock stood still, and [`Calendar::due`]
//! answers when it must be done; [`Calendar::explain`] shows the count day by day.
//!
//! Here is no clock and no I/O: every instant is an argument. Days are those of `Asia/Ho_Chi_Minh`, at the fixed
//! offset +07:00.
//!
//! ```
//! use city_calendar::{Calendar, Rule};
//!
//! let calendar = Calendar::from_json(
//!     r#"{ "code": "VN-HUE", "version": 1, "timeZone": "Asia/Ho_Chi_Minh",
//!          "covers": { "from": "2026-01-01", "to": "2026-12-31" },
//!          "week": ["MON", "TUE", "WED", "THU", "FRI"],
//!          "workingHours": [{ "from": "07:30", "to": "11:30" }, { "from": "13:30", "to": "17:00" }],
//!          "exceptions": [{ "date": "2026-01-01", "kind": "DAY_OFF", "nameVi": "Tết Dương lịch" }] }"#,
//! )?;
//! let filed = "2025-12-31T09:00:00+07:00".parse()?;
//!
//! let due = calendar.due(Rule::WorkingDays { n: 1 }, filed, &[])?;
//!
//! assert_eq!(due.at(), Some("2026-01-02T17:00:00+07:00".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod body;
mod calendar;
mod civil;
mod days;
mod due;
mod error;
mod instants;
mod rule;
mod stop;

pub use calendar::{Calendar, Covers, Hours};
pub use days::{DueDay, DueLabel};
pub use due::{Due, Horizon};
pub use error::CalendarError;
pub use rule::{Roll, Rule, RuleError};
pub use stop::Stop;
