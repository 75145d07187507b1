//! What holds for every input.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use city_receipt::{Leaf, Unproven, derive, verify};
use proptest::prelude::*;
use uuid::Uuid;

use crate::vectors::{keys, receipt};

proptest! {
    #[test]
    fn any_flipped_bit_makes_a_receipt_false(member in 0..3_usize, bit: u32) {
        let mut receipt = receipt();
        match ["leaf", "sig", "doc"][member] {
            "doc" => {
                let mut doc = receipt["doc"].as_str().expect("a text").to_owned().into_bytes();
                let at = usize::try_from(bit).expect("32 bits") % (doc.len() * 7);
                doc[at / 7] ^= 1 << (at % 7); // stays ASCII
                receipt["doc"] = String::from_utf8(doc).expect("ASCII").into();
            }
            name => {
                let mut bytes = URL_SAFE_NO_PAD.decode(receipt[name].as_str().expect("a text")).expect("base64");
                let at = usize::try_from(bit).expect("32 bits") % (bytes.len() * 8);
                bytes[at / 8] ^= 1 << (at % 8);
                receipt[name] = URL_SAFE_NO_PAD.encode(bytes).into();
            }
        }
        prop_assert!(matches!(verify(&receipt.to_string(), &keys()), Err(Unproven::False(_))));
    }

    #[test]
    fn reading_never_panics(text: String, bytes: Vec<u8>) {
        prop_assert_eq!(verify(&text, &keys()), Err(Unproven::Unreadable));
        if let Some(leaf) = Leaf::from_bytes(&bytes) {
            prop_assert_eq!(leaf.to_bytes(), bytes);
        }
    }

    #[test]
    fn leaves_read_back(tag in 1..=3_u8, body: [u8; 32], tail: [u8; 32]) {
        let length = [188, 60, 49][usize::from(tag) - 1];
        let filling = body.iter().chain(&tail).cycle().take(length).copied();
        let bytes: Vec<u8> = std::iter::once(tag).chain(filling).collect();
        let leaf = Leaf::from_bytes(&bytes).expect("its length is right");
        prop_assert_eq!(leaf.to_bytes(), bytes.clone());
        prop_assert_eq!(Leaf::from_bytes(&bytes[1..]).map(|leaf| leaf.to_bytes()), None);
    }

    #[test]
    fn derived_ids_are_version_7_of_the_same_millisecond(base: u128, label in "[a-z.]{1,20}") {
        let (base, id) = (Uuid::from_u128(base), derive(&label, Uuid::from_u128(base)));
        prop_assert_eq!(&id.as_bytes()[..6], &base.as_bytes()[..6]);
        prop_assert_eq!(id.get_version_num(), 7);
        prop_assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        prop_assert_eq!(derive(&label, base), id);
    }
}
