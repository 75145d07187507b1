//! Vietnamese text as people type it: composed or decomposed, with marks or without, with the tone on either vowel.
//!
//! Search compares keys, not texts: [`fold`] forgets all marks, [`fold_y`] also the spelling of i, and [`marked`] keeps
//! the marks but not where the tone was placed. [`clean`] is for text that is kept and shown.
#![deny(missing_docs)]

mod clean;
mod fold;
mod marked;

pub use clean::clean;
pub use fold::{fold, fold_y};
pub use marked::marked;

/// The combining marks that Vietnamese letters decompose into, and their neighbours.
const MARKS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';
