//! Lines of a CSV file put together: those of the same number that follow one another are one bill.

use chrono::NaiveDate;

use super::columns::Header;
use super::{Draft, MOST_HEADS, RefusedLine, is_payable};
use crate::domain::csv::{Fault, Record};
use crate::domain::dues::Terms;

/// Puts the lines of bills together.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    current: Option<Draft>,
    is_bad: bool,
    has_gap: bool, // a line that did not say its bill came after the current one's
}

/// What is known after a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Assembled {
    /// A bill that is whole.
    pub bill: Option<Draft>,
    /// Lines that are refused.
    pub refused: Vec<RefusedLine>,
}

impl Assembly {
    /// Takes a line.
    pub(super) fn push(&mut self, header: &Header, record: Record) -> Assembled {
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
    pub(super) fn finish(mut self) -> Assembled {
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
