//! Sees that PostgreSQL and Redis are installed; on Debian and Ubuntu installs them when it may.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::step::{Failure, succeed};

/// While this file is there, Debian's package makes no cluster and no service of its own.
const NO_SYSTEM_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/hue-city.conf";

/// Does nothing when both servers are here. `city` itself judges their versions.
pub fn ensure() -> Result<(), Failure> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let Some(root) = as_root() else {
        return Err(Failure(format!("{packages} missing: {}", advice(&packages))));
    };
    println!(
        "Installing {packages} with apt: the city starts its own servers from these packages."
    );
    let apt = |arguments: &[&str]| {
        let mut command = root("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments).stdin(Stdio::null());
        succeed(&mut command)
    };
    let installed = (|| {
        apt(&["update"])?;
        without_system_cluster(&root)?;
        apt(&[&["install", "--yes", "--no-install-recommends"], missing.as_slice()].concat())
    })();
    succeed(root("rm").args(["--force", NO_SYSTEM_CLUSTER]))?;
    installed?;
    match self::missing().as_slice() {
        [] => Ok(()),
        still => Err(Failure(format!(
            "apt installed the packages, but {} cannot be found",
            still.join(" and ")
        ))),
    }
}

fn missing() -> Vec<&'static str> {
    let (postgres, redis) =
        (find("initdb").is_some(), on_path("redis-server") || on_path("valkey-server"));
    [(postgres, "postgresql"), (redis, "redis-server")]
        .iter()
        .filter(|(here, _)| !here)
        .map(|(_, name)| *name)
        .collect()
}

/// A program of PostgreSQL, which Debian and Homebrew keep off the path; of the newest version when there are several.
pub fn find(program: &str) -> Option<PathBuf> {
    let on_path =
        path_folders().into_iter().map(|folder| folder.join(program)).find(|file| file.is_file());
    on_path.or_else(|| {
        let parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
        let versions =
            parents.iter().filter_map(|parent| std::fs::read_dir(parent).ok()).flatten().flatten();
        versions
            .map(|version| version.path().join("bin").join(program))
            .filter(|file| file.is_file())
            .max()
    })
}

fn on_path(program: &str) -> bool {
    path_folders().iter().any(|folder| folder.join(program).is_file())
}

fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// How to run a program as root without asking anybody: being root, or `sudo` without a password.
fn as_root() -> Option<fn(&str) -> Command> {
    if !on_path("apt-get") {
        return None;
    }
    let says = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output()
    };
    if says("id", &["-u"]).is_ok_and(|output| output.stdout == b"0\n") {
        return Some(|program| Command::new(program));
    }
    says("sudo", &["-n", "true"]).is_ok_and(|output| output.status.success()).then_some(|program| {
        let mut command = Command::new("sudo");
        command.args(["-n", "DEBIAN_FRONTEND=noninteractive", program]);
        command
    })
}

/// The system's own cluster would be one more server that nobody asked for.
fn without_system_cluster(root: &dyn Fn(&str) -> Command) -> Result<(), Failure> {
    let folder = Path::new(NO_SYSTEM_CLUSTER).parent().unwrap_or(Path::new("/"));
    succeed(root("mkdir").arg("--parents").arg(folder))?;
    let line = format!("echo 'create_main_cluster = false' > {NO_SYSTEM_CLUSTER}");
    succeed(root("sh").args(["-c", &line]))
}

fn advice(packages: &str) -> String {
    if on_path("apt-get") {
        format!("run `sudo apt-get install --yes {packages}`, then this command again")
    } else if on_path("brew") {
        "run `brew install postgresql@17 valkey`, then this command again".to_owned()
    } else {
        "install PostgreSQL 15 or newer (with initdb) and Redis 7 or newer or Valkey with your system's packages".to_owned()
    }
}
