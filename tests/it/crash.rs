//! The whole city as a process of its own, killed without warning.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::phone::{Phone, key};

/// A city with servers of its own, started as a newcomer would.
struct Process {
    child: Child,
    url: String,
    _reading: JoinSet<()>,
}

/// A resident who wants to file one report.
struct Resident {
    phone: Phone,
    key: String,
}

impl Resident {
    /// Files it, or sends it again; the id of what was acknowledged. Asks again when the city is too busy to answer, as
    /// phones do, until it answers or is gone.
    async fn file(&self) -> Option<String> {
        for _ in 0..100 {
            let answer = self.phone.file(&self.key, &[]).await;
            let id = answer.json["data"]["fileReport"]["report"]["id"].as_str();
            if id.is_some() || !answer.is_unavailable() {
                return id.map(str::to_owned);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }
}

/// Starts `city serve` on a data folder and waits for "City is ready".
async fn serve(data: &PathBuf) -> Process {
    let mut child = Command::new(city_testkit::city_program())
        .arg("serve")
        .args(["--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(data)
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the city starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output is ours")).lines();
    let found = tokio::time::timeout(Duration::from_mins(1), async {
        while let Some(line) = lines.next_line().await.expect("its output is text") {
            if let Some(url) = line
                .trim()
                .strip_prefix("GraphQL")
                .and_then(|rest| rest.trim().strip_suffix("/graphql"))
            {
                return url.to_owned();
            }
        }
        panic!("the city ended before it was ready")
    });
    let url = found.await.expect("the city is ready within a minute");
    // Keeps reading, so that the city never waits for its output to be taken.
    let mut reading = JoinSet::new();
    reading.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Process { child, url, _reading: reading }
}

/// Processes whose command line names a folder.
fn processes_of(data: &std::path::Path) -> Vec<String> {
    let own = data.to_string_lossy().into_owned();
    let entries = std::fs::read_dir("/proc").expect("this is Linux").flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(&own))
        .collect()
}

#[test]
fn killed_while_reports_are_filed_the_city_keeps_every_one_it_acknowledged() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let data = std::env::temp_dir().join(format!("city-killed-{}", std::process::id()));
        let mut city = serve(&data).await;
        let mut residents = Vec::new();
        for _ in 0..8 {
            residents
                .push(Arc::new(Resident { phone: Phone::sign_in(&city.url).await, key: key() }));
        }
        let acknowledged = Arc::new(Mutex::new(HashMap::new()));

        let mut filing = JoinSet::new();
        for resident in residents.clone() {
            let acknowledged = acknowledged.clone();
            filing.spawn(async move {
                let id = resident.file().await;
                acknowledged.lock().await.extend(id.map(|id| (resident.key.clone(), id)));
            });
        }
        let some = async {
            while acknowledged.lock().await.len() < 3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), some).await.expect("three are acknowledged");
        city.child.start_kill().expect("SIGKILL is sent");
        city.child.wait().await.expect("it ends");
        filing.join_all().await;

        let ended = async || processes_of(&data).is_empty().then_some(());
        residents[0].phone.until("the end of all children", ended).await;
        let mut city = serve(&data).await;
        let acknowledged = acknowledged.lock().await.clone();
        for resident in residents {
            let phone = resident.phone.moved_to(&city.url);
            let again = Resident { phone, key: resident.key.clone() };
            let id = again.file().await;
            assert!(id.is_some(), "what was not acknowledged can be sent again");
            if let Some(first) = acknowledged.get(&again.key) {
                assert_eq!(id.as_ref(), Some(first), "the key gives the first answer");
            }
            let mine = "{ myReports(first: 50) { edges { node { id } } } }";
            let mine = again.phone.graphql(mine, json!({})).await;
            let edges = mine.json["data"]["myReports"]["edges"].as_array().map(Vec::len);
            assert_eq!(edges, Some(1), "one intention is one report: {mine:?}");
            assert_eq!(again.phone.until_unread(1).await, 1, "its event took effect once");
        }

        let pid = i32::try_from(city.child.id().expect("it runs")).expect("a pid fits");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGINT)
            .expect("Ctrl-C is sent");
        let ended = tokio::time::timeout(Duration::from_secs(10), city.child.wait()).await;
        assert!(ended.expect("it stops within 10 s").expect("it ends").success());
        assert!(processes_of(&data).is_empty(), "no child outlives the city");
        std::fs::remove_dir_all(&data).expect("the folder can go");
    });
}

#[test]
fn when_a_private_server_dies_the_city_ends_as_failed_and_leaves_nothing_behind() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let data = std::env::temp_dir().join(format!("city-redis-died-{}", std::process::id()));
        let mut city = serve(&data).await;
        let pid = std::fs::read_to_string(data.join("redis/redis.pid")).expect("Redis runs");
        let pid = nix::unistd::Pid::from_raw(pid.trim().parse().expect("it is a pid"));

        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("SIGKILL is sent");
        let ended = tokio::time::timeout(Duration::from_secs(25), city.child.wait()).await;

        assert!(!ended.expect("it stops by itself").expect("it ends").success());
        assert!(processes_of(&data).is_empty(), "no child outlives the city");
        std::fs::remove_dir_all(&data).expect("the folder can go");
    });
}
