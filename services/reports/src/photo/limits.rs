//! What the child takes from itself before it reads the first byte.

use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};

/// CPU seconds of a child's whole life; the parent replaces it long before (`cleaner.rs`).
const CPU_SECONDS: u64 = 10;
const OPEN_FILES: u64 = 16;
#[cfg(target_os = "linux")]
const ADDRESS_SPACE: u64 = 512 * 1024 * 1024;

/// Lowers the limits of this process for good.
pub(super) fn lower() -> nix::Result<()> {
    // Elsewhere the address space holds libraries shared by all programs, and the limit would end any.
    #[cfg(target_os = "linux")]
    setrlimit(Resource::RLIMIT_AS, ADDRESS_SPACE, ADDRESS_SPACE)?;
    // At the first number SIGXCPU ends it; SIGKILL at the second would look like a kill from outside.
    setrlimit(Resource::RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1)?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?; // pipes are not files
    setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}

/// CPU time this process has used.
pub(super) fn cpu_ms() -> u32 {
    let Ok(used) = getrusage(UsageWho::RUSAGE_SELF) else { return u32::MAX };
    let ms = [used.user_time(), used.system_time()]
        .map(|time| time.tv_sec() * 1_000 + time.tv_usec() / 1_000);
    u32::try_from(ms.iter().sum::<i64>()).unwrap_or(u32::MAX)
}
