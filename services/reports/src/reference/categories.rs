//! Categories with their inheritance resolved.

use std::collections::HashMap;

use city_calendar::Rule;
use city_contracts::common::Localised;
use city_contracts::reports::CategoryView;

use crate::domain::{AfterPhotoRule, AgencyCode, CategoryCode, Precision};

/// Who gets a report when no rule says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultAgency {
    Agency(AgencyCode),
    /// The people's committee of the ward.
    Commune,
}

/// A row as it is stored: what is none is inherited from the topic.
#[derive(Debug, Clone)]
pub struct CategoryRow {
    pub code: CategoryCode,
    pub parent: Option<CategoryCode>,
    pub label: Localised,
    pub help: Option<Localised>,
    pub sort: i32,
    pub active: bool,
    pub default_agency: Option<DefaultAgency>,
    pub target: Option<Rule>,
    pub triage_target: Option<Rule>,
    pub is_public: Option<bool>,
    pub precision: Option<Precision>,
    pub photo_public: Option<bool>,
    pub review_required: Option<bool>,
    pub after_photo: Option<AfterPhotoRule>,
    pub emergency_phone: Option<String>,
}

/// A category as filing, handling and views need it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own, by its own name in the registry"
)]
#[derive(Debug, Clone)]
pub struct Category {
    pub code: CategoryCode,
    pub parent: Option<CategoryCode>,
    pub label: Localised,
    pub help: Option<Localised>,
    pub sort: i32,
    pub active: bool,
    /// Whether reports can have it: it is a leaf.
    pub is_leaf: bool,
    pub default_agency: Option<DefaultAgency>,
    pub target: Rule,
    pub triage_target: Rule,
    pub is_public: bool,
    pub precision: Precision,
    pub photo_public: bool,
    pub review_required: bool,
    pub after_photo: AfterPhotoRule,
    pub emergency_phone: Option<String>,
}

/// All categories.
#[derive(Debug, Default)]
pub struct Categories {
    by_code: HashMap<CategoryCode, Category>,
    /// What residents choose from, each topic before its leaves.
    active: Vec<CategoryView>,
}

/// What a category has that neither it nor its topic decides: shown to nobody, answered within a week.
const CAUTIOUS_TARGET: Rule = Rule::WorkingDays { n: 5 };
const CAUTIOUS_TRIAGE: Rule = Rule::WorkingHours { n: 4 };

impl Categories {
    pub fn new(rows: Vec<CategoryRow>) -> Self {
        let topics: HashMap<_, _> = rows
            .iter()
            .filter(|row| row.parent.is_none())
            .map(|row| (row.code.clone(), row.clone()))
            .collect();
        let resolved = rows.into_iter().map(|row| {
            let topic = row.parent.as_ref().and_then(|parent| topics.get(parent));
            let category = resolve(row, topic);
            (category.code.clone(), category)
        });
        let by_code: HashMap<_, _> = resolved.collect();
        let mut active: Vec<_> =
            by_code.values().filter(|category| is_offered(category, &by_code)).collect();
        active.sort_by_key(|category| {
            let topic =
                category.parent.as_ref().and_then(|parent| by_code.get(parent)).unwrap_or(category);
            (topic.sort, topic.code.clone(), category.is_leaf, category.sort, category.code.clone())
        });
        let active = active.into_iter().map(Category::view).collect();
        Self { by_code, active }
    }

    pub fn get(&self, code: &CategoryCode) -> Option<&Category> {
        self.by_code.get(code)
    }

    /// What residents choose from.
    pub fn offered(&self) -> &[CategoryView] {
        &self.active
    }

    /// A category in which a report can be filed.
    pub fn for_filing(&self, code: &CategoryCode) -> Option<&Category> {
        self.get(code).filter(|category| category.is_leaf && is_offered(category, &self.by_code))
    }

    /// The leaves that are meant by a code: itself, or all below a topic.
    pub fn leaves(&self, code: &CategoryCode) -> Vec<String> {
        self.by_code
            .values()
            .filter(|category| {
                category.is_leaf
                    && (category.code == *code || category.parent.as_ref() == Some(code))
            })
            .map(|category| category.code.to_string())
            .collect()
    }
}

/// A leaf whose topic was taken away is not offered either.
fn is_offered(category: &Category, all: &HashMap<CategoryCode, Category>) -> bool {
    let topic = category.parent.as_ref().and_then(|parent| all.get(parent));
    category.active && topic.is_none_or(|topic| topic.active)
}

fn resolve(row: CategoryRow, topic: Option<&CategoryRow>) -> Category {
    let inherited =
        |field: fn(&CategoryRow) -> Option<bool>| topic.and_then(field).unwrap_or(false);
    Category {
        is_leaf: row.parent.is_some(),
        default_agency: row.default_agency.or_else(|| topic?.default_agency.clone()),
        target: row.target.or(topic.and_then(|topic| topic.target)).unwrap_or(CAUTIOUS_TARGET),
        triage_target: row
            .triage_target
            .or(topic.and_then(|topic| topic.triage_target))
            .unwrap_or(CAUTIOUS_TRIAGE),
        is_public: row.is_public.unwrap_or_else(|| inherited(|topic| topic.is_public)),
        precision: row
            .precision
            .or(topic.and_then(|topic| topic.precision))
            .unwrap_or(Precision::Cell),
        photo_public: row.photo_public.unwrap_or_else(|| inherited(|topic| topic.photo_public)),
        review_required: row
            .review_required
            .unwrap_or_else(|| inherited(|topic| topic.review_required)),
        after_photo: row
            .after_photo
            .or(topic.and_then(|topic| topic.after_photo))
            .unwrap_or(AfterPhotoRule::None),
        emergency_phone: row.emergency_phone.or_else(|| topic?.emergency_phone.clone()),
        code: row.code,
        parent: row.parent,
        label: row.label,
        help: row.help,
        sort: row.sort,
        active: row.active,
    }
}

impl Category {
    pub fn view(&self) -> CategoryView {
        CategoryView {
            code: self.code.to_string(),
            label: self.label.clone(),
            help: self.help.clone(),
            parent_code: self.parent.as_ref().map(ToString::to_string),
            target_text: target_text(self.target),
            emergency_phone: self.emergency_phone.clone(),
            is_public: self.is_public,
        }
    }
}

/// A term as people say it.
fn target_text(rule: Rule) -> Localised {
    let (vi, en) = match rule {
        Rule::WorkingDays { n } => (format!("{n} ngày làm việc"), count(n, "working day")),
        Rule::SameDay { .. } => ("trong ngày".to_owned(), "the same day".to_owned()),
        Rule::CalendarDays { n, .. } => (format!("{n} ngày"), count(n, "day")),
        Rule::WorkingHours { n } => (format!("{n} giờ làm việc"), count(n, "working hour")),
        Rule::ElapsedMinutes { n } => (format!("{n} phút"), count(n, "minute")),
    };
    Localised { vi, en: Some(en) }
}

fn count(n: u32, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_said_in_both_languages() {
        let text = target_text(Rule::WorkingDays { n: 1 });

        assert_eq!(
            (text.vi.as_str(), text.en.as_deref()),
            ("1 ngày làm việc", Some("1 working day"))
        );
        assert_eq!(target_text(Rule::ElapsedMinutes { n: 60 }).en.as_deref(), Some("60 minutes"));
    }

    fn row(code: &str, parent: Option<&str>) -> CategoryRow {
        CategoryRow {
            code: CategoryCode::parse(code).expect("a code"),
            parent: parent.map(|parent| CategoryCode::parse(parent).expect("a code")),
            label: Localised { vi: code.to_owned(), en: None },
            help: None,
            sort: 1,
            active: true,
            default_agency: None,
            target: None,
            triage_target: None,
            is_public: None,
            precision: None,
            photo_public: None,
            review_required: None,
            after_photo: None,
            emergency_phone: None,
        }
    }

    #[test]
    fn a_leaf_inherits_what_it_leaves_open_and_nothing_else() {
        let topic = CategoryRow {
            is_public: Some(true),
            precision: Some(Precision::Exact),
            ..row("road", None)
        };
        let quiet =
            CategoryRow { precision: Some(Precision::Cell), ..row("road.noise", Some("road")) };

        let all = Categories::new(vec![quiet, topic]);
        let leaf = all.get(&CategoryCode::parse("road.noise").unwrap()).unwrap();

        assert!(leaf.is_public && leaf.is_leaf && !leaf.photo_public);
        assert_eq!(leaf.precision, Precision::Cell);
    }

    #[test]
    fn a_leaf_of_a_closed_topic_is_not_offered() {
        let topic = CategoryRow { active: false, ..row("road", None) };

        let all = Categories::new(vec![topic, row("road.pothole", Some("road"))]);

        assert!(all.offered().is_empty());
        assert!(all.for_filing(&CategoryCode::parse("road.pothole").unwrap()).is_none());
    }
}
