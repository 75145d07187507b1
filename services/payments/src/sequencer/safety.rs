//! Whether the server keeps what it acknowledges.

use std::str::FromStr;

use crate::store::ledger::ServerSettings;

/// How safe an acknowledged payment must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On the server's disk.
    Local,
    /// On the disk of a standby too.
    Replicated,
    /// May be lost with the server: throwaway servers of tests, refused in production.
    Throwaway,
}

impl FromStr for Durability {
    type Err = String;

    fn from_str(raw: &str) -> Result<Self, String> {
        match raw {
            "local" => Ok(Self::Local),
            "replicated" => Ok(Self::Replicated),
            "throwaway" => Ok(Self::Throwaway),
            other => Err(format!("durability is local, replicated or throwaway, not {other:?}")),
        }
    }
}

/// The first setting with which an acknowledged payment could be lost, in words; none when all are safe.
pub fn unsafe_setting(server: &ServerSettings, wanted: Durability) -> Option<String> {
    if wanted == Durability::Throwaway {
        return None;
    }
    let refused = |name: &str, value: &str, needed: &str| {
        Some(format!("the server has {name}={value}; the ledger needs {needed}"))
    };
    if server.version < 150_000 {
        return refused("server_version_num", &server.version.to_string(), "150000 or newer");
    }
    if server.fsync != "on" {
        return refused("fsync", &server.fsync, "on");
    }
    if server.full_page_writes != "on" {
        return refused("full_page_writes", &server.full_page_writes, "on");
    }
    if !["on", "remote_apply"].contains(&server.synchronous_commit.as_str()) {
        return refused("synchronous_commit", &server.synchronous_commit, "on or remote_apply");
    }
    if !["replica", "logical"].contains(&server.wal_level.as_str()) {
        return refused("wal_level", &server.wal_level, "replica or logical");
    }
    if wanted == Durability::Replicated && server.standbys.is_empty() {
        return refused(
            "synchronous_standby_names",
            "",
            "a standby, as durability=replicated says",
        );
    }
    None
}
