//! A file of bills, one line a head: lines of the same number that follow one another are one bill. A bill counts whole or
//! not at all; what is wrong is said with its line.

use std::collections::HashMap;

use chrono::NaiveDate;
use city_contracts::payments::BillHeadView;
use city_money::Vnd;
use city_receipt::sha256;
use serde_json::json;

use super::bill::sum;
use super::csv::{Fault, Record};
use super::dues::{Penalty, Rebate, Terms};
use super::ledger::LARGEST_AMOUNT;

/// The columns, in any order.
const COLUMNS: [&str; 12] = [
    "number",
    "customer_code",
    "holder",
    "period",
    "due_date",
    "head_code",
    "head_name",
    "amount",
    "rebate_until",
    "rebate_bps",
    "penalty_bps_per_day",
    "penalty_cap_bps",
];
/// What a file may lack.
const OPTIONAL: [&str; 6] =
    ["holder", "period", "rebate_until", "rebate_bps", "penalty_bps_per_day", "penalty_cap_bps"];
/// As many as a posting has legs, so that every bill can be paid.
const MOST_HEADS: usize = 16;

/// Where the columns of a file are.
#[derive(Debug)]
pub struct Header {
    places: HashMap<&'static str, usize>,
    width: usize,
}

/// A line, or a bill of several, that is refused: an identifier of the reason stands in `docs/ERRORS.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLine {
    /// The line, from 1; the header is the first.
    pub line: u64,
    /// The bill's number, if the line still said one.
    pub number: Option<String>,
    /// Why.
    pub reason: &'static str,
}

/// A bill as a biller wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The line of its first head.
    pub line: u64,
    /// The number people quote.
    pub number: String,
    /// What the biller knows the customer by.
    pub customer_code: String,
    /// Whose it is, masked: nothing else of the name is kept.
    pub holder_masked: Option<String>,
    /// What it is for.
    pub period: Option<String>,
    /// Until when.
    pub due_date: NaiveDate,
    /// What it consists of.
    pub heads: Vec<BillHeadView>,
    /// When what is due changes.
    pub terms: Terms,
}

impl Draft {
    /// Sum of its heads, which is in bounds.
    pub fn amount(&self) -> i64 {
        sum(&self.heads).map_or(0, Vnd::dong)
    }

    /// By which the same content is known again.
    pub fn content_hash(&self) -> [u8; 32] {
        let rebate = self.terms.rebate.map(|rebate| (rebate.until, rebate.bps));
        let penalty = self.terms.penalty.map(|penalty| (penalty.bps_per_day, penalty.cap_bps));
        let content = json!([
            self.customer_code,
            self.holder_masked,
            self.period,
            self.due_date,
            self.heads,
            rebate,
            penalty
        ]);
        sha256(&[content.to_string().as_bytes()])
    }
}

impl Header {
    /// Reads the first line; `None` unless each column is known, there once, and none is missing that must be there.
    pub fn parse(cells: &[String]) -> Option<Self> {
        let mut places = HashMap::new();
        for (place, cell) in cells.iter().enumerate() {
            let name = cell.trim().to_ascii_lowercase();
            let column = COLUMNS.into_iter().find(|column| *column == name)?;
            if places.insert(column, place).is_some() {
                return None;
            }
        }
        let all = COLUMNS.iter().all(|name| places.contains_key(name) || OPTIONAL.contains(name));
        all.then_some(Self { places, width: cells.len() })
    }

    fn cell<'a>(&self, cells: &'a [String], name: &str) -> &'a str {
        self.places.get(name).and_then(|place| cells.get(*place)).map_or("", |cell| cell.trim())
    }

    /// A line as a bill of one head.
    fn line(&self, line: u64, cells: &[String]) -> Result<Draft, RefusedLine> {
        let number = self.cell(cells, "number");
        let refused = |reason| RefusedLine {
            line,
            number: is_number(number).then(|| number.to_owned()),
            reason,
        };
        if cells.len() != self.width {
            return Err(refused("COLUMNS"));
        }
        if !is_number(number) {
            return Err(refused("NUMBER"));
        }
        let date = |name: &str| NaiveDate::parse_from_str(self.cell(cells, name), "%Y-%m-%d");
        let due_date =
            date("due_date").ok().filter(|day| is_near(*day)).ok_or_else(|| refused("DUE_DATE"))?;
        let customer_code = customer_code(self.cell(cells, "customer_code"));
        let customer_code = customer_code.ok_or_else(|| refused("CUSTOMER_CODE"))?;
        let text = |name, most| line_of(self.cell(cells, name), most);
        let holder = text("holder", 120).ok_or_else(|| refused("HOLDER"))?;
        let period = text("period", 40).ok_or_else(|| refused("PERIOD"))?;
        let amount = Vnd::parse(self.cell(cells, "amount")).ok();
        let amount = amount.filter(|amount| (1..=LARGEST_AMOUNT).contains(&amount.dong()));
        let head = BillHeadView {
            code: head_code(self.cell(cells, "head_code")).ok_or_else(|| refused("HEAD_CODE"))?,
            name: text("head_name", 120)
                .filter(|name| !name.is_empty())
                .ok_or_else(|| refused("HEAD_NAME"))?,
            amount: amount.ok_or_else(|| refused("AMOUNT"))?,
        };
        let bps = |name| bps(self.cell(cells, name));
        let rebate = match (self.cell(cells, "rebate_until"), bps("rebate_bps")) {
            ("", Ok(None)) => None,
            (_, Ok(Some(bps))) => {
                let until = date("rebate_until").ok().filter(|day| is_near(*day));
                Some(Rebate { until: until.ok_or_else(|| refused("REBATE"))?, bps })
            }
            _ => return Err(refused("REBATE")),
        };
        let penalty = match (bps("penalty_bps_per_day"), bps("penalty_cap_bps")) {
            (Ok(None), Ok(None)) => None,
            (Ok(Some(bps_per_day)), Ok(Some(cap_bps))) => Some(Penalty { bps_per_day, cap_bps }),
            _ => return Err(refused("PENALTY")),
        };
        Ok(Draft {
            line,
            number: number.to_owned(),
            customer_code,
            holder_masked: (!holder.is_empty()).then(|| masked(&holder)),
            period: (!period.is_empty()).then_some(period),
            due_date,
            heads: vec![head],
            terms: Terms { rebate, penalty },
        })
    }
}

/// What the biller knows a customer by, as it is compared: 1 to 64 characters, upper case.
pub fn customer_code(raw: &str) -> Option<String> {
    let code = line_of(raw, 64)?.to_uppercase();
    (1..=64).contains(&code.chars().count()).then_some(code)
}

/// The code of a biller or of a head: 1 to 32 of `A-Z 0-9 . _ -`.
pub fn head_code(raw: &str) -> Option<String> {
    let known =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    ((1..=32).contains(&raw.len()) && raw.bytes().all(known)).then(|| raw.to_owned())
}

/// One line of text of at most so many characters; none for more, or for more than one line.
pub fn line_of(raw: &str, most: usize) -> Option<String> {
    let text = city_text::clean(raw);
    (text.chars().count() <= most && !text.contains(['\n', '\t'])).then_some(text)
}

/// The number of a bill: 1 to 32 of `A-Z a-z 0-9 . / _ -`.
pub fn is_number(raw: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte);
    (1..=32).contains(&raw.len()) && raw.bytes().all(known)
}

/// The first letter of each part of a name.
fn masked(name: &str) -> String {
    let parts = name.split_whitespace().filter_map(|part| part.chars().next());
    parts.map(|first| format!("{first}***")).collect::<Vec<_>>().join(" ")
}

/// Within the century: a slip of the hand is no date.
fn is_near(day: NaiveDate) -> bool {
    use chrono::Datelike as _;
    (2000..2100).contains(&day.year())
}

/// Hundredths of a per cent, 1 to 10,000; nothing is none, and 0 is as good.
fn bps(raw: &str) -> Result<Option<i32>, ()> {
    if raw.is_empty() {
        return Ok(None);
    }
    let digits = raw.bytes().all(|byte| byte.is_ascii_digit());
    let bps = digits.then(|| raw.parse::<i32>().ok()).flatten();
    let bps = bps.filter(|bps| *bps <= 10_000).ok_or(())?;
    Ok((bps > 0).then_some(bps))
}

/// Puts the lines of bills together.
#[derive(Debug, Default)]
pub struct Assembly {
    current: Option<Draft>,
    is_bad: bool,
    has_gap: bool, // a line that did not say its bill came after the current one's
}

/// What is known after a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Assembled {
    /// A bill that is whole.
    pub bill: Option<Draft>,
    /// Lines that are refused.
    pub refused: Vec<RefusedLine>,
}

impl Assembly {
    /// Takes a line.
    pub fn push(&mut self, header: &Header, record: Record) -> Assembled {
        let line = record.line;
        let read = match record.cells {
            Ok(cells) => header.line(line, &cells),
            Err(fault) => {
                let reason = match fault {
                    Fault::TooLong => "TOO_LONG",
                    Fault::Encoding => "ENCODING",
                    Fault::Quote => "QUOTE",
                };
                Err(RefusedLine { line, number: None, reason })
            }
        };
        let number = match &read {
            Ok(draft) => Some(draft.number.as_str()),
            Err(refused) => refused.number.as_deref(),
        };
        let Some(number) = number else {
            self.has_gap = true;
            return Assembled { bill: None, refused: read.err().into_iter().collect() };
        };
        let goes_on = self.current.as_ref().is_some_and(|current| current.number == number);
        let mut assembled = if goes_on { Assembled::default() } else { self.end() };
        let refused = match read {
            Ok(draft) if goes_on => self.add(draft).err(),
            Ok(draft) => {
                self.current = Some(draft);
                None
            }
            Err(refused) => {
                if !goes_on {
                    self.current = Some(Draft::lost(line, number_of(&refused)));
                }
                Some(refused)
            }
        };
        self.is_bad |= refused.is_some();
        self.has_gap = false;
        assembled.refused.extend(refused);
        assembled
    }

    /// The end of the file.
    pub fn finish(mut self) -> Assembled {
        self.end()
    }

    fn end(&mut self) -> Assembled {
        let is_bad = std::mem::take(&mut self.is_bad);
        self.has_gap = false;
        let whole = self.current.take().filter(|_| !is_bad);
        match whole {
            Some(draft) if !is_payable(&draft) => {
                let (line, number) = (draft.line, Some(draft.number));
                Assembled { bill: None, refused: vec![RefusedLine { line, number, reason: "SUM" }] }
            }
            bill => Assembled { bill, refused: Vec::new() },
        }
    }

    /// Adds a head to the bill.
    fn add(&mut self, next: Draft) -> Result<(), RefusedLine> {
        let has_gap = self.has_gap;
        let Some(current) = &mut self.current else { return Ok(()) };
        let refused =
            |reason| RefusedLine { line: next.line, number: Some(next.number.clone()), reason };
        if has_gap {
            return Err(refused("HEAD_LOST"));
        }
        if current.heads.is_empty() {
            return Ok(()); // its first line was refused, and with it all of it
        }
        let same = (&current.customer_code, &current.holder_masked, &current.period)
            == (&next.customer_code, &next.holder_masked, &next.period)
            && (current.due_date, current.terms) == (next.due_date, next.terms);
        if !same {
            return Err(refused("HEADS_DISAGREE"));
        }
        if current.heads.len() == MOST_HEADS {
            return Err(refused("TOO_MANY_HEADS"));
        }
        current.heads.extend(next.heads);
        Ok(())
    }
}

/// Whatever the day, at least one dong and at most as much as a leg moves.
fn is_payable(draft: &Draft) -> bool {
    let Some(sum) = sum(&draft.heads) else { return false };
    if sum.dong() > LARGEST_AMOUNT {
        return false;
    }
    let (least, most) = draft.terms.bounds(sum.dong());
    least >= 1 && most <= LARGEST_AMOUNT
}

fn number_of(refused: &RefusedLine) -> String {
    refused.number.clone().unwrap_or_default()
}

impl Draft {
    /// Stands for a bill whose first line was refused, so that its other lines are known as its.
    fn lost(line: u64, number: String) -> Self {
        Self {
            line,
            number,
            customer_code: String::new(),
            holder_masked: None,
            period: None,
            due_date: NaiveDate::default(),
            heads: Vec::new(),
            terms: Terms::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::csv::Reader;
    use super::*;

    const HEAD: &str = "number,customer_code,holder,period,due_date,head_code,head_name,amount,rebate_until,rebate_bps,\
                        penalty_bps_per_day,penalty_cap_bps\n";

    fn read(lines: &str) -> (Vec<Draft>, Vec<(u64, &'static str)>) {
        let (mut reader, mut records) = (Reader::default(), Vec::new());
        reader.push(HEAD.as_bytes(), &mut records);
        reader.push(lines.as_bytes(), &mut records);
        reader.finish(&mut records);
        let mut records = records.into_iter();
        let header = Header::parse(&records.next().unwrap().cells.unwrap()).unwrap();
        let mut assembly = Assembly::default();
        let (mut bills, mut refused) = (Vec::new(), Vec::new());
        let mut take = |assembled: Assembled| {
            bills.extend(assembled.bill);
            refused.extend(assembled.refused.into_iter().map(|line| (line.line, line.reason)));
        };
        for record in records {
            take(assembly.push(&header, record));
        }
        take(assembly.finish());
        (bills, refused)
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
        assert_eq!(bills[0].terms.penalty, Some(Penalty { bps_per_day: 5, cap_bps: 500 }));
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
    }
}
