//! The parameters of a GraphQL request, from a JSON body or a query string. Nothing is guessed or repaired.

use serde_json::{Map, Value};

use super::json;
use crate::prepare::RequestError;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    pub document: Source,
    pub operation_name: Option<String>,
    /// Privacy: holds what people typed; never log it.
    pub variables: Map<String, Value>,
    pub extensions: Map<String, Value>,
}

/// Where the document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Text(String),
    /// `documentId`, without its `sha256:`.
    Id(String),
    /// `extensions.persistedQuery`: the hash, and the text if it came along.
    Hash {
        sha256: String,
        text: Option<String>,
    },
}

impl Parameters {
    /// Reads the body of a POST: one JSON object.
    ///
    /// # Errors
    /// `BAD_REQUEST` that names the parameter.
    pub fn from_body(body: &[u8]) -> Result<Self, RequestError> {
        match json::read(body)? {
            Value::Object(members) => Self::from_members(members),
            Value::Array(_) => Err(refuse("A batch of operations is not accepted")),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Err(refuse("The body must be a JSON object"))
            }
        }
    }

    /// Reads the query string of a GET; `variables` and `extensions` are JSON text.
    ///
    /// # Errors
    /// `BAD_REQUEST` that names the parameter.
    pub fn from_query(query: &str) -> Result<Self, RequestError> {
        let mut members = Map::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = form_decoded(name)?;
            let value = form_decoded(value)?;
            let value = match name.as_str() {
                "variables" | "extensions" => json::read(value.as_bytes()).map_err(|_| {
                    refuse(format!("{name} must be JSON text without repeated members"))
                })?,
                "operationName" if value.is_empty() => Value::Null,
                "query" | "operationName" | "documentId" => Value::String(value),
                _ => continue,
            };
            if members.insert(name.clone(), value).is_some() {
                return Err(refuse(format!("{name} is given twice")));
            }
        }
        Self::from_members(members)
    }

    fn from_members(mut members: Map<String, Value>) -> Result<Self, RequestError> {
        let text = string(&mut members, "query")?;
        let operation_name = string(&mut members, "operationName")?;
        let id = string(&mut members, "documentId")?;
        let variables = object(&mut members, "variables")?;
        let extensions = object(&mut members, "extensions")?;
        let document = match (id, persisted_hash(&extensions)?, text) {
            (Some(_), _, Some(_)) | (Some(_), Some(_), _) => {
                Err(refuse("documentId excludes query and persistedQuery"))
            }
            (Some(id), None, None) => {
                Ok(Source::Id(id.strip_prefix("sha256:").unwrap_or(&id).to_owned()))
            }
            (None, Some(sha256), text) => Ok(Source::Hash { sha256, text }),
            (None, None, Some(text)) => Ok(Source::Text(text)),
            (None, None, None) => Err(refuse("query is missing")),
        }?;
        Ok(Self { document, operation_name, variables, extensions })
    }
}

/// Apollo's persisted queries: `{"persistedQuery": {"version": 1, "sha256Hash": "…"}}`.
fn persisted_hash(extensions: &Map<String, Value>) -> Result<Option<String>, RequestError> {
    let Some(persisted) = extensions.get("persistedQuery").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let version = persisted.get("version").and_then(Value::as_u64);
    let hash = persisted.get("sha256Hash").and_then(Value::as_str);
    match (version, hash) {
        (Some(1), Some(hash)) if is_sha256(hash) => Ok(Some(hash.to_ascii_lowercase())),
        _ => Err(refuse("extensions.persistedQuery must have version 1 and a sha256Hash")),
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn string(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, RequestError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(refuse(format!("{name} must be a string"))),
    }
}

fn object(
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<Map<String, Value>, RequestError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(refuse(format!("{name} must be an object"))),
    }
}

/// Decodes `+` and `%XX`; the standard decoder would replace what is not UTF-8, and we refuse it.
fn form_decoded(text: &str) -> Result<String, RequestError> {
    let broken = || refuse("The query string is not form-encoded UTF-8");
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = digit().zip(digit()).ok_or_else(broken)?;
                u8::try_from(high * 16 + low).map_err(|_| broken())?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).map_err(|_| broken())
}

fn refuse(message: impl Into<String>) -> RequestError {
    RequestError::parameters(message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const HASH: &str = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";

    fn refusal(body: &str) -> Option<String> {
        let refused = Parameters::from_body(body.as_bytes()).err()?;
        assert_eq!(refused.outcome, crate::prepare::Outcome::Parameters);
        refused.faults.first().map(|fault| fault.message.clone())
    }

    fn document(body: &str) -> Source {
        Parameters::from_body(body.as_bytes()).unwrap().document
    }

    #[test]
    fn a_body_with_all_parameters_is_read() {
        let body = r#"{"query":"{a}","operationName":"q","variables":{"a":[1]},"extensions":{"x":1},"other":[]}"#;

        let read = Parameters::from_body(body.as_bytes()).unwrap();

        assert_eq!(read.document, Source::Text("{a}".to_owned()));
        assert_eq!(read.operation_name.as_deref(), Some("q"));
        assert_eq!(Value::Object(read.variables), json!({ "a": [1] }));
        assert_eq!(Value::Object(read.extensions), json!({ "x": 1 }));
    }

    #[test]
    fn null_is_the_same_as_absent() {
        let body = r#"{"query":"{a}","operationName":null,"variables":null,"extensions":null,"documentId":null}"#;

        let read = Parameters::from_body(body.as_bytes()).unwrap();

        assert_eq!(read, Parameters::from_body(br#"{"query":"{a}"}"#).unwrap());
    }

    #[test]
    fn b02_b03_wrong_bodies_are_refused_by_name() {
        let deep = format!(
            r#"{{"query":"{{a}}","variables":{{"a":{}1{}}}}}"#,
            "[".repeat(31),
            "]".repeat(31)
        );
        let batch = format!("[{}]", [r#"{"query":"{a}"}"#; 3].join(","));
        let table = [
            (batch.as_str(), "A batch of operations is not accepted"),
            ("\"{a}\"", "The body must be a JSON object"),
            ("{}", "query is missing"),
            (r#"{"query":null}"#, "query is missing"),
            (r#"{"query":1}"#, "query must be a string"),
            (r#"{"query":["{a}"]}"#, "query must be a string"),
            (r#"{"query":"{a}","operationName":1}"#, "operationName must be a string"),
            (r#"{"query":"{a}","variables":"{}"}"#, "variables must be an object"),
            (r#"{"query":"{a}","variables":[]}"#, "variables must be an object"),
            (r#"{"query":"{a}","extensions":0}"#, "extensions must be an object"),
            (
                r#"{"query":"{a}","query":"{b}"}"#,
                "The body is not valid JSON, or names a member twice",
            ),
            (
                r#"{"query":"{a}","qu\u0065ry":"{b}"}"#,
                "The body is not valid JSON, or names a member twice",
            ),
            (
                r#"{"query":"{a}","variables":{"a":1,"a":2}}"#,
                "The body is not valid JSON, or names a member twice",
            ),
            (r#"{"query":"{a}"} {}"#, "The body is not valid JSON, or names a member twice"),
            (r#"{"query":"{a}""#, "The body is not valid JSON, or names a member twice"),
            ("", "The body is not valid JSON, or names a member twice"),
            (deep.as_str(), "The body is nested deeper than 32"),
        ];
        for (body, message) in table {
            assert_eq!(refusal(body).as_deref(), Some(message), "{body}");
        }
    }

    #[test]
    fn b03_a_body_that_is_not_utf8_is_refused() {
        assert!(Parameters::from_body(b"{\"query\":\"\xFF\"}").is_err());
    }

    #[test]
    fn b02_a_body_nested_by_the_thousand_is_refused_without_recursion() {
        let body = "[".repeat(60_000);

        assert_eq!(refusal(&body).as_deref(), Some("The body is nested deeper than 32"));
    }

    #[test]
    fn brackets_inside_strings_do_not_nest() {
        let body = format!(r#"{{"query":"{}\"{}"}}"#, "[".repeat(40), "{".repeat(40));

        assert!(Parameters::from_body(body.as_bytes()).is_ok());
    }

    #[test]
    fn a_document_comes_as_text_id_or_hash() {
        let persisted = |rest: &str| {
            format!(
                r#"{{{rest}"extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{HASH}"}}}}}}"#
            )
        };
        let hash = |text: Option<&str>| Source::Hash {
            sha256: HASH.to_owned(),
            text: text.map(str::to_owned),
        };

        assert_eq!(document(r#"{"documentId":"sha256:abc"}"#), Source::Id("abc".to_owned()));
        assert_eq!(document(r#"{"documentId":"abc"}"#), Source::Id("abc".to_owned()));
        assert_eq!(document(&persisted("")), hash(None));
        assert_eq!(document(&persisted(r#""query":"{a}","#)), hash(Some("{a}")));
    }

    #[test]
    fn ids_that_contradict_or_are_malformed_are_refused() {
        for body in [
            r#"{"query":"{a}","documentId":"x"}"#.to_owned(),
            format!(
                r#"{{"documentId":"x","extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{HASH}"}}}}}}"#
            ),
            format!(
                r#"{{"extensions":{{"persistedQuery":{{"version":2,"sha256Hash":"{HASH}"}}}}}}"#
            ),
            r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#.to_owned(),
            r#"{"query":"{a}","extensions":{"persistedQuery":true}}"#.to_owned(),
        ] {
            assert!(refusal(&body).is_some(), "{body}");
        }
    }

    #[test]
    fn a_query_string_is_form_decoded() {
        let read = Parameters::from_query(
            "query=query+A%7Ba%7D&operationName=A&variables=%7B%22x%22%3A%22%E1%BA%BF%22%7D&foo=%31",
        );

        let read = read.unwrap();
        assert_eq!(read.document, Source::Text("query A{a}".to_owned()));
        assert_eq!(read.operation_name.as_deref(), Some("A"));
        assert_eq!(Value::Object(read.variables), json!({ "x": "ế" }));
    }

    #[test]
    fn an_empty_operation_name_in_a_query_string_is_absent() {
        assert_eq!(
            Parameters::from_query("query={a}&operationName=").unwrap().operation_name,
            None
        );
    }

    #[test]
    fn wrong_query_strings_are_refused() {
        for query in [
            "",
            "query",
            "query={a}&query={b}",
            "query={a}&variables=x",
            "query={a}&variables=",
            "query={a}&variables=[]",
            "query={a}&variables={\"a\":1,\"a\":2}",
            "query={a}&extensions=1",
            "query=%FF",
            "query=%4",
            "query=%zz",
        ] {
            let read = Parameters::from_query(query);

            // `query` without a value is an empty text, which the guard's parser names as a syntax error.
            assert_eq!(read.is_err(), query != "query", "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let read = Parameters::from_body(&body);
            prop_assert!(read.is_err(), "random bytes are no request: {:?}", read);
        }

        #[test]
        fn what_is_form_encoded_reads_back(text in "\\PC{0,40}") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            prop_assert_eq!(form_decoded(&encoded).expect("it is encoded UTF-8"), text);
        }
    }
}
