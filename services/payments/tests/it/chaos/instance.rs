//! Two instances of the service, as processes, each with a network of its own to PostgreSQL.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use city_auth::SigningKey;
use city_auth::internal::Identity;
use city_clock::SystemClock;
use city_ids::ServiceName;
use sqlx::Row as _;
use tokio::process::{Child, Command};

use super::HEAD_SEED;
use super::servers::{Servers, signal};
use crate::ledger::proxy::{Mode, Network};
use crate::neighbour;

/// The seed of the key by which the instances, and the test in their name, prove who they are.
const IDENTITY_SEED: [u8; 32] = [9; 32];
/// The seed of the gateway's key: the test speaks for residents with it.
const GATEWAY_SEED: [u8; 32] = [8; 32];

pub fn identity() -> Identity {
    let key = SigningKey::from_seed(&IDENTITY_SEED);
    Identity::new(ServiceName::Payments, key, Arc::new(SystemClock))
}

pub fn gateway() -> Identity {
    let key = SigningKey::from_seed(&GATEWAY_SEED);
    Identity::new(ServiceName::Gateway, key, Arc::new(SystemClock))
}

pub struct Pair {
    /// Where they find the keys of confirmations: a server of the test, which nothing befalls.
    accounts: String,
    urls: [String; 2],
    networks: [Network; 2],
    processes: [Option<Child>; 2],
    frozen: Option<usize>,
}

impl Pair {
    pub async fn start(servers: &Servers) -> Self {
        let hex = |seed: [u8; 32]| seed.map(|byte| format!("{byte:02x}")).concat();
        let write = |name: &str, text: String| {
            fs::write(servers.folder.join(name), text).expect("a file can be written");
        };
        write("internal.key", hex(IDENTITY_SEED));
        write("head.key", hex(HEAD_SEED));
        let published = [identity().published(), gateway().published()];
        let published = serde_json::to_string(&published).expect("it has a text");
        write("internal-jwks.json", published);
        let urls = [free_address(), free_address()];
        let networks = [servers.network().await, servers.network().await];
        let accounts = neighbour::start().await;
        let mut pair = Self { accounts, urls, networks, processes: [None, None], frozen: None };
        pair.mend(servers).await;
        pair
    }

    /// Where the instances are reached.
    pub fn door(&self) -> [String; 2] {
        self.urls.clone().map(|address| format!("http://{address}"))
    }

    /// Which instance leads.
    pub async fn leader(&self, servers: &Servers) -> usize {
        let mut db = servers.connect().await;
        let url = sqlx::raw_sql("select leader_url from payments.ledger_writer");
        let url: Option<String> = url.fetch_one(&mut db).await.expect("one row").get(0);
        let door = self.door();
        door.iter().position(|at| Some(at) == url.as_ref()).expect("one of the two leads")
    }

    /// Kills an instance, and waits until nothing of it is left: its address is free again.
    pub async fn kill(&mut self, which: usize) {
        let mut process = self.processes[which].take().expect("it runs");
        process.kill().await.expect("it can be killed");
    }

    /// Stops an instance's time.
    pub fn freeze(&mut self, which: usize) {
        let pid = self.processes[which].as_ref().and_then(Child::id).expect("it runs");
        signal("-STOP", pid);
        self.frozen = Some(which);
    }

    /// Loses what the ledger of an instance sends to PostgreSQL next, and all that follows on that connection: nobody is told. Waits
    /// until something was lost.
    pub async fn swallow(&self, which: usize) {
        let network = &self.networks[which];
        network.set(Mode::BlackHoleOf("city-payments-ledger"));
        network.failed().await;
    }

    /// Lets a frozen instance go on, and starts what does not run.
    pub async fn mend(&mut self, servers: &Servers) {
        if let Some(which) = self.frozen.take() {
            let pid = self.processes[which].as_ref().and_then(Child::id).expect("it runs");
            signal("-CONT", pid);
        }
        let addresses = self.urls.iter().zip(&self.networks);
        for ((address, network), process) in addresses.zip(&mut self.processes) {
            if process.is_none() {
                let place = Place { address, network, servers, accounts: &self.accounts };
                *process = Some(place.alive().await);
            }
        }
    }
}

/// Where an instance is reached, and what it reaches.
struct Place<'a> {
    address: &'a str,
    network: &'a Network,
    servers: &'a Servers,
    accounts: &'a str,
}

impl Place<'_> {
    fn spawn(&self) -> Child {
        let Self { address, network, servers, accounts } = self;
        Command::new(env!("CARGO_BIN_EXE_city-payments"))
            .env("CITY_ENV", "development")
            .env("DATABASE_URL", servers.postgres_url_over(network))
            .env("REDIS_URL", &servers.redis_url)
            .env("INTERNAL_KEY_FILE", servers.folder.join("internal.key"))
            .env("INTERNAL_JWKS_FILE", servers.folder.join("internal-jwks.json"))
            .env("LISTEN", address)
            .env("PAYMENTS_OWN_URL", format!("http://{address}"))
            .env("PAYMENTS_DURABILITY", "local")
            .env("PAYMENTS_ACCOUNTS_URL", accounts)
            .env("PAYMENTS_HEAD_KEY_FILE", servers.folder.join("head.key"))
            // Nobody asks these instances for a file.
            .env("S3_ENDPOINT", "http://127.0.0.1:9")
            .env("S3_BUCKET", "none")
            .env("S3_ACCESS_KEY", "none")
            .env("S3_SECRET_KEY", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the service starts")
    }

    /// An instance that answers. One that ends, because something else has its address for a moment, is started again.
    async fn alive(&self) -> Child {
        let (http, address) = (city_http::client(), self.address);
        let mut process = self.spawn();
        for _ in 0..600 {
            if let Some(ended) = process.try_wait().expect("it is our child") {
                eprintln!("the instance at {address} ended: {ended}");
                process = self.spawn();
            }
            let asked =
                http.get(format!("http://{address}/healthz")).timeout(Duration::from_secs(5));
            if asked.send().await.is_ok() {
                return process;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(address.is_empty(), "{address} does not come alive");
        process
    }
}

/// An address that no connection of anybody gets by chance: the system takes the ports of those from 32768 on. A client that
/// asks such a port while nobody listens there may even be connected with itself, and then has it.
fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 500).expect("a small number") * 20;
    (0..12_000)
        .map(|_| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000)
        .find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok())
        .and_then(|listener| listener.local_addr().ok())
        .expect("a free port")
        .to_string()
}
