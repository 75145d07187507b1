//! Procedures, their forms, fees and checks.
