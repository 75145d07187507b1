//! The engine itself on documents in normal form: what we promise about it, seen.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{EmptySubscription, ID, Object, Request, Schema, SimpleObject, ValidationMode};
use serde_json::json;

use super::object;
use crate::prepare::{Shape, prepare};

struct Query;
struct Mutation(Arc<AtomicUsize>);

#[derive(SimpleObject)]
struct Thing {
    id: ID,
    title: String,
}

#[Object]
impl Query {
    async fn thing(&self, id: ID, #[graphql(default = 3)] count: i32) -> Thing {
        Thing { id, title: count.to_string() }
    }
}

#[Object]
impl Mutation {
    async fn touch(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

async fn run(text: &str, given: serde_json::Value) -> (serde_json::Value, usize) {
    let calls = Arc::new(AtomicUsize::new(0));
    let schema = Schema::build(Query, Mutation(Arc::clone(&calls)), EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .finish();
    let shape = Shape::parse(&schema.sdl()).expect("the engine exports SDL");
    let prepared = prepare(text, &shape, |_| Ok(())).expect("the document is valid");
    let operation = prepared.operation(None).expect("it has one operation");
    let variables = operation.coerce(&shape, &object(given)).expect("the variables fit");
    let mut request = Request::new("").variables(variables.clone());
    request.set_parsed_query(operation.document(&shape, &variables).into_owned());
    let answer = schema.execute(request).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    (answer.data.into_json().expect("data is JSON"), calls.load(Ordering::SeqCst))
}

fn answered(text: &str, given: serde_json::Value) -> (serde_json::Value, usize) {
    async_graphql::futures_util::FutureExt::now_or_never(run(text, given))
        .expect("these resolvers never wait")
}

#[test]
fn a_mutation_written_twice_runs_once() {
    assert_eq!(
        answered("mutation{touch touch ...f} fragment f on Mutation{touch}", json!({})),
        (json!({ "touch": 1 }), 1)
    );
}

#[test]
fn a_mutation_under_two_conditions_runs_once() {
    let text = "mutation($a:Boolean!,$b:Boolean=true){touch @include(if:$a) touch @include(if:$b)}";

    assert_eq!(answered(text, json!({ "a": true })), (json!({ "touch": 1 }), 1));
    assert_eq!(answered(text, json!({ "a": false, "b": false })), (json!({}), 0));
}

#[test]
fn defaults_of_variables_reach_skip() {
    let text = "query Q($no:Boolean=true){thing(id:7){id title @skip(if:$no)}}";

    assert_eq!(answered(text, json!({})), (json!({ "thing": { "id": "7" } }), 0));
}

#[test]
fn merged_fields_answer_together() {
    let text = "query Q($n:Int!){...a thing(id:1,count:$n){title}} fragment a on Query{thing(id:1,count:$n){id}}";

    assert_eq!(
        answered(text, json!({ "n": 5.0 })),
        (json!({ "thing": { "id": "1", "title": "5" } }), 0)
    );
}
