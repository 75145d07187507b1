//! The reports service as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    city_reports::run()
}
