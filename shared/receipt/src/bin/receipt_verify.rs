//! `receipt-verify FILE --keys KEYS`: verifies a receipt, a statement of what backs the wallets, or published heads, offline.
//!
//! Exit 0: valid, and standard output says what it proves; 1: false; 2: unreadable, or an unknown key.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use city_receipt::{
    BackingStatement, Leaf, Proven, ProvenHeads, PublishedKeys, Unproven, verify, verify_backing,
    verify_heads,
};
use clap::Parser;

/// Verify the receipt of a payment, a day's statement of what backs the wallets, or a file of published heads, without network.
///
/// Exits with 0 when it is valid, 1 when it is false, 2 when it cannot be read or names an unknown key.
#[derive(Debug, Parser)]
#[command(name = "receipt-verify", version, about)]
struct Arguments {
    /// The receipt or statement, as the city gave it, or heads, a line each, as they are copied.
    file: PathBuf,
    /// The city's published keys (payment-receipt-keys.json).
    #[arg(long)]
    keys: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (code, line) = match judge(&arguments) {
        Ok(said) => (0, said),
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

fn judge(arguments: &Arguments) -> Result<String, (u8, String)> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|error| (2, format!("{}: {error}", path.display())))
    };
    let keys = PublishedKeys::parse(&read(&arguments.keys)?);
    let keys = keys.map_err(|error| (2, format!("{}: {error}", arguments.keys.display())))?;
    let text = read(&arguments.file)?;
    // What is not readable as one is judged as the next.
    let statement = || verify_backing(&text, &keys).map(|said| describe_backing(&said));
    let receipt = || verify(&text, &keys).map(|proven| describe(&proven));
    let heads = || verify_heads(&text, &keys).map(|proven| describe_heads(&proven));
    let judged = readable(statement()).or_else(|| readable(receipt())).unwrap_or_else(heads);
    judged.map_err(|unproven| match unproven {
        Unproven::False(_) => (1, unproven.to_string()),
        Unproven::Unreadable | Unproven::UnknownKey(_) => (2, unproven.to_string()),
    })
}

/// None for what is not of this kind.
fn readable(judged: Result<String, Unproven>) -> Option<Result<String, Unproven>> {
    Some(judged).filter(|judged| *judged != Err(Unproven::Unreadable))
}

/// What the heads prove, in a line.
fn describe_heads(proven: &ProvenHeads) -> String {
    let hash = proven.hash.map(|byte| format!("{byte:02x}")).concat();
    format!(
        "valid: heads of batches {} to {}, without a gap; the last has hash {hash}",
        proven.first, proven.last
    )
}

/// What the statement says, in lines.
fn describe_backing(said: &BackingStatement) -> String {
    let bank = said.bank.map_or_else(String::new, |bank| {
        format!("\nthe bank told {} dong at the end of {}", bank.amount, bank.day)
    });
    let verdict = match said.shortfall() {
        0 => "the wallets are backed".to_owned(),
        short => format!("{short} dong of the wallets are not backed"),
    };
    format!(
        "valid: at the end of {}, up to batch {}, wallets hold {} dong, the bank accounts {}, providers owe {}: \
         {verdict}{bank}",
        said.day, said.batch, said.wallets, said.guarantee, said.transit
    )
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
