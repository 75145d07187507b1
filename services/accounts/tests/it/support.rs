//! The service under test and the steps that most tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Duration;
use city_accounts::{Config, MIGRATOR};
use city_auth::access::{AccessClaims, AccessKeys};
use city_auth::{Keyring, Sealed};
use city_boot::{Infra, RedisStore, Service};
use city_clock::Clock as _;
use city_ids::{AccountId, ChallengeId, Ids, ServiceName, SessionId};
use city_testkit::{Answer, Character, City, Subject};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;

pub const ISSUER: &str = "https://hue.test";
pub const PHONE: &str = "0912345678";
pub const E164: &str = "+84912345678";
/// Installations: long enough to be one.
pub const MY_PHONE: &str = "installation-of-mine-1";
pub const MY_TABLET: &str = "installation-of-mine-2";
pub const STRANGER: &str = "installation-of-a-stranger";
const NONCE: &str = "a-nonce-of-the-device";

pub enum Accounts {}

impl Subject for Accounts {
    const NAME: ServiceName = ServiceName::Accounts;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        build(infra).await
    }
}

/// The same service, when Redis is away.
pub enum WithoutRedis {}

impl Subject for WithoutRedis {
    const NAME: ServiceName = ServiceName::Accounts;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        let redis = RedisStore::open("redis://127.0.0.1:9", "").expect("a URL");
        build(Infra { redis, ..infra }).await
    }
}

async fn build(infra: Infra) -> Service {
    let config = Config {
        keyring_file: None,
        issuer: ISSUER.to_owned(),
        otp_countries: vec!["VN".to_owned()],
        notifications_url: "http://127.0.0.1:9".to_owned(), // nobody listens: a code stays queued, for the test to read
    };
    city_accounts::build(config, keyring(), infra).await.expect("the service builds")
}

pub fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::generate(&Ids::seeded(7)))
}

/// A new idempotency key.
pub fn key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("key-{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn device(installation: &str) -> Value {
    json!({"installationId": installation, "name": "Điện thoại", "platform": "ANDROID", "appVersion": "2.1.0"})
}

pub async fn request(city: &City<impl Subject>, phone: &str, installation: &str) -> Answer {
    let body = json!({"idempotencyKey": key(), "purpose": "SIGN_IN", "phone": phone, "deviceNonce": NONCE,
        "installationId": installation});
    city.anonymous().post("/internal/v1/request-phone-code", &body).await
}

pub fn confirmation(challenge: ChallengeId, code: &str, installation: &str) -> Value {
    json!({"idempotencyKey": key(), "challengeId": challenge, "code": code, "deviceNonce": NONCE,
        "device": device(installation)})
}

pub async fn confirm(
    city: &City<impl Subject>,
    challenge: ChallengeId,
    code: &str,
    installation: &str,
) -> Answer {
    city.anonymous()
        .post("/internal/v1/confirm-phone-code", &confirmation(challenge, code, installation))
        .await
}

pub fn challenge(answer: &Value) -> ChallengeId {
    ChallengeId::parse(answer["challengeId"].as_str().expect("an answer names its challenge"))
        .expect("it is an id")
}

/// The code of a challenge, as the worker would unseal it.
pub async fn code(city: &City<impl Subject>, challenge: ChallengeId) -> String {
    let sealed = sqlx::query_scalar!(
        r#"select code_sealed as "sealed!" from accounts.otp_send where challenge_id = $1"#,
        challenge.as_uuid()
    )
    .fetch_one(city.db())
    .await
    .expect("the code is still queued");
    let row = challenge.to_string();
    let place = Sealed { table: "accounts.otp_send", column: "code_sealed", row: &row };
    String::from_utf8(keyring().open(place, &sealed).expect("it opens")).expect("it is digits")
}

/// A code that is not the challenge's.
pub async fn wrong(city: &City<impl Subject>, challenge: ChallengeId) -> String {
    let right: u32 = code(city, challenge).await.parse().expect("a code is a number");
    format!("{:06}", (right + 1) % 1_000_000)
}

/// A signed-in resident: what the app holds, and the character whom the gateway vouches for.
pub struct SignedIn {
    pub session: SessionId,
    pub account: AccountId,
    pub refresh: String,
    pub answer: Value,
    pub resident: Character,
}

pub async fn sign_in(city: &City<impl Subject>, phone: &str, installation: &str) -> SignedIn {
    let challenge = challenge(&request(city, phone, installation).await.ok());
    let code = code(city, challenge).await;
    let answer = confirm(city, challenge, &code, installation).await.ok();
    signed_in(city, answer).await
}

pub async fn signed_in(city: &City<impl Subject>, answer: Value) -> SignedIn {
    let claims = claims(city, &answer["tokens"]).await;
    let mut resident = city.resident();
    resident.principal.account = Some(claims.sub);
    resident.principal.session = Some(claims.sid);
    let refresh =
        answer["tokens"]["refreshToken"].as_str().expect("a sign-in gives tokens").to_owned();
    SignedIn { session: claims.sid, account: claims.sub, refresh, answer, resident }
}

/// The claims of an access token, verified with the published keys as the gateway does.
pub async fn claims(city: &City<impl Subject>, tokens: &Value) -> AccessClaims {
    let jwks = city.anonymous().get("/.well-known/jwks.json").await.ok();
    let keys = AccessKeys::from_jwks(&serde_json::from_value(jwks).expect("a key set"));
    let token = tokens["accessToken"].as_str().expect("there is an access token");
    keys.verify(token, ISSUER, city.clock().now()).expect("the access token is valid")
}

pub async fn refresh(city: &City<impl Subject>, token: &str) -> Answer {
    city.anonymous().post("/auth/v1/refresh", &json!({ "refreshToken": token })).await
}

/// Refreshes and gives the next refresh token.
pub async fn next(city: &City<impl Subject>, token: &str) -> String {
    refresh(city, token).await.ok()["refreshToken"]
        .as_str()
        .expect("there is a refresh token")
        .to_owned()
}

pub async fn record(city: &City<impl Subject>, session: SessionId) -> Value {
    city.service(ServiceName::Gateway).get(&format!("/internal/v1/sessions/{session}")).await.ok()
}

pub async fn is_alive(city: &City<impl Subject>, session: SessionId) -> bool {
    record(city, session).await["status"] == "ACTIVE"
}

pub fn advance(city: &City<impl Subject>, seconds: i64) {
    city.clock().advance(Duration::seconds(seconds));
}

pub async fn count_audit(city: &City<impl Subject>, action: &str, outcome: &str) -> i64 {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from accounts.audit_inbox where action = $1 and outcome = $2"#,
        action,
        outcome
    )
    .fetch_one(city.db())
    .await
    .expect("the audit can be counted")
}

pub async fn count_events(city: &City<impl Subject>, kind: &str) -> i64 {
    sqlx::query_scalar!(r#"select count(*) as "count!" from accounts.outbox where kind = $1"#, kind)
        .fetch_one(city.db())
        .await
        .expect("events can be counted")
}
