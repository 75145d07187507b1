//! One test's city: the service under test with everything it stands on.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::Router;
use chrono::{TimeZone as _, Utc};
use city_auth::internal::{Identity, Verifier};
use city_auth::{Principal, PrincipalKind, Scope, SigningKey};
use city_boot::{Infra, Profile, Progress, RedisStore, Service, Worker, db};
use city_clock::{Clock as _, ManualClock};
use city_ids::{Ids, ServiceName};
use sqlx::migrate::Migrator;
use sqlx::{PgPool, Row as _};

use crate::character::Character;
use crate::servers;

/// A service that can be tested.
pub trait Subject {
    /// Which it is.
    const NAME: ServiceName;
    /// Its migrations.
    fn migrator() -> &'static Migrator;
    /// Builds it, with whatever seed its tests need.
    fn build(infra: Infra) -> impl Future<Output = Service>;
}

/// A service under test on its own database, Redis prefix and clock.
pub struct City<S> {
    infra: Infra,
    clock: Arc<ManualClock>,
    gateway: Identity,
    identities: Vec<Identity>,
    router: Router,
    workers: Vec<Arc<dyn Worker>>,
    subject: PhantomData<S>,
}

/// Enough steps for any test to become quiet; more mean that a worker never does.
const MAX_STEPS: usize = 500;

/// Runs a test in a city of its own; afterwards nothing may be left to do.
///
/// # Panics
/// When a server is missing, the test fails, or an outbox row or a dead letter is left.
pub fn run<S: Subject>(test: impl AsyncFnOnce(&City<S>)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let url = servers::fresh_database(S::NAME, S::migrator()).await;
        let city = City::<S>::start(&url).await;
        test(&city).await;
        city.assert_nothing_left().await;
        city.infra.db.close().await;
        servers::drop_database(&url).await;
    });
}

impl<S: Subject> City<S> {
    async fn start(database_url: &str) -> Self {
        let start =
            Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).single().expect("a Wednesday, 09:00 in Hue");
        let clock = Arc::new(ManualClock::new(start));
        let ids = Arc::new(Ids::seeded(42));
        let identities: Vec<_> = (1..)
            .zip(ServiceName::ALL)
            .map(|(seed, name)| {
                Identity::new(name, SigningKey::from_seed(&[seed; 32]), clock.clone())
            })
            .collect();
        let published: Vec<_> = identities.iter().map(Identity::published).collect();
        let identity = |name| {
            let found = identities.iter().find(|identity| identity.service() == name);
            found.expect("every service has an identity").clone()
        };
        let prefix = format!("t{}:", u64::from_be_bytes(Ids::random().bytes()));
        let infra = Infra {
            profile: Profile::Development,
            db: db::pool(database_url, S::NAME, 12).expect("the test database has a URL"),
            redis: RedisStore::open(&servers::redis_url(), &prefix)
                .expect("the test Redis has a URL"),
            identity: identity(S::NAME),
            verifier: Verifier::new(S::NAME, &published, clock.clone()),
            http: city_http::client(),
            clock: clock.clone(),
            ids,
        };
        let service = S::build(infra.clone()).await;
        let router = service.router(infra.ids.clone(), None);
        let gateway = identity(ServiceName::Gateway);
        let workers = service.workers;
        Self { infra, clock, gateway, identities, router, workers, subject: PhantomData }
    }

    /// What the service stands on.
    pub fn infra(&self) -> &Infra {
        &self.infra
    }

    /// The service's database.
    pub fn db(&self) -> &PgPool {
        &self.infra.db
    }

    /// The clock, to be moved.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// The service's router, for requests without a character.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    fn character(&self, identity: &Identity, principal: Principal) -> Character {
        Character {
            router: self.router.clone(),
            identity: identity.clone(),
            audience: S::NAME,
            principal,
        }
    }

    /// Nobody signed in.
    pub fn anonymous(&self) -> Character {
        self.character(&self.gateway, Principal::anonymous())
    }

    /// A new resident.
    pub fn resident(&self) -> Character {
        let now = self.clock.now();
        let principal = Principal {
            kind: PrincipalKind::Resident,
            account: Some(self.infra.ids.next(now)),
            session: Some(self.infra.ids.next(now)),
            auth_at: Some(now),
            ..Principal::anonymous()
        };
        self.character(&self.gateway, principal)
    }

    /// A new member of staff with no role yet; see [`Character::with_role`].
    pub fn staff(&self) -> Character {
        let mut staff = self.resident();
        staff.principal.kind = PrincipalKind::Staff;
        staff
    }

    /// An officer of an agency.
    pub fn officer(&self, agency: &str) -> Character {
        self.staff().with_role("OFFICER", Scope::Agency(agency.to_owned()))
    }

    /// A triage officer and coordinator of the whole city.
    pub fn coordinator(&self) -> Character {
        self.staff().with_role("IOC", Scope::City)
    }

    /// An administrator.
    pub fn admin(&self) -> Character {
        self.staff().with_role("ADMIN", Scope::City)
    }

    /// Another service calling for itself.
    ///
    /// # Panics
    /// Never: every service has an identity.
    pub fn service(&self, name: ServiceName) -> Character {
        let identity = self.identities.iter().find(|identity| identity.service() == name);
        self.character(identity.expect("every service has an identity"), Principal::service(name))
    }

    /// Steps all workers until none finds anything to do.
    ///
    /// # Panics
    /// When a worker fails or never becomes quiet.
    pub async fn settle(&self) {
        for _ in 0..MAX_STEPS {
            let mut worked = false;
            for worker in &self.workers {
                let progress = worker.step().await;
                let progress = progress.unwrap_or_else(|error| {
                    std::panic::panic_any(format!(
                        "worker {}: {}",
                        worker.name(),
                        city_http::chain(&error)
                    ))
                });
                worked |= progress == Progress::Worked;
            }
            if !worked {
                return;
            }
        }
        std::panic::panic_any("the workers never become quiet".to_owned());
    }

    /// Steps one worker by name, whatever it answers.
    ///
    /// # Errors
    /// When its step fails.
    ///
    /// # Panics
    /// When there is no worker of that name.
    pub async fn step(&self, name: &str) -> Result<Progress, city_boot::WorkerError> {
        let worker = self.workers.iter().find(|worker| worker.name() == name);
        worker.expect("the service has a worker of that name").step().await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the tables are the subject's own by search path"
    )]
    async fn assert_nothing_left(&self) {
        let query = "select (select count(*) from outbox where stream_ms is null), (select count(*) from dead_letter)";
        let row =
            sqlx::query(query).fetch_one(&self.infra.db).await.expect("the common tables exist");
        let (unsent, dead): (i64, i64) = (row.get(0), row.get(1));
        assert_eq!(
            (unsent, dead),
            (0, 0),
            "events unsent, events buried: call city.settle() before the test ends"
        );
    }
}
