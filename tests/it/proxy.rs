//! A TCP proxy in front of a real server, which can be cut: the server is then away for those who go through it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A proxy that lives as long as the test.
pub struct Proxy {
    address: SocketAddr,
    open: Arc<watch::Sender<bool>>,
    _accepting: JoinSet<()>,
}

impl Proxy {
    /// A proxy before `target` (`host:port`).
    pub async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let address = listener.local_addr().expect("it has an address");
        let open = Arc::new(watch::Sender::new(true));
        let (target, gate) = (target.to_owned(), open.clone());
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((inward, _)) = listener.accept().await {
                if *gate.borrow() {
                    connections.spawn(carry(inward, target.clone(), gate.subscribe()));
                }
            }
        });
        Self { address, open, _accepting: accepting }
    }

    /// Where to connect instead of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks all connections and takes no new ones.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.open.send_replace(true);
    }
}

async fn carry(mut inward: TcpStream, target: String, mut open: watch::Receiver<bool>) {
    let Ok(mut outward) = TcpStream::connect(&target).await else { return };
    let closed = async {
        // An error means that the proxy is gone, and with it the test.
        while open.changed().await.is_ok() && *open.borrow() {}
    };
    tokio::select! {
        carried = tokio::io::copy_bidirectional(&mut inward, &mut outward) => drop(carried),
        () = closed => {}
    }
}
