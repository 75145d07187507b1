//! An agency: who is in charge, and when its doors are open.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, NaiveTime, Weekday};
use city_contracts::catalogue::registry::AgencyLevel as WireLevel;
use city_contracts::common::Localised;
use serde::{Deserialize, Serialize};

use super::PlaceId;

/// Where it stands: the city's, a commune's, the state's, or a partner of the city.
pub type AgencyLevel = WireLevel;

/// An agency.
#[derive(Debug, Clone, PartialEq)]
pub struct Agency {
    pub code: String,
    /// The word of the register: `PEOPLES_COMMITTEE`, `ONE_STOP`, `DEPARTMENT` …
    pub kind: String,
    pub level: AgencyLevel,
    pub parent: Option<String>,
    /// The place it serves; none: the whole city.
    pub place: Option<PlaceId>,
    pub name: Localised,
    pub address: Option<Localised>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// None: the hours of the calendar.
    pub hours: Option<WeekHours>,
    pub active: bool,
    pub changed_in: i64,
    pub version: i32,
}

impl Agency {
    /// The prefix of an agency among the ids of the city.
    pub const PREFIX: &str = "agy_";

    /// The id on the wire.
    pub fn to_wire(code: &str) -> String {
        format!("{}{code}", Self::PREFIX)
    }
}

/// An agency's own hours, by weekday: `{"MON": [{"from": "07:30", "to": "11:30"}], "SAT": []}`. A weekday left out is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Vec<HoursRow>>", into = "BTreeMap<String, Vec<HoursRow>>")]
pub struct WeekHours([Vec<(NaiveTime, NaiveTime)>; 7]);

/// An interval as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursRow {
    from: String,
    to: String,
}

const WEEK: [(Weekday, &str); 7] = [
    (Weekday::Mon, "MON"),
    (Weekday::Tue, "TUE"),
    (Weekday::Wed, "WED"),
    (Weekday::Thu, "THU"),
    (Weekday::Fri, "FRI"),
    (Weekday::Sat, "SAT"),
    (Weekday::Sun, "SUN"),
];

impl WeekHours {
    /// The hours of a day, as far as its weekday decides.
    pub fn on(&self, day: NaiveDate) -> &[(NaiveTime, NaiveTime)] {
        let index = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
        self.0.get(index).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Why hours are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("{0} is no weekday; use MON to SUN")]
    Weekday(String),
    #[error("{0} is no time of day of the form 07:30")]
    Time(String),
    #[error("the hours of {0} are empty, reversed, overlapping or out of order")]
    Order(&'static str),
}

impl TryFrom<BTreeMap<String, Vec<HoursRow>>> for WeekHours {
    type Error = HoursError;

    fn try_from(week: BTreeMap<String, Vec<HoursRow>>) -> Result<Self, HoursError> {
        if let Some(other) = week.keys().find(|key| WEEK.iter().all(|(_, word)| word != key)) {
            return Err(HoursError::Weekday(other.clone()));
        }
        let mut hours: [Vec<(NaiveTime, NaiveTime)>; 7] = Default::default();
        for ((_, word), day) in WEEK.iter().zip(&mut hours) {
            for row in week.get(*word).map(Vec::as_slice).unwrap_or_default() {
                let (from, to) = (time(&row.from)?, time(&row.to)?);
                if from >= to || day.last().is_some_and(|(_, before)| from < *before) {
                    return Err(HoursError::Order(word));
                }
                day.push((from, to));
            }
        }
        Ok(Self(hours))
    }
}

impl From<WeekHours> for BTreeMap<String, Vec<HoursRow>> {
    fn from(hours: WeekHours) -> Self {
        let row = |(from, to): (NaiveTime, NaiveTime)| HoursRow {
            from: from.format("%H:%M").to_string(),
            to: to.format("%H:%M").to_string(),
        };
        WEEK.iter()
            .zip(hours.0)
            .filter(|(_, day)| !day.is_empty())
            .map(|((_, word), day)| ((*word).to_owned(), day.into_iter().map(row).collect()))
            .collect()
    }
}

fn time(raw: &str) -> Result<NaiveTime, HoursError> {
    NaiveTime::parse_from_str(raw, "%H:%M")
        .map_err(|_| HoursError::Time(raw.chars().take(20).collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hours_out_of_order_are_refused() {
        let read =
            |value| serde_json::from_value::<WeekHours>(value).map_err(|error| error.to_string());

        assert!(read(json!({ "MON": [{ "from": "07:30", "to": "11:30" }] })).is_ok());
        for wrong in [
            json!({ "MON": [{ "from": "11:30", "to": "07:30" }] }),
            json!({ "MON": [{ "from": "07:30", "to": "11:30" }, { "from": "11:00", "to": "12:00" }] }),
            json!({ "Monday": [] }),
            json!({ "MON": [{ "from": "7h30", "to": "11:30" }] }),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
