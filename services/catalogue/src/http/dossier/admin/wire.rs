//! From the body of an action to the action: everything that is missing or wrong is named at once.

use chrono::{Days, NaiveDate};
use city_contracts::problem::Finding;
use city_ids::{AccountId, DossierFileId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::dossier::{NewResult, StaffAction};
use crate::domain::dossier::{NewItem, Note, Outcome, Reason, ReasonError};
use crate::error::Error;

/// Things asked for in one round.
const MOST_ITEMS: usize = 50;
/// Days ahead that a deadline or a promise may lie.
const MOST_DAYS: u64 = 366;
/// Characters of a target, a code or a signer's name.
const MOST_CHARS: usize = 200;
/// Results of one dossier.
const MOST_RESULTS: usize = 10;
/// The largest duty: a thousand billion dong.
const MOST_DONG: i64 = 1_000_000_000_000;

/// The members of all actions; each action says which it needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DossierActionRequest {
    /// The version that was looked at.
    pub version: i32,
    /// Why: codes of reasons, each with a text for `other`.
    #[serde(default)]
    pub reasons: Option<Vec<ReasonRequest>>,
    /// Why: one code with a text for `other`.
    #[serde(default)]
    pub reason: Option<ReasonRequest>,
    /// What is asked for, 1 to 50.
    #[serde(default)]
    pub items: Option<Vec<ItemRequest>>,
    /// What came in, as the round names it.
    #[serde(default)]
    pub targets: Option<Vec<String>>,
    /// Until when an answer is awaited, at most a year ahead.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub deadline: Option<NaiveDate>,
    /// The day that is promised, at most a year ahead.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub promised_on: Option<NaiveDate>,
    /// Whole dong in digits.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub amount: Option<Vnd>,
    /// 1 to 1,000 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether a stop may end.
    #[serde(default)]
    pub resumable: Option<bool>,
    /// `GRANTED` or `REFUSED`.
    #[serde(default)]
    pub outcome: Option<String>,
    /// The files that are handed over, 1 to 10.
    #[serde(default)]
    pub results: Option<Vec<ResultRequest>>,
    /// Who gets it.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub assignee: Option<AccountId>,
    /// The agency it goes to.
    #[serde(default)]
    pub agency: Option<String>,
}

/// A reason.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// Such as `missing-component`.
    pub code: String,
    /// 1 to 1,000 characters; needed for `other`.
    #[serde(default)]
    pub text: Option<String>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRequest {
    /// A component's code, or a JSON Pointer into the answers.
    pub target: String,
    /// Such as `unreadable`.
    pub reason: String,
    /// 1 to 1,000 characters; needed for `other`.
    #[serde(default)]
    pub text: Option<String>,
}

/// A result.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultRequest {
    /// The uploaded file.
    #[schema(value_type = String)]
    pub file: DossierFileId,
    /// Who signed it.
    #[serde(default)]
    pub signed_by: Option<String>,
    /// Until when it holds.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
}

/// Reads the members that an action needs.
///
/// # Errors
/// [`Error::NotFound`] for no action, [`Error::Input`] with all findings.
pub fn parse(
    action: &str,
    request: &DossierActionRequest,
    today: NaiveDate,
) -> Result<StaffAction, Error> {
    let mut reading = Reading { findings: Vec::new(), today };
    let parsed = reading.action(action, request)?;
    match parsed {
        Some(action) if reading.findings.is_empty() => Ok(action),
        _ => Err(Error::Input(reading.findings)),
    }
}

struct Reading {
    findings: Vec<Finding>,
    today: NaiveDate,
}

impl Reading {
    fn action(
        &mut self,
        action: &str,
        request: &DossierActionRequest,
    ) -> Result<Option<StaffAction>, Error> {
        let note = request.note.as_deref();
        Ok(match action {
            "accept" => Some(StaffAction::Accept),
            "refuse" => self.reasons(request).map(|reasons| StaffAction::Refuse { reasons }),
            "start" => Some(StaffAction::Start),
            "assign" => self
                .present("/assignee", request.assignee)
                .map(|assignee| StaffAction::Assign { assignee }),
            "ask" => {
                let items = self.items(request);
                let deadline = self.day_ahead("/deadline", request.deadline);
                deadline.map(|deadline| StaffAction::Ask { items, deadline })
            }
            "supplement" => {
                let targets = self.present("/targets", request.targets.clone()).unwrap_or_default();
                self.bounded("/targets", targets.len(), MOST_ITEMS);
                Some(StaffAction::Supplement { targets })
            }
            "drop-round" => Some(StaffAction::DropRound { note: self.optional_note(note) }),
            "ask-payment" => {
                let amount = self.amount(request.amount);
                let basis = self.note(note);
                amount.zip(basis).map(|(amount, basis)| StaffAction::AskPayment { amount, basis })
            }
            "paid" => self.note(note).map(|note| StaffAction::Paid { note }),
            "stop" => {
                let reason = self.reason(request);
                let resumable = self.present("/resumable", request.resumable);
                reason
                    .zip(resumable)
                    .map(|(reason, resumable)| StaffAction::Stop { reason, resumable })
            }
            "resume" => Some(StaffAction::Resume { note: self.optional_note(note) }),
            "close" => self.reason(request).map(|reason| StaffAction::Close { reason }),
            "finish" => self.finish(request),
            "hand-over" => Some(StaffAction::HandOver),
            "withdraw" => Some(StaffAction::Withdraw { note: self.optional_note(note) }),
            "apologise" => {
                let promised_on = self.day_ahead("/promisedOn", request.promised_on);
                let note = self.note(note);
                promised_on
                    .zip(note)
                    .map(|(promised_on, note)| StaffAction::Apologise { promised_on, note })
            }
            "transfer" => {
                let to = self.present("/agency", request.agency.clone()).unwrap_or_default();
                self.short("/agency", &to);
                Some(StaffAction::Transfer { to, note: self.optional_note(note) })
            }
            "receive" => Some(StaffAction::Receive),
            "return" => self.note(note).map(|note| StaffAction::Return { note }),
            "clear-refund" => self.note(note).map(|note| StaffAction::ClearRefund { note }),
            _ => return Err(Error::NotFound),
        })
    }

    fn finish(&mut self, request: &DossierActionRequest) -> Option<StaffAction> {
        let word = self.present("/outcome", request.outcome.as_deref());
        let outcome = word.and_then(|word| {
            let outcome = Outcome::parse(word);
            if outcome.is_none() {
                self.find("/outcome", "UNKNOWN", "GRANTED or REFUSED");
            }
            outcome
        });
        let refused = outcome == Some(Outcome::Refused);
        let refused_for = if refused { self.reason(request) } else { None };
        let results = request.results.as_deref().unwrap_or_default();
        if results.is_empty() {
            self.find("/results", "REQUIRED", "a decision is handed over as a file");
        }
        self.bounded("/results", results.len(), MOST_RESULTS);
        for (index, result) in results.iter().enumerate() {
            if let Some(signer) = &result.signed_by {
                self.short(&format!("/results/{index}/signedBy"), signer);
            }
        }
        let results = results.iter().map(|result| NewResult {
            file: result.file,
            signed_by: result.signed_by.clone(),
            valid_to: result.valid_to,
        });
        outcome.map(|_| StaffAction::Finish { refused_for, results: results.collect() })
    }

    fn find(&mut self, field: &str, code: &str, message: &str) {
        self.findings.push(Finding::new(field, code, message));
    }

    fn present<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.find(field, "REQUIRED", "this action needs it");
        }
        value
    }

    fn bounded(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.findings.push(Finding::new(field, "TOO_MANY", format!("at most {most}")));
        }
    }

    fn short(&mut self, field: &str, text: &str) {
        let chars = text.chars().count();
        if chars == 0 || chars > MOST_CHARS || text.chars().any(char::is_control) {
            let message = format!("1 to {MOST_CHARS} characters");
            self.findings.push(Finding::new(field, "LENGTH", message));
        }
    }

    fn note(&mut self, raw: Option<&str>) -> Option<Note> {
        let raw = self.present("/note", raw)?;
        Note::parse(raw).map_err(|error| self.findings.push(reason_finding("/note", error))).ok()
    }

    fn optional_note(&mut self, raw: Option<&str>) -> Option<Note> {
        self.note(Some(raw.filter(|raw| !raw.trim().is_empty())?))
    }

    fn reason(&mut self, request: &DossierActionRequest) -> Option<Reason> {
        let raw = self.present("/reason", request.reason.as_ref())?;
        self.one_reason("/reason", &raw.code, raw.text.as_deref())
    }

    fn reasons(&mut self, request: &DossierActionRequest) -> Option<Vec<Reason>> {
        let raw = request.reasons.as_deref().unwrap_or_default();
        if raw.is_empty() {
            self.find("/reasons", "REQUIRED", "a refusal has at least one reason");
        }
        self.bounded("/reasons", raw.len(), MOST_ITEMS);
        raw.iter()
            .take(MOST_ITEMS)
            .enumerate()
            .map(|(index, raw)| {
                self.one_reason(&format!("/reasons/{index}"), &raw.code, raw.text.as_deref())
            })
            .collect()
    }

    fn one_reason(&mut self, field: &str, code: &str, text: Option<&str>) -> Option<Reason> {
        Reason::parse(code, text)
            .map_err(|error| self.findings.push(reason_finding(field, error)))
            .ok()
    }

    fn items(&mut self, request: &DossierActionRequest) -> Vec<NewItem> {
        let raw = request.items.as_deref().unwrap_or_default();
        if raw.is_empty() {
            self.find("/items", "REQUIRED", "name at least one component or field");
        }
        self.bounded("/items", raw.len(), MOST_ITEMS);
        let mut items: Vec<NewItem> = Vec::new();
        for (index, item) in raw.iter().take(MOST_ITEMS).enumerate() {
            let field = format!("/items/{index}");
            self.short(&format!("{field}/target"), &item.target);
            if raw[..index].iter().any(|before| before.target == item.target) {
                let target = format!("{field}/target");
                self.findings.push(Finding::new(target, "TWICE", "ask for each thing once"));
            }
            let reason = Reason::parse(&item.reason, item.text.as_deref())
                .map_err(|error| self.findings.push(item_finding(&field, error)))
                .ok();
            items.extend(reason.map(|reason| NewItem { target: item.target.clone(), reason }));
        }
        items
    }

    fn day_ahead(&mut self, field: &str, day: Option<NaiveDate>) -> Option<NaiveDate> {
        let day = self.present(field, day)?;
        let last = self.today.checked_add_days(Days::new(MOST_DAYS)).unwrap_or(NaiveDate::MAX);
        if day <= self.today || day > last {
            self.find(field, "OUT_OF_RANGE", "a day after today, at most a year ahead");
        }
        Some(day)
    }

    fn amount(&mut self, amount: Option<Vnd>) -> Option<i64> {
        let dong = self.present("/amount", amount)?.dong();
        if !(1..=MOST_DONG).contains(&dong) {
            self.find("/amount", "OUT_OF_RANGE", "1 to 1,000,000,000,000 dong");
        }
        Some(dong)
    }
}

fn item_finding(field: &str, error: ReasonError) -> Finding {
    match error {
        ReasonError::Unknown => {
            Finding::new(format!("{field}/reason"), "REASON_UNKNOWN", error.to_string())
        }
        _ => reason_finding(field, error),
    }
}

fn reason_finding(field: &str, error: ReasonError) -> Finding {
    let (field, code) = match error {
        ReasonError::Unknown if field == "/note" => (field.to_owned(), "UNKNOWN"),
        ReasonError::Unknown => (format!("{field}/code"), "REASON_UNKNOWN"),
        ReasonError::TextNeeded => (format!("{field}/text"), "REQUIRED"),
        ReasonError::TooLong { .. } if field == "/note" => (field.to_owned(), "TOO_LONG"),
        ReasonError::TooLong { .. } => (format!("{field}/text"), "TOO_LONG"),
        ReasonError::Empty => (field.to_owned(), "REQUIRED"),
    };
    Finding::new(field, code, error.to_string())
}
