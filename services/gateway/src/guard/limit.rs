//! The limits of the pre-guard, each with the name a refused client reads.

/// A limit that a document exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    TextBytes,
    Utf8,
    Tokens,
    Nesting,
    StringBytes,
    Operations,
    Fragments,
    RootFields,
    MutationRootFields,
    Aliases,
    Directives,
    ExpandedSize,
    ExpandedDepth,
    FragmentCycle,
}

impl Limit {
    /// The name in the answer; clients and dashboards know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TextBytes => "text-bytes",
            Self::Utf8 => "utf-8",
            Self::Tokens => "tokens",
            Self::Nesting => "nesting",
            Self::StringBytes => "string-bytes",
            Self::Operations => "operations",
            Self::Fragments => "fragments",
            Self::RootFields => "root-fields",
            Self::MutationRootFields => "mutation-root-fields",
            Self::Aliases => "aliases",
            Self::Directives => "directives",
            Self::ExpandedSize => "expanded-size",
            Self::ExpandedDepth => "expanded-depth",
            Self::FragmentCycle => "fragment-cycle",
        }
    }

    /// The largest value that passes; a yes-or-no limit has 0.
    pub fn most(self) -> usize {
        match self {
            Self::TextBytes => 16 * 1024,
            Self::Tokens => 2_000,
            Self::Nesting => 32,
            Self::StringBytes => 4 * 1024,
            Self::Operations | Self::MutationRootFields => 5,
            Self::Fragments => 50,
            Self::RootFields => 10,
            Self::Aliases => 100,
            Self::Directives => 3,
            Self::ExpandedSize => 5_000,
            Self::ExpandedDepth => 20, // the standard introspection query has 18
            Self::Utf8 | Self::FragmentCycle => 0,
        }
    }

    /// Passes while `value` is within the limit.
    pub(super) fn check(self, value: usize) -> Result<(), Self> {
        if value > self.most() { Err(self) } else { Ok(()) }
    }
}
