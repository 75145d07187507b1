//! Hostile documents, made to measure.

use std::fmt::Write as _;

/// An operation that spreads fragment 0; each of `n` fragments spreads the next `k` times.
pub(crate) fn fragment_bomb(n: usize, k: usize) -> String {
    let mut text = String::from("{...f0}");
    for i in 0..n {
        let spreads = format!("...f{}", i + 1).repeat(k);
        write!(text, "fragment f{i} on Q{{{spreads}}}").expect("a String takes all");
    }
    write!(text, "fragment f{n} on Q{{a}}").expect("a String takes all");
    text
}

/// Fragments that spread each other in a ring of `n`.
pub(crate) fn ring(n: usize) -> String {
    let fragment = |i: usize| format!("fragment f{i} on Q{{a ...f{}}}", (i + 1) % n);
    format!("{{...f0}}{}", (0..n).map(fragment).collect::<String>())
}

pub(crate) fn aliases(n: usize) -> String {
    format!("{{{}}}", (0..n).map(|i| format!("a{i}:a ")).collect::<Vec<_>>().concat())
}

/// One argument of `n` opening brackets, a number, `n` closing ones.
pub(crate) fn nested_list(n: usize) -> String {
    format!("{{a(b:{}1{})}}", "[".repeat(n), "]".repeat(n))
}

pub(crate) fn nested_object(n: usize) -> String {
    format!("{{a(b:{}1{})}}", "{c:".repeat(n), "}".repeat(n))
}

pub(crate) fn nested_type(n: usize) -> String {
    format!("query($v:{}Int{}){{a}}", "[".repeat(n), "]".repeat(n))
}

/// Fields `n` deep.
pub(crate) fn deep(n: usize) -> String {
    format!("{}a{}", "{a".repeat(n.saturating_sub(1)) + "{", "}".repeat(n))
}

pub(crate) fn directives(n: usize) -> String {
    format!("{{a {}}}", "@b ".repeat(n))
}

/// A valid document that fills the token limit: one-letter names, nothing refused before the count but aliases.
pub(crate) fn dense(tokens: usize) -> String {
    format!("{{{}}}", "a ".repeat(tokens - 2))
}

pub(crate) const INTROSPECTION: &str = "
query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind }
  subscriptionType { name kind } types { ...FullType }
  directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
