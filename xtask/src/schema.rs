//! `cargo xtask schema`: the generated files of `graphql/`, written or compared by `city schema`.

use std::path::Path;
use std::process::Command;

use crate::arguments::Arguments;
use crate::step::{Failure, build_city, on_file, output_of, root, step};

/// Each generated file and how `city` is asked for it.
const FILES: [(&str, &[&str]); 3] = [
    ("schema.graphql", &["schema", "graphql"]),
    ("admin-v1.openapi.json", &["schema", "admin"]),
    ("manifests/reference.json", &["schema", "manifest"]),
];

pub fn schema(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&["--check"])?;
    arguments.allow_words(0)?;
    let city = step("Build the city", || build_city("dev"))?;
    if arguments.has("--check") {
        return check(&city);
    }
    for (name, asked) in FILES {
        let path = root().join("graphql").join(name);
        std::fs::write(&path, generated(&city, asked)?).map_err(on_file("write", &path))?;
        println!("graphql/{name} is written");
    }
    Ok(())
}

/// Fails when a file of `graphql/` is not what this city generates.
pub fn check(city: &Path) -> Result<(), Failure> {
    FILES.iter().try_for_each(|(name, asked)| {
        compare(&root().join("graphql").join(name), &generated(city, asked)?)
    })
}

fn generated(city: &Path, asked: &[&str]) -> Result<Vec<u8>, Failure> {
    output_of(Command::new(city).args(asked).current_dir(root()))
}

fn compare(path: &Path, fresh: &[u8]) -> Result<(), Failure> {
    if std::fs::read(path).is_ok_and(|committed| committed == fresh) {
        return Ok(());
    }
    Err(Failure(format!("{} is stale: run `cargo xtask schema` and commit it", path.display())))
}
