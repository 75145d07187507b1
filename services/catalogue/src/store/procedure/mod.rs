//! Procedures, their editions and forms, imports: the SQL.

pub mod edition;
pub mod form;
pub mod import;
pub mod root;
