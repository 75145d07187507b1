//! The SQL of the schema `payments`, and nothing else.
