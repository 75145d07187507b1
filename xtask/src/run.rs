//! `cargo xtask run`: from a fresh clone to a running city.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::arguments::Arguments;
use crate::step::{Failure, build_city, on_file, root, step};
use crate::{servers, step as steps};

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&[])?;
    arguments.allow_words(0)?;
    servers::ensure()?;
    let city = step("Build the city (the first time takes minutes, later seconds)", || {
        build_city("release")
    })?;
    let mut serve = Command::new(&city);
    serve.arg("serve").args(&arguments.rest).current_dir(root());
    println!("── {}", steps::spell(&serve));
    // Becomes the city: signals, the terminal and the exit code are the city's own.
    Err(on_file("start", &city)(serve.exec()))
}
