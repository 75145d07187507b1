//! The admin documents of the services, merged into the one that is the route table. Pure: it runs when the document is
//! generated, and refuses what would make the table say two things at once.

use std::collections::BTreeMap;

use city_ids::ServiceName;
use serde_json::{Map, Value, json};

use super::table::{METHODS, PREFIX};

/// Why documents cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    #[error("{service}: the document has no object `paths`")]
    NoPaths { service: ServiceName },
    #[error("{service}: {path} is not under {PREFIX}/")]
    ForeignPath { service: ServiceName, path: String },
    #[error("{method} {path} is described by {first} and by {second}")]
    OperationTwice { method: String, path: String, first: ServiceName, second: ServiceName },
    #[error("{method} {path} ({service}) has no operationId")]
    NoOperationId { method: String, path: String, service: ServiceName },
    #[error("the operationId {id} is given twice: by {first} and by {second}")]
    OperationIdTwice { id: String, first: ServiceName, second: ServiceName },
    #[error("{method} {path}: x-city-service must be {service}")]
    WrongService { method: String, path: String, service: ServiceName },
    #[error("{method} {path} ({service}) has neither x-city-permission nor an empty security")]
    NoPermission { method: String, path: String, service: ServiceName },
    #[error("the component {section}/{name} differs between {first} and {second}")]
    ComponentTwice { section: String, name: String, first: ServiceName, second: ServiceName },
}

/// Merges the services' documents.
///
/// # Errors
/// [`MergeError`] for the first contradiction.
pub fn merge(documents: Vec<(ServiceName, Value)>) -> Result<Value, MergeError> {
    let mut merged = Merged::default();
    for (service, document) in documents {
        merged.add(service, document)?;
    }
    Ok(merged.document())
}

#[derive(Default)]
struct Merged {
    paths: BTreeMap<String, Map<String, Value>>,
    operations: BTreeMap<(String, String), ServiceName>,
    ids: BTreeMap<String, ServiceName>,
    components: BTreeMap<(String, String), (ServiceName, Value)>,
    tags: BTreeMap<String, Value>,
}

impl Merged {
    fn add(&mut self, service: ServiceName, mut document: Value) -> Result<(), MergeError> {
        let Some(Value::Object(paths)) = document.get_mut("paths").map(Value::take) else {
            return Err(MergeError::NoPaths { service });
        };
        for (path, item) in paths {
            if !path.starts_with(&format!("{PREFIX}/")) {
                return Err(MergeError::ForeignPath { service, path });
            }
            let Value::Object(item) = item else { continue };
            for (member, value) in item {
                if METHODS.contains(&member.as_str()) {
                    self.add_operation(service, &path, &member, &value)?;
                }
                self.paths.entry(path.clone()).or_default().insert(member, value);
            }
        }
        if let Some(Value::Object(sections)) = document.get_mut("components").map(Value::take) {
            for (section, entries) in sections {
                self.add_components(service, &section, entries)?;
            }
        }
        if let Some(Value::Array(tags)) = document.get_mut("tags").map(Value::take) {
            let named =
                tags.into_iter().filter_map(|tag| Some((tag["name"].as_str()?.to_owned(), tag)));
            self.tags.extend(named);
        }
        Ok(())
    }

    fn add_operation(
        &mut self,
        service: ServiceName,
        path: &str,
        method: &str,
        operation: &Value,
    ) -> Result<(), MergeError> {
        let (method, path) = (method.to_uppercase(), path.to_owned());
        if let Some(first) = self.operations.insert((path.clone(), method.clone()), service) {
            return Err(MergeError::OperationTwice { method, path, first, second: service });
        }
        let Some(id) = operation["operationId"].as_str() else {
            return Err(MergeError::NoOperationId { method, path, service });
        };
        if let Some(first) = self.ids.insert(id.to_owned(), service) {
            return Err(MergeError::OperationIdTwice { id: id.to_owned(), first, second: service });
        }
        if operation["x-city-service"].as_str() != Some(service.as_str()) {
            return Err(MergeError::WrongService { method, path, service });
        }
        if operation["x-city-permission"].as_str().is_none() && !is_open(operation) {
            return Err(MergeError::NoPermission { method, path, service });
        }
        Ok(())
    }

    fn add_components(
        &mut self,
        service: ServiceName,
        section: &str,
        entries: Value,
    ) -> Result<(), MergeError> {
        let Value::Object(entries) = entries else { return Ok(()) };
        for (name, entry) in entries {
            let key = (section.to_owned(), name);
            match self.components.get(&key) {
                Some((first, known)) if *known != entry => {
                    let (section, name) = key;
                    return Err(MergeError::ComponentTwice {
                        section,
                        name,
                        first: *first,
                        second: service,
                    });
                }
                Some(_) => {}
                None => {
                    self.components.insert(key, (service, entry));
                }
            }
        }
        Ok(())
    }

    fn document(self) -> Value {
        let mut components = Map::new();
        for ((section, name), (_, entry)) in self.components {
            let section = components.entry(section).or_insert_with(|| json!({}));
            section[name] = entry;
        }
        let bearer = json!({ "type": "http", "scheme": "bearer", "description": "An access token of a staff session" });
        components.insert("securitySchemes".to_owned(), json!({ "staff": bearer }));
        let paths: Map<String, Value> =
            self.paths.into_iter().map(|(path, item)| (path, Value::Object(item))).collect();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "City admin API",
                "version": "1",
                "description": "What city staff can do. Writes carry an Idempotency-Key; refusals are application/problem+json.",
            },
            "tags": self.tags.into_values().collect::<Vec<_>>(),
            "security": [{ "staff": [] }],
            "paths": paths,
            "components": components,
        })
    }
}

/// Whether an operation asks for no token: `security` is empty, or allows nothing at all as one of its ways.
pub(super) fn is_open(operation: &Value) -> bool {
    operation["security"].as_array().is_some_and(|ways| {
        ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(Map::is_empty))
    })
}

#[cfg(test)]
mod tests {
    use ServiceName::{Accounts, Reports};

    use super::*;

    fn document(path: &str, operation: &Value) -> Value {
        json!({ "openapi": "3.1.0", "paths": { path: { "get": operation } } })
    }

    fn operation(id: &str, service: ServiceName) -> Value {
        json!({ "operationId": id, "x-city-service": service.as_str(), "x-city-permission": "own", "responses": {} })
    }

    fn with_schema(mut document: Value, schema: &Value) -> Value {
        document["components"] = json!({ "schemas": { "Page": schema } });
        document
    }

    #[test]
    fn two_services_become_one_document() {
        let mine = with_schema(
            document("/admin/v1/me", &operation("getMe", Accounts)),
            &json!({ "type": "object" }),
        );
        let theirs = with_schema(
            document("/admin/v1/reports", &operation("list", Reports)),
            &json!({ "type": "object" }),
        );

        let merged = merge(vec![(Accounts, mine), (Reports, theirs)]).unwrap();

        assert_eq!(merged["paths"].as_object().unwrap().len(), 2);
        assert_eq!(merged["paths"]["/admin/v1/me"]["get"]["operationId"], "getMe");
        assert_eq!(merged["components"]["schemas"]["Page"], json!({ "type": "object" }));
        assert_eq!(merged["openapi"], "3.1.0");
        super::super::table::Table::parse(&merged.to_string()).unwrap();
    }

    #[test]
    fn contradictions_are_refused_by_name() {
        let me = |service| document("/admin/v1/me", &operation("getMe", service));
        let (method, path) = ("GET".to_owned(), "/admin/v1/me".to_owned());
        let twice = MergeError::OperationTwice { method, path, first: Accounts, second: Reports };
        assert_eq!(merge(vec![(Accounts, me(Accounts)), (Reports, me(Reports))]), Err(twice));

        let other = document("/admin/v1/other", &operation("getMe", Reports));
        let twice =
            MergeError::OperationIdTwice { id: "getMe".into(), first: Accounts, second: Reports };
        assert_eq!(merge(vec![(Accounts, me(Accounts)), (Reports, other.clone())]), Err(twice));

        let differing = vec![
            (
                Accounts,
                with_schema(
                    document("/admin/v1/a", &operation("a", Accounts)),
                    &json!({ "type": "object" }),
                ),
            ),
            (
                Reports,
                with_schema(
                    document("/admin/v1/b", &operation("b", Reports)),
                    &json!({ "type": "string" }),
                ),
            ),
        ];
        assert!(
            matches!(merge(differing), Err(MergeError::ComponentTwice { name, .. }) if name == "Page")
        );
    }

    #[test]
    fn an_operation_without_its_extensions_is_refused() {
        let without = |member: &str| {
            let mut operation = operation("getMe", Accounts);
            operation.as_object_mut().unwrap().remove(member);
            merge(vec![(Accounts, document("/admin/v1/me", &operation))])
        };

        assert!(matches!(without("x-city-service"), Err(MergeError::WrongService { .. })));
        assert!(matches!(without("x-city-permission"), Err(MergeError::NoPermission { .. })));
        assert!(matches!(without("operationId"), Err(MergeError::NoOperationId { .. })));
        for security in [json!([]), json!([{}])] {
            let mut open = operation("signIn", Accounts);
            open.as_object_mut().unwrap().remove("x-city-permission");
            open["security"] = security;
            assert!(merge(vec![(Accounts, document("/admin/v1/auth/sessions", &open))]).is_ok());
        }
    }

    #[test]
    fn a_path_outside_the_admin_api_is_refused() {
        for path in ["/internal/v1/x", "/admin/v1", "/admin/v10/x"] {
            let merged = merge(vec![(Accounts, document(path, &operation("x", Accounts)))]);

            assert!(matches!(merged, Err(MergeError::ForeignPath { .. })), "{path}");
        }
    }
}
