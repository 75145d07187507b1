//! What staff see of dossiers.

mod action_done;
mod detail;
mod history;
mod parts;
mod work_item;

pub use action_done::DossierActionDone;
pub use detail::DossierDetail;
pub use history::{HistoryPage, HistoryRow};
pub use work_item::DossierWorkItem;
