//! What is wrong with an entry: [`bounds`] for every save, [`lint`] before it is handed in. All findings at once.

use std::collections::BTreeSet;

use city_contracts::catalogue::service::{Audience, ServiceKind};
use city_contracts::problem::Finding;

use super::content::{Content, Coverage, Texts};

const NAME_MAX: usize = 120;
const SUMMARY_MAX: usize = 140;
const NOTE_MAX: usize = 500;
const KEYWORDS_MAX: usize = 30;
const KEYWORD_MAX: usize = 60;
const LEGAL_MAX: usize = 20;
const LEGAL_REF_MAX: usize = 300;
const LINK_MAX: usize = 300;
const WARDS_MAX: usize = 200;

/// What an entry is checked against: the registry as it is.
pub trait Surroundings {
    /// Whether there is such a group, and whether it is the staff's.
    fn category_is_for_staff(&self, code: &str) -> Option<bool>;
    /// Whether an agency of this code works.
    fn agency_is_active(&self, code: &str) -> bool;
    /// The finding's code when this is no present ward or commune: `PLACE_FORMER` or `PLACE_UNKNOWN`.
    fn ward_refusal(&self, code: &str) -> Option<&'static str>;
}

/// What is checked before an entry is handed in.
#[derive(Debug, Clone, Copy)]
pub struct Linted<'a> {
    pub kind: ServiceKind,
    pub owner_agency: &'a str,
    pub no: i32,
    pub content: &'a Content,
}

/// Bounds that also a draft keeps.
pub fn bounds(content: &Content) -> Vec<Finding> {
    let mut found = Findings(Vec::new());
    found.texts("/name", &content.name, NAME_MAX);
    found.texts("/summary", &content.summary, SUMMARY_MAX);
    found.length("/changeNote", content.change_note.as_deref(), NOTE_MAX);
    found.length("/body/deepLink", content.body.deep_link.as_deref(), LINK_MAX);
    found.list("/body/keywords", &content.body.keywords, KEYWORDS_MAX, KEYWORD_MAX);
    found.list("/legalBasis", &content.legal_basis, LEGAL_MAX, LEGAL_REF_MAX);
    if content.body.min_identity > 2 {
        found.refuse(
            "/body/minIdentity",
            "OUT_OF_RANGE",
            "0 anybody, 1 signed in, 2 proven identity",
        );
    }
    if let Coverage::Wards(wards) = &content.body.coverage
        && wards.len() > WARDS_MAX
    {
        found.refuse("/body/coverage", "TOO_MANY", format!("at most {WARDS_MAX} wards"));
    }
    if content.body.category.chars().count() > 64 {
        found.refuse("/body/category", "TOO_LONG", "a code of a group has at most 64 characters");
    }
    found.0
}

/// Everything that keeps an entry from being handed in.
pub fn lint(entry: Linted<'_>, around: &impl Surroundings) -> Vec<Finding> {
    let (content, body) = (entry.content, &entry.content.body);
    let mut found = Findings(bounds(content));
    for (field, texts) in [("/name", &content.name), ("/summary", &content.summary)] {
        found.present(&format!("{field}/vi"), texts.vi.as_deref());
        found.present(&format!("{field}/en"), texts.en.as_deref());
    }
    if entry.no > 1 {
        found.present("/changeNote", content.change_note.as_deref());
    }
    if !around.agency_is_active(entry.owner_agency) {
        found.refuse("/ownerAgency", "AGENCY_UNKNOWN", "no active agency has this code");
    }
    let staff = entry.kind == ServiceKind::Staff;
    match around.category_is_for_staff(&body.category) {
        None => found.refuse("/body/category", "CATEGORY_UNKNOWN", "no group has this code"),
        Some(for_staff) if for_staff != staff => {
            found.refuse(
                "/body/category",
                "CATEGORY_AUDIENCE",
                "entries for staff are in groups for staff, others are not",
            );
        }
        Some(_) => {}
    }
    found.some("/body/audience", &body.audience);
    found.some("/body/channels", &body.channels);
    if !staff
        && !body.audience.is_empty()
        && body.audience.iter().all(|who| *who == Audience::Staff)
    {
        found.refuse("/body/audience", "STAFF_ONLY", "an entry for staff alone is of kind STAFF");
    }
    if let Coverage::Wards(wards) = &body.coverage {
        found.wards(wards, around);
    }
    match (entry.kind, &body.deep_link) {
        (ServiceKind::External | ServiceKind::Miniapp, None) => {
            found.refuse("/body/deepLink", "REQUIRED", "an entry of this kind leads somewhere");
        }
        (_, Some(link)) if !(link.starts_with("hues://") || link.starts_with("https://")) => {
            found.refuse("/body/deepLink", "LINK", "a link begins with hues:// or https://");
        }
        (_, Some(link)) if link.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            found.refuse("/body/deepLink", "LINK", "a link has no spaces");
        }
        _ => {}
    }
    found.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn refuse(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.0.push(Finding::new(field, code, message));
    }

    fn present(&mut self, field: &str, text: Option<&str>) {
        if text.is_none_or(str::is_empty) {
            self.refuse(field, "REQUIRED", "residents need it");
        }
    }

    fn some<T>(&mut self, field: &str, list: &[T]) {
        if list.is_empty() {
            self.refuse(field, "REQUIRED", "at least one");
        }
    }

    fn texts(&mut self, field: &str, texts: &Texts, max: usize) {
        self.length(&format!("{field}/vi"), texts.vi.as_deref(), max);
        self.length(&format!("{field}/en"), texts.en.as_deref(), max);
    }

    fn length(&mut self, field: &str, text: Option<&str>, max: usize) {
        if text.is_some_and(|text| text.chars().count() > max) {
            self.refuse(field, "TOO_LONG", format!("at most {max} characters"));
        }
    }

    fn list(&mut self, field: &str, entries: &[String], max: usize, entry_max: usize) {
        if entries.len() > max {
            self.refuse(field, "TOO_MANY", format!("at most {max}"));
        }
        for (place, entry) in entries.iter().enumerate().take(max) {
            if entry.is_empty() {
                self.refuse(&format!("{field}/{place}"), "EMPTY", "an empty entry says nothing");
            }
            self.length(&format!("{field}/{place}"), Some(entry), entry_max);
        }
    }

    fn wards(&mut self, wards: &BTreeSet<String>, around: &impl Surroundings) {
        if wards.is_empty() {
            self.refuse("/body/coverage", "REQUIRED", "at least one ward, or ALL_WARDS");
        }
        for (place, ward) in wards.iter().enumerate() {
            if let Some(code) = around.ward_refusal(ward) {
                self.refuse(
                    &format!("/body/coverage/{place}"),
                    code,
                    "name present wards and communes by their codes",
                );
            }
        }
    }
}
