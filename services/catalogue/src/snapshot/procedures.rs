//! Live editions of procedures with their forms.

/// Live editions of procedures with their forms.
#[derive(Debug, Default)]
pub struct Procedures {}
