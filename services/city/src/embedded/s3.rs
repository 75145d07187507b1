//! The S3 store: objects are files, requests are signed as for any other S3, the port is a real one.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

use super::folder::DataFolder;
use super::{EmbeddedError, secret};

const BUCKET: &str = "hue-city";

/// More connections than this wait their turn.
const MOST_CONNECTIONS: usize = 1024;

/// One of the 8 seconds that all servers have together.
const STOP_PATIENCE: Duration = Duration::from_secs(1);

/// How to reach the store.
#[derive(Debug, Clone)]
pub struct S3Access {
    /// `http://127.0.0.1:<port>`; the bucket is the first part of the path.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The only bucket, there from the start.
    pub bucket: String,
    /// The name of the key.
    pub access_key: String,
    /// The key that signs.
    pub secret_key: SecretString,
}

/// The running store.
#[derive(Debug)]
pub(super) struct S3 {
    pub(super) access: S3Access,
    stop: oneshot::Sender<()>,
    tasks: JoinSet<()>,
}

/// Starts the store on the runtime of the caller.
pub(super) async fn start(folder: &DataFolder) -> Result<S3, EmbeddedError> {
    let root = folder.join("s3");
    let bucket = root.join(BUCKET);
    make_private(&root)
        .and_then(|()| std::fs::create_dir_all(&bucket))
        .map_err(EmbeddedError::file("create", &bucket))?;
    let access_key = secret::kept_in(&folder.secret("s3.access-key"), 10)?;
    let secret_key = secret::kept_in(&folder.secret("s3.secret-key"), 32)?;

    let files = FileSystem::new(&root)
        .map_err(|error| EmbeddedError::S3 { folder: root.clone(), said: format!("{error:?}") })?;
    let mut builder = S3ServiceBuilder::new(files);
    builder
        .set_auth(SimpleAuth::from_single(access_key.expose_secret(), secret_key.expose_secret()));
    let service = builder.build();

    let port = folder.port("s3")?;
    let listening = EmbeddedError::file("open a port for", &root);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listening)?;
    let (stop, asked_to_stop) = oneshot::channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, service, asked_to_stop));
    let access = S3Access {
        endpoint: format!("http://127.0.0.1:{port}"),
        region: "us-east-1".into(), // what clients assume when nobody says
        bucket: BUCKET.into(),
        access_key: access_key.expose_secret().into(),
        secret_key,
    };
    Ok(S3 { access, stop, tasks })
}

/// Takes no more requests and lets those under way finish, for a moment.
pub(super) async fn stop(mut s3: S3) {
    drop(s3.stop);
    if tokio::time::timeout(STOP_PATIENCE, s3.tasks.join_next()).await.is_err() {
        tracing::info!("The S3 store stopped with requests under way");
    }
}

async fn serve(
    listener: TcpListener,
    service: S3Service,
    mut asked_to_stop: oneshot::Receiver<()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let (socket, permit) = tokio::select! {
            accepted = accept(&listener, &room) => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "Accepting an S3 connection failed");
                    tokio::time::sleep(Duration::from_millis(100)).await; // out of file handles: do not spin
                    continue;
                }
            },
            _ = &mut asked_to_stop => break,
        };
        let connection =
            graceful.watch(http.serve_connection(TokioIo::new(socket), service.clone()));
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = &error as &dyn std::error::Error, "An S3 connection broke");
            }
            drop(permit);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (socket, _) = listener.accept().await?;
    socket.set_nodelay(true)?;
    Ok((socket, permit))
}

/// The objects are photos of residents: other users of the machine may not list them.
fn make_private(root: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(root)
}
