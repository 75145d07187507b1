//! `cargo xtask bench NAME`: a benchmark, built as for production.

use std::process::Command;

use crate::arguments::Arguments;
use crate::servers;
use crate::step::{Failure, build_city, root, step, succeed};

pub fn bench(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&[])?;
    arguments.allow_words(1)?;
    let [name] = arguments.words() else {
        return Err(Failure("name the benchmark: `cargo xtask bench NAME`".into()));
    };
    servers::ensure()?;
    let city = step("Build the city as for production", || build_city("dist"))?;
    step("Benchmark", || {
        succeed(Command::new(city).args(["bench", name]).args(&arguments.rest).current_dir(root()))
    })
}
