//! Manifests as Apollo's tools write them: `apollo-persisted-query-manifest`, version 1.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::prepare::TextHash;

const FORMAT: &str = "apollo-persisted-query-manifest";
const VERSION: u32 = 1;

/// Why a manifest cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{} cannot be read", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{file} is no manifest")]
    Json { file: String, source: serde_json::Error },
    #[error("{file} is not {FORMAT} version {VERSION}")]
    Format { file: String },
    #[error("the id of {name} in {file} is not the SHA-256 of its body")]
    Id { file: String, name: String },
    #[error("with {file} there are more documents than one gateway holds")]
    TooMuch { file: String },
}

/// The documents of one released version of an app.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    pub operations: Vec<Entry>,
}

/// One document.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    id: String,
    pub name: String,
    #[serde(rename = "type")]
    kind: String,
    pub body: String,
}

impl Manifest {
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let file = || file.to_owned();
        let manifest: Self =
            serde_json::from_str(text).map_err(|source| Fault::Json { file: file(), source })?;
        if manifest.format == FORMAT && manifest.version == VERSION {
            Ok(manifest)
        } else {
            Err(Fault::Format { file: file() })
        }
    }
}

impl Entry {
    /// The hash of the body, which is what the entry must be called by.
    pub fn hash(&self, file: &str) -> Result<TextHash, Fault> {
        let hash = TextHash::of(&self.body);
        if hash.to_hex() == self.id {
            return Ok(hash);
        }
        Err(Fault::Id { file: file.to_owned(), name: self.name.clone() })
    }
}

/// The manifest of a folder in which every file is a document named after its operation.
///
/// # Errors
/// When a file cannot be read.
pub fn of_folder(folder: &Path) -> Result<String, Fault> {
    let entry = |(file, body): (String, String)| Entry {
        id: TextHash::of(&body).to_hex(),
        name: file.trim_end_matches(".graphql").to_owned(),
        kind: kind(&body).to_owned(),
        body,
    };
    let operations = files(folder, "graphql")?.into_iter().map(entry).collect();
    let manifest = Manifest { format: FORMAT.to_owned(), version: VERSION, operations };
    let text = serde_json::to_string_pretty(&manifest);
    Ok(text.map_err(|source| Fault::Json { file: FORMAT.to_owned(), source })? + "\n")
}

/// The manifests of a folder.
pub fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Fault> {
    files(folder, "json")
}

/// What the first operation of a document is: the word it begins with, after comments.
fn kind(body: &str) -> &'static str {
    let first = body.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let begins = |word: &str| first.is_some_and(|line| line.starts_with(word));
    let kinds = ["mutation", "subscription"];
    kinds.into_iter().find(|kind| begins(kind)).unwrap_or("query")
}

/// Name and text of the files with an extension, sorted by name.
fn files(folder: &Path, extension: &str) -> Result<Vec<(String, String)>, Fault> {
    let unread = |path: &Path| {
        let path = path.to_owned();
        move |source| Fault::File { path, source }
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread(folder))? {
        let path = entry.map_err(unread(folder))?.path();
        if path.extension().is_some_and(|known| known == extension) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).map_err(unread(&path))?));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_document_is_its_first_word() {
        assert_eq!(kind("# a screen\n\nquery Home { __typename }"), "query");
        assert_eq!(kind("{ __typename }"), "query");
        assert_eq!(kind("mutation Pay { pay }"), "mutation");
        assert_eq!(kind("subscription Live { live }"), "subscription");
    }

    #[test]
    fn another_format_or_version_is_refused() {
        let refused = |text: &str| Manifest::parse("x.json", text).unwrap_err().to_string();
        let other =
            r#"{ "format": "apollo-persisted-query-manifest", "version": 2, "operations": [] }"#;

        assert_eq!(refused(other), "x.json is not apollo-persisted-query-manifest version 1");
        assert_eq!(refused("[]"), "x.json is no manifest");
    }
}
