//! `cargo xtask seed`: the facts of `seed/` for the database that `DATABASE_URL` names.

use std::process::Command;

use crate::arguments::Arguments;
use crate::step::{Failure, build_city, root, step, succeed};

pub fn seed(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&["--procedures"])?;
    arguments.allow_words(0)?;
    let city = step("Build the city", || build_city("release"))?;
    step("Seed", || {
        let mut seed = Command::new(city);
        seed.arg("seed").args(arguments.valued()).args(&arguments.rest);
        succeed(seed.current_dir(root()))
    })
}
