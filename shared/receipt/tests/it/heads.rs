//! Published heads: what a stranger kept proves that the books are still the same.

use city_receipt::{
    BatchHead, HeadKey, ProvenHeads, PublishedKeys, SignedHead, Unproven, sha256, verify_heads,
};

fn key() -> HeadKey {
    HeadKey::from_seed(&[3; 32])
}

fn sign(head: BatchHead) -> SignedHead {
    let sig = key().sign(&head.hash()).to_vec();
    SignedHead { head, sig, kid: key().kid().to_owned() }
}

/// Heads of batches 1 to 5; the third begins a leadership.
pub fn chain() -> Vec<SignedHead> {
    let mut prev = [0; 32];
    let heads = (1..=5).map(|n| {
        let epoch = if n < 3 { 1 } else { 2 };
        let root = sha256(&[&[u8::try_from(n).expect("small")]]);
        let (rejections, commands) = (0, 0);
        let head = BatchHead {
            n,
            epoch,
            first_seq: n,
            transfers: 1,
            rejections,
            commands,
            at: 7,
            prev,
            root,
        };
        prev = head.hash();
        sign(head)
    });
    heads.collect()
}

pub fn keys() -> PublishedKeys {
    key().published()
}

pub fn lines(heads: &[SignedHead]) -> String {
    let lines = heads.iter().map(|head| serde_json::to_string(head).expect("JSON") + "\n");
    lines.collect()
}

#[test]
fn a_chain_is_proven_from_any_head_to_any_later_one() {
    let chain = chain();
    for from in 0..chain.len() {
        for to in from + 1..=chain.len() {
            let part = &chain[from..to];
            let last = &part[part.len() - 1].head;
            let proven = ProvenHeads { first: part[0].head.n, last: last.n, hash: last.hash() };
            assert_eq!(verify_heads(&lines(part), &keys()), Ok(proven));
        }
    }
}

#[test]
fn heads_that_are_left_out_swapped_repeated_or_signed_anew_are_false() {
    let chain = chain();
    let mut forged: Vec<(&str, Vec<SignedHead>)> = Vec::new();
    let mut forge = |what, act: &dyn Fn(&mut Vec<SignedHead>)| {
        let mut heads = chain.clone();
        act(&mut heads);
        forged.push((what, heads));
    };
    forge("one is left out", &|heads| drop(heads.remove(2)));
    forge("two are swapped", &|heads| heads.swap(2, 3));
    forge("one comes twice", &|heads| heads.insert(2, heads[2].clone()));
    forge("an amount of rows is changed", &|heads| heads[2].head.transfers += 1);
    // The forger has the key.
    let rewritten: [fn(&mut BatchHead); 4] = [
        |head| head.root = [9; 32],
        |head| head.n += 1,
        |head| head.prev = [9; 32],
        |head| head.epoch = 0,
    ];
    for rewrite in rewritten {
        forge("one is signed anew", &|heads| {
            let mut head = heads[3].head.clone();
            rewrite(&mut head);
            heads[3] = sign(head);
        });
    }
    forge("the first of all follows something", &|heads| {
        heads.truncate(1);
        heads[0] = sign(BatchHead { prev: [9; 32], ..heads[0].head.clone() });
    });
    forge("a later one follows nothing", &|heads| {
        heads.truncate(1);
        heads[0] = sign(BatchHead { n: 9, ..heads[0].head.clone() });
    });
    for (what, heads) in forged {
        let judged = verify_heads(&lines(&heads), &keys());
        assert!(matches!(judged, Err(Unproven::False(_))), "{what}: {judged:?}");
    }
}

#[test]
fn what_is_no_list_of_heads_or_signed_by_an_unknown_key_is_neither_true_nor_false() {
    let text = lines(&chain());
    let unknown = verify_heads(&text, &HeadKey::from_seed(&[4; 32]).published());
    assert_eq!(unknown, Err(Unproven::UnknownKey(key().kid().to_owned())));
    for text in ["", "\n", "{}", "[]", &text[1..], &text.replace("\"n\"", "\"m\"")] {
        assert_eq!(verify_heads(text, &keys()), Err(Unproven::Unreadable), "{text}");
    }
}
