//! Services: the use cases.

mod desk;
mod diff;
mod edit_draft;
mod go_live;
mod keep;
mod lists;
mod open_service;
mod operate;
mod publish;
mod read_editions;
mod read_services;
mod reader;
mod revert;
mod review;
mod status_file;
mod surroundings;
mod usable;
mod view;
mod withdraw;

pub use desk::Ask;
pub use diff::{Difference, diff_editions};
pub use edit_draft::{Draft, save_draft};
pub use go_live::go_live_when_due;
pub use keep::{erase_account, export_account, set_favourite, set_history};
pub use lists::{ReviewPage, StalePage, list_reviews, list_stale};
pub use open_service::open_service;
pub use operate::{GateDraft, StatusDraft, read_gates, read_statuses, set_gates, set_status};
pub use read_editions::{DraftTexts, EditionPage, list_editions};
pub use read_services::{find_service, list_services, node, service_home};
pub use reader::Reader;
pub use revert::{Revert, revert};
pub use review::{Judgement, approve, assure, send_back, submit};
pub use status_file::status_file;
pub use usable::require_usable;
pub use view::{OperatedService, PREFIX, ServiceMoved, ServiceStatement};
pub use withdraw::{Withdraw, withdraw};
