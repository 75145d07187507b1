//! The launcher that ties a server to the life of the process that started it.
//!
//! `city child-guard` takes on another account, asks the kernel for a signal when its parent dies, and then becomes the
//! server. It is a step of its own because both requests belong to the child, and a child may only be prepared between
//! fork and exec with unsafe code, which this project forbids.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::Signal;
use nix::unistd::{Gid, Pid, Uid, getppid, setgid, setuid};

/// What the launcher is told by its parent.
#[derive(Debug, clap::Args)]
pub struct ChildGuard {
    /// The process whose end ends the server.
    #[arg(long)]
    parent: i32,
    /// The signal the server gets when that process ends.
    #[arg(long)]
    signal: Signal,
    /// The user the server runs as; without it, the caller's.
    #[arg(long, requires = "gid")]
    uid: Option<u32>,
    /// The group the server runs as.
    #[arg(long, requires = "uid")]
    gid: Option<u32>,
    /// The server's program.
    #[arg(last = true, required = true, num_args = 1..)]
    command: Vec<PathBuf>,
}

/// Why the launcher did not become the server.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    #[error("could not take on the server's account")]
    Account(#[source] nix::Error),
    #[error("could not ask for the signal at the parent's end")]
    ParentDeath(#[source] nix::Error),
    #[error("the parent ended before the server began")]
    Orphan,
    #[error("no program was named")]
    NoProgram,
    #[error("could not start {}", program.display())]
    Exec { program: PathBuf, source: std::io::Error },
}

/// Becomes the server; comes back only with the reason why it could not.
///
/// # Errors
/// Always, when it returns: the account, the parent or the program is not what it should be.
pub fn become_server(guard: &ChildGuard) -> Result<Infallible, ChildError> {
    if let (Some(uid), Some(gid)) = (guard.uid, guard.gid) {
        take_account(Uid::from_raw(uid), Gid::from_raw(gid)).map_err(ChildError::Account)?;
    }
    // After the change of account, which clears the request.
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(guard.signal).map_err(ChildError::ParentDeath)?;
    // A parent that died before the request was made sends nothing any more.
    if getppid() != Pid::from_raw(guard.parent) {
        return Err(ChildError::Orphan);
    }
    let (program, arguments) = guard.command.split_first().ok_or(ChildError::NoProgram)?;
    let source = Command::new(program).args(arguments).exec();
    Err(ChildError::Exec { program: program.clone(), source })
}

fn take_account(uid: Uid, gid: Gid) -> nix::Result<()> {
    #[cfg(not(target_vendor = "apple"))]
    nix::unistd::setgroups(&[gid])?;
    setgid(gid)?;
    setuid(uid)
}
