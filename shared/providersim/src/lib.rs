//! A simulator of VNPAY, MoMo and ZaloPay. No real money.
//!
//! It speaks their protocols over HTTP with signing code of its own, checks our signatures, and does what a scenario says:
//! `POST /sim/scenario {provider, our_ref, name}`. Its clock and seed are given, and it refuses a production profile.
//! Payments talks to it as to the real ones: `{url}` of a provider is the simulator's address.
#![deny(missing_docs)]

mod book;
mod momo;
mod page;
mod scenario;
mod send;
mod sign;
mod statement;
mod vnpay;
mod zalopay;

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use city_boot::{BootError, Profile, Tasks};
use city_clock::SharedClock;
use city_contracts::payments::Provider;
use city_http::{Json, Kind, Limits, Problem};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::book::Book;
pub use crate::scenario::Scenario;

/// How often the simulator looks whether a notice is due.
const TICK: Duration = Duration::from_millis(250);

/// What the city and the providers know of each other: throw-away secrets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// VNPAY: the city's code.
    pub vnpay_tmn_code: String,
    /// VNPAY: what both sides sign with.
    pub vnpay_secret: String,
    /// VNPAY: where notices go. It is told to VNPAY beforehand, not in a message.
    pub vnpay_ipn_url: String,
    /// MoMo: the city's code.
    pub momo_partner_code: String,
    /// MoMo: the name of the key.
    pub momo_access_key: String,
    /// MoMo: what both sides sign with.
    pub momo_secret: String,
    /// ZaloPay: the city's number.
    pub zalopay_app_id: String,
    /// ZaloPay: what the city signs with.
    pub zalopay_key1: String,
    /// ZaloPay: what ZaloPay signs its notices with.
    pub zalopay_key2: String,
}

impl Settings {
    /// Secrets that are no secrets; `vnpay_ipn_url` is where VNPAY's notices go.
    pub fn throwaway(vnpay_ipn_url: &str) -> Self {
        Self {
            vnpay_tmn_code: "HUES0001".to_owned(),
            vnpay_secret: "HUES-TEST-SECRET-0123456789ABCDEF".to_owned(),
            vnpay_ipn_url: vnpay_ipn_url.to_owned(),
            momo_partner_code: "HUESMOMO".to_owned(),
            momo_access_key: "HUESACCESS".to_owned(),
            momo_secret: "HUES-MOMO-SECRET".to_owned(),
            zalopay_app_id: "2553".to_owned(),
            zalopay_key1: "HUES-ZALO-KEY1".to_owned(),
            zalopay_key2: "HUES-ZALO-KEY2".to_owned(),
        }
    }
}

/// The three providers on one port.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: SharedClock,
    http: reqwest::Client,
    address: SocketAddr,
    book: Mutex<Book>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Simulator({})", self.0.address)
    }
}

impl Simulator {
    /// Serves the simulator on a listener until `tasks` stop. Notices that are due go out by themselves only with
    /// [`Simulator::run`]; a test sends them with [`Simulator::step`].
    ///
    /// # Errors
    /// With a production profile, and when the listener has no address.
    pub fn start(
        profile: Profile,
        settings: Settings,
        clock: SharedClock,
        seed: u64,
        listener: TcpListener,
        tasks: &Tasks,
    ) -> Result<Self, BootError> {
        if !profile.is_development() {
            return Err(BootError::Config(
                "the simulator of providers does not run in production: set the providers' URLs"
                    .into(),
            ));
        }
        let address = listener.local_addr();
        let address =
            address.map_err(|error| BootError::Config(format!("providersim: {error}")))?;
        let simulator = Self(Arc::new(Inner {
            settings,
            clock,
            http: city_http::client(),
            address,
            book: Mutex::new(Book::new(seed)),
        }));
        let (router, stop) = (simulator.router(), tasks.stopping());
        tasks.spawn(async move {
            city_http::serve(listener, router, Limits::default(), stop).await;
        });
        Ok(simulator)
    }

    /// Sends notices when they are due, until `tasks` stop.
    pub fn run(&self, tasks: &Tasks) {
        let (simulator, stop) = (self.clone(), tasks.stopping());
        tasks.spawn(async move {
            while !stop.is_cancelled() {
                simulator.step().await;
                tokio::select! {
                    () = tokio::time::sleep(TICK) => {}
                    () = stop.cancelled() => {}
                }
            }
        });
    }

    /// Its address, to be given to payments as the URL of every provider.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// The day's statement of a provider, as CSV; see `GET /sim/statement/{provider}/{day}`.
    pub fn statement(&self, provider: Provider, day: chrono::NaiveDate) -> String {
        statement::csv(&self.book(), provider, day)
    }

    /// What was answered to the notices about one of our references, in the order in which they were sent.
    pub fn answers(&self, our_ref: &str) -> Vec<String> {
        let book = self.book();
        let of = book.answers.iter().filter(|(about, _)| about == our_ref);
        of.map(|(_, answer)| answer.clone()).collect()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn now(&self) -> city_clock::Timestamp {
        self.0.clock.now()
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/paymentv2/vpcpay.html", get(vnpay::page))
            .route("/merchant_webapi/api/transaction", post(vnpay::transaction))
            .route("/v2/gateway/api/create", post(momo::create))
            .route("/v2/gateway/api/query", post(momo::query))
            .route("/v2/gateway/api/refund", post(momo::refund))
            .route("/v2/create", post(zalopay::create))
            .route("/v2/query", post(zalopay::query))
            .route("/v2/refund", post(zalopay::refund))
            .route("/v2/query_refund", post(zalopay::query_refund))
            .route("/sim/pay/{provider}/{our_ref}", get(page::show))
            .route("/sim/pay/{provider}/{our_ref}/{name}", post(page::choose))
            .route("/sim/statement/{provider}/{day}", get(statement::get))
            .route("/sim/scenario", post(scenario))
            .with_state(self.clone())
    }
}

/// What is to happen to an order, made or to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Wish {
    provider: Provider,
    our_ref: String,
    name: String,
}

async fn scenario(
    State(simulator): State<Simulator>,
    Json(wish): Json<Wish>,
) -> Result<Json<serde_json::Value>, Problem> {
    let unknown = || Problem::new(Kind::Invalid, "SCENARIO", "there is no such scenario here");
    let scenario = Scenario::parse(&wish.name).ok_or_else(unknown)?;
    let now = simulator.now();
    simulator.book().wish(wish.provider, &wish.our_ref, scenario, now);
    Ok(Json(serde_json::json!({ "ok": true })))
}
