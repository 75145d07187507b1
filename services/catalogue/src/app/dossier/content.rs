//! What a file says it is, and what its first bytes say.

use aws_lc_rs::digest::{SHA256, digest};

/// A kind of file that dossiers take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    Pdf,
    Jpeg,
    Png,
}

impl ContentType {
    const ALL: [Self; 3] = [Self::Pdf, Self::Jpeg, Self::Png];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether bytes begin, and where the format has an end, end like this.
    pub fn fits(self, bytes: &[u8]) -> bool {
        match self {
            // Some writers put a few bytes before the header; readers take it within the first kilobyte, so would a viewer
            // that is fooled by something else in front. Only the start counts here.
            Self::Pdf => bytes.starts_with(b"%PDF-"),
            Self::Jpeg => bytes.starts_with(&[0xff, 0xd8, 0xff]),
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        }
    }
}

/// A SHA-256 as people write it: 64 hex digits.
pub fn parse_sha256(raw: &str) -> Option<[u8; 32]> {
    if raw.len() != 64 || !raw.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(raw.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Whether bytes have a digest.
pub fn has_digest(bytes: &[u8], sha256: &[u8]) -> bool {
    digest(&SHA256, bytes).as_ref() == sha256
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        assert!(ContentType::Pdf.fits(b"%PDF-1.7\n"));
        assert!(!ContentType::Pdf.fits(b"<html>%PDF-1.7"));
        assert!(!ContentType::Png.fits(b"\xff\xd8\xff\xe0"));
        assert!(ContentType::Jpeg.fits(b"\xff\xd8\xff\xe0"));
        assert_eq!(ContentType::parse("image/svg+xml"), None);
    }

    proptest! {
        #[test]
        fn a_digest_that_is_printed_parses_back(bytes: [u8; 32]) {
            prop_assert_eq!(parse_sha256(&hex::encode(bytes)), Some(bytes));
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(parse_sha256(&raw).is_none() || raw.len() == 64);
        }
    }
}
