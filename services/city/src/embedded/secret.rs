//! Passwords and keys: made once, kept in files that only their owner reads.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use secrecy::SecretString;

use super::EmbeddedError;

/// The secret in this file; made of `bytes` random bytes, in hexadecimal, when there is none yet.
pub(super) fn kept_in(path: &Path, bytes: usize) -> Result<SecretString, EmbeddedError> {
    match fs::read_to_string(path) {
        Ok(kept) => Ok(kept.trim().into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let fresh = random(bytes)?;
            write_private(path, &fresh)?;
            Ok(fresh.into())
        }
        Err(error) => Err(EmbeddedError::file("read", path)(error)),
    }
}

/// Replaces the file by one with this text that only its owner reads; whole or not at all.
///
/// # Errors
/// `File` when the machine refuses.
pub fn write_private(path: &Path, text: &str) -> Result<(), EmbeddedError> {
    let fresh = path.with_extension("new");
    let written = (|| {
        if let Err(error) = fs::remove_file(&fresh)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    })();
    written.map_err(EmbeddedError::file("write", path))
}

/// `bytes` random bytes in hexadecimal: safe in a URL and in a configuration file.
pub(super) fn random(bytes: usize) -> Result<String, EmbeddedError> {
    let mut raw = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut raw).map_err(|_| EmbeddedError::Random)?;
    Ok(hex::encode(raw))
}
