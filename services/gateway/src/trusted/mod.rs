//! Documents of released apps. In production they alone run; what a manifest does not name needs a permission.

mod manifest;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

pub use manifest::{Fault, of_folder};

use crate::prepare::{Prepared, RequestError, TextHash};
use manifest::{Manifest, read_folder};

/// Which documents may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Those of a manifest.
    Trusted,
    /// Any; those sent with their hash are found by it later.
    Open,
}

/// The manifests this build ships with: one a released version of an app, kept for at least 12 months.
const SHIPPED: [(&str, &str); 1] =
    [("reference.json", include_str!("../../../../graphql/manifests/reference.json"))];

const MOST_DOCUMENTS: usize = 5_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The documents of all manifests by the hash of their text.
#[derive(Debug, Default)]
pub struct Trusted(HashMap<TextHash, Document>);

/// A document somebody released, prepared when it is first asked for.
#[derive(Debug)]
pub struct Document {
    pub text: String,
    /// For the log: the manifest and the name of the entry.
    pub origin: String,
    pub prepared: OnceLock<Result<Arc<Prepared>, RequestError>>,
}

impl Trusted {
    /// Reads the manifests that ship with this build, and those of a folder.
    ///
    /// # Errors
    /// [`Fault`] names the file and the entry that is wrong.
    pub fn read(folder: Option<&Path>) -> Result<Self, Fault> {
        let mut trusted = Self::default();
        for (file, text) in SHIPPED {
            trusted.add(file, Manifest::parse(file, text)?)?;
        }
        for (file, text) in folder.map_or_else(|| Ok(Vec::new()), read_folder)? {
            trusted.add(&file, Manifest::parse(&file, &text)?)?;
        }
        Ok(trusted)
    }

    pub fn get(&self, hash: TextHash) -> Option<&Document> {
        self.0.get(&hash)
    }

    fn add(&mut self, file: &str, manifest: Manifest) -> Result<(), Fault> {
        for entry in manifest.operations {
            let hash = entry.hash(file)?;
            let origin = format!("{} of {file}", entry.name);
            let document = Document { text: entry.body, origin, prepared: OnceLock::new() };
            self.0.insert(hash, document);
        }
        let bytes: usize = self.0.values().map(|document| document.text.len()).sum();
        if self.0.len() > MOST_DOCUMENTS || bytes > MOST_BYTES {
            return Err(Fault::TooMuch { file: file.to_owned() });
        }
        Ok(())
    }
}
