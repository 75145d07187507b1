//! The providers of a test: the simulator of the three, and a port where their notices come in.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use city_boot::{Infra, Tasks};
use city_payments::ProvidersConfig;
use city_providersim::{Settings, Simulator};
use confique::Config as _;
use tokio::net::TcpListener;

use crate::town::Town;

/// The simulator of each test, by the name of its database.
static SIMULATORS: Mutex<BTreeMap<String, Simulator>> = Mutex::new(BTreeMap::new());

/// Milliseconds that payments waits for a provider here: silence is real, and waited for. A busy machine may take a second
/// for an answer that is none.
const TIMEOUT_MS: u64 = 2_000;

/// Where notices and payers come in.
pub struct Door {
    listener: TcpListener,
    url: String,
}

impl Door {
    /// A free port.
    pub async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        Self { listener, url }
    }

    /// Starts the simulator, and says how it is reached.
    pub async fn providers(&self, infra: &Infra) -> ProvidersConfig {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let settings = Settings::throwaway(&format!("{}/ipn/vnpay", self.url));
        let (clock, tasks) = (infra.clock.clone(), Tasks::new());
        let simulator = Simulator::start(infra.profile, settings, clock, 7, listener, &tasks);
        let simulator = simulator.expect("development has a simulator");
        let config = ProvidersConfig::builder().load().expect("everything has a default");
        let config = config.simulated(&simulator.url(), &self.url);
        SIMULATORS.lock().expect("no test panics here").insert(database(&infra.db), simulator);
        ProvidersConfig { timeout_ms: TIMEOUT_MS, ..config }
    }

    /// Lets in.
    pub fn open(self, router: Router) {
        Tasks::new().spawn(async move {
            axum::serve(self.listener, router).await.expect("it serves until the test ends");
        });
    }
}

/// The simulator of a test.
pub fn simulator(city: &Town) -> Simulator {
    let all = SIMULATORS.lock().expect("no test panics here");
    all.get(&database(city.db())).expect("every test of payments has one").clone()
}

fn database(db: &sqlx::PgPool) -> String {
    db.connect_options().get_database().expect("it has a name").to_owned()
}
