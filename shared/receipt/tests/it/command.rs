//! The command `receipt-verify`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::heads::lines;
use crate::vectors::{DOC, keys, receipt};

/// A file of this test alone.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the temporary folder can be written");
    path
}

/// Its exit code, and what it said.
fn verify_file(name: &str, receipt: &str, keys: &str) -> (Option<i32>, String) {
    let receipt = file(&format!("{name}.json"), receipt);
    let keys = file(&format!("{name}.keys.json"), keys);
    let done = Command::new(env!("CARGO_BIN_EXE_receipt-verify"))
        .arg(receipt)
        .arg("--keys")
        .arg(keys)
        .output()
        .expect("the command runs");
    (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
}

#[test]
fn it_exits_0_for_a_true_1_for_a_false_and_2_for_an_unreadable_receipt() {
    let keys = serde_json::to_string(&keys()).unwrap();
    let good = receipt();
    let mut changed = receipt();
    changed["doc"] = Value::from(DOC.replace("150000", "15000"));

    let (code, said) = verify_file("good", &good.to_string(), &keys);
    assert_eq!(code, Some(0));
    assert!(said.contains("150000 dong") && said.contains("Cho Dong Ba"), "{said}");
    assert_eq!(verify_file("changed", &changed.to_string(), &keys), (Some(1), String::new()));
    let mut flipped = receipt();
    flipped["batch"]["at"] = Value::from(flipped["batch"]["at"].as_i64().unwrap() ^ 1);
    assert_eq!(verify_file("flipped", &flipped.to_string(), &keys).0, Some(1));
    assert_eq!(verify_file("empty", "", &keys).0, Some(2));
    assert_eq!(verify_file("no-keys", &good.to_string(), r#"{"keys":[]}"#).0, Some(2));
    assert_eq!(verify_file("bad-keys", &good.to_string(), "{}").0, Some(2));
}

#[test]
fn it_checks_statements_of_what_backs_the_wallets_too() {
    let keys = serde_json::to_string(&keys()).unwrap();
    let good = crate::backing::signed();
    let mut changed = good.clone();
    changed["backing"]["guarantee"] = Value::from("10001");

    let (code, said) = verify_file("backing", &good.to_string(), &keys);
    assert_eq!(code, Some(0));
    assert!(said.contains("20260304") && said.contains("the wallets are backed"), "{said}");
    assert_eq!(verify_file("backing-changed", &changed.to_string(), &keys).0, Some(1));
    let nobody = r#"{"keys":[]}"#;
    assert_eq!(verify_file("backing-no-keys", &good.to_string(), nobody).0, Some(2));
}

#[test]
fn it_checks_published_heads_too() {
    let keys = serde_json::to_string(&crate::heads::keys()).unwrap();
    let chain = crate::heads::chain();
    let [good, gap] = [lines(&chain), lines(&[chain[0].clone(), chain[2].clone()])];

    let (code, said) = verify_file("heads", &good, &keys);
    assert_eq!(code, Some(0));
    assert!(said.contains("batches 1 to 5"), "{said}");
    assert_eq!(verify_file("heads-gap", &gap, &keys).0, Some(1));
    assert_eq!(verify_file("heads-no-keys", &good, r#"{"keys":[]}"#).0, Some(2));
}
