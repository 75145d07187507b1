//! A network between the ledger and its database that fails on demand.

use std::net::SocketAddr;
use std::sync::Arc;

use city_boot::Tasks;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the network does from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It carries everything.
    Pass,
    /// After so many requests, one is lost with its connection, before the server sees any of it.
    LoseRequest(u8),
    /// After so many requests, one arrives, and its answer is lost with the connection.
    LoseAnswer(u8),
    /// The connection with the next request stays open and carries nothing more, as behind a broken switch; new ones work.
    BlackHole,
    /// The same for the next request of whoever said this name when it connected.
    BlackHoleOf(&'static str),
}

/// How much of what a client says is kept: it names itself in the beginning.
const GREETING: usize = 1 << 10;

/// A network of one server.
pub struct Network {
    pub address: SocketAddr,
    mode: Arc<watch::Sender<Mode>>,
}

impl Network {
    pub async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has one");
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let faults = mode.clone();
        let tasks = Tasks::new();
        let connections = tasks.clone();
        tasks.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(&server).await {
                    connections.spawn(carry(client, server, faults.clone()));
                }
            }
        });
        Self { address, mode }
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Waits until the fault has happened to somebody.
    pub async fn failed(&self) {
        let mut mode = self.mode.subscribe();
        mode.wait_for(|mode| *mode == Mode::Pass).await.expect("the network is there");
    }
}

/// Carries one connection until a fault or an end.
async fn carry(mut client: TcpStream, mut server: TcpStream, mode: Arc<watch::Sender<Mode>>) {
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let (mut swallow, mut greeting) = (false, Vec::new());
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(bytes @ 1..) = read else { return };
                if greeting.len() < GREETING {
                    greeting.extend_from_slice(&up[..bytes]);
                }
                let now = *mode.borrow();
                match now {
                    Mode::Pass => {}
                    Mode::LoseRequest(0) => {
                        mode.send_replace(Mode::Pass);
                        return;
                    }
                    Mode::LoseAnswer(0) => swallow = true,
                    Mode::LoseRequest(before) => drop(mode.send_replace(Mode::LoseRequest(before - 1))),
                    Mode::LoseAnswer(before) => drop(mode.send_replace(Mode::LoseAnswer(before - 1))),
                    Mode::BlackHoleOf(name) if !says(&greeting, name) => {}
                    Mode::BlackHole | Mode::BlackHoleOf(_) => {
                        mode.send_replace(Mode::Pass);
                        // The server is told nothing, and neither is the client: until the one of them ends it.
                        while !matches!(client.read(&mut up).await, Ok(0) | Err(_)) {}
                        while !matches!(server.read(&mut down).await, Ok(0) | Err(_)) {}
                        return;
                    }
                }
                if server.write_all(&up[..bytes]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(bytes @ 1..) = read else { return };
                if swallow {
                    mode.send_replace(Mode::Pass);
                    return; // the answer is read and thrown away
                }
                if client.write_all(&down[..bytes]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn says(greeting: &[u8], name: &str) -> bool {
    greeting.windows(name.len()).any(|word| word == name.as_bytes())
}
