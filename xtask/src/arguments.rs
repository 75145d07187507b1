//! Reads the command line: one command, words, flags, and what follows `--`.

use crate::step::Failure;

/// The flags that are followed by a value.
const VALUED: [&str; 3] = ["--procedures", "--rounds", "--seed"];

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    words: Vec<String>,
    values: Vec<(String, String)>,
    flags: Vec<String>,
    /// What follows `--`, for the program that is started.
    pub rest: Vec<String>,
}

impl Arguments {
    pub fn parse(raw: impl Iterator<Item = String>) -> Self {
        let mut parsed = Self::default();
        let mut raw = raw;
        while let Some(argument) = raw.next() {
            if argument == "--" {
                parsed.rest = raw.collect();
                break;
            }
            if VALUED.contains(&argument.as_str())
                && let Some(value) = raw.next()
            {
                parsed.values.push((argument.clone(), value));
                parsed.flags.push(argument);
                continue;
            }
            let list =
                if argument.starts_with('-') { &mut parsed.flags } else { &mut parsed.words };
            list.push(argument);
        }
        parsed
    }

    pub fn command(&self) -> Option<&str> {
        self.words.first().map(String::as_str)
    }

    /// The words after the command.
    pub fn words(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// The values of the flags that have one, each after its flag, for the program that is started.
    pub fn valued(&self) -> impl Iterator<Item = &str> {
        self.values.iter().flat_map(|(flag, value)| [flag.as_str(), value.as_str()])
    }

    /// The value of a flag.
    pub fn value(&self, flag: &str) -> Option<&str> {
        self.values.iter().find(|(given, _)| given == flag).map(|(_, value)| value.as_str())
    }

    /// A misspelt flag must not run something else than was meant.
    pub fn allow_flags(&self, known: &[&str]) -> Result<(), Failure> {
        match self.flags.iter().find(|given| !known.contains(&given.as_str())) {
            None => Ok(()),
            Some(unknown) => Err(Failure(format!(
                "unknown flag `{unknown}`; `cargo xtask --help` lists what there is"
            ))),
        }
    }

    pub fn allow_words(&self, most: usize) -> Result<(), Failure> {
        match self.words().get(most) {
            None => Ok(()),
            Some(extra) => Err(Failure(format!(
                "`{extra}` is one word too many; `cargo xtask --help` teaches"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_two_dashes_is_left_for_the_program() {
        let raw = ["run", "--check", "--", "--port", "8080"].map(str::to_owned);

        let parsed = Arguments::parse(raw.into_iter());

        assert_eq!(parsed.command(), Some("run"));
        assert!(parsed.has("--check") && !parsed.has("--port"));
        assert_eq!(parsed.rest, ["--port", "8080"]);
    }

    #[test]
    fn a_flag_with_a_value_takes_the_next_word() {
        let raw = ["seed", "--procedures", "2307"].map(str::to_owned);

        let parsed = Arguments::parse(raw.into_iter());

        assert_eq!(parsed.valued().collect::<Vec<_>>(), ["--procedures", "2307"]);
        assert!(parsed.has("--procedures") && parsed.words().is_empty());
    }

    #[test]
    fn a_misspelt_flag_is_refused_by_name() {
        let parsed = Arguments::parse(["sqlx", "--chek"].map(str::to_owned).into_iter());

        let refused = parsed.allow_flags(&["--check"]).unwrap_err();

        assert!(refused.to_string().contains("`--chek`"));
    }
}
