//! What can go wrong with the private servers, each with what to do about it.

use std::path::PathBuf;

/// Why the private servers do not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    #[error("{server} is not installed: {install}, or set {variable} to use a server of your own")]
    Missing { server: &'static str, install: &'static str, variable: &'static str },
    #[error("{} is {server} {found}, but the city needs {needed} or newer: install a newer one, or set {variable}", program.display())]
    TooOld {
        server: &'static str,
        program: PathBuf,
        found: String,
        needed: u32,
        variable: &'static str,
    },
    #[error(
        "the data in {} was made by PostgreSQL {made_by}, and this machine has only {installed}: \
         apt install postgresql-{made_by}, or move the folder away to start empty",
        folder.display()
    )]
    OtherMajor { folder: PathBuf, made_by: String, installed: String },
    #[error("the data folder {} is in use by process {pid}: stop that one first, or name another folder", folder.display())]
    InUse { folder: PathBuf, pid: String },
    #[error("the data folder {} holds {held} data, so it cannot start with {asked} data: name another folder", folder.display())]
    OtherDurability { folder: PathBuf, held: String, asked: &'static str },
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`: create one"
    )]
    NoAccount,
    #[error("could not {doing} {}", path.display())]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{server} did not start: {said} (its log is {})", log.display())]
    Failed { server: &'static str, said: String, log: PathBuf },
    #[error("{server} did not answer within {seconds} seconds (its log is {})", log.display())]
    TooSlow { server: &'static str, seconds: u64, log: PathBuf },
    #[error("{server} ended by itself: {said} (its log is {})", log.display())]
    EndedEarly { server: &'static str, said: String, log: PathBuf },
    #[error("pgbench is not installed: it comes with PostgreSQL's server (apt install postgresql)")]
    NoPgbench,
    #[error("could not start {server}")]
    Spawn { server: &'static str, source: std::io::Error },
    #[error("could not create the database `city`")]
    Database(#[source] sqlx::Error),
    #[error("could not start the S3 store in {}: {said}", folder.display())]
    S3 { folder: PathBuf, said: String },
    #[error("the random source of this machine does not answer")]
    Random,
    #[error("could not start the thread of the servers")]
    Thread(#[source] std::io::Error),
    #[error("the thread of the servers ended by itself")]
    ThreadEnded,
}

impl EmbeddedError {
    /// Names what was done to which file.
    pub(super) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
