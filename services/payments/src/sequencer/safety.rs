//! Whether the server keeps what it acknowledges.

use std::str::FromStr;

use sqlx::PgConnection;

use crate::store::ledger::{self as store, ServerSettings};

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

/// The first setting of the server, or of this connection, with which an acknowledged payment could be lost, in words; none when
/// all are safe.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn could_lose(
    db: &mut PgConnection,
    wanted: Durability,
) -> Result<Option<String>, sqlx::Error> {
    Ok(unsafe_setting(&store::settings(db).await?, wanted))
}

fn unsafe_setting(server: &ServerSettings, wanted: Durability) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn safe() -> ServerSettings {
        ServerSettings {
            version: 150_000,
            fsync: "on".into(),
            full_page_writes: "on".into(),
            synchronous_commit: "on".into(),
            wal_level: "replica".into(),
            standbys: String::new(),
        }
    }

    #[test]
    fn each_setting_that_could_lose_a_payment_is_refused_by_name() {
        assert_eq!(unsafe_setting(&safe(), Durability::Local), None);
        let applied = ServerSettings { synchronous_commit: "remote_apply".into(), ..safe() };
        assert_eq!(unsafe_setting(&applied, Durability::Local), None);
        let logical = ServerSettings { wal_level: "logical".into(), ..safe() };
        assert_eq!(unsafe_setting(&logical, Durability::Local), None);
        for (server, named) in [
            (ServerSettings { version: 149_999, ..safe() }, "server_version_num=149999"),
            (ServerSettings { fsync: "off".into(), ..safe() }, "fsync=off"),
            (ServerSettings { full_page_writes: "off".into(), ..safe() }, "full_page_writes=off"),
            (
                ServerSettings { synchronous_commit: "off".into(), ..safe() },
                "synchronous_commit=off",
            ),
            (
                ServerSettings { synchronous_commit: "local".into(), ..safe() },
                "synchronous_commit=local",
            ),
            (
                ServerSettings { synchronous_commit: "remote_write".into(), ..safe() },
                "synchronous_commit=remote_write",
            ),
            (ServerSettings { wal_level: "minimal".into(), ..safe() }, "wal_level=minimal"),
        ] {
            for wanted in [Durability::Local, Durability::Replicated] {
                let reason = unsafe_setting(&server, wanted);
                assert!(reason.is_some_and(|reason| reason.contains(named)), "{named}");
            }
        }
    }

    #[test]
    fn replicated_needs_a_standby() {
        let alone = unsafe_setting(&safe(), Durability::Replicated);
        assert!(alone.is_some_and(|reason| reason.contains("synchronous_standby_names")));
        let two = ServerSettings { standbys: "b".into(), ..safe() };
        assert_eq!(unsafe_setting(&two, Durability::Replicated), None);
    }

    #[test]
    fn an_unknown_durability_is_refused() {
        for known in ["local", "replicated", "throwaway"] {
            assert!(known.parse::<Durability>().is_ok());
        }
        assert!("fast".parse::<Durability>().is_err());
    }
}
