//! Reading comma-separated values as they arrive (RFC 4180, UTF-8): bytes in, records out, nothing kept but the record that
//! has not ended. A file cannot make it keep more than [`LONGEST_RECORD`].

/// The longest record, in bytes. A longer one is refused and skipped up to the end of a line.
pub const LONGEST_RECORD: usize = 8 * 1024;

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is too long, as by a quote that nothing closes.
    TooLong,
    /// It is no UTF-8.
    Encoding,
    /// Something stands between a closing quote and the next comma.
    Quote,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Result<Vec<String>, Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Bare,
    Quoted,
    QuoteInQuoted,
}

/// The reader.
#[derive(Debug)]
pub struct Reader {
    line: u64,
    begun_on: u64,
    at: At,
    bytes: usize,
    cell: Vec<u8>,
    cells: Vec<Vec<u8>>,
    fault: Option<Fault>,
    mark: usize, // bytes of the mark that a file may begin with
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

impl Default for Reader {
    fn default() -> Self {
        Self {
            line: 1,
            begun_on: 1,
            at: At::CellStart,
            bytes: 0,
            cell: Vec::new(),
            cells: Vec::new(),
            fault: None,
            mark: 0,
        }
    }
}

impl Reader {
    /// Takes the next bytes, wherever they were cut, and appends the records that end in them.
    pub fn push(&mut self, bytes: &[u8], records: &mut Vec<Record>) {
        for &byte in bytes {
            if self.mark < MARK.len() {
                if byte == MARK[self.mark] {
                    self.mark += 1;
                    continue;
                }
                for &begun in &MARK[..std::mem::replace(&mut self.mark, MARK.len())] {
                    self.take(begun, records);
                }
            }
            self.take(byte, records);
        }
    }

    /// The end of the file, which may lack the last line break.
    pub fn finish(mut self, records: &mut Vec<Record>) {
        for &begun in &MARK[..self.mark % MARK.len()] {
            self.take(begun, records);
        }
        if self.at == At::Quoted {
            self.fault.get_or_insert(Fault::Quote);
        }
        self.end(records);
    }

    fn take(&mut self, byte: u8, records: &mut Vec<Record>) {
        if byte == b'\n' {
            self.line += 1;
            if self.at != At::Quoted || self.fault.is_some() {
                return self.end(records);
            }
        }
        self.bytes += 1;
        if self.fault.is_some() {
            return;
        }
        if self.bytes > LONGEST_RECORD {
            return self.refuse(Fault::TooLong);
        }
        match (self.at, byte) {
            (At::CellStart, b'"') => self.at = At::Quoted,
            (At::Quoted, b'"') => self.at = At::QuoteInQuoted,
            (At::QuoteInQuoted, b'"') => {
                self.at = At::Quoted;
                self.cell.push(byte);
            }
            (At::CellStart | At::Bare | At::QuoteInQuoted, b',') => {
                self.cells.push(std::mem::take(&mut self.cell));
                self.at = At::CellStart;
            }
            (At::QuoteInQuoted, b'\r') => {} // only before the end of the line, or the next byte refuses it
            (At::QuoteInQuoted, _) => self.refuse(Fault::Quote),
            (At::CellStart | At::Bare, _) => {
                self.at = At::Bare;
                self.cell.push(byte);
            }
            (At::Quoted, _) => self.cell.push(byte),
        }
    }

    fn refuse(&mut self, fault: Fault) {
        self.fault = Some(fault);
        self.cell = Vec::new();
    }

    fn end(&mut self, records: &mut Vec<Record>) {
        let mut cells = std::mem::take(&mut self.cells);
        let mut last = std::mem::take(&mut self.cell);
        if self.at == At::Bare && last.last() == Some(&b'\r') {
            last.pop();
        }
        let empty = cells.is_empty() && last.is_empty() && self.at != At::QuoteInQuoted;
        let fault = self.fault.take();
        if fault.is_some() || !empty {
            cells.push(last);
            let texts = cells.into_iter().map(String::from_utf8).collect::<Result<_, _>>();
            let cells = fault.map_or(texts.map_err(|_| Fault::Encoding), Err);
            records.push(Record { line: self.begun_on, cells });
        }
        self.at = At::CellStart;
        self.bytes = 0;
        self.begun_on = self.line;
    }
}

/// A cell as a spreadsheet may read it: text that it would take for a formula begins with an apostrophe.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = formula || text.contains([',', '"', '\n', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(parts: &[&[u8]]) -> Vec<Record> {
        let (mut reader, mut records) = (Reader::default(), Vec::new());
        for part in parts {
            reader.push(part, &mut records);
        }
        reader.finish(&mut records);
        records
    }

    fn record(line: u64, cells: &[&str]) -> Record {
        Record { line, cells: Ok(cells.iter().map(|&cell| cell.to_owned()).collect()) }
    }

    #[test]
    fn records_are_found_wherever_the_bytes_are_cut() {
        let text = "\u{FEFF}a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n,\nlast,\"\"".as_bytes();
        let wanted = [
            record(1, &["a", "b"]),
            record(2, &["x, \"y\"", "two\nlines"]),
            record(5, &["", ""]),
            record(6, &["last", ""]),
        ];

        assert_eq!(read(&[text]), wanted);
        let bytes: Vec<_> = text.chunks(1).collect();
        assert_eq!(read(&bytes), wanted);
    }

    #[test]
    fn what_is_wrong_costs_one_record_and_the_next_one_counts() {
        let fault = |text: &[u8]| {
            let records = read(&[text]);
            assert_eq!(records.last(), Some(&record(records.last().unwrap().line, &["good", "1"])));
            records[0].cells.clone().unwrap_err()
        };

        assert_eq!(fault(b"\xFF\xFE,1\ngood,1\n"), Fault::Encoding);
        assert_eq!(fault(b"\"a\"b,1\ngood,1\n"), Fault::Quote);
        let long = [vec![b'x'; 3 * LONGEST_RECORD], b"\ngood,1".to_vec()].concat();
        assert_eq!(fault(&long), Fault::TooLong);
    }

    #[test]
    fn a_quote_that_nothing_closes_is_not_kept_in_memory() {
        let (mut reader, mut records) = (Reader::default(), Vec::new());
        reader.push(b"\"", &mut records);
        for _ in 0..20_000 {
            reader.push(&[b'a'; 1_024], &mut records);
            assert!(reader.cell.capacity() + reader.cells.len() <= 2 * LONGEST_RECORD);
        }
        reader.push(b"\ngood,1\n", &mut records);

        assert_eq!(records[0], Record { line: 1, cells: Err(Fault::TooLong) });
        assert_eq!(records[1], record(2, &["good", "1"]));
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("-1"), "\"'-1\"");
        assert_eq!(cell("@sum, \"a\""), "\"'@sum, \"\"a\"\"\"");
        assert_eq!(cell("Ví ••••1a2b"), "Ví ••••1a2b");
    }

    proptest! {
        #[test]
        fn what_is_written_parses_back(cells in prop::collection::vec("[^\u{FEFF}]{0,40}", 2..6)) {
            let line = cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",");
            let wanted = cells.iter().map(|text| {
                if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.clone() }
            }).collect::<Vec<_>>();
            prop_assert_eq!(read(&[line.as_bytes(), b"\n"]), vec![Record { line: 1, cells: Ok(wanted) }]);
        }

        #[test]
        fn reading_never_panics(bytes: Vec<u8>, cut in 0_usize..64) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(read(&[&bytes[..cut], &bytes[cut..]]), read(&[&bytes]));
        }
    }
}
