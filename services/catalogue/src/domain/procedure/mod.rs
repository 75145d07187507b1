//! Procedures, their editions and forms, fees, checks.
