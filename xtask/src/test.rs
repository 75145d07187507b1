//! `cargo xtask test`: what must pass before a change lands.

use crate::arguments::Arguments;
use crate::infra::Infra;
use crate::step::{Failure, build_city, cargo, step, succeed};
use crate::{schema, servers, sqlx};

pub fn test(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&["--only"])?;
    // A filter is for the loop of a developer, who wants an answer now.
    let (lint, tests, filter) = match (arguments.has("--only"), arguments.words()) {
        (false, []) => (true, true, None),
        (false, [filter]) => (false, true, Some(filter)),
        (true, [only]) if only == "lint" => (true, false, None),
        (true, [only]) if only == "tests" => (false, true, None),
        _ => {
            return Err(Failure(
                "use `test`, `test FILTER`, `test --only lint` or `test --only tests`".into(),
            ));
        }
    };
    servers::ensure()?;
    if lint {
        step("Format", || succeed(&mut cargo(["fmt", "--all", "--check"])))?;
        step("Lints", || {
            let clippy =
                ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
            succeed(&mut cargo(clippy))
        })?;
    }
    if tests {
        let city = step("Build the city", || build_city("dev"))?;
        let infra = step("Start PostgreSQL, Redis and S3 for this run", || Infra::start(&city))?;
        if filter.is_none() {
            step("Compare .sqlx/ with the migrations", || sqlx::check(&infra))?;
            step("Compare graphql/ with the code", || schema::check(&city))?;
        }
        step("Tests", || {
            let mut command = cargo(["test", "--workspace"]);
            command.args(filter);
            if !arguments.rest.is_empty() {
                command.arg("--").args(&arguments.rest);
            }
            infra.describe_to(&mut command);
            command.env("CITY_TEST_PROGRAM", &city);
            succeed(&mut command)
        })?;
    }
    println!("── All passed");
    Ok(())
}
