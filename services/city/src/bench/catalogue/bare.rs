//! The catalogue of C1's baseline: no picture, so each answer reads its rows from PostgreSQL.
//!
//! It does less than a catalogue without a picture would have to: the rows are read, but what follows from them (who may use
//! what, which text in which language) was worked out by the real service once, and is given again. Nor does it prove callers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Response};
use city_boot::{BootError, Service};
use http::{HeaderMap, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::ground::Ground;

/// As many as the real service has.
const CONNECTIONS: u32 = 16;
const PATIENCE: Duration = Duration::from_secs(30);

/// The live edition of a service with its texts.
const SERVICE: &str = "
    select s.code, s.kind, s.owner_agency, s.withdrawn_as, s.replacement, e.no, e.body, e.review_by, e.assured_at,
           e.live_at, e.source, e.demo, t.locale, t.field, t.body
    from catalogue.service s
    join catalogue.service_edition e on e.service = s.code and e.state = 'LIVE'
    join catalogue.service_edition_text t on t.edition = e.id
    where s.code = $1";
const SERVICE_GATES: &str = "select * from catalogue.service_gate where service = $1 order by no";
const SERVICE_STATUS: &str = "
    select * from catalogue.service_status
    where service = $1 and starts_at <= now() and (ends_at is null or ends_at > now())
    order by starts_at desc, id desc limit 1";
const SERVICE_SURROUNDINGS: &str = "
    select a.code, a.phone, t.locale, t.field, t.body
    from catalogue.service s join catalogue.agency a on a.code = s.owner_agency
    join catalogue.agency_text t on t.agency = a.code where s.code = $1
    union all
    select c.category, null, c.locale, c.field, c.body
    from catalogue.service_edition e join catalogue.category_text c on c.category = e.body ->> 'category'
    where e.service = $1 and e.state = 'LIVE'";

const LIFE_EVENTS: &str = "
    select l.code, l.sort, t.locale, t.field, t.body
    from catalogue.life_event l join catalogue.life_event_text t on t.life_event = l.code order by l.sort";
const LIFE_EVENT_SERVICES: &str =
    "select life_event, service, sort from catalogue.life_event_service order by life_event, sort";
const HOME_SERVICES: &str = "
    select s.code, s.kind, s.owner_agency, s.withdrawn_as, e.body, t.locale, t.field, t.body
    from catalogue.service s
    join catalogue.service_edition e on e.service = s.code and e.state = 'LIVE'
    join catalogue.service_edition_text t on t.edition = e.id
    where s.code in (select service from catalogue.life_event_service)";
const HOME_GATES: &str = "
    select * from catalogue.service_gate
    where service in (select service from catalogue.life_event_service)";
const HOME_STATUS: &str = "
    select distinct on (service) * from catalogue.service_status
    where starts_at <= now() and (ends_at is null or ends_at > now()) order by service, starts_at desc, id desc";
const CATEGORIES: &str = "
    select c.code, c.parent, c.sort, t.locale, t.field, t.body
    from catalogue.category c join catalogue.category_text t on t.category = c.code
    where c.audience = 'PUBLIC' order by c.sort";

const PROCEDURE: &str = "
    select p.*, e.*
    from catalogue.procedure p
    join catalogue.procedure_edition e on e.national_code = p.national_code and e.state = 'LIVE'
    where p.national_code = $1";
const PROCEDURE_FORM: &str = "
    select f.* from catalogue.procedure_edition e join catalogue.form_version f on f.id = e.form_version
    where e.national_code = $1 and e.state = 'LIVE'";

/// What an answer reads.
struct Reads {
    path: &'static str,
    /// The member of the request that the statements are asked with.
    by: Option<&'static str>,
    statements: &'static [&'static str],
}

const READS: [Reads; 5] = [
    Reads {
        path: "/internal/v1/service",
        by: Some("code"),
        statements: &[SERVICE, SERVICE_GATES, SERVICE_STATUS, SERVICE_SURROUNDINGS],
    },
    Reads {
        path: "/internal/v1/service-home",
        by: None,
        statements: &[
            LIFE_EVENTS,
            LIFE_EVENT_SERVICES,
            HOME_SERVICES,
            HOME_GATES,
            HOME_STATUS,
            CATEGORIES,
        ],
    },
    Reads {
        path: "/internal/v1/procedure",
        by: Some("nationalCode"),
        statements: &[PROCEDURE, PROCEDURE_FORM],
    },
    Reads { path: "/internal/v1/categories", by: None, statements: &[CATEGORIES] },
    Reads {
        path: "/internal/v1/life-events",
        by: None,
        statements: &[LIFE_EVENTS, LIFE_EVENT_SERVICES],
    },
];

/// Answers by path and request.
type Known = HashMap<(String, Bytes), (StatusCode, Bytes)>;

#[derive(Clone)]
struct Bare {
    db: PgPool,
    http: reqwest::Client,
    /// Where the real service works answers out.
    real: String,
    known: Arc<Mutex<Known>>,
}

/// Serves it before the real service, and gives its URL.
pub(super) async fn serve(ground: &Ground, real: &Service) -> Result<String, BootError> {
    let url = ground.servers.database_url.expose_secret();
    // Callers wait their turn for as long as it takes: a baseline that refuses would look quick.
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
    let pool = pool.connect(url).await;
    let bare = Bare {
        db: pool.map_err(|error| BootError::failed("connecting to PostgreSQL", error))?,
        http: city_http::client(),
        real: ground.serve(real).await?,
        known: Arc::default(),
    };
    ground.serve_routes(Router::new().fallback(answer).with_state(bare)).await
}

async fn answer(
    State(bare): State<Bare>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match bare.answer(uri.path(), &headers, body).await {
        Ok((status, body)) => {
            (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Err(error) => {
            let said = city_http::chain(&error);
            tracing::error!("The baseline failed: {said}");
            (StatusCode::INTERNAL_SERVER_ERROR, said).into_response()
        }
    }
}

impl Bare {
    async fn answer(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), BootError> {
        self.read(path, &body).await?;
        let key = (path.to_owned(), body.clone());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&key) {
            return Ok(answer.clone());
        }
        let failed = |error| BootError::failed("asking the real service", error);
        let mut request = self.http.post(format!("{}{path}", self.real)).body(body);
        for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT_LANGUAGE] {
            if let Some(value) = headers.get(&name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.map_err(failed)?;
        let answer = (answer.status(), answer.bytes().await.map_err(failed)?);
        known().insert(key, answer.clone());
        Ok(answer)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the baseline is no part of the city: it asks what no service does"
    )]
    async fn read(&self, path: &str, body: &Bytes) -> Result<(), BootError> {
        let failed = |error| BootError::failed("reading rows", error);
        let unknown = || BootError::Config(format!("{path} is not in the mix"));
        let reads = READS.iter().find(|reads| reads.path == path).ok_or_else(unknown)?;
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut db = self.db.acquire().await.map_err(failed)?;
        for statement in reads.statements {
            let mut query = sqlx::query(*statement);
            if let Some(by) = reads.by {
                query = query.bind(request[by].as_str().unwrap_or_default());
            }
            std::hint::black_box(query.fetch_all(&mut *db).await.map_err(failed)?);
        }
        Ok(())
    }
}
