//! The OpenAPI document as a route table: an operation that is not in it does not exist.

use std::collections::BTreeMap;
use std::time::Duration;

use city_ids::ServiceName;
use http::Method;
use serde_json::Value;

use super::merge::is_open;

/// Where the admin API lives.
pub const PREFIX: &str = "/admin/v1";
pub(super) const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const BODY_BYTES: usize = 256 * 1024;
const MOST_BODY_BYTES: usize = 50 * 1024 * 1024;
const TIMEOUT_SECONDS: u64 = 10;
const MOST_TIMEOUT_SECONDS: u64 = 60;

/// Why a document is no route table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("the admin document is not JSON")]
    NotJson(#[from] serde_json::Error),
    #[error("{method} {path}: {what}")]
    Operation { method: String, path: String, what: &'static str },
}

/// What the gateway has to know of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub id: String,
    pub service: ServiceName,
    /// Sign-in and refresh: nobody is proven yet.
    pub is_open: bool,
    pub needs_recent_auth: bool,
    pub needs_idempotency_key: bool,
    pub max_body_bytes: usize,
    pub timeout: Duration,
    /// The bodies it takes; none at all if empty.
    pub media_types: Vec<String>,
}

/// The operations by path.
#[derive(Debug)]
pub struct Table {
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    template: Vec<Segment>,
    operations: BTreeMap<String, Operation>,
}

/// A segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// `{id}`, also between literals such as `{id}.csv`.
    Parameter {
        before: String,
        after: String,
    },
}

/// What a request's path and method find.
#[derive(Debug, PartialEq, Eq)]
pub enum Match<'a> {
    Found(&'a Operation),
    NoPath,
    /// The path exists for these methods only.
    NoMethod(Vec<&'a str>),
}

impl Table {
    /// Reads a merged document.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn parse(document: &str) -> Result<Self, TableError> {
        let document: Value = serde_json::from_str(document)?;
        let mut routes = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let template = path.split('/').skip(1).map(Segment::parse).collect();
            let mut operations = BTreeMap::new();
            for (method, operation) in item.as_object().into_iter().flatten() {
                if METHODS.contains(&method.as_str()) {
                    let method = method.to_uppercase();
                    let failed = |what| TableError::Operation {
                        method: method.clone(),
                        path: path.clone(),
                        what,
                    };
                    operations.insert(
                        method.clone(),
                        Operation::read(&method, operation).map_err(failed)?,
                    );
                }
            }
            routes.push(Route { template, operations });
        }
        // Literals before parameters: `/reports/kpi` is not the report named kpi.
        routes.sort_by_key(|route: &Route| {
            route.template.iter().map(Segment::rank).collect::<Vec<_>>()
        });
        Ok(Self { routes })
    }

    /// Finds the operation of a request.
    pub fn find(&self, method: &Method, path: &str) -> Match<'_> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let Some(route) = self.routes.iter().find(|route| route.fits(&segments)) else {
            return Match::NoPath;
        };
        match route.operations.get(method.as_str()) {
            Some(operation) => Match::Found(operation),
            None => Match::NoMethod(route.operations.keys().map(String::as_str).collect()),
        }
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.routes.iter().map(|route| route.operations.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Route {
    fn fits(&self, segments: &[&str]) -> bool {
        self.template.len() == segments.len()
            && self.template.iter().zip(segments).all(|(template, given)| template.fits(given))
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)))
        {
            Some((before, after)) => {
                Self::Parameter { before: before.to_owned(), after: after.to_owned() }
            }
            None => Self::Literal(text.to_owned()),
        }
    }

    fn rank(&self) -> (u8, usize) {
        match self {
            Self::Literal(_) => (0, 0),
            Self::Parameter { before, after } => (1, usize::MAX - before.len() - after.len()),
        }
    }

    fn fits(&self, given: &str) -> bool {
        match self {
            Self::Literal(text) => text == given,
            Self::Parameter { before, after } => {
                let value = given
                    .strip_prefix(before.as_str())
                    .and_then(|rest| rest.strip_suffix(after.as_str()));
                value.is_some_and(|value| !value.is_empty())
            }
        }
    }
}

impl Operation {
    fn read(method: &str, operation: &Value) -> Result<Self, &'static str> {
        let service = operation["x-city-service"].as_str().unwrap_or_default();
        let service = ServiceName::ALL.into_iter().find(|name| name.as_str() == service);
        let number = |member: &str| match &operation[member] {
            Value::Null => Ok(None),
            value => {
                value.as_u64().map(Some).ok_or("an extension that must be a whole number is not")
            }
        };
        let max_body = number("x-city-max-body")?
            .map_or(Ok(BODY_BYTES), usize::try_from)
            .unwrap_or(usize::MAX);
        let timeout = number("x-city-timeout")?.unwrap_or(TIMEOUT_SECONDS);
        if max_body > MOST_BODY_BYTES || timeout > MOST_TIMEOUT_SECONDS {
            return Err("x-city-max-body or x-city-timeout is over its bound");
        }
        let is_open = is_open(operation);
        if !is_open && operation["x-city-permission"].as_str().is_none() {
            return Err("x-city-permission is missing");
        }
        let changes = matches!(method, "POST" | "PUT" | "PATCH" | "DELETE");
        let bodies = operation["requestBody"]["content"].as_object();
        Ok(Self {
            id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
            service: service.ok_or("x-city-service names no service")?,
            is_open,
            needs_recent_auth: operation["x-city-recent-auth"].as_bool().unwrap_or(false),
            needs_idempotency_key: changes
                && operation["x-city-idempotency"].as_str() != Some("none"),
            max_body_bytes: max_body,
            timeout: Duration::from_secs(timeout),
            media_types: bodies
                .map(|bodies| bodies.keys().map(|name| name.to_ascii_lowercase()).collect())
                .unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(id: &str) -> Value {
        json!({ "operationId": id, "x-city-service": "reports", "x-city-permission": "reports.report.read" })
    }

    fn table() -> Table {
        let document = json!({ "paths": {
            "/admin/v1/reports/{id}": { "get": operation("one"), "delete": operation("drop"), "parameters": [] },
            "/admin/v1/reports/kpi": { "get": operation("kpi") },
            "/admin/v1/reports/{id}/photos/{no}": { "get": operation("photo") },
            "/admin/v1/reports/{day}.csv": { "get": operation("day") },
        }});
        Table::parse(&document.to_string()).unwrap()
    }

    fn found(path: &str) -> Option<String> {
        match table().find(&Method::GET, path) {
            Match::Found(operation) => Some(operation.id.clone()),
            Match::NoPath | Match::NoMethod(_) => None,
        }
    }

    #[test]
    fn literals_win_over_parameters() {
        assert_eq!(found("/admin/v1/reports/rpt_1").as_deref(), Some("one"));
        assert_eq!(found("/admin/v1/reports/kpi").as_deref(), Some("kpi"));
        assert_eq!(found("/admin/v1/reports/2026-03-04.csv").as_deref(), Some("day"));
        assert_eq!(found("/admin/v1/reports/rpt_1/photos/2").as_deref(), Some("photo"));
    }

    #[test]
    fn what_is_not_in_the_document_does_not_exist() {
        for path in [
            "/admin/v1/reports",
            "/admin/v1/reports/",
            "/admin/v1/reports/a/b",
            "/admin/v1/Reports/kpi",
            "/",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
        assert_eq!(
            table().find(&Method::PUT, "/admin/v1/reports/x"),
            Match::NoMethod(vec!["DELETE", "GET"])
        );
    }

    #[test]
    fn files_of_bills_and_statements_are_let_through_whole() {
        let table = Table::parse(super::super::DOCUMENT).unwrap();
        for path in ["/admin/v1/payments/billers/HUEWACO/bills", "/admin/v1/payments/statements"] {
            let Match::Found(operation) = table.find(&Method::POST, path) else {
                unreachable!("{path} is documented")
            };
            assert_eq!(operation.max_body_bytes, 20_000_000, "{path}");
            assert_eq!(operation.timeout, Duration::from_mins(1), "{path}");
        }
    }

    #[test]
    fn writes_need_a_key_unless_the_document_frees_them() {
        let read = |method: &str, extra: Value| {
            let mut operation = operation("x");
            operation.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            Operation::read(method, &operation)
        };

        assert!(read("POST", json!({})).unwrap().needs_idempotency_key);
        assert!(read("DELETE", json!({})).unwrap().needs_idempotency_key);
        assert!(!read("GET", json!({})).unwrap().needs_idempotency_key);
        assert!(
            !read("POST", json!({ "x-city-idempotency": "none" })).unwrap().needs_idempotency_key
        );
        assert!(read("POST", json!({ "x-city-max-body": 50 * 1024 * 1024 + 1 })).is_err());
        assert!(read("POST", json!({ "x-city-timeout": 61 })).is_err());
        assert!(read("POST", json!({ "x-city-service": "weather" })).is_err());
    }
}
