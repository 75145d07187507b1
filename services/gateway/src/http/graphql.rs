//! `/graphql` over plain HTTP: negotiation, parameters, and the answer with its status.

use std::net::IpAddr;
use std::time::Duration;

use ::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use city_clients::AppHeaders;
use city_contracts::common::Locale;
use city_http::{Refusal, RequestId};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::negotiation::{AnswerType, check_content_type, negotiate, status};
use super::parameters::Parameters;
use crate::App;
use crate::cache::{Entry, Given};
use crate::limit::{address, table};
use crate::prepare::{Code, Outcome, RequestError};
use crate::request::{Caller, Door, Refused};

const LONGEST_URL: usize = 8 * 1024;
const LARGEST_BODY: usize = 64 * 1024;
/// A body that takes longer is somebody holding a connection open.
const BODY_TIME: Duration = Duration::from_secs(10);

/// One GraphQL request over HTTP.
///
/// # Panics
/// Never: an answer has only string keys.
pub async fn graphql(State(app): State<App>, request: Request) -> Response {
    let address = app.addresses.of(&request);
    let (parts, body) = request.into_parts();
    let request_id = request_id(&parts);
    let wanted = negotiate(lines(&parts.headers, &ACCEPT));
    let answer_type = wanted.as_ref().copied().unwrap_or(AnswerType::Json);
    match answer(&app, &parts, body, address, wanted.map(drop), &request_id).await {
        Ok(Answer { given: Given::Passing(executed), .. }) => {
            let body = serde_json::to_vec(&*executed).expect("an answer has only string keys");
            let mut response = whole(StatusCode::OK, answer_type, body);
            if let Some(code) = executed.errors.first().and_then(code_of) {
                response.extensions_mut().insert(Refusal { code, chain: None });
            }
            response
        }
        Ok(Answer { given: Given::Kept(entry), may_be_stored }) => {
            let mut response = if may_be_stored {
                storable(&entry, &parts.headers, answer_type)
            } else {
                whole(StatusCode::OK, answer_type, entry.body.clone())
            };
            let age = app.cache.as_ref().map_or(0, |cache| cache.age_seconds(&entry));
            response.headers_mut().insert(AGE, HeaderValue::from(age));
            response
        }
        Err(refused) => refusal(&refused, answer_type, &request_id),
    }
}

struct Answer {
    given: Given,
    /// The client may store it and ask again by its tag.
    may_be_stored: bool,
}

async fn answer(
    app: &App,
    parts: &Parts,
    body: Body,
    address: IpAddr,
    wanted: Result<(), RequestError>,
    request_id: &str,
) -> Result<Answer, Refused> {
    check_sizes(parts)?;
    app.limits
        .check(&table::ANY_REQUEST, &address::host_key(address), 1)
        .await
        .map_err(RequestError::from)?;
    wanted?;
    let (door, parameters) = match parts.method {
        Method::GET => (Door::Get, Parameters::from_query(parts.uri.query().unwrap_or_default())?),
        Method::POST => {
            check_content_type(lines(&parts.headers, &CONTENT_TYPE))?;
            (Door::Post, Parameters::from_body(&read(body).await?)?)
        }
        _ => return Err(Refused::method("GET, POST", "GraphQL is asked by GET or POST")),
    };
    let who = app.who.of_headers(&parts.headers).await;
    let (plan, principal) = app.plan(who, door, parameters).await?;
    let caller = Caller {
        principal,
        locale: locale(&parts.headers),
        address,
        request_id: request_id.to_owned(),
        app: AppHeaders::read(&parts.headers),
    };
    app.count(&plan, &caller).await?;
    let may_be_stored = door == Door::Get && app.engine.is_trusted(plan.document());
    Ok(Answer { given: app.answer(&plan, caller).await, may_be_stored })
}

/// The id a caller may quote to support.
pub fn request_id(parts: &Parts) -> String {
    parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// The language of texts: the first of ours that the client names.
pub fn locale(headers: &HeaderMap) -> Locale {
    lines(headers, &ACCEPT_LANGUAGE).next().map(Locale::from_accept_language).unwrap_or_default()
}

/// The lines of a header; one that is no text is as one that says nothing we know.
fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?"))
}

fn check_sizes(parts: &Parts) -> Result<(), RequestError> {
    let url = parts.uri.path_and_query().map_or(0, |url| url.as_str().len());
    if url > LONGEST_URL {
        return Err(RequestError::new(
            Code::BadRequest,
            Outcome::UriTooLong,
            "The URL is longer than 8 KiB",
        ));
    }
    let announced = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> RequestError {
    RequestError::new(Code::BadRequest, Outcome::BodyTooLarge, "The body is larger than 64 KiB")
}

async fn read(body: Body) -> Result<Bytes, RequestError> {
    let cut = || RequestError::parameters("The body ended too early or came too slowly");
    let collected =
        tokio::time::timeout(BODY_TIME, Limited::new(body, LARGEST_BODY).collect()).await;
    match collected.map_err(|_| cut())? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(cut()),
    }
}

fn code_of(error: &async_graphql::ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// The answer to a request of which nothing ran.
pub fn refusal(refused: &Refused, answer_type: AnswerType, request_id: &str) -> Response {
    let error = &refused.error;
    let status = status(error.outcome, answer_type);
    let mut response =
        whole(status, answer_type, error.envelope(request_id).to_string().into_bytes());
    let headers = response.headers_mut();
    if let Some(allow) = refused.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let seconds =
        error.faults.iter().find_map(|fault| fault.extensions.get("retryAfterSeconds")?.as_u64());
    if let Some(seconds) = seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(Refusal { code: error.code.as_str().to_owned(), chain: None });
    response
}

/// A kept answer to a GET: with its tag, or only its tag if that is what the client has. Whoever stores it asks each time, as
/// an event may have outdated it.
fn storable(entry: &Entry, headers: &HeaderMap, answer_type: AnswerType) -> Response {
    let has_it = lines(headers, &IF_NONE_MATCH)
        .flat_map(|line| line.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == entry.etag);
    let mut response = if has_it {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        whole(StatusCode::OK, answer_type, entry.body.clone())
    };
    let vary =
        "Accept, Accept-Language, Authorization, x-app-platform, x-app-version, x-os-version";
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static(vary));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.extend(HeaderValue::from_str(&entry.etag).ok().map(|etag| (ETAG, etag)));
    response
}

fn whole(status: StatusCode, answer_type: AnswerType, body: impl Into<Body>) -> Response {
    let mut response = (status, body.into()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer_type.content_type()));
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
