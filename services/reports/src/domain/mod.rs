//! The pure rules of field reports.
//!
//! Here: values with one parsing door each, the states of a report and its photos, the transitions between them, the
//! public facts they produce, and the timeline's proof. Not here: SQL, HTTP, clocks, random sources and calendars;
//! instants, ids, salts and computed dues come in as arguments.

mod action;
mod code;
mod event;
mod evidence;
mod photo;
mod place;
mod proof;
mod reason;
mod refusal;
mod registry;
mod report;
mod state;
mod stored;
mod text;
mod timeline;
mod timer;
mod transitions;

#[cfg(test)]
mod tests;

pub use action::{Action, Actor, Role};
pub use code::{PublicCode, PublicCodeError};
pub use event::{DropCause, Event, EventKind};
pub use evidence::{AfterPhoto, AfterPhotoRule, Evidence, NEAR_M, Proximity};
pub use photo::{
    Derived, PhotoAction, PhotoPurpose, PhotoRefusal, PhotoState, TICKET_LIFE, WrongPhotoState,
};
pub use place::{GeoPoint, GeoPointError, OutsideCity, Plane, Precision, Ward, ward_of};
pub use proof::{
    Broken, ChainRow, Digest, Head, Link, NotCanonical, Salt, Why, canonical_json, seal, verify,
};
pub use reason::{Outcome, RejectReason, Rejection, ReturnReason, Score, ScoreError};
pub use refusal::{Refusal, WrongState};
pub use registry::{AgencyCode, CategoryCode, Code, CodeError, WardCode};
pub use report::{Channel, Facts, Report, Reporter};
pub use state::{Duty, Ended, Resolution, Resume, State, StateName};
pub use stored::{BrokenRow, StateColumns, StateData};
pub use text::{
    Address, Answer, Description, Purpose, ReasonText, ResultText, Text, TextError, TextKind, title,
};
pub use timeline::{Entry, Visibility};
pub use timer::{MAP_DAYS, Timer, TimerKind};
pub use transitions::{
    ANSWER_DAYS, Audience, Filing, HOLD_MAX_DAYS, RATING_DAYS, Rated, Rater, Review,
    SCHEDULE_MAX_DAYS, Step, StopChange, StopKind, Transitioned,
};
