//! Statements of what backs the wallets: their vectors, and what is refused.

use city_receipt::{
    BackingStatement, BankBalance, Hash, HeadKey, PublishedKeys, Unproven, verify, verify_backing,
};
use serde_json::{Value, json};

use crate::vectors;

/// The key of the vectors: seed 00 01 02 … 1f.
fn key() -> HeadKey {
    HeadKey::from_seed(&std::array::from_fn(|index| u8::try_from(index).expect("below 32")))
}

fn hash() -> Hash {
    let bytes = hex::decode("55705b396094c8d45f0607d60f5339d8b2541ccb58d0f4be0554ccce5fd2d48e");
    bytes.expect("hex").try_into().expect("32 bytes")
}

fn statement(bank: Option<BankBalance>) -> BackingStatement {
    BackingStatement {
        day: 20_260_304,
        wallets: 15_000,
        guarantee: 10_000,
        transit: 5_000,
        bank,
        batch: 1,
        batch_hash: hash(),
        at: 1_795_254_912_000_000,
    }
}

const BANK: BankBalance = BankBalance { day: 20_260_303, amount: 9_990 };

pub fn signed() -> Value {
    serde_json::to_value(statement(Some(BANK)).sign(&key())).expect("a statement is JSON")
}

#[test]
fn hash_and_signature_are_those_of_the_vectors() {
    // Computed by hand with SHA-256 and Ed25519 of other makers.
    assert_eq!(
        hex::encode(statement(Some(BANK)).hash()),
        "84709b85131263d0ee385919bc994419e15ffd94175d34f226528dd884df2c07"
    );
    assert_eq!(
        hex::encode(statement(None).hash()),
        "5bd384823c27e9a3703992d7f258e8ac494ab523e49f918366344539bd981753"
    );
    assert_eq!(
        signed()["sig"],
        "kJDI7Y2ObJkqD9HegyslX2SymlaxcKTAcwPg9qVD2TU34iKIFWJpwzk29FwbFQWKX94V5vKF7iTjQ1-ZTYboBw"
    );
    let without = serde_json::to_value(statement(None).sign(&key())).unwrap();
    assert_eq!(
        without["sig"],
        "frAdUOvSwCOevO7lvEqoa7gwANRFJVHkb0BV8_GElgdN-yABCmOlVyEpXBYrVqtdG6b8PlIxSBfjbvcqeRNBAw"
    );
    assert_eq!(signed()["backing"]["wallets"], "15000");
}

#[test]
fn a_statement_is_proven_and_any_change_of_it_is_false() {
    let keys = vectors::keys();
    let proven = verify_backing(&signed().to_string(), &keys);
    assert_eq!(proven, Ok(statement(Some(BANK))));

    let other_hash = "sohuHWB6-JxCHJXrApTHfzbH1PcqZMCI4AP43Ko5-RA";
    for (member, value) in [
        ("day", json!(20_260_305)),
        ("wallets", json!("14999")),
        ("guarantee", json!("15000")),
        ("transit", json!("-5000")),
        ("bank", Value::Null),
        ("bank", json!({ "day": 20_260_303, "amount": "9991" })),
        ("bank", json!({ "day": 20_260_302, "amount": "9990" })),
        ("batch", json!(2)),
        ("batch_hash", json!(other_hash)),
        ("at", json!(1_795_254_912_000_001_i64)),
    ] {
        let mut changed = signed();
        changed["backing"][member] = value.clone();
        let judged = verify_backing(&changed.to_string(), &keys);
        assert!(matches!(judged, Err(Unproven::False(_))), "{member} {value}: {judged:?}");
    }
}

#[test]
fn a_signature_of_a_head_is_none_of_a_statement() {
    let mut mixed = signed();
    let head = key().sign(&statement(Some(BANK)).hash());
    let receipt = vectors::receipt();
    mixed["sig"] = {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(head).into()
    };
    let judged = verify_backing(&mixed.to_string(), &vectors::keys());
    assert!(matches!(judged, Err(Unproven::False(_))), "{judged:?}");
    // Neither is read as the other.
    let keys = vectors::keys();
    assert_eq!(verify_backing(&receipt.to_string(), &keys), Err(Unproven::Unreadable));
    assert_eq!(verify(&signed().to_string(), &keys), Err(Unproven::Unreadable));
}

#[test]
fn what_is_no_statement_or_signed_by_an_unknown_key_is_neither_true_nor_false() {
    let unknown = PublishedKeys::default();
    let judged = verify_backing(&signed().to_string(), &unknown);
    assert_eq!(judged, Err(Unproven::UnknownKey(key().kid().to_owned())));
    let change = |act: &dyn Fn(&mut Value)| {
        let mut statement = signed();
        act(&mut statement);
        statement.to_string()
    };
    for text in [
        String::new(),
        "{}".into(),
        change(&|it| it["v"] = 2.into()),
        change(&|it| it["backing"]["wallets"] = 15_000.into()),
        change(&|it| it["backing"]["wallets"] = "015000".into()),
        change(&|it| it["backing"]["more"] = 1.into()),
    ] {
        assert_eq!(verify_backing(&text, &vectors::keys()), Err(Unproven::Unreadable), "{text}");
    }
}

#[test]
fn a_shortfall_is_what_the_wallets_hold_beyond() {
    assert_eq!(statement(None).shortfall(), 0);
    assert_eq!(BackingStatement { transit: 4_000, ..statement(None) }.shortfall(), 1_000);
    assert_eq!(BackingStatement { transit: i64::MAX, ..statement(None) }.shortfall(), 0);
}
