//! `cargo xtask chaos payments`: processes are killed, frozen and cut off under load, round after round, and every payment is
//! accounted for.

use crate::arguments::Arguments;
use crate::servers;
use crate::step::{Failure, build_city, cargo, step, succeed};

/// The tests, one after the other: nothing is lost or twice, and one order explains what clients were told.
const TESTS: [&str; 2] = [
    "chaos::whatever_is_killed_each_acknowledged_payment_is_there_once",
    "chaos::serial::one_order_explains_all_that_clients_were_told_while_processes_were_killed",
];
/// Rounds when nobody says how many.
const ROUNDS: &str = "50";

pub fn chaos(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&["--rounds", "--seed"])?;
    arguments.allow_words(1)?;
    if arguments.words() != ["payments"] {
        return Err(Failure("say what is to be broken: `cargo xtask chaos payments`".into()));
    }
    servers::ensure()?;
    let city = step("Build the servers' keeper", || build_city("dev"))?;
    step("Chaos", || {
        let package = ["test", "--package", "city-payments", "--test", "it", "--", "--exact"];
        let mut run = cargo(package.into_iter().chain(TESTS).chain(["--nocapture"]));
        run.env("CITY_TEST_PROGRAM", &city);
        run.env("CITY_CHAOS_ROUNDS", arguments.value("--rounds").unwrap_or(ROUNDS));
        if let Some(seed) = arguments.value("--seed") {
            run.env("CITY_CHAOS_SEED", seed);
        }
        succeed(&mut run)
    })
}
