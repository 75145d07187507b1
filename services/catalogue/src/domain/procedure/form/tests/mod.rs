//! Schemas and answers, ordinary and hostile.
