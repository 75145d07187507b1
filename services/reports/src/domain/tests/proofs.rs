use serde_json::{Value, json};

use super::*;

/// A chain of four rows, the second with a text.
fn chain() -> (Vec<ChainRow>, Head) {
    let mut rows: Vec<ChainRow> = vec![];
    for seq in 1..=4_i32 {
        let salt = [u8::try_from(seq).expect("small"); 16];
        let meta = json!({ "kind": "COMMENTED", "data": { "no": seq }, "from": null });
        let text = (seq == 2).then(|| ("Hố sâu".to_owned(), [9; 16]));
        let prev = rows.last().map_or(Digest::ZERO, |row| row.link.hash);
        let at = later(seq.into());
        let spoken = text.as_ref().map(|(text, salt)| (text.as_str(), salt));
        let link =
            seal(code(1_234), (seq, at), (&meta, &salt), spoken, prev).expect("whole numbers");
        rows.push(ChainRow { seq, at, meta: Some((meta, salt)), text, link });
    }
    let head = Head { seq: 4, hash: rows[3].link.hash };
    (rows, head)
}

fn check(change: impl FnOnce(&mut Vec<ChainRow>)) -> Result<(), Broken> {
    let (mut rows, head) = chain();
    change(&mut rows);
    verify(code(1_234), &rows, head)
}

#[test]
fn the_hashes_are_those_of_an_independent_program() {
    let (rows, head) = chain();

    assert_eq!(
        rows[1].link.meta_hash.to_string(),
        "6f8a3d566e83cb5fdb941a3a3670d3b7ef8ee0a8c2788ad4160a7664b969e3be"
    );
    assert_eq!(
        rows[1].link.text_hash.unwrap().to_string(),
        "d5e52dbc180dc70c25739f97d84e717553cbb6aa2e912d491a179d3724cffd71"
    );
    assert_eq!(
        head.hash.to_string(),
        "e717f64b896072da1e4476927d8dd49ee5b13d272819dec6ca233e34d1c8177f"
    );
}

#[test]
fn a_chain_verifies_whole_withheld_and_erased() {
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|rows| rows[1].text = None), Ok(())); // erased
    assert_eq!(
        check(|rows| rows.iter_mut().for_each(|row| (row.meta, row.text) = (None, None))), // not public
        Ok(())
    );
    assert_eq!(verify(code(1), &[], Head { seq: 0, hash: Digest::ZERO }), Ok(()));
}

#[test]
fn every_change_is_found() {
    let broken = |seq, why| Err(Broken { seq, why });
    let other = Digest([7; 32]);

    assert_eq!(
        check(|rows| rows[2].meta = Some((json!({ "kind": "CLOSED" }), [3; 16]))),
        broken(3, Why::Meta)
    );
    assert_eq!(check(|rows| rows[1].text = Some(("Hố cạn".into(), [9; 16]))), broken(2, Why::Text));
    assert_eq!(check(|rows| rows[0].text = Some(("Thêm".into(), [9; 16]))), broken(1, Why::Text));
    assert_eq!(check(|rows| rows[2].at = later(99)), broken(3, Why::Hash));
    assert_eq!(check(|rows| rows[1].link.text_hash = None), broken(2, Why::Text));
    assert_eq!(check(|rows| rows[2].link.meta_hash = other), broken(3, Why::Meta));
    assert_eq!(check(|rows| rows[2].link.hash = other), broken(3, Why::Hash));
    assert_eq!(check(|rows| rows[2].link.prev_hash = other), broken(3, Why::Previous));
    assert_eq!(check(|rows| drop(rows.remove(1))), broken(3, Why::Sequence));
    assert_eq!(check(|rows| drop(rows.pop())), broken(3, Why::Head));
    assert_eq!(check(|rows| rows.swap(1, 2)), broken(3, Why::Sequence));
    assert_eq!(check(|rows| rows.insert(1, rows[1].clone())), broken(2, Why::Sequence));
    let renumbered = |rows: &mut Vec<ChainRow>| {
        rows.swap(1, 2);
        (rows[1].seq, rows[2].seq) = (2, 3);
    };
    assert_eq!(check(renumbered), broken(2, Why::Previous));
    let (rows, head) = chain();
    assert_eq!(verify(code(1_235), &rows, head), broken(1, Why::Hash)); // another report's history
}

#[test]
fn a_history_rewritten_from_the_middle_contradicts_its_published_head() {
    let rewritten = check(|rows| {
        let meta = json!({ "kind": "CLOSED" });
        for place in 2..4 {
            let (seq, at, prev) = (rows[place].seq, rows[place].at, rows[place - 1].link.hash);
            let link =
                seal(code(1_234), (seq, at), (&meta, &[0; 16]), None, prev).expect("canonical");
            rows[place] =
                ChainRow { seq, at, meta: Some((meta.clone(), [0; 16])), text: None, link };
        }
    });

    assert_eq!(rewritten, Err(Broken { seq: 4, why: Why::Head }));
}

#[test]
fn canonical_json_sorts_escapes_and_refuses_as_rfc_8785_says() {
    let members = json!({ "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7 });
    let text = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}");

    // The sorting example of section 3.2.3: the emoji's surrogates sort before U+FB33.
    assert_eq!(
        canonical_json(&members).unwrap(),
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
    );
    assert_eq!(canonical_json(&text).unwrap(), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\"");
    assert_eq!(canonical_json(&json!([null, true, -1, [], {}])).unwrap(), "[null,true,-1,[],{}]");
    for no in [json!(1.5), json!(1_u64 << 53), json!(u64::MAX), json!(-(1_i64 << 53))] {
        assert_eq!(canonical_json(&no), Err(NotCanonical), "{no}");
    }
    assert_eq!(canonical_json(&Value::from((1_i64 << 53) - 1)).unwrap(), "9007199254740991");
}

#[test]
fn a_timeline_row_says_who_by_role_and_agency_only() {
    let by = Actor::Officer { account: officer(), agency: roads() };
    let (_, done) = assigned().start(officer(), later(2)).unwrap();

    let entry = done.entry(&by);

    assert_eq!(
        canonical_json(&entry.meta()).unwrap(),
        r#"{"agency":"HUE-SXD","data":{},"from":"assigned","kind":"STARTED","role":"OFFICER","to":"in_progress"}"#
    );
    assert_eq!(entry.visibility, Visibility::Public);
}
