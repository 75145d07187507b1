//! The vectors of the protocols, refused ones too.

use super::{QrError, Use, VietQr, crc, parse};

const STATIC_ACCOUNT: &str = concat!(
    "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN6304",
    "9E6F",
);
const DYNAMIC_ACCOUNT: &str = concat!(
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA53037045406180000",
    "5802VN62340107NPS68690819thanh toan don hang63042E2E",
);
const STATIC_CARD: &str = concat!(
    "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN6",
    "3044F52",
);
const DYNAMIC_CARD: &str = concat!(
    "00020101021238600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045406180",
    "0005802VN62340107NPS68690819thanh toan don hang6304A203",
);
const ATM_CASH: &str = concat!(
    "00020101021238500010A000000727012200069704030108123456780206QRCASH5204601153037045802VN591",
    "5NGUYEN HUU HUAN6005HANOI6237052120190109155714228384707080000111163041009",
);
const OWN_FEE: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA52049399530370454061",
    "500005802VN5911UBND TP HUE6003HUE62370113HD202611210010816Le phi ho so 0016304C5D6",
);
const OWN_SHOP: &str = concat!(
    "00020101021138570010A000000727012700069704360113HUE00000006940208QRIBFTTA52045411530370458",
    "02VN5919CHO DONG BA QUAY 126003HUE62140304DB1207020163042EC3",
);
const OWN_PLAIN: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA53037045406150000580",
    "2VN630425AF",
);
const INNER_LENGTH: &str = concat!(
    "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304",
    "F4E5",
);
const DECIMALS: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA530370454071000.5058",
    "02VN63041DFF",
);
const LEADING_ZERO: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA53037045407015000058",
    "02VN63040C53",
);
const OTHER_CURRENCY: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA53038405406150000580",
    "2VN6304D67E",
);
const AMOUNT_TWICE: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA53037045406150000540",
    "715000005802VN630446C4",
);
const LENGTH_ZERO: &str = concat!(
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA530370454005802VN630",
    "499FF",
);

fn account(used: Use, bin: &str, number: &str) -> VietQr {
    VietQr::of(used, bin, number)
}

#[test]
fn the_checksum_is_the_one_everybody_knows() {
    assert_eq!(crc(b"123456789"), 0x29B1);
}

#[test]
fn codes_into_an_account_are_read_and_written_to_the_letter() {
    let text = |text: &str| Some(text.to_owned());
    let own = |used| VietQr { mcc: text("9399"), ..account(used, "970436", "1234567890") };
    for (code, wanted) in [
        (STATIC_ACCOUNT, account(Use::Static, "970403", "0011012345678")),
        (
            DYNAMIC_ACCOUNT,
            VietQr {
                amount: Some(180_000),
                bill: text("NPS6869"),
                purpose: text("thanh toan don hang"),
                ..account(Use::Dynamic, "970403", "0011012345678")
            },
        ),
        (
            OWN_FEE,
            VietQr {
                amount: Some(150_000),
                name: text("UBND TP HUE"),
                city: text("HUE"),
                bill: text("HD20261121001"),
                purpose: text("Le phi ho so 001"),
                ..own(Use::Dynamic)
            },
        ),
        (
            OWN_SHOP,
            VietQr {
                mcc: text("5411"),
                name: text("CHO DONG BA QUAY 12"),
                city: text("HUE"),
                store: text("DB12"),
                terminal: text("01"),
                ..account(Use::Static, "970436", "HUE0000000694")
            },
        ),
        (
            OWN_PLAIN,
            VietQr { amount: Some(150_000), ..account(Use::Dynamic, "970436", "1234567890") },
        ),
    ] {
        assert_eq!(parse(code).as_ref(), Ok(&wanted), "{code}");
        assert_eq!(wanted.print().as_deref(), Ok(code));
    }
}

#[test]
fn cards_and_cash_are_sound_and_not_ours() {
    for code in [STATIC_CARD, DYNAMIC_CARD, ATM_CASH] {
        assert_eq!(parse(code), Err(QrError::NotSupported), "{code}");
    }
}

#[test]
fn misprints_are_refused_where_they_are_though_their_checksum_is_right() {
    for (code, place) in [
        (INNER_LENGTH, "8"),
        (DECIMALS, "1000.50"),
        (LEADING_ZERO, "0150000"),
        (OTHER_CURRENCY, "840"),
        (AMOUNT_TWICE, "540715000005802"),
        (LENGTH_ZERO, "54005802"),
    ] {
        let covered = code.len() - 4;
        assert_eq!(format!("{:04X}", crc(&code.as_bytes()[..covered])), code[covered..], "{code}");
        let Err(QrError::Invalid { offset }) = parse(code) else { panic!("{code} is read") };
        assert!(code[offset..].starts_with(place), "{code}: {offset}");
    }
}

#[test]
fn a_checksum_is_there_right_in_capitals_and_last() {
    let body = OWN_PLAIN.strip_suffix("25AF").unwrap();
    let end = OWN_PLAIN.len();
    for (code, offset) in [
        (format!("{body}25AE"), end - 4),
        (format!("{body}25af"), end - 4),
        (format!("{OWN_PLAIN}0"), end),
        (body.strip_suffix("6304").unwrap().to_owned(), end - 8),
        (String::new(), 0),
    ] {
        assert_eq!(parse(&code), Err(QrError::Invalid { offset }), "{code}");
    }
}

/// A text with its checksum.
fn summed(text: &str) -> String {
    let text = format!("{text}6304");
    format!("{text}{:04X}", crc(text.as_bytes()))
}

#[test]
fn another_network_a_missing_account_and_a_fee_on_top_are_not_supported() {
    let other = "00020101021138100006A000015303704".to_owned() + "5802VN";
    let none = "00020101021153037045802VN";
    let tip = OWN_PLAIN.strip_suffix("5802VN630425AF").unwrap().to_owned() + "5502015802VN";
    for text in [other.as_str(), none, &tip] {
        assert_eq!(parse(&summed(text)), Err(QrError::NotSupported), "{text}");
    }
}

#[test]
fn what_must_be_there_is_missed() {
    let plain = OWN_PLAIN.strip_suffix("630425AF").unwrap();
    for gone in ["010212", "5303704", "5802VN", "0208QRIBFTTA"] {
        let text =
            plain.replace(gone, "").replace("3854", if gone.len() > 8 { "3842" } else { "3854" });
        let refused = parse(&summed(&text));
        assert!(matches!(refused, Err(QrError::Invalid { .. })), "{text}: {refused:?}");
    }
    let marked = plain.replace("5802VN", "5802VN5904Huế");
    assert_eq!(parse(&summed(&marked)), Err(QrError::Invalid { offset: plain.len() + 6 }));
}
