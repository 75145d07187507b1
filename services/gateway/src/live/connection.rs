//! One WebSocket from handshake to close: what the client says, when it must have said something, and what waits for it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use city_auth::Principal;
use city_clients::AppHeaders;
use city_contracts::common::Locale;
use city_http::trace::{self, TraceContext};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::execute::{self, Asked};
use super::outbox::{Crowded, Outbox, Outgoing, Serial};
use super::protocol::{self, ClientFrame, Close};
use super::sockets::Place;
use super::{Caller, Live};
use crate::http::parameters::Parameters;
use crate::limit::{Decision, decide, table};
use crate::who::Denied;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

const INIT_WITHIN: Duration = Duration::from_secs(3);
const PING_EVERY: Duration = Duration::from_secs(25);
const PONG_WITHIN: Duration = Duration::from_secs(10);
const CONFIRM_EVERY: Duration = Duration::from_mins(1);
/// A session that nobody can confirm keeps its socket this long.
const UNCONFIRMED_AT_MOST: Duration = Duration::from_mins(5);
/// Four hours, less or more a tenth, so that sockets opened together do not return together.
const LIFE_SECONDS: (u64, u64) = (12_960, 2_880);
/// Sockets are closed evenly over this time when the process ends.
const DRAIN: Duration = Duration::from_secs(8);
/// For the close frame to get out, and for the client to answer it.
const FAREWELL: Duration = Duration::from_secs(1);

/// What is known when the socket opens.
#[derive(Debug)]
pub struct Opening {
    pub place: Place,
    pub address: IpAddr,
    pub authorization: Option<String>,
    pub locale: Locale,
    pub app: AppHeaders,
}

struct Connection {
    live: Arc<Live>,
    outbox: Arc<Outbox>,
    place: Place,
    opening: (Option<String>, Locale, IpAddr, AppHeaders),
    caller: Option<Caller>,
    opened: Instant,
    /// What the limit of messages stores.
    messages_us: Option<i64>,
    last_confirmed: Instant,
    confirm_at: Instant,
}

/// Serves a socket until it is over.
pub(super) async fn serve(live: Arc<Live>, socket: Socket, opening: Opening) {
    let outbox = Arc::new(Outbox::default());
    let (mut sink, mut stream) = socket.split();
    let now = Instant::now();
    let mut connection = Connection {
        live,
        outbox: Arc::clone(&outbox),
        place: opening.place,
        opening: (opening.authorization, opening.locale, opening.address, opening.app),
        caller: None,
        opened: now,
        messages_us: None,
        last_confirmed: now,
        confirm_at: now + CONFIRM_EVERY,
    };
    let is_closed = {
        let mut writing = std::pin::pin!(write(&outbox, &mut sink));
        let ended = tokio::select! {
            ended = connection.listen(&mut stream) => Some(ended),
            () = &mut writing => None,
        };
        match ended {
            None => true,
            Some(Err(reason)) => {
                outbox.close(reason);
                timeout(FAREWELL, writing).await.is_ok()
            }
            Some(Ok(())) => false,
        }
    };
    outbox.clear();
    drop(connection); // its place is free from here on
    if is_closed {
        // Unread bytes would turn our close into a reset, and the client would not see its code.
        let reading = async { while let Some(Ok(_)) = stream.next().await {} };
        timeout(FAREWELL, reading).await.unwrap_or_default();
    }
}

/// Sends what waits until it is time to close; the close frame is the last.
async fn write(outbox: &Outbox, sink: &mut SplitSink<Socket, Message>) {
    loop {
        let sent = match outbox.next().await {
            Outgoing::Text(text) => sink.send(Message::text(text)).await,
            Outgoing::Ping => sink.send(Message::Ping(Bytes::new())).await,
            Outgoing::Close(reason) => {
                let frame =
                    CloseFrame { code: reason.code().into(), reason: reason.reason().into() };
                let farewell = sink.send(Message::Close(Some(frame)));
                // A reader who does not read does not get it either.
                timeout(FAREWELL, farewell).await.map(drop).unwrap_or_default();
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

impl Connection {
    /// `Ok` when the client is gone, `Err` when we close.
    async fn listen(&mut self, stream: &mut SplitStream<Socket>) -> Result<(), Close> {
        let live = Arc::clone(&self.live);
        let random: [u8; 2] = live.ids.bytes();
        let fraction = f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX);
        let old = self.opened
            + Duration::from_secs(LIFE_SECONDS.0)
            + Duration::from_secs(LIFE_SECONDS.1).mul_f64(fraction);
        let (mut ping_at, mut pong_by, mut drain_at) = (self.opened + PING_EVERY, None, None);
        loop {
            let confirm_at = self
                .caller
                .as_ref()
                .and_then(|caller| caller.principal.session)
                .map(|_| self.confirm_at);
            let init_by = self.caller.is_none().then_some(self.opened + INIT_WITHIN);
            tokio::select! {
                message = stream.next() => {
                    pong_by = None; // whatever it says, it lives
                    match message {
                        Some(Ok(Message::Text(text))) => self.hear(&text).await?,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => self.count_message()?,
                        Some(Ok(Message::Binary(_) | Message::Frame(_)) | Err(Error::Utf8(_))) => return Err(Close::BadMessage),
                        Some(Err(Error::Capacity(_))) => return Err(Close::MessageTooLong),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                    }
                }
                () = sleep_until(ping_at) => {
                    self.outbox.ping();
                    ping_at += PING_EVERY;
                    pong_by = Some(Instant::now() + PONG_WITHIN);
                }
                () = at(pong_by) => return Ok(()),
                () = at(init_by) => return Err(Close::InitTimeout),
                () = at(confirm_at) => self.confirm().await?,
                () = sleep_until(old) => return Err(Close::Drain),
                () = live.draining.cancelled(), if drain_at.is_none() => {
                    drain_at = Some(Instant::now() + DRAIN.mul_f64(fraction));
                }
                () = at(drain_at) => return Err(Close::Drain),
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Close> {
        self.count_message()?;
        match protocol::read(text)? {
            ClientFrame::Init { .. } if self.caller.is_some() => Err(Close::SecondInit),
            ClientFrame::Init { authorization, language } => {
                self.init(authorization, language.as_deref()).await
            }
            ClientFrame::Ping => {
                self.outbox.push(protocol::pong());
                Ok(())
            }
            ClientFrame::Pong => Ok(()),
            ClientFrame::Subscribe { id, payload } => {
                let caller = self.caller.as_ref().ok_or(Close::SubscribeBeforeAck)?;
                self.start(caller, &id, payload.get())
            }
            ClientFrame::Complete { id } => {
                drop(self.outbox.forget(&id));
                Ok(())
            }
        }
    }

    async fn init(
        &mut self,
        authorization: Option<String>,
        language: Option<&str>,
    ) -> Result<(), Close> {
        let (from_header, locale, address, app) = &self.opening;
        let principal = match authorization.as_ref().or(from_header.as_ref()) {
            None => Principal::anonymous(),
            Some(line) => self.live.app.who.of_authorization(line).await.map_err(refused)?,
        };
        if let Some(account) = principal.account {
            let checked = self
                .live
                .app
                .limits
                .check(&table::WEBSOCKET_ACCOUNT, &account.to_string(), 1)
                .await;
            checked.map_err(|_| Close::TooManyConnections)?;
        }
        let locale = language.map_or(*locale, Locale::from_accept_language);
        let (address, app) = (*address, app.clone());
        self.place.sign_in(&principal, &self.outbox)?;
        self.last_confirmed = Instant::now();
        self.confirm_at = self.last_confirmed + CONFIRM_EVERY;
        self.caller = Some(Caller { principal, locale, address, app });
        self.outbox.push(protocol::ack());
        Ok(())
    }

    /// Begins an operation in a task of its own, so that a slow one holds up nothing.
    fn start(&self, caller: &Caller, id: &str, payload: &str) -> Result<(), Close> {
        let (serial, over) = match self.outbox.begin(id) {
            Ok(begun) => begun,
            Err(Crowded::IdInUse) => return Err(Close::IdInUse),
            Err(Crowded::TooManyOperations) => {
                self.outbox.push(protocol::error(id, &execute::too_many_operations(caller.locale)));
                return Ok(());
            }
        };
        let parameters = Parameters::from_body(payload.as_bytes());
        let context = TraceContext::start(self.live.ids.bytes());
        let operation = run(
            Arc::clone(&self.live),
            caller.clone(),
            Arc::clone(&self.outbox),
            serial,
            parameters,
        );
        self.live.tasks.spawn(trace::within(context, async move {
            tokio::select! {
                () = operation => {}
                () = over.cancelled() => {} // reads end here; a write commits or rolls back inside its service
            }
        }));
        Ok(())
    }

    /// The access token opened the connection; the session keeps it.
    async fn confirm(&mut self) -> Result<(), Close> {
        let Some(caller) = &self.caller else { return Ok(()) };
        self.confirm_at = Instant::now() + CONFIRM_EVERY;
        match self.live.app.who.again(&caller.principal).await {
            Ok(principal) if !principal.degraded => {
                self.last_confirmed = Instant::now();
                Ok(())
            }
            Err(Denied::SessionEnded | Denied::Token(_)) => Err(Close::SessionEnded),
            Ok(_) | Err(Denied::KeysUnknown | Denied::Unconfirmed) => {
                let is_long = self.last_confirmed.elapsed() >= UNCONFIRMED_AT_MOST;
                if is_long { Err(Close::SessionUnconfirmed) } else { Ok(()) }
            }
        }
    }

    fn count_message(&mut self) -> Result<(), Close> {
        let now_us = self.opened.elapsed().as_micros().try_into().unwrap_or(i64::MAX);
        match decide(now_us, self.messages_us, table::LIVE_MESSAGES.rule, 1) {
            Decision::Allow { stored_us } => {
                self.messages_us = Some(stored_us);
                Ok(())
            }
            Decision::Refuse { .. } => Err(Close::TooManyMessages),
        }
    }
}

async fn run(
    live: Arc<Live>,
    caller: Caller,
    outbox: Arc<Outbox>,
    serial: Serial,
    parameters: Result<Parameters, crate::prepare::RequestError>,
) {
    let asked = match parameters {
        Ok(parameters) => execute::ask(&live, &caller, parameters).await,
        Err(error) => execute::refused(&error),
    };
    match asked {
        Asked::Answer(result) => drop(outbox.answer(serial, &result)),
        Asked::Refused(errors) => drop(outbox.fail(serial, &errors)),
        Asked::Subscription(key, resolve) => {
            live.groups.subscribe(*key, resolve, &outbox, serial).await;
        }
    }
}

/// Never a 4403 for what may be confirmed a moment later: apps sign out on it.
fn refused(denied: Denied) -> Close {
    match denied {
        Denied::Token(_) | Denied::SessionEnded => Close::TokenRefused,
        Denied::KeysUnknown | Denied::Unconfirmed => Close::SessionUnconfirmed,
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
