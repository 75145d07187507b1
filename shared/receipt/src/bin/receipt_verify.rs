//! `receipt-verify FILE --keys KEYS`: verifies a receipt offline.
//!
//! Exit 0: valid, and standard output says what it proves; 1: false; 2: unreadable, or an unknown key.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use city_receipt::{Leaf, Proven, PublishedKeys, Unproven, verify};
use clap::Parser;

/// Verify the receipt of a payment, without network.
///
/// Exits with 0 when it is valid, 1 when it is false, 2 when it cannot be read or names an unknown key.
#[derive(Debug, Parser)]
#[command(name = "receipt-verify", version, about)]
struct Arguments {
    /// The receipt, as the city gave it.
    file: PathBuf,
    /// The city's published keys (payment-receipt-keys.json).
    #[arg(long)]
    keys: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (code, line) = match judge(&arguments) {
        Ok(proven) => (0, describe(&proven)),
        Err((code, reason)) => (code, reason),
    };
    let written = if code == 0 {
        writeln!(std::io::stdout(), "{line}")
    } else {
        writeln!(std::io::stderr(), "receipt-verify: {line}")
    };
    // The exit code is the answer, even when nobody reads the text.
    written.unwrap_or_default();
    ExitCode::from(code)
}

fn judge(arguments: &Arguments) -> Result<Proven, (u8, String)> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|error| (2, format!("{}: {error}", path.display())))
    };
    let keys = PublishedKeys::parse(&read(&arguments.keys)?);
    let keys = keys.map_err(|error| (2, format!("{}: {error}", arguments.keys.display())))?;
    verify(&read(&arguments.file)?, &keys).map_err(|unproven| match unproven {
        Unproven::False(_) => (1, unproven.to_string()),
        Unproven::Unreadable | Unproven::UnknownKey(_) => (2, unproven.to_string()),
    })
}

/// What the receipt proves, in lines.
fn describe(proven: &Proven) -> String {
    let batch = format!("batch {}, made {} µs after 1970", proven.batch.n, proven.batch.at);
    let doc = proven.doc.as_deref().unwrap_or("(no document)");
    match &proven.leaf {
        Leaf::Leg(leg) => format!(
            "valid: payment {}, leg {}, {} dong, entry {} of the ledger, {batch}\n{doc}",
            leg.posting, leg.number, leg.amount, leg.seq
        ),
        Leaf::Rejection(rejection) => format!(
            "valid: payment {} was refused with code {}, {batch}",
            rejection.posting, rejection.code
        ),
        Leaf::Command(command) => {
            format!("valid: command {} of kind {}, {batch}", command.id, command.kind)
        }
    }
}
