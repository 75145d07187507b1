//! The parent: at most two children, each for at most 50 photos, none for longer than a photo may take.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

use super::child::{CHILD, GREETING};
use super::clean::Cleaned;
use super::format::Format;
use super::wire::{self, Answer};
use crate::domain::PhotoRefusal;

const MOST_CHILDREN: usize = 2;
const PHOTOS_A_CHILD: u32 = 50;
/// A child's CPU limit counts its whole life: one that has used this much leaves the next photo to a fresh one.
const CPU_MS_A_CHILD: u32 = 2_000;
const WALL: Duration = Duration::from_secs(15);
/// Children in a row that somebody else may kill before the photo is taken for the reason.
const MOST_LOST: usize = 3;

/// The photo could not be looked at; it may be later.
#[derive(Debug, thiserror::Error)]
#[error("the child process that cleans photos cannot be started")]
pub struct CleanerError(#[source] io::Error);

/// Cleans photos in child processes.
#[derive(Debug)]
pub struct Cleaner {
    program: PathBuf,
    room: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug)]
struct Worker {
    process: Child,
    to: ChildStdin,
    from: ChildStdout,
    photos: u32,
    cpu_ms: u32,
}

/// How a child dealt with one photo.
enum Ending {
    Answered(Answer),
    /// It broke its bounds, or itself, over the photo.
    Died,
    /// Something that has nothing to do with the photo ended it: an operator, a stopping machine.
    Lost,
}

/// The running program, which has the subcommand. On Linux the link stays right when the file is replaced meanwhile.
pub fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        std::env::current_exe().unwrap_or_else(|_| PathBuf::from("city-reports"))
    }
}

impl Cleaner {
    /// Cleans with `program photo-child`. No child is started before the first photo.
    pub fn new(program: PathBuf) -> Self {
        Self { program, room: Semaphore::new(MOST_CHILDREN), idle: Mutex::default() }
    }

    /// Three clean files, or why there are none. Waits while two others are being cleaned. A dead child costs this photo
    /// only: the next one gets a fresh child.
    ///
    /// # Errors
    /// When no child can be started, or it is ended from outside again and again.
    pub async fn clean(
        &self,
        format: Format,
        bytes: &[u8],
    ) -> Result<Result<Cleaned, PhotoRefusal>, CleanerError> {
        let _room =
            self.room.acquire().await.map_err(|closed| CleanerError(io::Error::other(closed)))?;
        for _ in 0..MOST_LOST {
            let mut worker = self.take().await?;
            match worker.clean(format, bytes).await {
                Ending::Answered(answer) => {
                    worker.photos += 1;
                    worker.cpu_ms = answer.cpu_ms;
                    self.give_back(worker);
                    return Ok(answer.outcome);
                }
                Ending::Died => {
                    tracing::warn!(
                        photo.size_bytes = bytes.len(),
                        "A photo ended the process that cleaned it"
                    );
                    return Ok(Err(PhotoRefusal::Corrupt));
                }
                Ending::Lost => {
                    tracing::info!("A process that cleaned a photo was ended from outside");
                }
            }
        }
        Ok(Err(PhotoRefusal::Corrupt)) // memory that the kernel takes back looks like a kill from outside, too
    }

    async fn take(&self) -> Result<Worker, CleanerError> {
        match self.take_idle() {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.program).await.map_err(CleanerError),
        }
    }

    fn take_idle(&self) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut worker) = idle.pop() {
            if matches!(worker.process.try_wait(), Ok(None)) {
                return Some(worker);
            }
        }
        None
    }

    fn give_back(&self, worker: Worker) {
        if worker.photos < PHOTOS_A_CHILD && worker.cpu_ms < CPU_MS_A_CHILD {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}

impl Worker {
    /// Starts a child and waits for its greeting.
    async fn start(program: &PathBuf) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg(CHILD)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()) // a decoder's last words may quote the photo
            .process_group(0) // Ctrl-C at a terminal is for the parent, which finishes the photo first
            .kill_on_drop(true)
            .spawn()?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (to, mut from) = pipes.ok_or_else(|| io::Error::other("the child has no pipes"))?;
        let mut greeting = [0; GREETING.len()];
        let greeted = tokio::time::timeout(WALL, from.read_exact(&mut greeting)).await;
        if !matches!(greeted, Ok(Ok(_))) || greeting != GREETING {
            return Err(io::Error::other("the program does not answer as a photo child"));
        }
        Ok(Self { process, to, from, photos: 0, cpu_ms: 0 })
    }

    async fn clean(&mut self, format: Format, bytes: &[u8]) -> Ending {
        let talk = async {
            wire::send(&mut self.to, format, bytes).await?;
            wire::hear(&mut self.from).await
        };
        match tokio::time::timeout(WALL, talk).await {
            Ok(Ok(answer)) => Ending::Answered(answer),
            Ok(Err(broken)) if broken.kind() == io::ErrorKind::InvalidData => Ending::Died, // and is killed when dropped
            Ok(Err(_)) => match tokio::time::timeout(WALL, self.process.wait()).await {
                Ok(Ok(status)) if is_from_outside(status) => Ending::Lost,
                _ => Ending::Died,
            },
            Err(_) => Ending::Died,
        }
    }
}

/// Bounds and faults end a child by other signals: ABRT (no memory), XCPU, SEGV, or by an exit code.
fn is_from_outside(status: ExitStatus) -> bool {
    let outside =
        [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT];
    status.signal().is_some_and(|ended_by| outside.iter().any(|signal| *signal as i32 == ended_by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_no_child_is_a_fault_and_costs_no_photo() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for program in ["/bin/true", "/bin/echo"] {
                let cleaner = Cleaner::new(PathBuf::from(program));

                let outcome = cleaner.clean(Format::Jpeg, &[0xff, 0xd8, 0xff]).await;

                assert!(outcome.is_err(), "{program}");
            }
        });
    }
}
