//! The data folder: who owns it, what it remembers between starts, and where each server keeps its files.
//!
//! ```text
//! city.lock            held while a city runs; the process id inside is for people
//! durability           lasting or throwaway, decided at the first start
//! ports.json           the port each server had, so that links and clients survive a restart
//! secrets/             passwords and keys, readable by their owner only
//! log/                 what the servers said since the last start
//! postgres/ redis/     each server's files, or links to them
//! s3/                  the objects
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::{Durability, EmbeddedError, secret};

/// Where a server's files go when its account cannot reach the data folder.
const ELSEWHERE: &str = "/var/lib/hue-city";

/// Below the ports that systems give to outgoing connections, so that nobody takes a port between two starts.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Far more than enough on a machine that has room at all.
const PORT_TRIES: usize = 100;

/// The names of the folders with the servers' own files.
const SERVERS: [&str; 3] = ["postgres", "redis", "s3"];

/// The data folder, owned by this process until it is dropped.
#[derive(Debug)]
pub(super) struct DataFolder {
    path: PathBuf,
    durability: Durability,
    /// The kernel frees the lock with the process, so it is never stale.
    _lock: File,
}

impl DataFolder {
    /// Takes the folder for this process, made when it is not there; throwaway data of an earlier run is deleted.
    pub(super) fn take(path: &Path, durability: Durability) -> Result<Self, EmbeddedError> {
        make_folder(path, 0o711)?; // others may pass to what they own inside, and read nothing
        let path = path.canonicalize().map_err(EmbeddedError::file("find", path))?;
        let lock = lock(&path)?;
        let folder = Self { path, durability, _lock: lock };
        folder.check_durability()?;
        folder.delete_throwaway_data()?;
        make_folder(&folder.path.join("secrets"), 0o700)?;
        make_folder(&folder.path.join("log"), 0o700)?;
        Ok(folder)
    }

    pub(super) fn durability(&self) -> Durability {
        self.durability
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn secret(&self, name: &str) -> PathBuf {
        self.path.join("secrets").join(name)
    }

    /// An empty log file for a server; what it said before its last start is kept beside it.
    pub(super) fn log(&self, server: &str) -> Result<(PathBuf, File), EmbeddedError> {
        let path = self.path.join("log").join(format!("{server}.log"));
        if path.exists() {
            let before = path.with_extension("before.log");
            fs::rename(&path, &before).map_err(EmbeddedError::file("move", &path))?;
        }
        let file = File::create(&path).map_err(EmbeddedError::file("write", &path))?;
        Ok((path, file))
    }

    /// The folder of a server's files, owned by its account and reachable for it.
    pub(super) fn home(
        &self,
        server: &str,
        account: Option<Account>,
    ) -> Result<PathBuf, EmbeddedError> {
        let here = self.path.join(server);
        if let Ok(elsewhere) = here.canonicalize() {
            return Ok(elsewhere);
        }
        let home = match account {
            Some(account) if !account.reaches(&self.path) => self.home_elsewhere(&here)?,
            _ => here,
        };
        make_folder(&home, 0o700)?;
        if let Some(account) = account {
            account.own(&home)?;
        }
        Ok(home)
    }

    /// A folder of its own under `/var/lib`, linked from the data folder.
    ///
    /// Its name is random, not derived from the path: a data folder moved away and another made in its place must never
    /// meet in the same files.
    fn home_elsewhere(&self, here: &Path) -> Result<PathBuf, EmbeddedError> {
        make_folder(Path::new(ELSEWHERE), 0o711)?;
        let owned = Path::new(ELSEWHERE).join(secret::random(8)?);
        make_folder(&owned, 0o711)?;
        let note = owned.join("belongs-to");
        fs::write(&note, format!("{}\n", self.path.display()))
            .map_err(EmbeddedError::file("write", &note))?;
        let home = owned.join("data");
        match fs::remove_file(here) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error), // a link whose target is gone may be there
            _ => symlink(&home, here),
        }
        .map_err(EmbeddedError::file("link", here))?;
        Ok(home)
    }

    /// A free loopback port, the one of the last start if it is still free.
    pub(super) fn port(&self, server: &str) -> Result<u16, EmbeddedError> {
        let path = self.path.join("ports.json");
        let mut ports: serde_json::Map<String, serde_json::Value> = fs::read(&path)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        let last = ports
            .get(server)
            .and_then(serde_json::Value::as_u64)
            .and_then(|port| u16::try_from(port).ok());
        if let Some(port) = last
            && is_free(port)
        {
            return Ok(port);
        }
        let port = self.free_port(server)?;
        ports.insert(server.to_owned(), port.into());
        secret::write_private(&path, &serde_json::Value::from(ports).to_string())?;
        Ok(port)
    }

    fn free_port(&self, server: &str) -> Result<u16, EmbeddedError> {
        for _ in 0..PORT_TRIES {
            let random = u16::from_str_radix(&secret::random(2)?, 16).unwrap_or_default();
            let port = PORTS.start + random % (PORTS.end - PORTS.start);
            if is_free(port) {
                return Ok(port);
            }
        }
        let none = std::io::Error::from(ErrorKind::AddrInUse);
        Err(EmbeddedError::file("find a free port for", self.path.join(server))(none))
    }

    /// Deletes the data of the servers if it was made to be thrown away; the logs stay.
    pub(super) fn delete_throwaway_data(&self) -> Result<(), EmbeddedError> {
        if self.durability == Durability::Lasting {
            return Ok(());
        }
        for server in SERVERS {
            let here = self.path.join(server);
            if let Ok(target) = fs::read_link(&here) {
                let owned =
                    target.parent().filter(|owned| owned.starts_with(ELSEWHERE)).unwrap_or(&target);
                delete(owned)?;
                fs::remove_file(&here).map_err(EmbeddedError::file("delete", &here))?;
            } else {
                delete(&here)?;
            }
        }
        Ok(())
    }

    /// Lasting data is never started without fsync, nor deleted; a folder keeps the kind it was made for.
    fn check_durability(&self) -> Result<(), EmbeddedError> {
        let asked = match self.durability {
            Durability::Lasting => "lasting",
            Durability::Throwaway => "throwaway",
        };
        let path = self.path.join("durability");
        match fs::read_to_string(&path) {
            Ok(held) if held.trim() == asked => Ok(()),
            Ok(held) => Err(EmbeddedError::OtherDurability {
                folder: self.path.clone(),
                held: held.trim().into(),
                asked,
            }),
            // Without the mark, these may be anybody's files: nothing here may call them throwaway.
            Err(_)
                if self.durability == Durability::Throwaway
                    && SERVERS.iter().any(|name| self.join(name).exists()) =>
            {
                Err(EmbeddedError::OtherDurability {
                    folder: self.path.clone(),
                    held: "other".into(),
                    asked,
                })
            }
            Err(_) => {
                fs::write(&path, format!("{asked}\n")).map_err(EmbeddedError::file("write", &path))
            }
        }
    }
}

/// Whether a server could listen on this loopback port now.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn lock(folder: &Path) -> Result<File, EmbeddedError> {
    let path = folder.join("city.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false) // until the lock is ours, the text is the other's
        .open(&path)
        .map_err(EmbeddedError::file("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(EmbeddedError::file("read", &path))?;
            return Err(EmbeddedError::InUse {
                folder: folder.to_owned(),
                pid: pid.trim().to_owned(),
            });
        }
        Err(TryLockError::Error(error)) => return Err(EmbeddedError::file("lock", &path)(error)),
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(EmbeddedError::file("write", &path))?;
    Ok(file)
}

fn make_folder(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(EmbeddedError::file("create", parent))?;
    }
    DirBuilder::new().mode(mode).create(path).map_err(EmbeddedError::file("create", path))
}

fn delete(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(EmbeddedError::file("delete", path)(error))
        }
        _ => Ok(()),
    }
}
