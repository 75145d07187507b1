//! The same payments through the doors that people use: the service over HTTP, and the mutation through the gateway.
//!
//! Who asks and what they confirm is signed by the caller before each payment, as the gateway, accounts and a phone would
//! have signed it: verifying counts, signing does not, though the same processors do it. Of accounts only its keys are asked
//! for, which are given here; the sessions stand in Redis, where accounts puts them. Workers do not run, as for the other
//! contenders.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use city_auth::access::{AccessClaims, Jwks};
use city_auth::internal::{Identity, Verifier};
use city_auth::session::{SessionRecord, SessionStatus};
use city_auth::step_up::{Operation, OperationDigest, StepUpClaims};
use city_auth::{PrincipalKind, SigningKey};

use city_boot::{BootError, GatewayInfra, Infra, Process, Profile, RedisStore, Worker, db};
use city_clock::{Clock as _, SharedClock, SystemClock, Timestamp};
use city_http::{Json, Limits};
use city_ids::{AccountId, Ids, PostingId, ServiceName, SessionId, WalletId};
use confique::{Config as _, Layer as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sqlx::{Executor as _, Row as _};

use super::super::load::{Answer, Callers, Turn};
use super::ground::{Ground, refused, wallet};
use super::round::Round;
use crate::embedded::S3Access;

/// Callers at a time, each with a loopback address of its own: none asks often enough to meet the limit of one.
pub(super) const CALLERS: usize = 128;
/// Residents who pay; the limits of one person and one address are not what is measured.
const PAYERS: i64 = 20_000;
/// Connections to PostgreSQL of the service.
const DATABASE_CONNECTIONS: u32 = 16;
/// How long a phone uses an access token again, which lives a little longer.
const TOKEN_KEPT: Duration = Duration::from_mins(4);
const ISSUER: &str = "https://hue.localhost";
const SEND_MONEY: &str = include_str!("../../../../../graphql/operations/SendMoney.graphql");

/// Which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// The route of the service, as the gateway calls it.
    Service,
    /// The GraphQL mutation, as an app calls it.
    Gateway,
}

/// A service and a gateway on a database of their own, with people who pay one of them.
pub(super) struct Doors {
    pub(super) asking: Arc<Asking>,
    callers: Callers,
    pub(super) service_url: String,
    gateway_url: String,
    pub(super) database_url: SecretString,
    /// The file of the key that signs its batches.
    pub(super) head_key: PathBuf,
    /// Applies files of bills.
    pub(super) applying: Arc<dyn Worker>,
}

/// What a caller needs to ask as somebody.
pub(super) struct Asking {
    pub(super) ids: Arc<Ids>,
    accounts: SigningKey,
    pub(super) gateway: Identity,
    payers: Vec<Payer>,
    payee: String,
}

/// A resident with a phone.
struct Payer {
    account: AccountId,
    /// The access token that the phone has, and since when.
    token: Mutex<Option<(Timestamp, String)>>,
}

impl Payer {
    const fn new(account: AccountId) -> Self {
        Self { account, token: Mutex::new(None) }
    }

    /// The session, which has its owner's number.
    const fn session(&self) -> SessionId {
        SessionId::restore(self.account.as_uuid())
    }

    /// The access token, as long as the phone would use it.
    fn token(&self, accounts: &SigningKey, now: Timestamp) -> String {
        let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, token)) = &*kept
            && (now - *since).to_std().is_ok_and(|age| age < TOKEN_KEPT)
        {
            return token.clone();
        }
        let kind = PrincipalKind::Resident;
        let claims = AccessClaims::new(ISSUER, self.account, self.session(), kind, 1, now);
        let token = claims.sign(accounts);
        *kept = Some((now, token.clone()));
        token
    }
}

impl Doors {
    /// Starts both; `ground` has the wallets and leads no more.
    pub(super) async fn open(
        ground: Ground,
        redis_url: &SecretString,
        store: &S3Access,
        process: &Process,
    ) -> Result<Self, BootError> {
        let (payers, payee) = wallets(&ground).await?;
        let (ids, url) = (Arc::clone(&ground.ids), ground.url.clone());
        let head_key = ground.keys.clone();
        drop(ground); // and with it the ledger: the service leads from here on
        let clock: SharedClock = Arc::new(SystemClock);
        let identity =
            |name| Identity::new(name, SigningKey::from_seed(&ids.bytes()), Arc::clone(&clock));
        let (gateway, own) = (identity(ServiceName::Gateway), identity(ServiceName::Payments));
        let accounts = SigningKey::from_seed(&ids.bytes());

        let keys = Jwks { keys: vec![accounts.verifying_key().jwk()] };
        let routes =
            Router::new().route("/.well-known/jwks.json", get(jwks)).with_state(Arc::new(keys));
        let accounts_url = serve(process, routes).await?;
        let redis = RedisStore::open(redis_url.expose_secret(), "")?;
        sign_in(&payers, &redis).await?;

        let mut settings = <city_payments::Config as confique::Config>::Layer::empty();
        settings.accounts_url = Some(accounts_url.clone());
        settings.head_key_file = Some(head_key.clone());
        settings.s3.endpoint = Some(store.endpoint.clone());
        settings.s3.bucket = Some(store.bucket.clone());
        settings.s3.access_key = Some(store.access_key.clone().into());
        settings.s3.secret_key = Some(store.secret_key.clone());
        let config = loaded(city_payments::Config::builder().preloaded(settings).env().load());
        let name = ServiceName::Payments;
        let infra = Infra {
            profile: Profile::Development,
            db: db::pool(url.expose_secret(), name, DATABASE_CONNECTIONS)?,
            redis: redis.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            identity: own.clone(),
            verifier: Verifier::new(name, &[gateway.published(), own.published()], clock.clone()),
            http: city_http::client(),
        };
        let service = city_payments::build(config?, infra).await?;
        let applying = service.workers.iter().find(|worker| worker.name() == "apply-imports");
        let nobody = || BootError::Config("nobody applies files of bills".into());
        let applying = applying.cloned().ok_or_else(nobody)?;
        let service_url = serve(process, service.router(Arc::clone(&ids), None)).await?;

        let mut settings = <city_gateway::Config as confique::Config>::Layer::empty();
        settings.accounts_url = Some(accounts_url);
        settings.payments_url = Some(service_url.clone());
        settings.issuer = Some(ISSUER.to_owned());
        let config = loaded(city_gateway::Config::builder().preloaded(settings).env().load());
        let infra = GatewayInfra {
            profile: Profile::Development,
            redis,
            clock,
            ids: Arc::clone(&ids),
            identity: gateway.clone(),
            http: city_http::client(),
        };
        let front = city_gateway::build(config?, infra)?;
        let gateway_url =
            format!("{}/graphql", serve(process, front.router(Arc::clone(&ids), None)).await?);
        let asking = Arc::new(Asking { ids, accounts, gateway, payers, payee });
        let callers = Callers::with(CALLERS, 1)?;
        let database_url = url;
        Ok(Self { asking, callers, service_url, gateway_url, database_url, head_key, applying })
    }

    /// Callers who each pay again as soon as they are answered; only acknowledged payments count.
    pub(super) async fn round(&self, door: Door, lasting: Duration) -> Result<Round, BootError> {
        let asking = Arc::clone(&self.asking);
        let url = match door {
            Door::Service => format!("{}/internal/v1/send-money", self.service_url),
            Door::Gateway => self.gateway_url.clone(),
        };
        let ask = move |client: reqwest::Client, turn| {
            let (asking, url) = (Arc::clone(&asking), url.clone());
            async move { asking.pay(&client, &url, door, turn).await }
        };
        let begun = Instant::now();
        let round = self.callers.round_of(lasting, ask).await?;
        Ok(Round::of(begun.elapsed(), round.into_latencies()))
    }
}

impl Asking {
    /// One payment of the next person, confirmed.
    async fn pay(
        &self,
        client: &reqwest::Client,
        url: &str,
        door: Door,
        turn: Turn,
    ) -> Result<Answer, BootError> {
        let next = turn.count * CALLERS + turn.caller;
        let payer = self.payers.get(next % self.payers.len().max(1));
        let payer = payer.ok_or_else(|| BootError::Config("nobody is there to pay".into()))?;
        let (account, session) = (payer.account, payer.session());
        let amount = (1_000 + next * 7_919 % 49_001).to_string();
        let now = SystemClock.now();
        let key = self.ids.uuid(now);
        let payment = PostingId::restore(key).to_string();
        let members = [
            ("payment", payment.as_str()),
            ("payee", &self.payee),
            ("amount", &amount),
            ("context", ""),
            ("note", ""),
        ];
        let digest = OperationDigest::of("sendMoney", account, &members);
        let audience = ServiceName::Payments;
        let operation = Operation { audience, account, session, name: "sendMoney", digest };
        let confirmed = StepUpClaims::new(&operation, key.to_string(), now).sign(&self.accounts);
        let input = json!({
            "idempotencyKey": key.to_string(), "payeeId": self.payee, "amount": amount,
            "stepUpToken": confirmed,
        });
        let (token, body) = match door {
            Door::Service => {
                let principal = record(session).principal(now);
                (self.gateway.mint(&principal, audience), input)
            }
            Door::Gateway => {
                let variables = json!({ "input": input });
                let body = json!({ "query": SEND_MONEY, "operationName": "SendMoney", "variables": variables });
                (payer.token(&self.accounts, now), body)
            }
        };
        let failed = |error| BootError::failed("paying through a door", error);
        let request = client.post(url).bearer_auth(token).json(&body);
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let told: Value = answer.json().await.map_err(failed)?;
        let state = match door {
            Door::Service => &told["state"],
            Door::Gateway => &told["data"]["sendMoney"]["payment"]["state"],
        };
        if state == "SUCCEEDED" {
            return Ok(Answer::Counts);
        }
        if status == http::StatusCode::SERVICE_UNAVAILABLE
            || told.to_string().contains("\"UNAVAILABLE\"")
        {
            return Ok(Answer::Away);
        }
        Err(BootError::Config(format!("{url} answered {status}: {told}")))
    }
}

/// Gives some of the ground's accounts to people; the first of them is paid.
async fn wallets(ground: &Ground) -> Result<(Vec<Payer>, String), BootError> {
    let mut db = ground.connect().await?;
    let opened = format!(
        "insert into payments.wallet (id, owner, account, level, opened_at)
         select ext, md5('owner of ' || id)::uuid, id, 2, now() from payments.ledger_account
         where id between {} and {} returning id, owner",
        wallet(0).0,
        wallet(PAYERS).0
    );
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(opened)).fetch_all(&mut db).await;
    let rows = rows.map_err(refused("opening wallets"))?;
    let owned = "update payments.ledger_account a set owner = w.owner from payments.wallet w where w.account = a.id";
    db.execute(owned).await.map_err(refused("giving wallets their owners"))?;
    for table in ["payments.wallet", "payments.ledger_account"] {
        let counted = format!("vacuum analyze {table}");
        let counted = db.execute(sqlx::AssertSqlSafe(counted)).await;
        counted.map_err(refused("counting wallets"))?;
    }
    let mut people = rows.iter().map(|row| (row.get(0), AccountId::restore(row.get(1))));
    let payee = people.next().ok_or_else(|| BootError::Config("no wallet was opened".into()))?;
    Ok((
        people.map(|person| Payer::new(person.1)).collect(),
        WalletId::restore(payee.0).to_string(),
    ))
}

/// What accounts publishes.
async fn jwks(State(keys): State<Arc<Jwks>>) -> Json<Jwks> {
    Json(Jwks::clone(&keys))
}

/// Puts everybody's session where accounts puts it when its owner opens the app, for as long as this may take.
async fn sign_in(payers: &[Payer], redis: &RedisStore) -> Result<(), BootError> {
    for payer in payers {
        let record = record(payer.session());
        let json = serde_json::to_string(&record)
            .map_err(|error| BootError::failed("writing a session", error))?;
        let mut set = redis::cmd("SET");
        set.arg(redis.key(&SessionRecord::redis_key(record.sid))).arg(json);
        redis
            .run::<()>(&set)
            .await
            .map_err(|error| BootError::failed("keeping a session", error))?;
    }
    Ok(())
}

/// Everybody signed in just now, with a proven identity.
fn record(sid: SessionId) -> SessionRecord {
    let now = SystemClock.now();
    SessionRecord {
        sid,
        status: SessionStatus::Active,
        sub: AccountId::restore(sid.as_uuid()),
        act: None,
        kind: PrincipalKind::Resident,
        ial: 2,
        ial_until: None,
        auth_at: now,
        hold_until: None,
        exp: now + Duration::from_hours(2),
        grants: Vec::new(),
        rev: 1,
    }
}

async fn serve(process: &Process, routes: Router) -> Result<String, BootError> {
    let listener = process.listen("127.0.0.1:0").await?;
    let url = format!("http://{}", Process::address(&listener)?);
    let stop = process.tasks.stopping();
    process
        .tasks
        .spawn(async move { city_http::serve(listener, routes, Limits::default(), stop).await });
    Ok(url)
}

fn loaded<C>(config: Result<C, confique::Error>) -> Result<C, BootError> {
    config.map_err(|error| BootError::Config(error.to_string()))
}
