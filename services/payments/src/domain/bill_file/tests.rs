//! Files of bills, good and bad.

use proptest::prelude::*;
use serde_json::Value;

use super::columns::Header;
use super::*;
use crate::domain::dues::Rebate;

const HEAD: &str = "number,customer_code,holder,period,due_date,head_code,head_name,amount,rebate_until,rebate_bps,\
                    penalty_bps_per_day,penalty_cap_bps\n";
const FLAT: &str = "number,customer_code,due_date,head_code,head_name,amount,rebate_until,rebate_bps,rebate_fixed,\
                    penalty_bps_per_day,penalty_fixed,penalty_cap_bps\n";

type Read = (Vec<Draft>, Vec<(u64, &'static str)>);

fn read_as(format: Format, parts: &[&[u8]]) -> Read {
    let (mut reading, mut arrived) = (Reading::new(format), Arrived::default());
    for part in parts {
        reading.push(part, &mut arrived).unwrap();
    }
    reading.finish(&mut arrived).unwrap();
    let refused = arrived.refused.into_iter().map(|line| (line.line, line.reason));
    (arrived.bills, refused.collect())
}

fn read(lines: &str) -> Read {
    read_as(Format::Csv, &[HEAD.as_bytes(), lines.as_bytes()])
}

fn read_json(lines: &str) -> Read {
    read_as(Format::Json, &[lines.as_bytes()])
}

#[test]
fn lines_of_a_number_are_one_bill() {
    let (bills, refused) = read(
        "D1,pe01,Nguyễn Văn An,03/2026,2026-03-20,DIEN,Tiền điện,100000,2026-03-10,100,5,500\n\
         D1,PE01,Nguyễn Văn An,03/2026,2026-03-20,VAT,Thuế,8000,2026-03-10,100,5,500\n\
         D2,PE02,,,2026-03-20,DIEN,Tiền điện,7,,,,\n",
    );

    assert_eq!(refused, []);
    assert_eq!(
        (bills[0].customer_code.as_str(), bills[0].holder_masked.as_deref(), bills[0].amount()),
        ("PE01", Some("N*** V*** A***"), 108_000)
    );
    assert_eq!(bills[0].terms.penalty, Some(Penalty::PerDay { bps: 5, cap_bps: 500 }));
    assert_eq!((bills[1].number.as_str(), bills[1].terms), ("D2", Terms::default()));
    assert_ne!(bills[0].content_hash(), bills[1].content_hash());
}

#[test]
fn a_bill_with_a_bad_line_is_refused_whole_and_its_neighbours_count() {
    let good = |number: &str| format!("{number},PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,,\n");
    for (bad, reason) in [
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,\n", "COLUMNS"),
        ("D 1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,,\n", "NUMBER"),
        ("D1,,,,2026-03-20,DIEN,Tiền điện,1000,,,,\n", "CUSTOMER_CODE"),
        ("D1,PE01,,,2026-02-30,DIEN,Tiền điện,1000,,,,\n", "DUE_DATE"),
        ("D1,PE01,,,20.03.2026,DIEN,Tiền điện,1000,,,,\n", "DUE_DATE"),
        ("D1,PE01,,,2026-03-20,diện,Tiền điện,1000,,,,\n", "HEAD_CODE"),
        ("D1,PE01,,,2026-03-20,DIEN,,1000,,,,\n", "HEAD_NAME"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,0,,,,\n", "AMOUNT"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,-5,,,,\n", "AMOUNT"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,10.5,,,,\n", "AMOUNT"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,99999999999999999999,,,,\n", "AMOUNT"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,2026-03-10,,,\n", "REBATE"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,100,,\n", "REBATE"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,5,\n", "PENALTY"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,5,10001\n", "PENALTY"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,1000,2026-03-10,10000,,\n", "SUM"),
        ("D1,PE01,,,2026-03-20,DIEN,Tiền điện,100000000000,,,5,1\n", "SUM"),
    ] {
        let (bills, refused) = read(&format!("{}{bad}{}", good("D0"), good("D2")));
        let numbers: Vec<_> = bills.iter().map(|bill| bill.number.as_str()).collect();
        assert_eq!((numbers, refused), (vec!["D0", "D2"], vec![(3, reason)]), "{bad}");
    }
    let (bills, refused) = read(&format!("{}D1,PE02,,,2026-03-20,A,B,1,,,,\n", good("D1")));
    assert_eq!((bills.len(), refused), (0, vec![(3, "HEADS_DISAGREE")]));
    let (bills, refused) = read(&format!("{}\"x\"y\n{}{}", good("D1"), good("D1"), good("D2")));
    assert_eq!((bills.len(), refused), (1, vec![(3, "QUOTE"), (4, "HEAD_LOST")]));
    let (bills, refused) = read(&good("D1").repeat(17));
    assert_eq!((bills.len(), refused), (0, vec![(18, "TOO_MANY_HEADS")]));
    let (bills, refused) = read(&format!("D1,,,,2026-03-20,A,B,1,,,,\n{}", good("D1")));
    assert_eq!((bills.len(), refused), (0, vec![(2, "CUSTOMER_CODE")]));
}

#[test]
fn a_rebate_and_a_penalty_have_one_of_two_forms() {
    let read = |terms: &str| {
        let line = format!("D1,PE01,2026-03-20,DIEN,Tiền điện,1000,{terms}\n");
        let (bills, refused) = read_as(Format::Csv, &[FLAT.as_bytes(), line.as_bytes()]);
        let reason = refused.first().map(|(_, reason)| *reason);
        bills.first().map(|bill| bill.terms).ok_or(reason.unwrap_or(""))
    };
    let off = |off| {
        let until = NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
        Ok(Terms { rebate: Some(Rebate { until, off }), penalty: None })
    };
    let more = |penalty| Ok(Terms { rebate: None, penalty: Some(penalty) });

    assert_eq!(read("2026-03-10,,999,,,"), off(Off::Fixed(999)));
    assert_eq!(read("2026-03-10,100,0,,,"), off(Off::Bps(100)), "0 is as good as nothing");
    assert_eq!(read(",,,,20000,"), more(Penalty::Once { fixed: 20_000, cap_bps: None }));
    let capped = Penalty::Once { fixed: 20_000, cap_bps: Some(500) };
    assert_eq!(read(",,,,20000,500"), more(capped));
    for (terms, reason) in [
        ("2026-03-10,100,999,,,", "REBATE"),
        (",,999,,,", "REBATE"),
        ("2026-03-10,,-1,,,", "REBATE"),
        ("2026-03-10,,9.5,,,", "REBATE"),
        ("2026-03-10,,100000000001,,,", "REBATE"),
        ("2026-03-10,,99999999999999999999,,,", "REBATE"),
        (",,,5,20000,500", "PENALTY"),
        (",,,,x,", "PENALTY"),
        (",,,,,500", "PENALTY"),
        ("2026-03-10,,1000,,,", "SUM"), // nothing would be left
        (",,,,100000000000,", "SUM"),
    ] {
        assert_eq!(read(terms), Err(reason), "{terms}");
    }
}

#[test]
fn content_stays_known_and_flat_amounts_are_no_shares() {
    let (bills, _) = read(
        "D1,PE01,Lê An,03/2026,2026-03-20,DIEN,Tiền điện,1000,2026-03-10,100,5,500\n\
         D2,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,,\n",
    );
    let hash = |text: &str| sha256(&[text.as_bytes()]);
    let head = r#"[{"amount":"1000","code":"DIEN","name":"Tiền điện"}]"#;

    let long =
        format!(r#"["PE01","L*** A***","03/2026","2026-03-20",{head},["2026-03-10",100],[5,500]]"#);
    assert_eq!(bills[0].content_hash(), hash(&long), "as it was before flat amounts");
    let short = format!(r#"["PE01",null,null,"2026-03-20",{head},null,null]"#);
    assert_eq!(bills[1].content_hash(), hash(&short));
    let of = |terms: &str| {
        let line = format!("D1,PE01,2026-03-20,DIEN,Tiền điện,1000,{terms}\n");
        read_as(Format::Csv, &[FLAT.as_bytes(), line.as_bytes()]).0[0].content_hash()
    };
    assert_ne!(of("2026-03-10,100,,,,"), of("2026-03-10,,100,,,"));
    assert_ne!(of(",,,5,,500"), of(",,,,5,500"));
    assert_ne!(of(",,,,5,"), of(",,,,5,500"));
}

/// A bill of one head in JSON.
fn bill() -> Value {
    let head = json!({ "code": "DIEN", "name": "Tiền điện", "amount": "1000" });
    json!({ "number": "D1", "customerCode": "PE01", "dueDate": "2026-03-20", "heads": [head] })
}

/// The same with another member.
fn with(member: &str, value: Value) -> String {
    let mut bill = bill();
    bill[member] = value;
    bill.to_string()
}

#[test]
fn json_says_what_csv_says() {
    let (lines, refused) = read(
        "D1,pe01,Lê An,03/2026,2026-03-20,DIEN,Tiền điện,1000,2026-03-10,100,5,500\n\
         D1,PE01,Lê An,03/2026,2026-03-20,VAT,Thuế,8000,2026-03-10,100,5,500\n\
         D2,PE01,,,2026-03-20,DIEN,Tiền điện,1000,,,,\n",
    );
    let mut first = bill();
    first["customerCode"] = json!(" pe01 ");
    first["holder"] = json!("Lê An");
    first["period"] = json!("03/2026");
    let vat = json!({ "code": "VAT", "name": "Thuế", "amount": "8000" });
    first["heads"] = json!([first["heads"][0], vat]);
    first["rebate"] = json!({ "until": "2026-03-10", "bps": 100 });
    first["penalty"] = json!({ "bpsPerDay": 5, "capBps": 500 });
    let first = first.to_string().replace('ế', "\\u1ebf");
    let mut second = bill();
    second["number"] = json!("D2");
    second["holder"] = Value::Null;
    second["rebate"] = Value::Null;
    let file = format!("{first}\n\n  {second}  ");
    let (bills, none) = read_json(&file);

    assert_eq!((refused, none), (vec![], vec![]));
    let hashes = |of: &[Draft]| of.iter().map(Draft::content_hash).collect::<Vec<_>>();
    assert_eq!(hashes(&bills), hashes(&lines));
    assert_eq!(bills.iter().map(|bill| bill.line).collect::<Vec<_>>(), [1, 3]);
    let marked = format!("\u{FEFF}{}", file.replace('\n', "\r\n"));
    let bytes: Vec<_> = marked.as_bytes().chunks(1).collect();
    assert_eq!(read_as(Format::Json, &bytes), (bills, vec![]), "wherever the bytes are cut");

    let mut flat = bill();
    flat["rebate"] = json!({ "until": "2026-03-10", "fixed": "9" });
    flat["penalty"] = json!({ "fixed": "20", "capBps": 500 });
    let (json, _) = read_json(&flat.to_string());
    let line = "D1,PE01,2026-03-20,DIEN,Tiền điện,1000,2026-03-10,,9,,20,500\n";
    let (csv, _) = read_as(Format::Csv, &[FLAT.as_bytes(), line.as_bytes()]);
    assert_eq!(hashes(&json), hashes(&csv));
    assert_eq!(csv[0].terms.penalty, Some(Penalty::Once { fixed: 20, cap_bps: Some(500) }));
}

#[test]
fn a_bad_line_of_json_is_one_refusal_and_its_neighbours_count() {
    let good = bill().to_string();
    let head = |amount: Value| json!({ "code": "A", "name": "B", "amount": amount });
    let twice = |member: &str| good.replacen('{', &format!("{{{member},"), 1);
    let d1 = Some("D1");
    for (bad, number, reason) in [
        ("nothing".to_owned(), None, "JSON"),
        (format!("[{good}]"), None, "JSON"),
        (format!("{good},"), None, "JSON"),
        (good[..good.len() - 1].to_owned(), None, "JSON"),
        (json!(["D1", "PE01", null, null, "2026-03-20", []]).to_string(), None, "JSON"),
        (with("heads", json!([["A", "B", "1"]])), d1, "JSON"),
        (with("colour", json!("red")), d1, "JSON"),
        (with("rebate", json!({ "until": "2026-03-10", "bps": 1, "of": 2 })), d1, "JSON"),
        (twice(r#""dueDate":"2026-03-20""#), d1, "JSON"),
        (twice(r#""number":"D2""#), None, "JSON"),
        (with("heads", json!([head(json!(1000))])), d1, "JSON"), // money is text
        (with("penalty", json!({ "bpsPerDay": 0.5, "capBps": 9 })), d1, "JSON"),
        (with("number", json!("D 1")), None, "NUMBER"),
        (with("customerCode", json!(" ")), d1, "CUSTOMER_CODE"),
        (with("dueDate", json!("")), d1, "DUE_DATE"),
        (good.replace(r#""dueDate":"2026-03-20","#, ""), d1, "DUE_DATE"),
        (with("heads", json!([head(json!("10.5"))])), d1, "AMOUNT"),
        (with("heads", json!(vec![head(json!("1")); 17])), d1, "TOO_MANY_HEADS"),
        (with("heads", json!([])), d1, "SUM"),
        (with("rebate", json!({ "bps": 5 })), d1, "REBATE"),
        (with("penalty", json!({ "bpsPerDay": -5, "capBps": 9 })), d1, "PENALTY"),
        (format!("{good}{}", " ".repeat(40_000)), None, "TOO_LONG"),
    ] {
        let file = format!("{}\n{bad}\n{}", good.replace("D1", "D0"), good.replace("D1", "D2"));
        let (mut reading, mut arrived) = (Reading::new(Format::Json), Arrived::default());
        reading.push(file.as_bytes(), &mut arrived).unwrap();
        reading.finish(&mut arrived).unwrap();
        let numbers: Vec<_> = arrived.bills.iter().map(|bill| bill.number.as_str()).collect();
        let refused = RefusedLine { line: 2, number: number.map(str::to_owned), reason };
        assert_eq!((numbers, arrived.refused), (vec!["D0", "D2"], vec![refused]), "{bad}");
        assert_eq!(arrived.lines, 3);
    }
    let bytes = [good.as_bytes(), b"\n\xFF\xFE{}\n"];
    let (bills, refused) = read_as(Format::Json, &bytes);
    assert_eq!((bills.len(), refused), (1, vec![(2, "ENCODING")]));
    assert_eq!(read_json("\n \n"), (vec![], vec![]));
}

#[test]
fn a_header_knows_its_columns() {
    let parse = |head: &str| {
        let cells: Vec<_> = head.split(',').map(str::to_owned).collect();
        Header::parse(&cells).is_some()
    };

    assert!(parse("Number,due_date,customer_code,head_code,head_name,amount"));
    assert!(!parse("number,due_date,customer_code,head_code,head_name"));
    assert!(!parse("number,due_date,customer_code,head_code,head_name,amount,amount"));
    assert!(!parse("number,due_date,customer_code,head_code,head_name,amount,colour"));
}

proptest! {
    #[test]
    fn every_line_is_a_bill_or_refused(lines in prop::collection::vec("[D1-3,\"a\n-]{0,30}", 0..30)) {
        let (bills, refused) = read(&lines.join("\n"));
        prop_assert!(bills.len() + refused.len() <= lines.join("\n").len() + 1);
    }

    #[test]
    fn every_line_of_json_is_a_bill_or_refused(bytes: Vec<u8>, cut in 0_usize..64) {
        let cut = cut.min(bytes.len());
        let whole = read_as(Format::Json, &[&bytes]);
        prop_assert_eq!(read_as(Format::Json, &[&bytes[..cut], &bytes[cut..]]), whole.clone());
        prop_assert!(whole.0.is_empty());
    }
}
