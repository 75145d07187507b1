//! The child: reads a photo, answers with clean files or a refusal, reads the next. It has no environment and no keys.

use std::io::{self, Write};
use std::process::ExitCode;

use super::wire::{self, Answer};
use super::{clean, limits};

/// The hidden subcommand that makes a program the child: its only argument.
pub const CHILD: &str = "photo-child";

/// What the child says first. A program that is no child, or a child that cannot bound itself, says something else: that is
/// the installation's fault and must not be taken for the photo's.
pub(super) const GREETING: [u8; 4] = *b"PHC1";

/// Cleans photos from standard input to standard output until the input ends.
///
/// Must be called before any thread is started: the address space is bounded, and each thread reserves a part of it.
pub fn child_main() -> ExitCode {
    if limits::lower().is_err() {
        return ExitCode::FAILURE; // rather none than an unbounded one
    }
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE, // the parent sees the closed pipe
    }
}

fn serve(from: &mut impl io::Read, to: &mut impl Write) -> io::Result<()> {
    to.write_all(&GREETING)?;
    to.flush()?;
    while let Some((format, bytes)) = wire::receive(from)? {
        let outcome = clean::clean(&bytes, format);
        wire::answer(to, &Answer { cpu_ms: limits::cpu_ms(), outcome })?;
    }
    Ok(())
}
