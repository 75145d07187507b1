//! The GraphQL schema, a file a domain. Names and descriptions are written out: they are the API.
//!
//! Not here: who may see or do what. The service that owns a thing decides.

mod account;
mod asking;
mod category;
mod connection;
mod due;
mod message;
mod mutation;
mod node;
mod photo;
mod public;
mod query;
mod refusal;
mod report;
mod report_input;
mod scalars;
mod shared;
mod subscription;
mod timeline;
mod user_error;

use async_graphql::{SDLExportOptions, Schema, SchemaBuilder};

pub use asking::Asking;
use mutation::Mutation;
pub use public::{is_public, tags};
use query::Query;
pub use refusal::{Refusal, code, internal, unavailable};
pub use scalars::BAD_INPUT;
use subscription::Subscription;

use crate::prepare::CostTable;

/// The schema as the engine runs it.
pub type CitySchema = Schema<Query, Mutation, Subscription>;

/// Mutations that must be the only root field of their operation: sign-in and codes.
pub const ALONE: &[&str] = &["requestPhoneCode", "confirmPhoneCode", "refreshSession"];

/// Root fields that a bad or expired access token does not stop: they are how one gets a new one.
pub const WITHOUT_TOKEN: &[&str] = &["requestPhoneCode", "confirmPhoneCode", "refreshSession"];

/// Root fields of queries whose arguments may not stand in a URL: phones, tracking codes, answers of a form.
pub const PRIVATE_ARGUMENTS: &[&str] = &["checkFile", "feeQuote", "trackDossier"];

/// A schema to be finished by the engine.
pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription).disable_suggestions()
}

/// What lists without pages are taken to hold.
pub fn costs() -> CostTable {
    let assumed = [
        ("Query.reportCategories", 30),
        ("Report.photos", 5),
        ("Report.afterPhotos", 5),
        ("Report.dueExplanation", 20),
        ("ReportRating.reasons", 5),
    ];
    let assumed = assumed.into_iter().map(|(field, length)| (field.to_owned(), length)).collect();
    CostTable { assumed, ..CostTable::default() }
}

/// The schema as `graphql/schema.graphql` holds it: sorted, so that a change is a readable difference.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .prefer_single_line_descriptions()
        .use_space_ident();
    let sdl = builder().finish().sdl_with_options(options);
    format!("{}\n", sdl.trim_end())
}
