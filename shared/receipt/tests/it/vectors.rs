//! The vectors of the protocol: ids, leaves, tree, head, signature, receipt.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use city_receipt::{
    BatchHead, Hash, HeadKey, Leaf, Leg, PublishedKeys, Receipt, Unproven, derive, merkle, sha256,
    verify,
};
use serde_json::Value;
use uuid::{Uuid, uuid};

pub const DOC: &str = r#"{"v":1,"payment":"pay_019a0000-0001-7000-8000-000000000001","payee":"Cho Dong Ba","purpose":"goods","amount":"150000"}"#;
const AT: i64 = 1_795_254_912_000_000;
const A: Uuid = uuid!("019a0000-00a1-7000-8000-0000000000a1");
const B: Uuid = uuid!("019a0000-00b1-7000-8000-0000000000b1");
const C: Uuid = uuid!("019a0000-00c1-7000-8000-0000000000c1");

/// One leg of the vectors, posted and without document.
fn leg(number: u8, request: &str, (debit, credit, amount): (Uuid, Uuid, u64)) -> Leg {
    let mut posting = uuid!("019a0000-0000-7000-8000-000000000000").into_bytes();
    (posting[5], posting[15]) = (number, number);
    Leg {
        posting: Uuid::from_bytes(posting),
        number: 0,
        seq: 40 + u64::from(number),
        kind: 1,
        purpose: 2,
        debit,
        credit,
        amount,
        released: 0,
        hold: None,
        reference: None,
        expires_at: None,
        at: AT,
        doc_hash: None,
        req_hash: Some(sha256(&[request.as_bytes()])),
    }
}

pub fn leaves() -> Vec<Vec<u8>> {
    let paid = Leg { doc_hash: Some(sha256(&[DOC.as_bytes()])), ..leg(1, "one", (A, B, 150_000)) };
    let held = Leg { kind: 2, expires_at: Some(AT + 900_000_000), ..leg(2, "two", (A, C, 40_000)) };
    let sent = Leg { purpose: 1, ..leg(3, "three", (C, A, 5_000)) };
    [paid, held, sent].map(|leg| Leaf::Leg(leg).to_bytes()).into()
}

fn key() -> HeadKey {
    HeadKey::from_seed(&std::array::from_fn(|index| u8::try_from(index).expect("below 32")))
}

pub fn keys() -> PublishedKeys {
    key().published()
}

fn head() -> BatchHead {
    let hashes: Vec<_> = leaves().iter().map(|leaf| merkle::leaf_hash(leaf)).collect();
    BatchHead {
        n: 1,
        epoch: 1,
        first_seq: 41,
        transfers: 3,
        rejections: 0,
        commands: 0,
        at: AT,
        prev: [0; 32],
        root: merkle::root(&hashes),
    }
}

pub fn receipt() -> Value {
    let (head, key) = (head(), key());
    let sig = key.sign(&head.hash()).to_vec();
    let issued =
        Receipt::issue(&leaves(), 0, head, sig, key.kid().to_owned(), Some(DOC.to_owned()));
    serde_json::to_value(issued.expect("there is a first leaf")).expect("a receipt is JSON")
}

#[test]
fn ids_of_the_service_follow_from_their_base() {
    let expire = derive("hold.expire", uuid!("019a0000-0002-7000-8000-000000000002"));
    let credit = derive("order.credit", uuid!("019a0000-0001-7000-8000-000000000001"));

    assert_eq!(expire, uuid!("019a0000-0002-78ab-a7d9-f6de11df2542"));
    assert_eq!(credit, uuid!("019a0000-0001-7d28-8cac-9f871d8c03ab"));
    assert_ne!(derive("a", credit), derive("b", credit));
}

#[test]
fn leaves_are_the_bytes_of_the_vectors() {
    let leaves = leaves();

    assert_eq!(
        hex::encode(&leaves[0]),
        "01019a0000000170008000000000000001000000000000000029010002019a000000a1700080000000000000a1019a000000b1700080000000000000b1\
         00000000000249f0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000660c65b4fa000\
         6f666838492f09c88ddfc902c056ced31f0728ad6e8a46746730b9affc3c379e7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    );
    let hashes: Vec<_> = leaves.iter().map(|leaf| hex::encode(merkle::leaf_hash(leaf))).collect();
    assert_eq!(
        hashes,
        [
            "108906408fb176306d7dd1f8defab6bbbcda77a9e9a39f0f22d2515c2715aaa8",
            "b287fd06e5efce9420ba8ae245cda92ffa993001c9f2275d8e02165204ab4f88",
            "134284107f4fea4c6e5cf963b727b40215cc5ca14c8ea23558417465da32fb20",
        ]
    );
    assert!(leaves.iter().all(|leaf| leaf.len() == 189));
}

#[test]
fn head_and_signature_are_those_of_the_vectors() {
    let (head, key) = (head(), key());
    let signature = key.sign(&head.hash());

    assert_eq!(
        hex::encode(head.root),
        "1ecb2b762213095adb54300c9d141758b287471a92714ea8d5a65a8a3f67c446"
    );
    assert_eq!(
        hex::encode(head.hash()),
        "55705b396094c8d45f0607d60f5339d8b2541ccb58d0f4be0554ccce5fd2d48e"
    );
    assert_eq!(key.kid(), "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y");
    assert_eq!(
        receipt()["sig"],
        "sohuHWB6-JxCHJXrApTHfzbH1PcqZMCI4AP43Ko5-RCRvDHN2ZxweVeX2iS58d2S52JRggoYW4nGNyPTluH1Ag"
    );
    let published = serde_json::to_value(key.published()).unwrap();
    let public = URL_SAFE_NO_PAD.decode(published["keys"][0]["x"].as_str().unwrap()).unwrap();
    assert_eq!(
        hex::encode(public),
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    );
    assert_eq!(keys().verify(key.kid(), &head.hash(), &signature), Some(true));
    assert_eq!(keys().verify(key.kid(), &head.root, &signature), Some(false));
    assert_eq!(keys().verify("another", &head.hash(), &signature), None);
}

#[test]
fn the_receipt_of_the_first_leaf_is_proven() {
    let proven = verify(&receipt().to_string(), &keys()).unwrap();

    assert_eq!(proven.doc.as_deref(), Some(DOC));
    assert_eq!(proven.batch.n, 1);
    let Leaf::Leg(leg) = proven.leaf else { panic!("it is a leg") };
    assert_eq!((leg.amount, leg.debit, leg.credit), (150_000, A, B));
}

#[test]
fn a_receipt_with_another_path_place_or_size_is_false() {
    let mut changes: Vec<Value> = Vec::new();
    let mut change = |act: &dyn Fn(&mut Value)| {
        let mut receipt = receipt();
        act(&mut receipt);
        changes.push(receipt);
    };
    change(&|receipt| receipt["path"].as_array_mut().expect("a path").swap(0, 1));
    change(&|receipt| receipt["path"].as_array_mut().expect("a path").truncate(1));
    change(&|receipt| receipt["path"].as_array_mut().expect("a path").push(receipt_hash()));
    change(&|receipt| receipt["index"] = 1.into());
    change(&|receipt| receipt["index"] = 3.into());
    change(&|receipt| receipt["size"] = 2.into());
    change(&|receipt| receipt["doc"] = Value::Null);
    for field in ["n", "epoch", "first_seq", "transfers", "rejections", "commands", "at"] {
        change(&|receipt| receipt["batch"][field] = 7.into());
    }
    change(&|receipt| receipt["batch"]["prev"] = receipt_hash());
    change(&|receipt| receipt["batch"]["root"] = receipt_hash());

    for receipt in changes {
        let judged = verify(&receipt.to_string(), &keys());
        assert!(matches!(judged, Err(Unproven::False(_))), "{receipt}: {judged:?}");
    }
}

/// A text of base64url with one bit of what it stands for flipped.
fn flipped(text: &str, bit: usize) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).expect("base64url");
    bytes[bit / 8] ^= 1 << (bit % 8);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn every_single_flipped_bit_of_what_a_receipt_says_makes_it_false() {
    let keys = keys();
    let is_false = |receipt: &Value, what: &str| {
        let judged = verify(&receipt.to_string(), &keys);
        assert!(matches!(judged, Err(Unproven::False(_))), "{what}: {judged:?}");
    };
    let good = receipt();
    let flips = |pointer: &str, bits: usize| {
        for bit in 0..bits {
            let mut receipt = good.clone();
            let member = receipt.pointer_mut(pointer).expect("it is there");
            *member = match &*member {
                Value::String(text) => flipped(text, bit).into(),
                number => (number.as_u64().expect("a number") ^ 1 << bit).into(),
            };
            is_false(&receipt, &format!("bit {bit} of {pointer}"));
        }
    };
    flips("/leaf", 189 * 8);
    flips("/sig", 64 * 8);
    for hash in ["/path/0", "/path/1", "/batch/prev", "/batch/root"] {
        flips(hash, 32 * 8);
    }
    for number in ["/index", "/size", "/batch/n", "/batch/epoch", "/batch/first_seq"] {
        flips(number, 64);
    }
    for count in ["/batch/transfers", "/batch/rejections", "/batch/commands"] {
        flips(count, 32);
    }
    flips("/batch/at", 63);
    for bit in 0..DOC.len() * 7 {
        let mut doc = DOC.as_bytes().to_vec();
        doc[bit / 7] ^= 1 << (bit % 7); // stays ASCII
        let mut receipt = good.clone();
        receipt["doc"] = String::from_utf8(doc).expect("ASCII").into();
        is_false(&receipt, &format!("bit {bit} of the document"));
    }
}

#[test]
fn a_file_with_any_bit_flipped_proves_nothing() {
    let (keys, good) = (keys(), receipt().to_string().into_bytes());
    for bit in 0..good.len() * 8 {
        let mut file = good.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        // What is no text is refused before it is judged.
        if let Ok(text) = String::from_utf8(file) {
            assert!(verify(&text, &keys).is_err(), "bit {bit}: {text}");
        }
    }
}

fn receipt_hash() -> Value {
    "sohuHWB6-JxCHJXrApTHfzbH1PcqZMCI4AP43Ko5-RA".into()
}

#[test]
fn what_is_no_receipt_or_signed_by_an_unknown_key_is_neither_true_nor_false() {
    let unknown = HeadKey::from_seed(&[9; 32]).published();
    let judged = verify(&receipt().to_string(), &unknown);
    assert_eq!(judged, Err(Unproven::UnknownKey(key().kid().to_owned())));

    let mut newer = receipt();
    newer["v"] = 2.into();
    let mut padded = receipt();
    padded["leaf"] = "AQ==".into();
    let mut longer = receipt();
    longer["more"] = 1.into();
    for text in ["", "{}", "[]", &newer.to_string(), &padded.to_string(), &longer.to_string()] {
        assert_eq!(verify(text, &keys()), Err(Unproven::Unreadable), "{text}");
    }
}

#[test]
fn keys_are_named_by_their_thumbprint() {
    let good = serde_json::to_value(keys()).unwrap();
    assert_eq!(PublishedKeys::parse(&good.to_string()), Ok(keys()));
    for (member, value) in [("kid", "x"), ("x", "AAAA"), ("crv", "P-256"), ("kty", "EC")] {
        let mut other = good.clone();
        other["keys"][0][member] = value.into();
        assert!(PublishedKeys::parse(&other.to_string()).is_err(), "{member}");
    }
    assert!(PublishedKeys::parse("[]").is_err());
}

/// The naive tree of RFC 6962 for up to `size` leaves, each proven by its path.
#[test]
fn every_leaf_of_every_small_tree_is_proven_by_its_path_alone() {
    for size in 1..=70_usize {
        let hashes: Vec<Hash> = (0..size).map(|n| merkle::leaf_hash(&n.to_be_bytes())).collect();
        let root = merkle::root(&hashes);
        for index in 0..size {
            let path = merkle::path(&hashes, index).unwrap();
            let leads = |at: usize, of: usize| {
                merkle::root_of_path(hashes[index], at as u64, of as u64, &path)
            };
            assert_eq!(leads(index, size), Some(root), "{index} of {size}");
            assert!((0..size).all(|other| other == index || leads(other, size) != Some(root)));
        }
        assert_eq!(merkle::path(&hashes, size), None);
    }
}
