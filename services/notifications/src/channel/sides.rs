//! Which side takes what, as configured.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use city_boot::{BootError, Infra};

use super::{DevOutbox, Kind, MessageChannel, Webhook};
use crate::config::{Config, SideName};

/// Tries on the first side before the second is asked.
const TRIES_ON_FIRST: i32 = 3;

/// The sides of each kind, the first choice first.
#[derive(Clone)]
pub struct Sides {
    sms: Vec<Arc<dyn MessageChannel>>,
}

impl std::fmt::Debug for Sides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.sms.iter().map(|side| side.name())).finish()
    }
}

/// What the configuration says about one side.
struct Wanted<'a> {
    name: &'static str,
    /// The variable that chose it; the others begin with it.
    variable: &'static str,
    side: SideName,
    url: Option<&'a str>,
    secret_file: Option<&'a Path>,
}

impl Sides {
    /// Builds what is configured.
    ///
    /// # Errors
    /// One line that names the variable which is missing, or which the profile refuses.
    pub fn build(config: &Config, infra: &Infra) -> Result<Self, BootError> {
        let first = match config.sms {
            Some(side) => side,
            None if infra.profile.is_development() => SideName::Outbox,
            None => {
                let line = "set NOTIFICATIONS_SMS to webhook: without a channel nobody can sign in";
                return Err(BootError::Config(line.into()));
            }
        };
        let first = Wanted {
            name: "sms",
            variable: "NOTIFICATIONS_SMS",
            side: first,
            url: config.sms_webhook_url.as_deref(),
            secret_file: config.sms_webhook_secret_file.as_deref(),
        };
        let second = config.sms_second.map(|side| Wanted {
            name: "sms-second",
            variable: "NOTIFICATIONS_SMS_SECOND",
            side,
            url: config.sms_second_webhook_url.as_deref(),
            secret_file: config.sms_second_webhook_secret_file.as_deref(),
        });
        let sides = std::iter::once(first).chain(second).map(|wanted| open(&wanted, infra));
        let sms: Vec<Arc<dyn MessageChannel>> = sides.collect::<Result<_, _>>()?;
        match sms.iter().find(|side| !side.kinds().contains(&Kind::Sms)) {
            Some(side) => {
                Err(BootError::Config(format!("the channel {} takes no SMS", side.name())))
            }
            None => Ok(Self { sms }),
        }
    }

    fn of(&self, kind: Kind) -> &[Arc<dyn MessageChannel>] {
        match kind {
            Kind::Sms => &self.sms,
        }
    }

    /// The side to ask after so many tries.
    pub fn choose(&self, kind: Kind, attempts: i32) -> Option<&Arc<dyn MessageChannel>> {
        let sides = self.of(kind);
        if attempts >= TRIES_ON_FIRST { sides.last() } else { sides.first() }
    }

    /// How many tries to count when a side refused for good, so that another one is asked; none when there is no other.
    pub fn pass_on(&self, kind: Kind, attempts: i32) -> Option<i32> {
        (self.of(kind).len() > 1 && attempts < TRIES_ON_FIRST).then_some(TRIES_ON_FIRST)
    }
}

fn open(wanted: &Wanted<'_>, infra: &Infra) -> Result<Arc<dyn MessageChannel>, BootError> {
    let variable = wanted.variable;
    match wanted.side {
        SideName::Outbox => {
            match DevOutbox::open(infra.profile, infra.db.clone(), infra.clock.clone()) {
                Some(outbox) => Ok(Arc::new(outbox)),
                None => Err(BootError::Config(format!(
                    "{variable}=outbox is for development; in production use webhook"
                ))),
            }
        }
        SideName::Webhook => {
            let url = wanted
                .url
                .ok_or_else(|| BootError::Config(format!("set {variable}_WEBHOOK_URL")))?;
            let url = url::Url::parse(url).ok().filter(is_safe).ok_or_else(|| {
                BootError::Config(format!(
                    "{variable}_WEBHOOK_URL must be an https URL, or http to loopback"
                ))
            })?;
            let name = format!("{variable}_WEBHOOK_SECRET");
            let secret = city_boot::config::secret(&name, None, wanted.secret_file)?
                .filter(|secret| secrecy::ExposeSecret::expose_secret(secret).len() >= 32)
                .ok_or_else(|| {
                    BootError::Config(format!(
                        "set {name}_FILE to a file with a secret of 32 characters or more"
                    ))
                })?;
            Ok(Arc::new(Webhook::new(
                wanted.name,
                url,
                secret,
                infra.http.clone(),
                infra.clock.clone(),
            )))
        }
    }
}

fn is_safe(url: &url::Url) -> bool {
    let loopback = || match url.host() {
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback())
}
