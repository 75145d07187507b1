//! Which values are the same for everybody, given the language and what the app says about itself. All others are the
//! viewer's. A mark is a promise: what is marked may be fetched under nobody's name and given to anybody.

use async_graphql::Value;

use crate::cache::Tag;

/// Types of which every field is public wherever it stands.
const TYPES: [&str; 5] = ["GeoPoint", "Localised", "PageInfo", "Place", "ReportCategory"];

/// Public fields of types that have others too.
const FIELDS: [(&str, &[&str]); 4] = [
    ("Query", &["reportCategories", "reports"]),
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
    ("ReportConnection", &["edges", "pageInfo"]),
    ("ReportEdge", &["cursor", "node"]),
];

/// Whether a field is marked public.
pub fn is_public(parent: &str, field: &str) -> bool {
    TYPES.contains(&parent)
        || FIELDS.iter().any(|(known, fields)| *known == parent && fields.contains(&field))
}

/// What a public root field is made of. `filter` is its argument of that name.
pub fn tags(root_field: &str, filter: Option<&Value>) -> Vec<Tag> {
    match root_field {
        "reports" => match wards(filter) {
            wards if wards.is_empty() => vec![Tag::Reports],
            wards => wards.into_iter().map(Tag::ReportsOf).collect(),
        },
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
