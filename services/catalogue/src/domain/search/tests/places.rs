//! Place names over the units of today and of the past, as the seed has them.

use std::collections::{BTreeMap, BTreeSet};

use city_contracts::catalogue::search::MatchKind;
use serde_json::Value;

use crate::domain::search::{FormerName, Match, PlaceNames, Query, Unit};

const WARDS: &str = include_str!("../../../../../../seed/wards.json");
const FORMER: &str = include_str!("../../../../../../seed/former-wards.json");

fn rows(text: &str, member: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(file[member].take()).unwrap()
}

fn text(row: &Value, member: &str) -> String {
    row[member].as_str().unwrap().to_owned()
}

fn short(name: &str) -> String {
    let words = ["Phường ", "Xã ", "Thị trấn ", "Quận ", "Huyện ", "Thị xã "];
    let found = words.iter().find_map(|word| name.strip_prefix(word));
    found.unwrap().to_owned()
}

/// Each former district with its successors.
fn districts() -> BTreeMap<String, BTreeSet<String>> {
    let mut districts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for unit in rows(FORMER, "units") {
        let successor = text(&unit, "replacedByCode");
        districts.entry(text(&unit, "formerDistrictVi")).or_default().insert(successor);
    }
    districts
}

fn places() -> PlaceNames {
    let units: Vec<_> = rows(WARDS, "wards")
        .iter()
        .map(|ward| Unit {
            code: text(ward, "code"),
            name: text(ward, "nameVi"),
            short_name: text(ward, "shortNameVi"),
        })
        .collect();
    let former = rows(FORMER, "units").into_iter().map(|unit| FormerName {
        place_id: format!("{}@2025-06-30", text(&unit, "code")),
        short_name: short(&text(&unit, "nameVi")),
        name: text(&unit, "nameVi"),
        district: false,
        successors: vec![text(&unit, "replacedByCode")],
    });
    let districts = districts().into_iter().map(|(name, successors)| FormerName {
        place_id: name.clone(),
        short_name: short(&name),
        name,
        district: true,
        successors: successors.into_iter().collect(),
    });
    PlaceNames::new(&units, &former.chain(districts).collect::<Vec<_>>())
}

fn suggest<'a>(places: &'a PlaceNames, q: &str, first: usize) -> Vec<Match<'a>> {
    places.suggest(&Query::parse(q).unwrap(), first)
}

fn codes<'a>(matches: &[Match<'a>]) -> Vec<&'a str> {
    matches.iter().map(|found| found.code).collect()
}

#[test]
fn every_present_name_is_the_first_answer_to_itself() {
    let places = places();

    for ward in rows(WARDS, "wards") {
        for spelling in ["nameVi", "shortNameVi"] {
            let name = text(&ward, spelling);
            let found = suggest(&places, &name, 10);
            assert_eq!(found[0].code, text(&ward, "code"), "{name}");
            assert_eq!(found[0].name, text(&ward, "nameVi"), "{name}");
            assert_eq!(found[0].former, None, "{name}");
        }
        let english = text(&ward, "nameEn");
        assert_eq!(suggest(&places, &english, 10)[0].code, text(&ward, "code"), "{english}");
    }
}

#[test]
fn each_of_the_133_former_names_reaches_its_successor() {
    let places = places();
    let units = rows(FORMER, "units");

    assert_eq!(units.len(), 133);
    for unit in units {
        let name = text(&unit, "nameVi");
        for q in [name.clone(), short(&name), city_text::fold(&short(&name))] {
            let found = suggest(&places, &q, 1);
            assert!(codes(&found).contains(&unit["replacedByCode"].as_str().unwrap()), "{q}");
        }
    }
}

#[test]
fn a_former_district_gives_all_its_successors() {
    let places = places();

    for (district, successors) in districts() {
        let found = suggest(&places, &district, 1);

        let offered: BTreeSet<_> = codes(&found).into_iter().map(str::to_owned).collect();
        assert!(offered.is_superset(&successors), "{district}: {offered:?}");
        assert_eq!(offered.len(), found.len(), "{district}: each unit once");
    }
}

#[test]
fn whatever_shares_the_best_key_is_offered_beyond_the_limit() {
    let places = places();

    let one = suggest(&places, "thuan hoa", 1);

    assert_eq!(codes(&one)[..2], ["19789", "19753"]);
    assert_eq!(one[1].name, "Phường Thuận Hòa");
    assert_eq!((one[1].by, one[1].former), (MatchKind::Former, Some("19762@2025-06-30")));
    assert_eq!(one[2].by, MatchKind::FormerDistrict);
    assert_eq!(one.len(), districts()["Quận Thuận Hóa"].len() + 1);
}

#[test]
fn typed_marks_decide_who_comes_first_and_hide_nobody() {
    let places = places();

    for (q, first, second, by) in [
        ("Thuận Hóa", "19789", "19753", MatchKind::PresentMarked),
        ("Phường Thuận Hoà", "19753", "19789", MatchKind::FormerMarked),
        ("P.Thuận Hòa", "19753", "19789", MatchKind::FormerMarked),
        ("thuan hoa", "19789", "19753", MatchKind::Present),
        ("Phuong Thuan Hoa", "19789", "19753", MatchKind::Present),
    ] {
        let found = suggest(&places, q, 2);
        assert_eq!(codes(&found)[..2], [first, second], "{q}");
        assert_eq!(found[0].by, by, "{q}");
    }
}

#[test]
fn both_spellings_of_i_find_the_place() {
    let places = places();

    assert_eq!(suggest(&places, "Vĩ Dạ", 1)[0].code, "19777");
    assert_eq!(suggest(&places, "vi da", 1)[0].by, MatchKind::Present);
    assert_eq!(suggest(&places, "X. Phú Mĩ", 1)[0].name, "Xã Phú Mỹ");
}

#[test]
fn a_name_that_begins_with_a_unit_word_is_found_with_and_without_another_one() {
    let places = places();

    for q in ["Phường Đúc", "phuong duc", "Phường Phường Đúc"] {
        let found = suggest(&places, q, 1);
        assert_eq!((found[0].name, found[0].code), ("Phường Phường Đúc", "19789"), "{q}");
    }
}

#[test]
fn a_beginning_and_a_slip_find_places_after_all_exact_ones() {
    let places = places();

    let beginning = suggest(&places, "phu b", 10);
    assert_eq!((beginning[0].name, beginning[0].by), ("Phường Phú Bài", MatchKind::Prefix));
    let slip = suggest(&places, "chan may lang c", 10);
    assert_eq!(slip[0].code, "20137");
    let slip = suggest(&places, "quang deien", 3);
    assert_eq!((slip[0].code, slip[0].by), ("19867", MatchKind::Similar));
    assert!(suggest(&places, "zzzz", 10).is_empty());
}

#[test]
fn a_unit_is_never_offered_twice() {
    let places = places();

    for q in ["phu", "huong van", "a", "xa", "p", "thuan hoa"] {
        let found = codes(&suggest(&places, q, 50));
        let once: BTreeSet<_> = found.iter().collect();
        assert_eq!(once.len(), found.len(), "{q}");
    }
}
