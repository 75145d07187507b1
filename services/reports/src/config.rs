//! What an installation may decide about reports.

use std::path::PathBuf;

use city_blobs::S3Config;
use confique::Config as Source;
use serde::Deserialize;

use crate::domain::Audience;

/// The reports service's own settings.
#[derive(Debug, Clone, Source)]
pub struct Config {
    /// Days after an outcome in which reporter and followers may contest it; the report is closed afterwards.
    #[config(env = "REPORTS_CONTEST_DAYS", default = 7)]
    pub contest_days: u32,
    /// Reports an account may file on one day.
    #[config(env = "REPORTS_DAILY_LIMIT", default = 20)]
    pub daily_limit: u32,
    /// While no ward has a boundary: how far from the middle of the nearest one a report may be, in metres.
    #[config(env = "REPORTS_WARD_RADIUS_M", default = 20_000)]
    pub ward_radius_m: u32,
    /// When a report is published whose reporter and category allow it: `accept` or `file`.
    #[config(env = "REPORTS_PUBLISH_ON", default = "accept")]
    pub publish_on: PublishOn,
    /// Working days in which a coordinator reviews a result or decides about a contest.
    #[config(env = "REPORTS_DECISION_WORKING_DAYS", default = 2)]
    pub decision_working_days: u32,
    /// The agency that gets what nobody else can.
    #[config(env = "REPORTS_LAST_RESORT_AGENCY", default = "HUE-IOC")]
    pub last_resort_agency: String,
    /// Upload tickets an account may ask for within an hour.
    #[config(env = "REPORTS_PHOTOS_AN_HOUR", default = 20)]
    pub photos_an_hour: u32,
    /// Upload tickets an account may ask for within a day.
    #[config(env = "REPORTS_PHOTOS_A_DAY", default = 200)]
    pub photos_a_day: u32,
    /// Where the catalogue listens, whose registry is copied.
    #[config(env = "REPORTS_CATALOGUE_URL", default = "http://127.0.0.1:8084")]
    pub catalogue_url: String,
    /// The program that is started to decode photos, when it is not the running one.
    #[config(env = "REPORTS_PHOTO_CHILD")]
    pub photo_child: Option<PathBuf>,
    /// The store of the photos.
    #[config(nested)]
    pub s3: S3Config,
}

/// The moment at which a report may become public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PublishOn {
    /// When the city first takes it up: a human has looked at it.
    Accept,
    /// At once.
    File,
}

impl Config {
    /// How long an outcome may be contested.
    pub fn contest_window(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::days(i64::from(self.contest_days))
    }

    /// Who may see reports of a category, and from when.
    pub const fn audience(&self, category_is_public: bool) -> Audience {
        match (category_is_public, self.publish_on) {
            (false, _) => Audience::Closed,
            (true, PublishOn::Accept) => Audience::OnceAccepted,
            (true, PublishOn::File) => Audience::OnceFiled,
        }
    }
}
