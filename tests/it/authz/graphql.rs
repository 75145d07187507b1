//! Every root field of GraphQL for nobody, for a resident and for the resident it belongs to.

use std::collections::BTreeSet;

use city_ids::Ids;
use serde_json::{Value, json};

use super::people::{accept, file};
use super::{catalogue, payments};
use crate::console::Console;
use crate::phone::{Answer, Phone, key};
use crate::whole_city::{WholeCity, travel};

pub const SIGN_IN: &str = "UNAUTHENTICATED";

/// What belongs to the owner.
pub struct Things {
    /// A report that is not public.
    hidden: String,
    /// A report that is.
    listed: String,
    /// A message about the owner's reports.
    message: String,
}

/// What nobody, another resident and the owner get from a root field, asked in this order.
pub struct Row {
    field: &'static str,
    is_mutation: bool,
    ask: fn(&Things) -> String,
    gets: [&'static str; 3],
}

pub const fn query(
    field: &'static str,
    ask: fn(&Things) -> String,
    gets: [&'static str; 3],
) -> Row {
    Row { field, is_mutation: false, ask, gets }
}

pub const fn mutation(
    field: &'static str,
    ask: fn(&Things) -> String,
    gets: [&'static str; 3],
) -> Row {
    Row { field, is_mutation: true, ask, gets }
}

/// In the order they are asked; those of the catalogue and of payments are in [`catalogue::ROWS`] and
/// [`payments::ROWS`].
const ROWS: &[Row] = &[
    query("reportCategories", |_| "reportCategories { code }".to_owned(), ["a list"; 3]),
    query("viewer", |_| "viewer { id }".to_owned(), ["null", "given", "given"]),
    query(
        "report",
        |of| format!("report(id: {:?}) {{ id description }}", of.hidden),
        ["null", "null", "given"],
    ),
    query("node", |of| format!("node(id: {:?}) {{ id }}", of.hidden), ["null", "null", "given"]),
    query(
        "nodes",
        |of| format!("nodes(ids: [{:?}, {:?}, {:?}]) {{ id }}", of.hidden, of.message, of.listed),
        ["null, null, given", "null, null, given", "given, given, given"],
    ),
    query("reports", |_| "reports { edges { node { id } } }".to_owned(), ["1 entries"; 3]),
    query(
        "myReports",
        |_| "myReports { edges { node { id } } }".to_owned(),
        [SIGN_IN, "0 entries", "2 entries"],
    ),
    query("unreadCount", |_| "unreadCount".to_owned(), [SIGN_IN, "0", "3"]),
    query(
        "messages",
        |_| "messages { edges { node { id } } }".to_owned(),
        [SIGN_IN, "0 entries", "3 entries"],
    ),
    mutation(
        "markMessagesRead",
        |of| {
            let input = format!("{{ idempotencyKey: {:?}, ids: [{:?}] }}", key(), of.message);
            format!("markMessagesRead(input: {input}) {{ unreadCount userErrors {{ code }} }}")
        },
        [SIGN_IN, "given", "given"],
    ),
    mutation(
        "rateReport",
        |of| {
            let input = format!("{{ idempotencyKey: {:?}, id: {:?}, score: 1 }}", key(), of.hidden);
            format!("rateReport(input: {input}) {{ report {{ id }} userErrors {{ code }} }}")
        },
        [SIGN_IN, "refused NOT_FOUND", "refused STATE"],
    ),
    mutation(
        "withdrawReport",
        |of| {
            let input = format!("{{ idempotencyKey: {:?}, id: {:?} }}", key(), of.hidden);
            format!("withdrawReport(input: {input}) {{ report {{ id }} userErrors {{ code }} }}")
        },
        [SIGN_IN, "refused NOT_FOUND", "given"],
    ),
    mutation(
        "requestPhotoUpload",
        |_| {
            let input = format!(
                "{{ idempotencyKey: {:?}, contentType: \"image/jpeg\", byteLength: 1000 }}",
                key()
            );
            format!(
                "requestPhotoUpload(input: {input}) {{ ticket {{ fileId }} userErrors {{ code }} }}"
            )
        },
        [SIGN_IN, "given", "given"],
    ),
    mutation(
        "fileReport",
        |_| {
            let input = format!(
                "{{ idempotencyKey: {:?}, categoryCode: \"road.pothole\", at: {{ lat: 16.4637, lon: 107.5909 }}, \
                 description: \"Ổ gà lớn giữa đường.\" }}",
                key()
            );
            format!("fileReport(input: {input}) {{ report {{ id }} userErrors {{ code }} }}")
        },
        [SIGN_IN, "given", "given"],
    ),
    mutation(
        "requestPhoneCode",
        |_| {
            let input = format!(
                "{{ idempotencyKey: {:?}, purpose: SIGN_IN, phone: {:?}, deviceNonce: {:?}, \
                 installationId: {:?} }}",
                key(),
                new_number(),
                key(),
                key()
            );
            format!("requestPhoneCode(input: {input}) {{ challengeId userErrors {{ code }} }}")
        },
        ["given"; 3],
    ),
    mutation(
        "confirmPhoneCode",
        |_| {
            let device = format!(
                "{{ installationId: {:?}, name: \"Test\", platform: ANDROID, appVersion: \"1.0.0\" }}",
                key()
            );
            let input = format!(
                "{{ idempotencyKey: {:?}, challengeId: \"chl_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d\", code: \"123456\", \
                 deviceNonce: {:?}, device: {device} }}",
                key(),
                key()
            );
            format!(
                "confirmPhoneCode(input: {input}) {{ tokens {{ accessToken }} userErrors {{ code }} }}"
            )
        },
        ["refused OTP_CHALLENGE_DEAD"; 3],
    ),
    mutation(
        "refreshSession",
        |_| {
            "refreshSession(input: { refreshToken: \"a guess\" }) { tokens { accessToken } userErrors { code } }"
                .to_owned()
        },
        [SIGN_IN; 3],
    ),
    mutation(
        "signOut",
        |_| {
            let input = format!("{{ idempotencyKey: {:?}, scope: THIS }}", key());
            format!("signOut(input: {input}) {{ ended userErrors {{ code }} }}")
        },
        [SIGN_IN, "given", "given"],
    ),
];

/// A mobile number nobody asked a code for.
fn new_number() -> String {
    format!("090{:07}", u32::from_be_bytes(Ids::random().bytes()) % 10_000_000)
}

/// What somebody got from a root field, in a word.
fn outcome(answer: &Answer, field: &str) -> String {
    if let Some(code) = answer.extension("code").as_str() {
        return code.to_owned();
    }
    let value = &answer.json["data"][field];
    let refusal = &value["userErrors"][0]["code"];
    let entries = value["edges"].as_array();
    match (refusal, entries, value) {
        (Value::String(code), _, _) => format!("refused {code}"),
        (_, Some(entries), _) => format!("{} entries", entries.len()),
        (_, _, Value::Array(items)) if items.len() > 3 => "a list".to_owned(),
        (_, _, Value::Array(items)) => items.iter().map(word).collect::<Vec<_>>().join(", "),
        (_, _, Value::Number(number)) => number.to_string(),
        (_, _, value) => word(value).to_owned(),
    }
}

fn word(value: &Value) -> &'static str {
    if value.is_null() { "null" } else { "given" }
}

/// The owner files two reports, of which one becomes public, and gets messages about them.
async fn things_of(owner: &Phone, city: &WholeCity) -> Things {
    let hidden = file(owner, false).await;
    let listed = file(owner, true).await;
    accept(&Console::sign_in(&city.url, "ioc").await, &listed).await;
    owner.until_unread(3).await; // two were filed, one was accepted
    let answer = owner.graphql("{ messages(first: 1) { edges { node { id } } } }", json!({})).await;
    let message = &answer.json["data"]["messages"]["edges"][0]["node"]["id"];
    let message = message.as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    Things { hidden, listed, message }
}

#[test]
fn every_root_field_answers_each_character_as_its_row_says() {
    travel(async |city| {
        let owner = Phone::sign_in(&city.url).await;
        let things = things_of(&owner, city).await;
        let people = [
            ("nobody", Phone::anonymous(&city.url)),
            ("another resident", Phone::sign_in(&city.url).await),
            ("the owner", owner),
        ];
        let mut wrong = Vec::new();

        for row in catalogue::ROWS.iter().chain(payments::ROWS).chain(ROWS) {
            for ((character, phone), expected) in people.iter().zip(row.gets) {
                let kind = if row.is_mutation { "mutation" } else { "query" };
                let document = format!("{kind} {{ {} }}", (row.ask)(&things));
                // A busy machine may be too slow to count codes; the same keys may be sent again.
                let counted = async || {
                    let answer = phone.graphql(&document, json!({})).await;
                    (answer.status != 503).then_some(answer)
                };
                let answer = phone.until("an answer", counted).await;
                let got = outcome(&answer, row.field);
                if got != expected {
                    let field = row.field;
                    wrong.push(format!("{field} for {character}: {got} instead of {expected}"));
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn every_root_field_of_the_schema_has_a_row() {
    travel(async |city| {
        let document =
            "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }";
        let answer = Phone::anonymous(&city.url).graphql(document, json!({})).await;
        let names = |of: &str| {
            let fields = answer.json["data"]["__schema"][of]["fields"].as_array();
            let names = fields.into_iter().flatten().filter_map(|field| field["name"].as_str());
            names.map(str::to_owned).collect::<BTreeSet<_>>()
        };

        let decided = |is_mutation| {
            let rows = ROWS.iter().chain(catalogue::ROWS).chain(payments::ROWS);
            let rows = rows.filter(|row| row.is_mutation == is_mutation);
            rows.map(|row| row.field.to_owned()).collect::<BTreeSet<_>>()
        };

        assert_eq!(decided(false), names("queryType"), "{answer:?}");
        assert_eq!(decided(true), names("mutationType"), "{answer:?}");
    });
}

#[test]
fn a_stranger_leaves_an_inbox_as_it_was() {
    travel(async |city| {
        let owner = Phone::sign_in(&city.url).await;
        let things = things_of(&owner, city).await;
        let stranger = Phone::sign_in(&city.url).await;
        let document = "mutation Mark($input: MarkMessagesReadInput!) { markMessagesRead(input: $input) { unreadCount } }";

        for reached in [
            json!({ "idempotencyKey": key(), "ids": [things.message] }),
            json!({ "idempotencyKey": key(), "ids": [], "upTo": things.message }),
        ] {
            stranger.graphql(document, json!({ "input": reached })).await;
        }

        let answer = owner
            .graphql("{ unreadCount messages { edges { node { readAt } } } }", json!({}))
            .await;
        assert_eq!(answer.json["data"]["unreadCount"], 3, "{answer:?}");
        let messages = answer.json["data"]["messages"]["edges"].as_array().cloned();
        assert!(
            messages.into_iter().flatten().all(|edge| edge["node"]["readAt"].is_null()),
            "{answer:?}"
        );
    });
}

#[test]
fn of_a_public_report_a_stranger_gets_nothing_that_is_the_owners() {
    travel(async |city| {
        let owner = Phone::sign_in(&city.url).await;
        let things = things_of(&owner, city).await;
        let stranger = Phone::sign_in(&city.url).await;
        let document = "query Report($id: ID!) { report(id: $id) { isMine canWithdraw canRate canContest rating { score } } }";
        let ask = async |phone: &Phone| {
            let answer = phone.graphql(document, json!({ "id": things.listed })).await;
            answer.json["data"]["report"].clone()
        };

        let (own, foreign) = (ask(&owner).await, ask(&stranger).await);

        let nothing = json!({ "isMine": false, "canWithdraw": false, "canRate": false, "canContest": false, "rating": null });
        assert_eq!(foreign, nothing);
        assert_eq!(own["isMine"], true);
    });
}
