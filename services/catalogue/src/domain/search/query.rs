//! What somebody typed.

use city_text::{fold, fold_y, marked};

/// The longest query, in characters of its folded key.
pub const MOST_CHARACTERS: usize = 100;

/// A query under the three keys that names are compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    folded: String,
    folded_y: String,
    marked: Option<String>,
}

/// Why a query cannot be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Nothing is left of it without marks and signs.
    #[error("a letter or a digit is needed")]
    Empty,
    /// Too much is left of it.
    #[error("at most {MOST_CHARACTERS} characters, and these are {characters}")]
    TooLong {
        /// How many are left.
        characters: usize,
    },
}

impl Query {
    /// Composed, decomposed and unaccented text are all welcome; the folded key has 1 to 100 characters.
    ///
    /// # Errors
    /// When the key is empty or too long.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let folded = fold(text);
        match folded.len() {
            0 => Err(QueryError::Empty),
            1..=MOST_CHARACTERS => {
                Ok(Self { folded_y: fold_y(text), marked: typed_marks(text, &folded), folded })
            }
            characters => Err(QueryError::TooLong { characters }), // the key is ASCII
        }
    }

    /// Without marks.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Without marks, y as i.
    pub fn folded_y(&self) -> &str {
        &self.folded_y
    }

    /// With marks; none when none were typed, since leaving them out says nothing about a name.
    pub fn marked(&self) -> Option<&str> {
        self.marked.as_deref()
    }

    /// The words, each once, in order of first appearance.
    pub fn words(&self) -> Vec<&str> {
        let mut words = Vec::new();
        for word in self.folded.split(' ') {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

fn typed_marks(text: &str, folded: &str) -> Option<String> {
    Some(marked(text)).filter(|key| key != folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_one_to_a_hundred_characters_after_folding() {
        assert_eq!(Query::parse(" … \u{301}"), Err(QueryError::Empty));
        assert_eq!(Query::parse(&"ă ".repeat(50)).unwrap().folded().len(), 99);
        assert!(Query::parse(&"ă".repeat(100)).is_ok());
        assert_eq!(Query::parse(&"ă".repeat(101)), Err(QueryError::TooLong { characters: 101 }));
    }

    #[test]
    fn marks_count_only_where_they_were_typed() {
        assert_eq!(Query::parse("o ga").unwrap().marked(), None);
        assert_eq!(Query::parse("ổ gà").unwrap().marked(), Some("o\u{302}\u{309} ga\u{300}"));
    }

    #[test]
    fn a_word_typed_twice_counts_once() {
        assert_eq!(Query::parse("Một một HAI").unwrap().words(), ["mot", "hai"]);
    }
}
