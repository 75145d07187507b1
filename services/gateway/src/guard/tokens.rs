//! The lexical grammar of GraphQL over bytes: no allocation, each byte is read once.
//!
//! It is never more permissive about where a token ends than the engine's parser; what it refuses, the parser never sees.

/// A lexical token, comments included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    /// The bytes of the token; of a string without its quotes.
    pub text: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Name,
    Number,
    String,
    Spread,
    Punctuator(u8),
    Comment,
}

/// No token begins or ends here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAToken {
    pub offset: usize,
}

/// Reads the tokens of a text one after the other; ends after the first fault.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

impl<'a> Tokens<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0) // NUL begins no token
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_ignored(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
                _ if self.rest().starts_with(&BOM) => self.at += BOM.len(),
                _ => return,
            }
        }
    }

    fn take(&mut self, kind: Kind, length: usize) -> Token<'a> {
        let text = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        Token { kind, text }
    }

    fn run(&self, from: usize, part: impl Fn(u8) -> bool) -> usize {
        let tail = self.rest().get(from..).unwrap_or_default();
        tail.iter().take_while(|byte| part(**byte)).count()
    }

    /// The length of the number that begins here, `None` if there is none or a name or another number clings to it.
    fn number(&self) -> Option<usize> {
        let mut length = usize::from(self.peek(0) == b'-');
        let whole = self.run(length, |byte| byte.is_ascii_digit());
        if whole == 0 || (whole > 1 && self.peek(length) == b'0') {
            return None;
        }
        length += whole;
        if self.peek(length) == b'.' {
            let fraction = self.run(length + 1, |byte| byte.is_ascii_digit());
            length += if fraction == 0 { return None } else { 1 + fraction };
        }
        if matches!(self.peek(length), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(length + 1), b'+' | b'-'));
            let exponent = self.run(length + 1 + sign, |byte| byte.is_ascii_digit());
            length += if exponent == 0 { return None } else { 1 + sign + exponent };
        }
        let clings = is_name_part(self.peek(length)) || self.peek(length) == b'.';
        (!clings).then_some(length)
    }

    fn string(&mut self) -> Option<Token<'a>> {
        if self.rest().starts_with(br#"""""#) {
            return self.block_string();
        }
        let mut length = 1;
        loop {
            match self.peek(length) {
                b'"' => break,
                b'\n' | b'\r' => return None,
                0 if self.at + length >= self.text.len() => return None,
                b'\\' => length += 2,
                _ => length += 1,
            }
        }
        let text = self.rest().get(1..length)?;
        self.at += length + 1;
        Some(Token { kind: Kind::String, text })
    }

    fn block_string(&mut self) -> Option<Token<'a>> {
        let mut length = 3;
        loop {
            let tail = self.rest().get(length..)?;
            if tail.starts_with(br#"""""#) {
                break;
            }
            length += match tail.first()? {
                b'\\' if tail.starts_with(br#"\""""#) => 4,
                _ => 1,
            };
        }
        let text = self.rest().get(3..length)?;
        self.at += length + 3;
        Some(Token { kind: Kind::String, text })
    }

    fn one(&mut self) -> Option<Token<'a>> {
        match self.peek(0) {
            byte if is_name_start(byte) => Some(self.take(Kind::Name, self.run(0, is_name_part))),
            b'-' | b'0'..=b'9' => {
                let length = self.number()?;
                Some(self.take(Kind::Number, length))
            }
            b'"' => self.string(),
            b'#' => {
                let length = self.run(0, |byte| !matches!(byte, b'\n' | b'\r'));
                Some(self.take(Kind::Comment, length))
            }
            b'.' if self.rest().starts_with(b"...") => Some(self.take(Kind::Spread, 3)),
            byte if b"{}()[]!$:=@|&".contains(&byte) => Some(self.take(Kind::Punctuator(byte), 1)),
            _ => None,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, NotAToken>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_ignored();
        if self.at >= self.text.len() {
            return None;
        }
        let offset = self.at;
        let token = self.one();
        if token.is_none() {
            self.at = self.text.len();
        }
        Some(token.ok_or(NotAToken { offset }))
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_name_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
