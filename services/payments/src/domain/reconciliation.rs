//! A provider's statement: how its lines are read, what they are agreed to cost, what they come to.

use std::collections::BTreeSet;

use chrono::DateTime;
use city_clock::Timestamp;
use city_receipt::derive;
use uuid::Uuid;

use super::ledger::{AccountNo, Claim, Leg, Purpose};

/// The most lines of a statement.
pub const MOST_LINES: usize = 100_000;
/// The largest amount of a line or leg, in dong.
const LARGEST: i64 = 100_000_000_000;
/// How the claim on a number ends it.
const TAKEN: i16 = 1;
/// The longest number or reference of a provider.
const LONGEST: usize = 100;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Money that came in.
    Pay,
    /// Money that went back.
    Refund,
}

impl Kind {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pay => "PAY",
            Self::Refund => "REFUND",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pay, Self::Refund].into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the file, the header being 1.
    pub number: i32,
    /// The provider's own number of the payment.
    pub txn_no: String,
    /// Our reference.
    pub our_ref: String,
    /// What it is about.
    pub kind: Kind,
    /// Whole dong.
    pub amount: i64,
    /// What the provider keeps of it.
    pub fee: i64,
    /// When it was paid.
    pub paid_at: Timestamp,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the file, the header being 1.
    pub number: i32,
    /// Why.
    pub code: &'static str,
}

/// Why a whole file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not UTF-8.
    #[error("a statement is UTF-8")]
    Encoding,
    /// A column is missing.
    #[error("the header has not the columns of this provider's statements")]
    Header,
    /// Too many lines.
    #[error("a statement has at most 100,000 lines")]
    TooLong,
}

/// How a provider calls the columns: number, our reference, kind, amount, fee, status, paid at.
///
/// Theirs are not verified (protocols 8), so each is configured, with the city's names until their files were seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns([String; 7]);

impl Columns {
    /// Seven different names, separated by commas.
    pub fn parse(names: &str) -> Option<Self> {
        let names: Vec<_> = names.split(',').map(|name| name.trim().to_owned()).collect();
        let names: [String; 7] = names.try_into().ok()?;
        let different: BTreeSet<_> = names.iter().filter(|name| !name.is_empty()).collect();
        (different.len() == names.len()).then_some(Self(names))
    }
}

/// Reads a statement: the lines that can be read, and those that cannot.
///
/// # Errors
/// [`Unreadable`] for a file of which nothing can be.
pub fn read(columns: &Columns, bytes: &[u8]) -> Result<(Vec<Line>, Vec<Refused>), Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Encoding)?;
    let mut rows = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    let header: Vec<&str> = rows.next().ok_or(Unreadable::Header)?.split(',').collect();
    let places =
        columns.0.each_ref().map(|name| header.iter().position(|it| it.trim() == name.as_str()));
    let mut wanted = [0; 7];
    for (place, found) in wanted.iter_mut().zip(places) {
        *place = found.ok_or(Unreadable::Header)?;
    }
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    for (number, row) in (2_i32..).zip(rows) {
        if row.trim().is_empty() {
            continue;
        }
        if lines.len() + refused.len() == MOST_LINES {
            return Err(Unreadable::TooLong);
        }
        match line(number, row, header.len(), wanted) {
            Ok(line) => lines.push(line),
            Err(code) => refused.push(Refused { number, code }),
        }
    }
    Ok((lines, refused))
}

fn line(number: i32, row: &str, width: usize, wanted: [usize; 7]) -> Result<Line, &'static str> {
    let cells: Vec<&str> = row.split(',').map(str::trim).collect();
    // No column of a statement holds a comma, so none is quoted.
    if cells.len() != width || row.contains('"') {
        return Err("COLUMNS");
    }
    let [txn_no, our_ref, kind, amount, fee, status, paid_at] =
        wanted.map(|place| cells.get(place).copied().unwrap_or_default());
    let name = |text: &str| {
        let printed = text.bytes().all(|byte| byte.is_ascii_graphic()); // a text of the database has no NUL
        let fits = (1..=LONGEST).contains(&text.len()) && printed;
        fits.then(|| text.to_owned())
    };
    let dong = |text: &str| text.parse::<i64>().ok().filter(|dong| (0..=LARGEST).contains(dong));
    let amount = dong(amount).filter(|amount| *amount > 0).ok_or("AMOUNT")?;
    let paid_at = DateTime::parse_from_rfc3339(paid_at).map_err(|_| "DATE")?.to_utc();
    if !status.eq_ignore_ascii_case("done") {
        return Err("STATUS");
    }
    Ok(Line {
        number,
        txn_no: name(txn_no).ok_or("NUMBER")?,
        our_ref: name(our_ref).ok_or("REFERENCE")?,
        kind: Kind::parse(kind).ok_or("KIND")?,
        amount,
        fee: dong(fee).filter(|fee| *fee <= amount).ok_or("FEE")?,
        paid_at,
    })
}

/// What a provider may keep of each payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// Hundredths of a percent.
    pub bps: i32,
    /// Whole dong.
    pub fixed: i64,
}

impl Fee {
    /// Of an amount, half a dong rounded up.
    pub fn of(self, amount: i64) -> i64 {
        self.fixed + (amount * i64::from(self.bps) + 5_000) / 10_000
    }
}

/// What the counted lines of a run come to, in dong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Net {
    /// What came in.
    pub paid: i64,
    /// What went back.
    pub refunded: i64,
    /// What the provider kept.
    pub fees: i64,
}

/// The legs that take a run off what the provider owes: the bank has the rest, and its fees are the city's cost.
pub fn legs(net: Net, clearing: AccountNo, bank: AccountNo, cost: AccountNo) -> Vec<Leg> {
    let wired = net.paid - net.refunded - net.fees;
    let (from, to) = if wired >= 0 { (bank, clearing) } else { (clearing, bank) };
    let mut legs = split(from, to, wired.abs());
    legs.extend(split(cost, clearing, net.fees));
    legs
}

/// What is claimed by whatever takes the payment of a number off what its provider owes: the order that it pays, a line of a
/// statement, or the remedy of a break about it. So it leaves there once.
pub fn number_subject(provider_name: &str, number: &str) -> Uuid {
    derive(&format!("recon.aside.{provider_name}.{number}"), Uuid::nil())
}

/// The claim on it.
pub fn number_claim(provider_name: &str, number: &str) -> Claim {
    Claim { subject: number_subject(provider_name, number), outcome: TAKEN }
}

fn split(from: AccountNo, to: AccountNo, amount: i64) -> Vec<Leg> {
    let parts = (0..amount / LARGEST).map(|_| LARGEST).chain([amount % LARGEST]);
    let parts = parts.filter(|part| *part > 0);
    parts.map(|part| Leg::post(from, to, part, Purpose::Reconciliation)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Action;
    use super::*;

    const HEADER: &str = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n";

    fn columns() -> Columns {
        Columns::parse("provider_txn_no, our_ref,kind,amount,fee,status,paid_at").unwrap()
    }

    #[test]
    fn columns_are_found_by_the_names_of_their_provider() {
        let theirs = Columns::parse("Mã GD,Ref,Type,Amount,Fee,State,Time").unwrap();
        let text =
            "Time,Ref,x,Mã GD,Type,Fee,Amount,State\n2026-03-04T09:00:00Z,T1,,77,pay,5,90,done";

        let (lines, refused) = read(&theirs, text.as_bytes()).unwrap();

        assert_eq!((lines.len(), refused), (1, vec![]));
        let line = &lines[0];
        assert_eq!((&*line.txn_no, &*line.our_ref, line.amount, line.fee), ("77", "T1", 90, 5));
        assert_eq!(read(&columns(), text.as_bytes()), Err(Unreadable::Header));
        for wrong in ["", "a,b,c,d,e,f", "a,b,c,d,e,f,g,h", "a,b,c,d,e,f,a", "a,b,c,d,e,f,"] {
            assert_eq!(Columns::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn good_lines_are_read_and_bad_ones_named() {
        let good = "77,T1,pay,5000,55,done,2026-03-04T09:00:00+07:00,2026-03-05";
        let text = format!(
            "\u{feff}{HEADER}{good}\n\n77,T1,pay,0,0,done,2026-03-04T09:00:00Z,x\n\
             77,T1,pay,5,6,done,2026-03-04T09:00:00Z,x\n77,T1,pay,5,0,failed,2026-03-04T09:00:00Z,x\n\
             77,T1,other,5,0,done,2026-03-04T09:00:00Z,x\n77,T1,pay,5,0,done,yesterday,x\n,T1,pay,5,0,done,2026-03-04T09:00:00Z,x\n\
             77,T1,pay,99999999999999999999,0,done,2026-03-04T09:00:00Z,x\n77,T1,pay\n78,R1,REFUND,5,0,DONE,2026-03-04T09:00:00Z,x"
        );

        let (lines, refused) = read(&columns(), text.as_bytes()).unwrap();

        let read: Vec<_> = lines.iter().map(|it| (it.number, it.kind, it.amount, it.fee)).collect();
        assert_eq!(read, [(2, Kind::Pay, 5_000, 55), (12, Kind::Refund, 5, 0)]);
        let codes: Vec<_> = refused.iter().map(|it| (it.number, it.code)).collect();
        assert_eq!(
            codes,
            [
                (4, "AMOUNT"),
                (5, "FEE"),
                (6, "STATUS"),
                (7, "KIND"),
                (8, "DATE"),
                (9, "NUMBER"),
                (10, "AMOUNT"),
                (11, "COLUMNS")
            ]
        );
        assert_eq!(read_of(b"a,b\n"), Unreadable::Header);
        assert_eq!(read_of(&[0xff]), Unreadable::Encoding);
    }

    #[test]
    fn numbers_and_references_are_printed_text() {
        let good = "77,T1,pay,5000,55,done,2026-03-04T09:00:00+07:00,2026-03-05";
        for (bad, code) in [
            ("7\u{0}7,T1", "NUMBER"),
            ("7 7,T1", "NUMBER"),
            ("77,T\u{1b}1", "REFERENCE"),
            ("77,Tổ", "REFERENCE"),
        ] {
            let text = format!("{HEADER}{bad},pay,5,0,done,2026-03-04T09:00:00Z,x\n{good}\n");
            let (lines, refused) = read(&columns(), text.as_bytes()).unwrap();
            assert_eq!((lines.len(), refused), (1, vec![Refused { number: 2, code }]), "{bad:?}");
        }
    }

    fn read_of(bytes: &[u8]) -> Unreadable {
        read(&columns(), bytes).unwrap_err()
    }

    #[test]
    fn a_net_leaves_nothing_owed_whichever_way_it_goes() {
        let (clearing, bank, cost) = (AccountNo(1), AccountNo(2), AccountNo(3));
        for net in [
            Net { paid: 100, refunded: 0, fees: 0 },
            Net { paid: 100, refunded: 30, fees: 7 },
            Net { paid: 0, refunded: 30, fees: 7 },
            Net { paid: 300_000_000_001, refunded: 0, fees: 1 },
        ] {
            let mut owed = net.paid - net.refunded;
            for leg in legs(net, clearing, bank, cost) {
                let Action::Post { dr, cr, amount } = leg.action else { unreachable!() };
                owed += if dr == clearing { amount } else { 0 };
                owed -= if cr == clearing { amount } else { 0 };
            }
            assert_eq!(owed, 0, "{net:?}");
        }
        assert_eq!(legs(Net::default(), clearing, bank, cost), []);
    }

    #[test]
    fn fees_are_rounded_half_up() {
        let fee = Fee { bps: 110, fixed: 1_000 };
        assert_eq!((fee.of(100_000), fee.of(45), fee.of(46)), (2_100, 1_000, 1_001));
    }
}
