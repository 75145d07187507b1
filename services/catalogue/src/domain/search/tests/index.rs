//! Each line of the table of scores, and the order.

use city_contracts::catalogue::search::SearchKind;

use super::entry;
use crate::domain::search::{Entry, Found, Query, SearchIndex};

fn register() -> SearchIndex {
    SearchIndex::new(vec![
        Entry {
            other_codes: vec!["1.001193".to_owned()],
            ..entry(
                SearchKind::Service,
                "birth-registration",
                "Đăng ký khai sinh",
                "Birth registration",
                &["khai sinh", "sinh con"],
            )
        },
        entry(SearchKind::Procedure, "1.001193", "Đăng ký khai sinh", "Birth registration", &[]),
        entry(
            SearchKind::Service,
            "field-report",
            "Phản ánh hiện trường",
            "On-site report",
            &["ổ gà", "rác"],
        ),
        entry(
            SearchKind::Service,
            "land-first-certificate",
            "Cấp giấy chứng nhận đất lần đầu",
            "First land certificate",
            &["sổ đỏ"],
        ),
        entry(SearchKind::Place, "19777", "Phường Vỹ Dạ", "Vy Da Ward", &[]),
        entry(SearchKind::Agency, "HUE-SDL", "Sở Du lịch", "Department of Tourism", &[]),
    ])
}

fn search<'a>(index: &'a SearchIndex, q: &str) -> Found<'a> {
    index.search(&Query::parse(q).unwrap(), &[], 20)
}

#[track_caller]
fn first_is(q: &str, code: &str, score: f64, matched_on: &str) {
    let index = register();
    let found = search(&index, q);
    let hit = found.hits.first().copied().unwrap();
    assert_eq!((hit.entry.code.as_str(), hit.matched_on), (code, matched_on), "{q}");
    assert!((hit.score - score).abs() < 1e-9, "{q}: {}", hit.score);
}

#[test]
fn each_way_to_match_has_its_score() {
    first_is("1.001193", "birth-registration", 100.0, "1.001193");
    first_is("Đăng kí khai sinh", "birth-registration", 70.0, "Đăng ký khai sinh");
    first_is("đăng ký khai sinh", "birth-registration", 90.0, "Đăng ký khai sinh");
    first_is("Ổ GÀ", "field-report", 80.0, "ổ gà");
    first_is("phan anh hien truong", "field-report", 70.0, "Phản ánh hiện trường");
    first_is("o ga", "field-report", 65.0, "ổ gà");
    first_is("phan anh hi", "field-report", 60.0, "Phản ánh hiện trường");
    first_is("dau lan dat", "land-first-certificate", 50.0, "Cấp giấy chứng nhận đất lần đầu");
    first_is("nhan giay ch", "land-first-certificate", 40.0, "Cấp giấy chứng nhận đất lần đầu");
    first_is("phuong vi da", "19777", 70.0, "Phường Vỹ Dạ");
}

#[test]
fn what_is_only_similar_is_said_to_be() {
    let index = register();

    let typo = search(&index, "dang ky khai snih");
    assert_eq!(typo.did_you_mean, Some("Đăng ký khai sinh"));
    let hit = typo.hits.first().copied().unwrap();
    assert_eq!(hit.entry.code, "birth-registration");
    assert!(hit.score > 24.0 && hit.score < 30.0, "{}", hit.score);

    assert_eq!(search(&index, "khai sinh").did_you_mean, None);
}

#[test]
fn nothing_is_found_for_what_is_in_no_name() {
    let index = register();

    let found = search(&index, "zzzz");

    assert!(found.hits.is_empty() && found.did_you_mean.is_none());
}

#[test]
fn a_wrong_digit_finds_no_other_code() {
    let index = register();

    assert!(search(&index, "1.001194").hits.is_empty());
    assert_eq!(search(&index, "1.0011").hits.len(), 2, "the beginning of a code is enough");
}

#[test]
fn among_equals_services_come_before_procedures_and_codes_decide_last() {
    let index = SearchIndex::new(vec![
        entry(SearchKind::Agency, "a", "Xe buýt", "", &[]),
        entry(SearchKind::Procedure, "b", "Xe buýt", "", &[]),
        entry(SearchKind::Service, "d", "Xe buýt", "", &[]),
        entry(SearchKind::Place, "e", "Xe buýt", "", &[]),
        entry(SearchKind::Service, "c", "Xe buýt", "", &[]),
    ]);

    let codes: Vec<_> =
        search(&index, "xe buyt").hits.iter().map(|hit| hit.entry.code.as_str()).collect();

    assert_eq!(codes, ["c", "d", "b", "e", "a"]);
}

#[test]
fn only_the_kinds_asked_for_are_found_and_no_more_than_wanted() {
    let index = register();
    let query = Query::parse("khai sinh").unwrap();

    let procedures = index.search(&query, &[SearchKind::Procedure], 20);
    assert_eq!(procedures.hits.len(), 1);
    assert_eq!(procedures.hits[0].entry.kind, SearchKind::Procedure);

    assert_eq!(index.search(&query, &[], 1).hits.len(), 1);
}

#[test]
fn an_empty_register_finds_nothing() {
    let index = SearchIndex::new(Vec::new());

    assert!(search(&index, "khai sinh").hits.is_empty());
}
