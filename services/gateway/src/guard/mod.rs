//! The pre-guard: what a document may cost, decided before the engine sees it.
//!
//! The engine inlines fragment spreads without memory (512 bytes keep it busy for seconds) and its parser recurses on
//! nested literals until the stack ends, so its own limits come too late. Two passes: [`scan`] reads bytes before the
//! parser runs, [`count`] reads the parsed document before anything walks it. [`parse`] is the only door to the parser.

use async_graphql::parser::{self, types::ExecutableDocument};

mod count;
mod limit;
mod scan;
#[cfg(test)]
mod tests;
mod tokens;

pub use count::{Counted, count};
pub use limit::Limit;
pub use scan::scan;
pub use tokens::{Kind, NotAToken, Token, Tokens};

#[cfg(test)]
pub(crate) use tests::recipes::INTROSPECTION;

/// Why a text is not a document we are willing to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the document exceeds the limit {}", .0.name())]
    Limit(Limit),
    /// Not GraphQL. The parser's own message quotes the text, so only the place is kept.
    #[error("the document is not valid GraphQL, line {line}, column {column}")]
    Syntax { line: usize, column: usize },
}

impl From<Limit> for Refusal {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// Guards and parses a text; the only way to the engine's parser.
///
/// # Errors
/// [`Refusal::Limit`] for the first limit exceeded, [`Refusal::Syntax`] if the text is not GraphQL.
pub fn parse(text: &[u8]) -> Result<(ExecutableDocument, Counted), Refusal> {
    let text = scan(text)?;
    let document = parser::parse_query(text).map_err(|error| {
        let place = error.positions().next().unwrap_or_default();
        Refusal::Syntax { line: place.line, column: place.column }
    })?;
    let counted = count(&document)?;
    Ok((document, counted))
}
