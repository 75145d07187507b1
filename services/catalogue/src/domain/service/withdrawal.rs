//! How a service ends.

/// What is shown of a service that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WithdrawnAs {
    /// Its page, closed, with the note.
    Withdrawn,
    /// Its replacement.
    Redirect,
    /// Nothing.
    Gone,
}

impl WithdrawnAs {
    pub const ALL: [Self; 3] = [Self::Withdrawn, Self::Redirect, Self::Gone];

    /// The word of the database and of the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "WITHDRAWN",
            Self::Redirect => "REDIRECT",
            Self::Gone => "GONE",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}
