//! Pure rules of messages: templates, typed variables, texts, retries. No I/O, no clock, no random source.

mod purpose;
mod retry;
mod sms;
mod template;
mod text;
mod variable;

pub use retry::{SECURITY_LIFE, next_try};
pub use template::{Bodies, Template, TemplateVars, Wording};
pub use variable::{Value, ValueType, Variables};
