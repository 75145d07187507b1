//! Processor time of the servers, as Linux counts it, so that what asks them does not count.

use std::fs;
use std::time::Duration;

use city_boot::BootError;
use sqlx::PgConnection;

/// Linux counts in hundredths of a second towards programs, whatever the kernel does inside.
const TICK: Duration = Duration::from_millis(10);

/// A process and the PostgreSQL that it asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServerCpu {
    process: u32,
    postmaster: u32,
}

/// What `/proc/<pid>/stat` tells of a process, in ticks.
#[derive(Debug, Clone, Copy)]
struct Stat {
    parent: u32,
    own: u64,
    /// Of children that ended.
    ended: u64,
}

impl ServerCpu {
    /// Of this process, and of the PostgreSQL behind the connection.
    pub(super) async fn of(process: u32, db: &mut PgConnection) -> Result<Self, BootError> {
        let backend: i32 = sqlx::query_scalar("select pg_backend_pid()")
            .fetch_one(db)
            .await
            .map_err(|error| BootError::failed("asking PostgreSQL for its process", error))?;
        let backend = u32::try_from(backend).unwrap_or_default();
        Ok(Self { process, postmaster: stat(backend)?.parent })
    }

    /// User and system time so far.
    pub(super) fn read(self) -> Result<Duration, BootError> {
        let postmaster = stat(self.postmaster)?;
        let mut ticks = stat(self.process)?.own + postmaster.own + postmaster.ended;
        let failed = |error| BootError::failed("listing processes", error);
        for entry in fs::read_dir("/proc").map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            // One that ended just now is counted with its parent.
            let backend = stat(pid).ok().filter(|stat| stat.parent == self.postmaster);
            ticks += backend.map_or(0, |backend| backend.own);
        }
        Ok(TICK * u32::try_from(ticks).unwrap_or(u32::MAX))
    }
}

fn stat(pid: u32) -> Result<Stat, BootError> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path)
        .map_err(|error| BootError::failed(format!("reading {path} (Linux only)"), error))?;
    parse(&text).ok_or_else(|| BootError::Config(format!("{path} has another shape")))
}

/// The fields after the name, which may hold spaces and brackets; the first of them is the third of all.
fn parse(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(4)?).ok()?,
        own: number(14)? + number(15)?,
        ended: number(16)? + number(17)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let text = "42 (a ) b) S 7 42 42 0 -1 4194560 900 0 0 0 150 50 3 4 20 0 1 0 9 0";

        let stat = parse(text).unwrap();

        assert_eq!((stat.parent, stat.own, stat.ended), (7, 200, 7));
    }
}
