//! What accounts would answer: a small server of its two routes that payments asks.
//!
//! Services never import one another, so the real one is not here; the journeys over the whole city have it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use axum::routing::{get, post};
use city_auth::SigningKey;
use city_auth::access::Jwks;
use city_boot::Tasks;
use city_contracts::accounts::{FindByPhone, FoundByPhone, MaskedPerson};
use city_http::{Json, Kind, Problem};

/// Who has which phone. Tests use numbers of their own.
static PEOPLE: Mutex<BTreeMap<String, MaskedPerson>> = Mutex::new(BTreeMap::new());

/// A number that accounts cannot look up just now.
pub const AWAY: &str = "0900000000";

/// The key with which accounts signs.
pub fn key() -> SigningKey {
    SigningKey::from_seed(&[77; 32])
}

/// Somebody has a phone.
pub fn registers(phone: &str, person: MaskedPerson) {
    PEOPLE.lock().expect("no test panics here").insert(phone.to_owned(), person);
}

/// Starts it; it ends with the runtime of the test.
pub async fn start() -> String {
    let router = Router::new()
        .route("/.well-known/jwks.json", get(jwks))
        .route("/internal/v1/people/by-phone", post(by_phone));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    Tasks::new().spawn(async move {
        axum::serve(listener, router).await.expect("it serves until the test ends");
    });
    format!("http://{address}")
}

async fn jwks() -> Json<Jwks> {
    Json(Jwks { keys: vec![key().verifying_key().jwk()] })
}

async fn by_phone(Json(asked): Json<FindByPhone>) -> Result<Json<FoundByPhone>, Problem> {
    if asked.phone == AWAY {
        return Err(Problem::new(Kind::Unavailable, "UNAVAILABLE", "away"));
    }
    let person = PEOPLE.lock().expect("no test panics here").get(&asked.phone).cloned();
    Ok(Json(FoundByPhone { person }))
}
