//! Procedures, their editions and forms, fees, checks.

mod check_file;
mod desk;
mod due_date_preview;
mod edit_draft;
mod editions;
mod fee_quote;
mod find_procedure;
mod import;
mod new_form;
mod publish;
mod published_forms;
mod review;
mod withdraw;

pub use check_file::check_file;
pub use desk::{Ask, ProcedureMoved};
pub use due_date_preview::due_date_preview;
pub use edit_draft::save_draft;
pub use editions::{diff_editions, list_editions};
pub use fee_quote::fee_quote;
pub use find_procedure::find_procedure;
pub use import::{
    Upload, begin_import, discard_import, find_import, import_some, keep_lines, receive_import,
};
pub use new_form::new_form;
pub use publish::go_live_when_due;
pub use published_forms::published_forms;
pub use review::{approve, assure, revert, send_back, submit};
pub use withdraw::withdraw;

use city_contracts::problem::Finding;
use serde_json::Value;

use crate::domain::procedure::form::MAX_ANSWER_BYTES;
use crate::error::Error;

/// Whether a text has the shape of a national code, such as 1.001193.
pub fn is_national_code(code: &str) -> bool {
    let mut parts = code.splitn(3, '.');
    let digits = |part: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|part| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.' || c == '-';
    digits(parts.next(), 1..=2)
        && digits(parts.next(), 6..=6)
        && parts.next().is_none_or(|rest| (1..=20).contains(&rest.len()) && rest.chars().all(plain))
}

/// What is wrong with a national code.
fn code_finding(code: &str) -> Option<Finding> {
    let message = "a national code such as 1.001193";
    (!is_national_code(code)).then(|| Finding::new("/nationalCode", "CODE", message))
}

/// What is wrong with answers before anybody looks into them.
fn answers_finding(answers: &Value) -> Option<Finding> {
    if crate::domain::procedure::form::exceeds(answers, MAX_ANSWER_BYTES) {
        return Some(Finding::new("/answers", "TOO_LARGE", "answers have at most 48 KiB"));
    }
    (!answers.is_object()).then(|| Finding::new("/answers", "SHAPE", "answers are an object"))
}

/// All findings at once, or none.
fn refuse_if(findings: impl IntoIterator<Item = Finding>) -> Result<(), Error> {
    let findings: Vec<_> = findings.into_iter().collect();
    if findings.is_empty() { Ok(()) } else { Err(Error::Input(findings)) }
}
