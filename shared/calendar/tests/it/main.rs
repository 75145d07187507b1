//! The calendar seen from outside: the city's own seed, the refusals, and a naive second opinion.

mod oracle;
mod properties;
mod refusals;
mod rules;
mod seed;
