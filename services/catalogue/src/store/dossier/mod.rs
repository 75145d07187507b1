//! Dossiers: the SQL.
