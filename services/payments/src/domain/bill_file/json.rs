//! A file of bills in JSON: one object a line (newline-delimited), so that it is read as it arrives and a bad line is known by
//! its number.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::written::{Written, WrittenHead};
use super::{Draft, RefusedLine, is_number, is_payable};

/// The longest line, in bytes: there is room for sixteen heads in which every character is escaped. A longer one is refused.
const LONGEST_LINE: usize = 32 * 1024;

/// The lines of a file as they arrive; only the one that has not ended is kept.
#[derive(Debug, Default)]
pub(super) struct Lines {
    ended: u64,
    begun: Vec<u8>,
    is_too_long: bool,
}

impl Lines {
    /// Takes the next bytes, wherever they were cut, and appends the bills whose lines end in them.
    pub(super) fn push(&mut self, bytes: &[u8], bills: &mut Vec<Result<Draft, RefusedLine>>) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = part.strip_suffix(b"\n").unwrap_or(part);
            if self.begun.len() + text.len() > LONGEST_LINE {
                self.is_too_long = true;
                self.begun = Vec::new();
            }
            if !self.is_too_long {
                self.begun.extend_from_slice(text);
            }
            if text.len() < part.len() {
                self.end(bills);
            }
        }
    }

    /// The end of a line, or of the file. A line of nothing but spaces says nothing.
    pub(super) fn end(&mut self, bills: &mut Vec<Result<Draft, RefusedLine>>) {
        self.ended += 1;
        let line = self.ended;
        if std::mem::take(&mut self.is_too_long) {
            bills.push(Err(RefusedLine { line, number: None, reason: "TOO_LONG" }));
        } else {
            let begun = self.begun.as_slice();
            let marked = if line == 1 { begun.strip_prefix(b"\xEF\xBB\xBF") } else { None };
            let text = marked.unwrap_or(begun).trim_ascii();
            bills.extend((!text.is_empty()).then(|| read(line, text)));
        }
        self.begun.clear();
    }
}

/// A line as a bill.
fn read(line: u64, text: &[u8]) -> Result<Draft, RefusedLine> {
    let refused = |number, reason| RefusedLine { line, number, reason };
    let text = std::str::from_utf8(text).map_err(|_| refused(None, "ENCODING"))?;
    let Ok(Object(bill)) = serde_json::from_str::<Object<Bill>>(text) else {
        let number = serde_json::from_str::<Object<Numbered>>(text).ok();
        let number = number.map(|of| of.0.number).filter(|number| is_number(number));
        return Err(refused(number, "JSON"));
    };
    let draft = bill.judge(line)?;
    if is_payable(&draft) { Ok(draft) } else { Err(refused(Some(draft.number), "SUM")) }
}

/// A bill as it is written; what else a line says is refused.
#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Bill {
    number: String,
    customer_code: String,
    holder: Option<String>,
    period: Option<String>,
    due_date: String,
    heads: Vec<Object<Head>>,
    rebate: Option<Object<Rebate>>,
    penalty: Option<Object<Penalty>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Head {
    code: String,
    name: String,
    amount: String, // money is text, as on every wire
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rebate {
    until: String,
    bps: Option<i64>,
    fixed: Option<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Penalty {
    bps_per_day: Option<i64>,
    fixed: Option<String>,
    cap_bps: Option<i64>,
}

/// What may still be read of a line that is refused.
#[derive(serde::Deserialize)]
struct Numbered {
    number: String,
}

impl Bill {
    fn judge(self, line: u64) -> Result<Draft, RefusedLine> {
        let Object(off) = self.rebate.unwrap_or_default();
        let Object(more) = self.penalty.unwrap_or_default();
        let text = |number: Option<i64>| number.map(|number| number.to_string());
        let (off_bps, more_bps, cap) = (text(off.bps), text(more.bps_per_day), text(more.cap_bps));
        let written = Written {
            number: self.number.trim(),
            customer_code: self.customer_code.trim(),
            holder: trimmed(self.holder.as_deref()),
            period: trimmed(self.period.as_deref()),
            due_date: self.due_date.trim(),
            heads: self.heads.iter().map(|Object(head)| head.written()).collect(),
            rebate_until: off.until.trim(),
            rebate_bps: trimmed(off_bps.as_deref()),
            rebate_fixed: trimmed(off.fixed.as_deref()),
            penalty_bps_per_day: trimmed(more_bps.as_deref()),
            penalty_fixed: trimmed(more.fixed.as_deref()),
            penalty_cap_bps: trimmed(cap.as_deref()),
        };
        written.judge(line)
    }
}

impl Head {
    fn written(&self) -> WrittenHead<'_> {
        WrittenHead { code: self.code.trim(), name: self.name.trim(), amount: self.amount.trim() }
    }
}

fn trimmed(text: Option<&str>) -> &str {
    text.unwrap_or_default().trim()
}

/// An object by the names of its members: by itself serde takes a list of them in their order too.
#[derive(Default)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}
