//! A file of bills as it arrives, however it is written: bytes in, bills and refused lines out.

use super::assembly::{Assembled, Assembly};
use super::columns::Header;
use super::json::Lines;
use super::{Draft, RefusedLine};
use crate::domain::csv::{Reader, Record};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, one line a head, the first line naming the columns.
    Csv,
    /// Newline-delimited JSON, one line a bill.
    Json,
}

/// The first line of a CSV file does not name its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHeader;

/// What arrived and was not taken yet.
#[derive(Debug, Default)]
pub struct Arrived {
    /// Lines, but not the one that names the columns.
    pub lines: i64,
    /// Bills that are whole.
    pub bills: Vec<Draft>,
    /// Lines that are refused.
    pub refused: Vec<RefusedLine>,
}

/// The reader of a file.
#[derive(Debug)]
pub struct Reading(Kind);

#[derive(Debug)]
enum Kind {
    Csv(Box<Csv>),
    Json(Lines),
}

#[derive(Debug, Default)]
struct Csv {
    reader: Reader,
    header: Option<Header>,
    assembly: Assembly,
}

impl Reading {
    /// At the beginning of a file.
    pub fn new(format: Format) -> Self {
        Self(match format {
            Format::Csv => Kind::Csv(Box::default()),
            Format::Json => Kind::Json(Lines::default()),
        })
    }

    /// Takes the next bytes, wherever they were cut.
    pub fn push(&mut self, bytes: &[u8], arrived: &mut Arrived) -> Result<(), NoHeader> {
        match &mut self.0 {
            Kind::Csv(csv) => {
                let mut records = Vec::new();
                csv.reader.push(bytes, &mut records);
                csv.take(records, arrived)
            }
            Kind::Json(lines) => {
                let mut bills = Vec::new();
                lines.push(bytes, &mut bills);
                arrived.add(bills);
                Ok(())
            }
        }
    }

    /// The end of the file, which may lack the last line break.
    pub fn finish(&mut self, arrived: &mut Arrived) -> Result<(), NoHeader> {
        match &mut self.0 {
            Kind::Csv(csv) => {
                let mut records = Vec::new();
                std::mem::take(&mut csv.reader).finish(&mut records);
                csv.take(records, arrived)?;
                arrived.keep(std::mem::take(&mut csv.assembly).finish());
                if csv.header.is_some() { Ok(()) } else { Err(NoHeader) }
            }
            Kind::Json(lines) => {
                let mut bills = Vec::new();
                lines.end(&mut bills);
                arrived.add(bills);
                Ok(())
            }
        }
    }
}

impl Csv {
    fn take(&mut self, records: Vec<Record>, arrived: &mut Arrived) -> Result<(), NoHeader> {
        for record in records {
            let Some(columns) = &self.header else {
                let cells = record.cells.map_err(|_| NoHeader)?;
                self.header = Some(Header::parse(&cells).ok_or(NoHeader)?);
                continue;
            };
            arrived.lines += 1;
            arrived.keep(self.assembly.push(columns, record));
        }
        Ok(())
    }
}

impl Arrived {
    fn keep(&mut self, assembled: Assembled) {
        self.bills.extend(assembled.bill);
        self.refused.extend(assembled.refused);
    }

    fn add(&mut self, bills: Vec<Result<Draft, RefusedLine>>) {
        for bill in bills {
            self.lines += 1;
            match bill {
                Ok(bill) => self.bills.push(bill),
                Err(refused) => self.refused.push(refused),
            }
        }
    }
}
