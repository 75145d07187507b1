//! Untrusted photos made clean, in a child process that has nothing to lose.
//!
//! Here: what a photo must look like before it is decoded, the decoding under bounds, the child that does it, and the
//! parent that keeps at most two children. Not here: where photos come from and who may see them.
//!
//! Invariant: bytes of an upload are looked at only in the child. Invariant: what leaves it was encoded anew from pixels,
//! so no position, device, profile, thumbnail or comment survives.

mod child;
mod clean;
mod cleaner;
mod format;
mod jpeg;
mod limits;
mod png;
mod size;
mod wire;

pub use child::{CHILD, child_main};
pub use clean::{Cleaned, clean};
pub use cleaner::{Cleaner, CleanerError, this_program};
pub use format::Format;
pub use size::Size;
