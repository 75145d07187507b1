//! Every root field of the catalogue for nobody, for a resident and for another one. What is asked for by an id belongs to
//! nobody of them: each of them learns as little about it as about what does not exist.

use super::graphql::{Row, SIGN_IN, mutation, query};
use crate::phone::key;

/// A dossier of nobody who is here.
const DOSSIER: &str = "dos_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d";
/// A file of it.
const FILE: &str = "fil_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d";

/// Of people who sign in to find nothing.
const NOT_FOUND: [&str; 3] = [SIGN_IN, "refused NOT_FOUND", "refused NOT_FOUND"];

/// A mutation of [`DOSSIER`].
fn acts(field: &str, more: &str, selects: &str) -> String {
    let input = format!("{{ idempotencyKey: {:?}, id: {DOSSIER:?}{more} }}", key());
    format!("{field}(input: {input}) {{ {selects} userErrors {{ code }} }}")
}

/// In the order they are asked.
pub const ROWS: &[Row] = &[
    query("categories", |_| "categories { code }".to_owned(), ["a list"; 3]),
    query("lifeEvents", |_| "lifeEvents { code }".to_owned(), ["a list"; 3]),
    query("wards", |_| "wards { code }".to_owned(), ["a list"; 3]),
    query("agency", |_| "agency(code: \"HUE-SXD\") { code }".to_owned(), ["given"; 3]),
    query(
        "placeAt",
        |_| "placeAt(at: { lat: 16.4637, lon: 107.5909 }) { approximate }".to_owned(),
        ["given"; 3],
    ),
    query(
        "placeSuggest",
        |_| "placeSuggest(q: \"Phú Lộc\") { matchedOn }".to_owned(),
        ["a list"; 3],
    ),
    query("search", |_| "search(q: \"khai sinh\") { didYouMean }".to_owned(), ["given"; 3]),
    query("serviceHome", |_| "serviceHome { historyOn }".to_owned(), ["given"; 3]),
    query(
        "services",
        |_| "services(first: 1) { edges { node { code } } }".to_owned(),
        ["1 entries"; 3],
    ),
    query("service", |_| "service(code: \"no-such-service\") { code }".to_owned(), ["null"; 3]),
    query(
        "procedure",
        |_| "procedure(nationalCode: \"9.999999\") { nationalCode }".to_owned(),
        ["null"; 3],
    ),
    query(
        "feeQuote",
        |_| "feeQuote(nationalCode: \"9.999999\", answers: {}) { total }".to_owned(),
        ["null"; 3],
    ),
    query(
        "checkFile",
        |_| "checkFile(nationalCode: \"9.999999\", answers: {}, components: []) { ok }".to_owned(),
        ["null"; 3],
    ),
    query(
        "dueDatePreview",
        |_| "dueDatePreview(nationalCode: \"9.999999\", channel: ONLINE) { dueAt }".to_owned(),
        ["null"; 3],
    ),
    query(
        "trackDossier",
        |_| {
            "trackDossier(code: \"HUE-STP-260304-000001\", phoneLast4: \"0000\") { code }"
                .to_owned()
        },
        ["null"; 3],
    ),
    query("dossier", |_| format!("dossier(id: {DOSSIER:?}) {{ id }}"), [SIGN_IN, "null", "null"]),
    query(
        "myDossiers",
        |_| "myDossiers { edges { node { id } } }".to_owned(),
        [SIGN_IN, "0 entries", "0 entries"],
    ),
    mutation(
        "openService",
        |_| {
            format!(
                "openService(input: {{ idempotencyKey: {:?}, code: \"no-such-service\" }}) {{ deepLink userErrors {{ code }} }}",
                key()
            )
        },
        ["refused NOT_FOUND"; 3],
    ),
    mutation(
        "setFavouriteService",
        |_| {
            format!(
                "setFavouriteService(input: {{ idempotencyKey: {:?}, code: \"no-such-service\", favourite: true }}) {{ service {{ code }} userErrors {{ code }} }}",
                key()
            )
        },
        NOT_FOUND,
    ),
    mutation(
        "setServiceHistory",
        |_| {
            format!(
                "setServiceHistory(input: {{ idempotencyKey: {:?}, on: true }}) {{ historyOn userErrors {{ code }} }}",
                key()
            )
        },
        [SIGN_IN, "given", "given"],
    ),
    mutation(
        "createDossier",
        |_| {
            format!(
                "createDossier(input: {{ idempotencyKey: {:?}, nationalCode: \"9.999999\" }}) {{ dossier {{ id }} userErrors {{ code }} }}",
                key()
            )
        },
        NOT_FOUND,
    ),
    mutation(
        "saveDossier",
        |_| acts("saveDossier", ", version: 1, answers: {}", "dossier { id }"),
        NOT_FOUND,
    ),
    mutation(
        "moveDraftToCurrentForm",
        |_| acts("moveDraftToCurrentForm", ", version: 1", "dropped"),
        NOT_FOUND,
    ),
    mutation(
        "discardDossier",
        |_| acts("discardDossier", ", version: 1", "discardedId"),
        NOT_FOUND,
    ),
    mutation(
        "requestComponentUpload",
        |_| {
            acts(
                "requestComponentUpload",
                ", componentCode: \"form\", contentType: \"application/pdf\", byteLength: 1000, sha256: \"0000000000000000000000000000000000000000000000000000000000000000\"",
                "ticket { fileId }",
            )
        },
        NOT_FOUND,
    ),
    mutation(
        "detachComponent",
        |_| acts("detachComponent", ", version: 1, componentCode: \"form\"", "dossier { id }"),
        NOT_FOUND,
    ),
    mutation(
        "submitDossier",
        |_| acts("submitDossier", ", version: 1", "dossier { id }"),
        NOT_FOUND,
    ),
    mutation(
        "supplementDossier",
        |_| acts("supplementDossier", ", version: 1", "dossier { id }"),
        NOT_FOUND,
    ),
    mutation(
        "withdrawDossier",
        |_| acts("withdrawDossier", ", version: 1", "dossier { id }"),
        NOT_FOUND,
    ),
    mutation(
        "rateDossier",
        |_| acts("rateDossier", ", version: 1, score: 5", "dossier { id }"),
        NOT_FOUND,
    ),
    mutation(
        "attachComponent",
        |_| {
            acts(
                "attachComponent",
                &format!(", version: 1, componentCode: \"form\", fileId: {FILE:?}"),
                "dossier { id }",
            )
        },
        NOT_FOUND,
    ),
    mutation(
        "downloadDossierFile",
        |_| acts("downloadDossierFile", &format!(", fileId: {FILE:?}"), "url"),
        NOT_FOUND,
    ),
];
