//! How far long work is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;

use city_boot::BootError;
use indicatif::{ProgressBar, ProgressStyle};

/// Work of a known number of steps.
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    terminal: bool,
}

/// How many lines tell of the whole work where there is no terminal.
const LINES: u64 = 10;

impl Progress {
    /// Begins to tell of `steps` steps.
    ///
    /// # Errors
    /// When the bar cannot be drawn.
    pub fn new(what: &'static str, steps: u64) -> Result<Self, BootError> {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}")
            .map_err(|error| BootError::failed("drawing the progress bar", error))?;
        let bar = ProgressBar::new(steps).with_style(style).with_message(what);
        Ok(Self { bar, what, terminal: std::io::stderr().is_terminal() })
    }

    /// One step is done.
    pub fn one_more(&self) {
        self.bar.inc(1);
        let (at, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        if !self.terminal && at % (all / LINES).max(1) == 0 {
            eprintln!("{}: {at} of {all}", self.what);
        }
    }

    /// All is done.
    pub fn done(self, how: &str) {
        self.bar.finish_and_clear();
        eprintln!("{}: {how}", self.what);
    }
}
