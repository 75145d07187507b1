//! Pass 1: the bytes of a text, before the parser. Allocates nothing and stops at the first excess.

use super::{Kind, Limit, Refusal, Tokens};

/// Reads the text once; what passes is safe to hand to the parser.
///
/// # Errors
/// The first limit exceeded, or a syntax error where no token begins.
pub fn scan(text: &[u8]) -> Result<&str, Refusal> {
    Limit::TextBytes.check(text.len())?;
    let valid = std::str::from_utf8(text).map_err(|_| Limit::Utf8)?;
    let (mut tokens, mut depth) = (0_usize, 0_usize);
    for token in Tokens::new(text) {
        let token = token.map_err(|fault| place(valid, fault.offset))?;
        tokens += 1;
        Limit::Tokens.check(tokens)?;
        match token.kind {
            Kind::Punctuator(b'{' | b'(' | b'[') => {
                depth += 1;
                Limit::Nesting.check(depth)?;
            }
            // A closing bracket too many is the parser's to name; it cannot make the rest deeper than it is.
            Kind::Punctuator(b'}' | b')' | b']') => depth = depth.saturating_sub(1),
            Kind::String => Limit::StringBytes.check(token.text.len())?,
            Kind::Name | Kind::Number | Kind::Spread | Kind::Comment | Kind::Punctuator(_) => {}
        }
    }
    Ok(valid)
}

/// Line and column, both from 1, columns in characters.
fn place(text: &str, offset: usize) -> Refusal {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    Refusal::Syntax { line, column }
}
