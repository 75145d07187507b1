//! Search and place names over the seed, as apps ask for them.

use city_catalogue::{publish_demo, synthetic};
use city_clock::Clock as _;
use city_testkit::{Answer, City, run};
use city_text::fold;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::subject::Catalogue;

/// One of its queries is decomposed on purpose: an editor must leave it so.
const VECTORS: &str = include_str!("../data/search-vectors.json");
const FORMER: &str = include_str!("../../../../seed/former-wards.json");

fn vectors(part: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    serde_json::from_value(file[part].take()).expect("a list")
}

/// The query in every form that a phone sends.
fn forms(vector: &Value) -> [String; 4] {
    let q = vector["q"].as_str().expect("a vector has a query");
    [q.to_owned(), q.nfc().collect(), q.nfd().collect(), without_marks(q)]
}

/// As typed on a keyboard without Vietnamese.
fn without_marks(q: &str) -> String {
    if q.contains('.') { q.to_owned() } else { fold(q) }
}

async fn search(city: &City<Catalogue>, q: &str) -> Answer {
    city.anonymous().post("/internal/v1/search", &json!({ "q": q })).await
}

async fn places(city: &City<Catalogue>, q: &str, first: u32) -> Vec<Value> {
    let asked = json!({ "q": q, "first": first });
    let answer = city.anonymous().post("/internal/v1/place-suggest", &asked).await.ok();
    answer.as_array().cloned().expect("a list of units")
}

fn codes(matches: &[Value]) -> Vec<&str> {
    matches.iter().map(|found| found["place"]["code"].as_str().expect("a code")).collect()
}

#[test]
fn every_place_of_the_vectors_comes_first_in_every_form() {
    run::<Catalogue>(async |city| {
        for vector in vectors("places").iter().chain(&vectors("formerPlaces")) {
            for q in forms(vector) {
                let found = places(city, &q, 10).await;
                let expected = vector["expectWard"].as_str().expect("a code");
                assert_eq!(codes(&found).first(), Some(&expected), "{q}");
                if let Some(old) = vector["oldName"].as_str() {
                    assert!(found.iter().any(|unit| unit["place"]["code"] == expected), "{old}");
                }
            }
        }
    });
}

#[test]
fn an_ambiguous_name_offers_every_unit_and_typed_marks_decide_the_first() {
    run::<Catalogue>(async |city| {
        let ambiguous = vectors("ambiguousPlaces");
        assert_eq!(ambiguous.len(), 9);
        for vector in ambiguous {
            for q in forms(&vector) {
                let found = places(city, &q, 1).await; // the limit hides nobody
                for code in vector["mustOfferAll"].as_array().expect("a list") {
                    let code = code.as_str().expect("a code");
                    assert!(codes(&found).contains(&code), "{q} must offer {code}");
                }
                let typed = fold(&q) != q;
                if let Some(first) = vector["first"].as_str().filter(|_| typed) {
                    assert_eq!(codes(&found).first(), Some(&first), "{q}");
                }
            }
        }
    });
}

#[test]
fn each_former_name_reaches_its_successor_and_says_that_it_is_a_former_one() {
    run::<Catalogue>(async |city| {
        let file: Value = serde_json::from_str(FORMER).expect("the seed is JSON");
        let units = file["units"].as_array().expect("a list");
        assert_eq!(units.len(), 133);
        for unit in units {
            let name = unit["nameVi"].as_str().expect("a name");
            let found = places(city, name, 10).await;
            let successor = found.iter().find(|row| row["place"]["code"] == unit["replacedByCode"]);
            let row = successor.unwrap_or_else(|| panic!("{name}: {found:?}"));
            if row["matchedOn"] != row["place"]["name"]["vi"] {
                let note = row["note"]["vi"].as_str().expect("a former name has a note");
                assert!(note.starts_with("Tên cũ đến 30/06/2025: "), "{note}");
            }
        }
    });
}

#[test]
fn a_former_district_gives_all_its_successors() {
    run::<Catalogue>(async |city| {
        let found = places(city, "huyện A Lưới", 1).await;

        let mut offered = codes(&found);
        offered.sort_unstable();
        assert_eq!(offered, ["20044", "20050", "20056", "20071", "20101"]);
        // The township of the same name went to one of them, which comes first; the district names the others.
        assert_eq!(found[0]["matchedOn"], "Thị trấn A Lưới");
        for unit in &found[1..] {
            assert_eq!(
                (&unit["kind"], &unit["matchedOn"]),
                (&json!("FORMER_DISTRICT"), &json!("Huyện A Lưới"))
            );
            assert_eq!(unit["note"]["vi"], "Tên cũ đến 30/06/2025: Huyện A Lưới");
        }
    });
}

#[test]
fn a_suggested_unit_comes_with_its_neighbours() {
    run::<Catalogue>(async |city| {
        let found = places(city, "Vĩ Dạ", 1).await;

        assert_eq!(found[0]["kind"], "PRESENT");
        assert_eq!(found[0]["place"]["id"], "plc_19777");
        assert_eq!(found[0]["place"]["parent"]["code"], "46");
        assert_eq!(found[0]["note"], Value::Null);
        let agencies = found[0]["place"]["agencies"].as_array().expect("a list");
        assert!(agencies.iter().any(|agency| agency["code"] == "HUE-W19777"));
    });
}

#[test]
fn offices_and_wards_are_found_by_name_code_abbreviation_and_former_name() {
    run::<Catalogue>(async |city| {
        for (q, kind, code) in [
            ("HUE-IOC", "AGENCY", "HUE-IOC"),
            ("hueioc", "AGENCY", "HUE-IOC"),
            ("ubnd phuong vy da", "AGENCY", "HUE-W19777"),
            ("Department of Tourism", "AGENCY", "HUE-SDL"),
            ("19777", "PLACE", "19777"),
            ("Vy Da Ward", "PLACE", "19777"),
            ("Phường Vĩnh Ninh", "PLACE", "19789"),
        ] {
            let found = search(city, q).await.ok();
            let first = &found["hits"][0];
            assert_eq!((&first["kind"], &first["code"]), (&json!(kind), &json!(code)), "{q}");
        }
    });
}

#[test]
fn a_slip_of_the_finger_is_answered_with_what_was_meant() {
    run::<Catalogue>(async |city| {
        let found = search(city, "phuong hong thuy").await.ok();

        assert_eq!(found["didYouMean"], "Phường Hương Thủy");
        assert_eq!(found["hits"][0]["code"], "19975");
    });
}

#[test]
fn a_query_without_letters_or_with_too_many_is_refused_by_its_field() {
    run::<Catalogue>(async |city| {
        for (path, q, first, field, code) in [
            ("/internal/v1/search", "…", 20, "/q", "TOO_SHORT"),
            ("/internal/v1/search", "", 20, "/q", "TOO_SHORT"),
            ("/internal/v1/search", &*"ắ".repeat(101), 20, "/q", "TOO_LONG"),
            ("/internal/v1/search", "hue", 0, "/first", "RANGE"),
            ("/internal/v1/search", "hue", 51, "/first", "RANGE"),
            ("/internal/v1/place-suggest", " \u{301} ", 10, "/q", "TOO_SHORT"),
            ("/internal/v1/place-suggest", "hue", 51, "/first", "RANGE"),
        ] {
            let asked = json!({ "q": q, "first": first });
            let answer = city.anonymous().post(path, &asked).await;
            assert_eq!(answer.status(), "422 Unprocessable Entity", "{q}");
            assert_eq!(answer.code(), "INPUT", "{q}");
            let problem = answer.json();
            let finding = &problem["errors"][0];
            assert_eq!((&finding["field"], &finding["code"]), (&json!(field), &json!(code)), "{q}");
        }
        let asked = json!({ "q": "", "first": 0 });
        let both = city.anonymous().post("/internal/v1/search", &asked).await;
        assert_eq!(both.json()["errors"].as_array().map(Vec::len), Some(2));
        let hundred = search(city, &"ắ".repeat(100)).await.ok();
        assert_eq!(hundred["hits"], json!([]));
        let unknown = json!({ "q": "hue", "kinds": ["MOON"] });
        let refused = city.anonymous().post("/internal/v1/search", &unknown).await;
        assert_eq!(refused.json()["errors"][0]["field"], "/kinds/0");
    });
}

#[test]
fn synthetic_procedures_are_published_once_and_said_to_be_for_demonstration() {
    run::<Catalogue>(async |city| {
        let seed = async || {
            let now = city.clock().now();
            synthetic::seed_procedures(city.db(), 30, now, || ()).await.expect("they fit")
        };
        let made = [seed().await, seed().await];

        city.settle().await;

        assert_eq!(made, [30, 0]);
        let found = search(city, "dieu chinh quay sach cu").await.ok();
        let hit = &found["hits"][0];
        assert_eq!((&hit["kind"], &hit["code"]), (&json!("PROCEDURE"), &json!("99.000002")));
        assert_eq!(hit["demo"], true);
        assert_eq!(search(city, "99.000030").await.ok()["hits"][0]["score"], 100.0);
    });
}

/// The demonstration: what nobody has checked is published too, and flagged.
async fn demonstrate(city: &City<Catalogue>) {
    publish_demo(city.db(), city.clock().now()).await.expect("the seed fits");
    city.settle().await;
}

#[test]
fn every_service_of_the_vectors_is_among_the_first_three_in_every_form() {
    run::<Catalogue>(async |city| {
        demonstrate(city).await;
        let all = vectors("services");
        assert_eq!(all.len(), 15);
        for vector in all {
            for q in forms(&vector) {
                let found = search(city, &q).await.ok();
                let hits = found["hits"].as_array().expect("a list");
                let first = hits.iter().take(3).any(|hit| hit["code"] == vector["expect"]);
                assert!(first, "{q}: {hits:?}");
            }
        }
    });
}

#[test]
fn drafts_and_entries_for_staff_are_never_found() {
    run::<Catalogue>(async |city| {
        let codes = async |q: &str| {
            let found = search(city, q).await.ok();
            let hits = found["hits"].as_array().cloned().expect("a list");
            hits.iter().map(|hit| hit["code"].clone()).collect::<Vec<_>>()
        };
        assert!(!codes("doc than").await.contains(&json!("marital-status-cert")), "a draft");

        demonstrate(city).await;

        let found = search(city, "doc than").await.ok();
        assert_eq!(found["hits"][0]["code"], "marital-status-cert");
        assert_eq!(found["hits"][0]["demo"], true);
        assert_eq!(search(city, "o ga").await.ok()["hits"][0].get("demo"), None, "a checked entry");
        for (q, code) in [
            ("giam sat nhiem vu", "task-monitoring"),
            ("task-monitoring", "task-monitoring"),
            ("so tay 2 cap", "handbook-2-level"),
            ("tuong tac 2 cap", "interaction-2-level"),
        ] {
            assert!(!codes(q).await.contains(&json!(code)), "{q}");
        }
    });
}
