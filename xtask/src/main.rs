//! `cargo xtask`: everything a developer does with this repository, each in one command.
//!
//! Its only dependency reads JSON, so that the first command starts within seconds on a bare machine.
#![expect(
    clippy::print_stdout,
    reason = "a command line program speaks to the person who started it"
)]

mod apply;
mod arguments;
mod bench;
mod chaos;
mod infra;
mod migration;
mod run;
mod schema;
mod seed;
mod servers;
mod sqlx;
mod step;
mod test;

use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::step::Failure;

const HELP: &str = "\
Everything a developer does with this repository, each in one command.

Start here
  cargo xtask run                 install what is missing, build, start the whole city on this machine
  cargo xtask test                what must pass before a change lands: format, lints, build, all tests

While you work
  cargo xtask test FILTER         only the tests whose name contains FILTER, with real servers, without the lints
  cargo xtask test --only lint    only format and lints (or --only tests: everything but these)
  cargo xtask seed                write the facts of seed/ into the database that DATABASE_URL names
  cargo xtask seed --procedures N also N synthetic procedures, at most 9216 (development profile only)
  cargo xtask bench NAME          build as for production and run the benchmark NAME
  cargo xtask chaos payments      kill, freeze and cut off under load, 50 times, and account for every payment
                                  (--rounds N, --seed N)

After you changed
  a query or a migration          cargo xtask sqlx        writes .sqlx/
  the GraphQL schema              cargo xtask schema      writes graphql/
  (with --check both write nothing and fail when the committed files are stale)
  a table                         cargo xtask new-migration SERVICE WORDS…
                                  cargo xtask new-migration reports flag a report

For machines
  cargo xtask ci                  the same as `cargo xtask test`

What follows `--` goes on to the city: cargo xtask run -- --help
";

fn main() -> ExitCode {
    let arguments = Arguments::parse(std::env::args().skip(1));
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.has("--help") || arguments.has("-h") {
        print!("{HELP}");
        return Ok(());
    }
    match arguments.command() {
        None | Some("help") => {
            print!("{HELP}");
            Ok(())
        }
        Some("run") => run::run(arguments),
        Some("test" | "ci") => test::test(arguments),
        Some("sqlx") => sqlx::sqlx(arguments),
        Some("schema") => schema::schema(arguments),
        Some("bench") => bench::bench(arguments),
        Some("chaos") => chaos::chaos(arguments),
        Some("seed") => seed::seed(arguments),
        Some("new-migration") => migration::new_migration(arguments),
        Some(other) => {
            Err(Failure(format!("there is no command `{other}`; `cargo xtask` lists them")))
        }
    }
}
