//! `cargo xtask new-migration SERVICE WORDS…`: the next numbered file of a service's schema.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::arguments::Arguments;
use crate::step::{Failure, on_file, root};

pub fn new_migration(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&[])?;
    let [service, words @ ..] = arguments.words() else {
        return Err(usage());
    };
    let name = name_of(words).ok_or_else(usage)?;
    if !root().join("services").join(service).join("Cargo.toml").is_file() {
        return Err(Failure(format!("there is no service `{service}` in services/")));
    }
    let folder = root().join("migrations").join(service);
    std::fs::create_dir_all(&folder).map_err(on_file("create", &folder))?;
    let entries = std::fs::read_dir(&folder).map_err(on_file("list", &folder))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let path = folder.join(format!("{:04}_{name}.sql", next_number(names)));
    write(&path)?;
    println!("{} is there: its first line says why, one short sentence", path.display());
    Ok(())
}

fn usage() -> Failure {
    Failure("say whose and what: `cargo xtask new-migration reports flag a report`".into())
}

/// `["Flag", "a-report"]` is `flag_a_report`; nothing when no letter or digit is left.
fn name_of(words: &[String]) -> Option<String> {
    let text = words.join(" ").to_lowercase();
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("_");
    (!name.is_empty()).then_some(name)
}

fn next_number(names: impl Iterator<Item = String>) -> u32 {
    names.filter_map(|name| name.split('_').next()?.parse::<u32>().ok()).max().unwrap_or(0) + 1
}

fn write(path: &Path) -> Result<(), Failure> {
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    created.and_then(|mut file| writeln!(file, "-- Why: ")).map_err(on_file("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_follows_the_highest_even_after_a_gap() {
        let names = ["0001_report.sql", "0007_flag.sql", "README.md"].map(str::to_owned);

        assert_eq!(next_number(names.into_iter()), 8);
        assert_eq!(next_number(std::iter::empty()), 1);
    }

    #[test]
    fn words_become_a_file_name() {
        let words = ["Flag", "a-report"].map(str::to_owned);

        assert_eq!(name_of(&words).as_deref(), Some("flag_a_report"));
        assert_eq!(name_of(&["…".to_owned()]), None);
    }
}
