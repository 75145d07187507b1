//! Services: their entries, who can use them, what people keep.

mod editions;
mod guards;
mod matrix;
mod operated;
mod reading;
mod story;
