//! Ends a server that a killed city left behind, so that two servers never share the same files.
//!
//! The parent-death signal does this at once on Linux; this is for the moment in which the server is still obeying it,
//! and for systems without the signal.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Ends the server whose process id is the first line of `pid_file`, if it is still one that runs in `home`.
///
/// A process id may have been given to a stranger since, even one of the same user after a reboot. So the process must
/// stand in the server's own folder before it gets a signal; otherwise only the stale file is removed.
pub(super) async fn end(pid_file: &Path, home: &Path) -> std::io::Result<()> {
    let Ok(text) = std::fs::read_to_string(pid_file) else { return Ok(()) };
    let pid =
        text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()).filter(|pid| *pid > 1);
    if let Some(pid) = pid
        && runs_in(pid, home)
    {
        tracing::info!(
            process.id = pid,
            "Stopping the server {pid} that an earlier city left behind"
        );
        for (signal, polls) in
            [(Signal::SIGINT, 200), (Signal::SIGQUIT, 100), (Signal::SIGKILL, 40)]
        {
            if let Err(error) = kill(Pid::from_raw(pid), signal) {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "The server {pid} is gone already"
                );
            }
            if is_gone_within(pid, home, polls).await {
                break;
            }
        }
    }
    match std::fs::remove_file(pid_file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn is_gone_within(pid: i32, home: &Path, polls: u32) -> bool {
    for _ in 0..polls {
        if !runs_in(pid, home) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

/// Whether the process stands in this folder; both PostgreSQL and Redis do so for life.
#[cfg(target_os = "linux")]
fn runs_in(pid: i32, home: &Path) -> bool {
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == home)
}

/// Whether the process was started with this folder in its arguments.
#[cfg(not(target_os = "linux"))]
fn runs_in(pid: i32, home: &Path) -> bool {
    let listed =
        std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    listed.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).contains(&*home.to_string_lossy())
    })
}
