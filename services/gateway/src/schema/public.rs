//! Which values are the same for everybody, given the language and what the app says about itself. All others are the
//! viewer's. A mark is a promise: what is marked may be fetched under nobody's name and given to anybody.

use async_graphql::Value;

use crate::cache::Tag;

/// Types of which every field is public wherever it stands.
const TYPES: [&str; 35] = [
    "Agency",
    "Category",
    "Component",
    "DueDay",
    "DuePreview",
    "DueRule",
    "EditionInfo",
    "Exemption",
    "Fallback",
    "Fee",
    "FormVersion",
    "GeoPoint",
    "LegalRef",
    "LifeEvent",
    "LifeEventSuggestion",
    "Localised",
    "OpenDay",
    "OpenHours",
    "PageInfo",
    "Place",
    "PlaceMatch",
    "PrefilledValue",
    "Procedure",
    "ReportCategory",
    "ReportConnection",
    "ReportEdge",
    "SearchHit",
    "SearchResult",
    "ServiceConnection",
    "ServiceEdge",
    "ServiceNotice",
    "Sla",
    "SlaOverride",
    "Step",
    "PlaceAt",
];

/// Public fields of types that have others too.
const FIELDS: [(&str, &[&str]); 4] = [
    (
        "Query",
        &[
            "agency",
            "categories",
            "dueDatePreview",
            "lifeEvents",
            "placeSuggest",
            "procedure",
            "reportCategories",
            "reports",
            "search",
            "service",
            "serviceHome",
            "services",
            "wards",
        ],
    ),
    (
        "Report",
        &[
            "id",
            "code",
            "version",
            "title",
            "state",
            "stateText",
            "category",
            "ward",
            "agency",
            "address",
            "point",
            "approximate",
            "filedAt",
            "updatedAt",
            "followerCount",
        ],
    ),
    (
        "Service",
        &[
            "id",
            "code",
            "kind",
            "name",
            "summary",
            "category",
            "owner",
            "channels",
            "minIdentityLevel",
            "procedure",
            "deepLink",
            "edition",
            "demo",
            "redirectedFrom",
        ],
    ),
    ("ServiceHome", &["suggestions", "notices"]),
];

/// Whether a field is marked public.
pub fn is_public(parent: &str, field: &str) -> bool {
    TYPES.contains(&parent)
        || FIELDS.iter().any(|(known, fields)| *known == parent && fields.contains(&field))
}

/// Every mark, as type and field; no field for all fields of the type.
pub fn marks() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let fields =
        FIELDS.iter().flat_map(|(of, fields)| fields.iter().map(|field| (*of, Some(*field))));
    TYPES.iter().map(|of| (*of, None)).chain(fields)
}

/// Whether a filter makes a public root field one about whoever asks.
pub fn asks_about_viewer(root_field: &str, filter: Option<&Value>) -> bool {
    let Some(Value::Object(members)) = filter else { return false };
    let is_given = |member| members.get(member).is_some_and(|value| *value != Value::Null);
    root_field == "services" && (is_given("usable") || is_given("favourite"))
}

/// What a public root field is made of. `filter` is its argument of that name.
pub fn tags(root_field: &str, filter: Option<&Value>) -> Vec<Tag> {
    match root_field {
        "reports" => match wards(filter) {
            wards if wards.is_empty() => vec![Tag::Reports],
            wards => wards.into_iter().map(Tag::ReportsOf).collect(),
        },
        "agency" | "placeSuggest" | "wards" => vec![Tag::Places],
        "categories" | "dueDatePreview" | "lifeEvents" | "procedure" | "service"
        | "serviceHome" | "services" => vec![Tag::Services],
        "search" => vec![Tag::Places, Tag::Services],
        _ => Vec::new(), // what no event outdates grows old
    }
}

fn wards(filter: Option<&Value>) -> Vec<String> {
    let Some(Value::Object(members)) = filter else { return Vec::new() };
    let Some(Value::List(wards)) = members.get("wardCodes") else { return Vec::new() };
    let text = |ward: &Value| match ward {
        Value::String(ward) => Some(ward.clone()),
        _ => None,
    };
    wards.iter().filter_map(text).collect()
}
