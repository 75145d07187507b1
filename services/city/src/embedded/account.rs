//! The account that the servers run as when the city itself runs as root, which PostgreSQL refuses.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;

use nix::unistd::{Gid, Uid, User};

use super::EmbeddedError;

/// An account without privileges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: Uid,
    pub(super) gid: Gid,
}

impl Account {
    /// The account for the servers: none when the city is an ordinary user, who then owns everything.
    ///
    /// A cluster that already has an ordinary owner keeps it, so that one start as root locks nobody out.
    pub(super) fn for_servers(cluster: &Path) -> Result<Option<Self>, EmbeddedError> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        if let Ok(owner) = fs::metadata(cluster)
            && owner.uid() != 0
        {
            return Ok(Some(Self {
                uid: Uid::from_raw(owner.uid()),
                gid: Gid::from_raw(owner.gid()),
            }));
        }
        let named = |name| User::from_name(name).ok().flatten();
        let user = named("postgres").or_else(|| named("nobody")).ok_or(EmbeddedError::NoAccount)?;
        Ok(Some(Self { uid: user.uid, gid: user.gid }))
    }

    /// Whether the permission bits let this account reach `folder` through every folder above it.
    pub(super) fn reaches(self, folder: &Path) -> bool {
        folder.ancestors().all(|step| {
            fs::metadata(step).is_ok_and(|seen| {
                let bits = if seen.uid() == self.uid.as_raw() {
                    seen.mode() >> 6
                } else if seen.gid() == self.gid.as_raw() {
                    seen.mode() >> 3
                } else {
                    seen.mode()
                };
                bits & 0o1 == 0o1
            })
        })
    }

    /// Makes this account the owner of `path`.
    pub(super) fn own(self, path: &Path) -> Result<(), EmbeddedError> {
        chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
            .map_err(EmbeddedError::file("hand over", path))
    }
}
