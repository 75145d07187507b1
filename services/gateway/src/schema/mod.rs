//! The GraphQL schema, a file a domain. Names and descriptions are written out: they are the API.
//!
//! Not here: who may see or do what. The service that owns a thing decides.

mod account;
mod agency;
mod asking;
mod availability;
mod bill;
mod biller;
mod catalogue_batch;
mod category;
mod connection;
mod dossier;
mod dossier_enums;
mod dossier_input;
mod dossier_mutation;
mod dossier_parts;
mod dossier_payload;
mod dossier_query;
mod due;
mod edition;
mod form;
mod merchant;
mod message;
mod mutation;
mod node;
mod payment;
mod payment_batch;
mod payment_input;
mod payment_mutation;
mod payment_node;
mod payment_query;
mod photo;
mod pin;
mod place;
mod place_query;
mod procedure;
mod procedure_parts;
mod provider_payment;
mod public;
mod query;
mod quote;
mod refusal;
mod report;
mod report_input;
mod scalars;
mod search;
mod selected;
mod service;
mod service_group;
mod service_home;
mod service_input;
mod service_mutation;
mod service_query;
mod shared;
mod subscription;
mod timeline;
mod user_error;
mod wallet;

use async_graphql::{SDLExportOptions, Schema, SchemaBuilder};

pub use asking::Asking;
use mutation::Mutation;
pub use public::{asks_about_viewer, is_public, marks, tags};
use query::Query;
pub use refusal::{Refusal, code, internal, unavailable};
pub use scalars::BAD_INPUT;
use subscription::Subscription;

use crate::prepare::CostTable;

/// The schema as the engine runs it.
pub type CitySchema = Schema<Query, Mutation, Subscription>;

/// Mutations that must be the only root field of their operation: sign-in, codes, the PIN, and all that move money.
pub const ALONE: &[&str] = &[
    "requestPhoneCode",
    "confirmPhoneCode",
    "refreshSession",
    "setWalletPin",
    "createStepUp",
    "sendMoney",
    "payBill",
    "payMerchant",
    "closeWallet",
    "startProviderPayment",
];

/// Root fields that a bad or expired access token does not stop: they are how one gets a new one.
pub const WITHOUT_TOKEN: &[&str] = &["requestPhoneCode", "confirmPhoneCode", "refreshSession"];

/// Root fields of queries whose arguments may not stand in a URL: phones, codes of dossiers and customers, answers of a
/// form, notes to a payee.
pub const PRIVATE_ARGUMENTS: &[&str] =
    &["billsByCode", "checkFile", "feeQuote", "payeeByPhone", "paymentQuote", "trackDossier"];

/// A schema to be finished by the engine.
pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription).disable_suggestions()
}

/// What lists without pages are taken to hold.
pub fn costs() -> CostTable {
    let assumed = [
        ("Query.reportCategories", 30),
        ("Query.categories", 30),
        ("Query.lifeEvents", 20),
        ("Query.wards", 40),
        ("Place.successors", 2),
        ("Place.former", 5),
        ("Place.agencies", 3),
        ("Agency.openings", 14),
        ("OpenDay.hours", 2),
        ("ServiceHome.suggestions", 5),
        ("LifeEventSuggestion.services", 5),
        ("ServiceHome.notices", 5),
        ("Service.channels", 3),
        ("LifeEvent.serviceCodes", 5),
        ("Procedure.levels", 2),
        ("Procedure.channels", 3),
        ("Procedure.legalBasis", 5),
        ("Procedure.fees", 5),
        ("Procedure.exemptions", 5),
        ("Sla.overrides", 2),
        ("Component.alternatives", 2),
        ("Exemption.feeCodes", 2),
        ("ExemptionLine.feeCodes", 2),
        ("FormVersion.prefill", 5),
        ("FeeQuote.lines", 5),
        ("FeeQuote.applied", 3),
        ("FeeQuote.possible", 3),
        ("DuePreview.days", 20),
        ("Dossier.dueExplanation", 20),
        ("Dossier.bills", 3),
        ("Dossier.requests", 3),
        ("SupplementRequest.items", 5),
        ("Dossier.results", 2),
        ("Report.photos", 5),
        ("Report.afterPhotos", 5),
        ("Report.dueExplanation", 20),
        ("ReportRating.reasons", 5),
        ("Wallet.limits", 5),
        ("LimitStatus.excludes", 10),
        ("PaymentQuote.problems", 3),
        ("Bill.heads", 5),
        ("Query.billers", 30),
        ("Payment.refunds", 2),
    ];
    let assumed = assumed.into_iter().map(|(field, length)| (field.to_owned(), length)).collect();
    // A search reads the whole index.
    let searches = ["Query.search", "Query.placeSuggest"];
    let extra = searches.into_iter().map(|field| (field.to_owned(), 500)).collect();
    CostTable { assumed, extra }
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
