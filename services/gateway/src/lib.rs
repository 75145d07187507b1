#![doc = include_str!("../README.md")]

pub mod admin;
pub mod cache;
mod clients;
mod config;
pub mod engine;
pub mod guard;
pub mod http;
pub mod limit;
pub mod live;
mod lru;
pub mod pass;
pub mod prepare;
pub mod request;
pub mod schema;
pub mod trusted;
pub mod who;

use std::sync::Arc;

use city_boot::{BootError, Check, GatewayInfra, Profile, RedisStore, Service};
use city_clock::SharedClock;
use city_ids::ServiceName;

pub use clients::Clients;
pub use config::Config;
pub use trusted::Mode;

use cache::ResponseCache;
use engine::Engine;
use limit::Limits;
use limit::address::{Addresses, ProxyHeader};
use live::Live;
use pass::Upstreams;
use trusted::Trusted;
use who::Who;

/// The largest body of any route; each route has its own, smaller bound.
const LARGEST_BODY: usize = 50 * 1024 * 1024;

/// What every request needs.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub profile: Profile,
    pub clock: SharedClock,
    pub redis: RedisStore,
    pub clients: Clients,
    pub who: Arc<Who>,
    pub engine: Arc<Engine>,
    /// None when it is turned off.
    pub cache: Option<Arc<ResponseCache>>,
    pub limits: Arc<Limits>,
    pub addresses: Arc<Addresses>,
}

/// Builds the gateway.
///
/// # Errors
/// One line that names the setting which does not parse.
pub fn build(config: Config, infra: GatewayInfra) -> Result<Service, BootError> {
    build_with(config, infra, admin::DOCUMENT)
}

/// Builds the gateway with another route table of the admin API than the one it ships with.
///
/// # Errors
/// One line that names the setting which does not parse.
pub fn build_with(
    config: Config,
    infra: GatewayInfra,
    admin_document: &str,
) -> Result<Service, BootError> {
    let upstreams = Upstreams::new(&config, &infra)?;
    let app = app(config, &infra)?;
    let live = Live::new(app.clone(), infra.ids);
    let workers = app.who.workers().into_iter().chain(live.workers()).collect();
    let readiness = vec![app.who.check(), Check::redis(&app.redis)];
    let admin = admin::routes(app.clone(), upstreams.clone(), admin_document)?;
    let routes = http::routes(app.clone(), live).merge(admin).merge(pass::routes(app, upstreams));
    Ok(Service {
        name: ServiceName::Gateway,
        routes,
        workers,
        readiness,
        verifier: None, // it proves people itself
        max_body_bytes: LARGEST_BODY,
    })
}

fn app(config: Config, infra: &GatewayInfra) -> Result<App, BootError> {
    let clients = Clients::new(&config, infra);
    let who = Who::new(
        &config.issuer,
        clients.accounts.clone(),
        infra.redis.clone(),
        infra.clock.clone(),
    );
    let trusted = Trusted::read(config.manifests.as_deref())
        .map_err(|fault| BootError::failed("reading the manifests of trusted documents", fault))?;
    let by_profile = if infra.profile.is_development() { Mode::Open } else { Mode::Trusted };
    let engine = Engine::new(config.documents.unwrap_or(by_profile), trusted)
        .map_err(|error| BootError::failed("reading the schema", error))?;
    Ok(App {
        addresses: Arc::new(addresses(&config)?),
        cache: config.response_cache.then(|| ResponseCache::new(infra.clock.clone())),
        config: Arc::new(config),
        profile: infra.profile,
        clock: infra.clock.clone(),
        redis: infra.redis.clone(),
        clients,
        who: Arc::new(who),
        engine: Arc::new(engine),
        limits: Arc::new(Limits::new(infra.redis.clone())),
    })
}

fn addresses(config: &Config) -> Result<Addresses, BootError> {
    let network = |text: &String| {
        text.trim()
            .parse()
            .map_err(|error| BootError::Config(format!("GATEWAY_TRUSTED_PROXIES: {text}: {error}")))
    };
    let networks =
        config.trusted_proxies.iter().filter(|text| !text.trim().is_empty()).map(network);
    let header = match config.forwarded_header.to_ascii_lowercase().as_str() {
        "x-forwarded-for" => ProxyHeader::XForwardedFor,
        "forwarded" => ProxyHeader::Forwarded,
        _ => {
            return Err(BootError::Config(
                "GATEWAY_FORWARDED_HEADER is x-forwarded-for or forwarded".to_owned(),
            ));
        }
    };
    Ok(Addresses { trusted: networks.collect::<Result<_, _>>()?, header })
}
