//! The client that hands requests over. It writes a path and query as it gets them: every URL type rewrites some characters
//! of a query, and providers and merchants sign the bytes that they sent.

use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use city_boot::BootError;
use futures_util::{StreamExt as _, stream};
use http::Uri;
use http_body_util::BodyDataStream;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client as Pooled;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt as _};

/// As the client of all other calls, `city_http::client`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS: usize = 64;

type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

/// A client with bounded connects, keep-alive, no redirects and no proxy.
#[derive(Debug, Clone)]
pub struct Client(Pooled<Connector, Body>);

/// Why nothing came back, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The request has no such form.
    #[error("the request cannot be written")]
    Malformed(#[from] http::Error),
    /// The connection, or the body of either side, failed.
    #[error("the exchange failed")]
    Failed(#[from] hyper_util::client::legacy::Error),
    /// The time is over.
    #[error("the time is over")]
    Late,
}

impl Client {
    /// A client of its own pool, which trusts whom the machine trusts.
    ///
    /// # Errors
    /// When the machine has no certificate authorities.
    pub fn new() -> Result<Self, BootError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false); // TLS goes over it too
        tcp.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| BootError::failed("reading the certificate authorities", error))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let connect = tower::service_fn(move |to: Uri| {
            let connected = tokio::time::timeout(CONNECT_TIMEOUT, tls.clone().oneshot(to));
            async move { connected.await? }
        });
        let pooled = Pooled::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(BoxCloneSyncService::new(connect));
        Ok(Self(pooled))
    }

    /// Sends a request to its URI as it is written. `timeout` is for the whole answer: a body that is not complete by then
    /// breaks off.
    ///
    /// # Errors
    /// `Failed` or `Late` when not even the head of an answer came.
    pub async fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Response, ExchangeError> {
        let deadline = Instant::now() + timeout;
        let answer = tokio::time::timeout_at(deadline, self.0.request(request)).await;
        let answer = answer.map_err(|_| ExchangeError::Late)??;
        Ok(answer.map(|body| until(deadline, body)))
    }
}

/// A body that fails, rather than ends, at the deadline.
fn until(deadline: Instant, body: Incoming) -> Body {
    let mut late = Box::pin(tokio::time::sleep_until(deadline));
    let mut body = BodyDataStream::new(body);
    Body::from_stream(stream::poll_fn(move |cx| {
        if late.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(BoxError::from(ExchangeError::Late))));
        }
        body.poll_next_unpin(cx).map_err(BoxError::from)
    }))
}

#[cfg(test)]
mod tests {
    use city_boot::Tasks;
    use http_body_util::BodyExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(200);

    /// What comes of a request to a service that answers this and then keeps its connection open in silence.
    async fn answered(with: &'static str) -> Result<Response, ExchangeError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let tasks = Tasks::new();
        tasks.spawn(async move {
            let (mut connection, _) = listener.accept().await.expect("the client connects");
            // Whoever answers before it was asked is hung up on.
            let asked = connection.read(&mut [0; 1024]).await.expect("the client writes");
            assert_ne!(asked, 0, "and asks");
            connection.write_all(with.as_bytes()).await.expect("the client reads");
            std::future::pending::<()>().await;
        });
        let request = http::Request::get(format!("http://{address}/")).body(Body::empty());
        let client = Client::new().expect("this machine trusts somebody");
        client.send(request.expect("it is well-formed"), PATIENCE).await
    }

    #[tokio::test]
    async fn an_answer_that_never_begins_is_waited_for_in_vain_until_the_deadline() {
        let answer = answered("HTTP/1.1 200 OK\r\n").await;

        assert!(matches!(answer, Err(ExchangeError::Late)), "{answer:?}");
    }

    #[tokio::test]
    async fn a_body_that_stops_half_way_breaks_off_at_the_deadline() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n";
        let mut body = answered(head).await.expect("the head came").into_body();

        let first = body.frame().await.expect("some came").expect("it is whole");
        assert_eq!(first.data_ref().map(|bytes| &bytes[..]), Some(&b"ab"[..]));
        assert!(body.frame().await.expect("it does not end").is_err());
    }
}
