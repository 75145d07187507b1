//! Places, agencies, categories, life events, calendars.

mod announce;
mod changes;
mod draft_calendar;
mod edit_agency;
mod edit_place;
mod input;
mod preview_calendar;
mod publish_calendar;
mod read_registry;
mod recalculate;
mod record_succession;
mod staff_reads;
mod view;

pub use changes::{calendar_view, changes};
pub use edit_agency::edit_agency;
pub use edit_place::{Written, edit_place};
pub use input::{AgencyDraft, CalendarDraft, PlaceDraft, SuccessionRecord, source};
pub use preview_calendar::{CalendarOutcome, preview_calendar};
pub use publish_calendar::publish_calendar;
pub use read_registry::{
    IsStaff, agency, agency_node, categories, category_node, life_events, place, place_at,
    place_node, wards,
};
pub use recalculate::{BATCH as RECALCULATION_BATCH, recalculate};
pub use record_succession::{Recorded, record_succession};
pub use staff_reads::{
    AgencyEntry, CalendarEntry, PlacePage, list_calendar, list_places, staff_agency,
};
pub use view::place_view;
