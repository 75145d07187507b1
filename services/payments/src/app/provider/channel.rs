//! The way to each provider: where it listens, what is signed with, whether it answers just now.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use city_boot::{BootError, config};
use city_clock::Timestamp;
use city_contracts::payments::Provider;
use secrecy::SecretString;
use url::Url;

use crate::domain::provider::breaker::Breaker;
use crate::domain::provider::{Notice, Order, Question, Unproven, Ways, momo, vnpay, zalopay};
use crate::domain::reconciliation::Columns;
use crate::provider_config::ProvidersConfig;

/// More than any answer of a provider has.
const MOST_ANSWER_BYTES: usize = 16 * 1024;

/// Whose protocol is spoken.
#[derive(Debug)]
pub enum Merchant {
    /// VNPAY's.
    Vnpay(vnpay::Merchant),
    /// MoMo's.
    Momo(momo::Merchant),
    /// ZaloPay's.
    Zalopay(zalopay::Merchant),
}

/// The way to one provider.
#[derive(Debug)]
pub struct Channel {
    pub provider: Provider,
    pub merchant: Merchant,
    pub min: i64,
    pub max: i64,
    url: String,
    back: String,
    notices: String,
    http: reqwest::Client,
    timeout: Duration,
    breaker: Mutex<Breaker>,
}

/// The providers that are offered.
#[derive(Debug)]
pub struct Providers {
    channels: BTreeMap<Provider, Channel>,
    /// How VNPAY, MoMo and ZaloPay call the columns of their statements, offered or not.
    columns: [Columns; 3],
    /// The largest amount that goes back by itself.
    pub auto_refund_max: i64,
}

impl Providers {
    /// The providers of a configuration.
    ///
    /// # Errors
    /// One line that says what is missing of a provider that has a URL, or that a URL is not https in production.
    pub fn build(
        config: &ProvidersConfig,
        http: &reqwest::Client,
        development: bool,
    ) -> Result<Self, BootError> {
        let mut channels = BTreeMap::new();
        let mut offer = |provider, url: &str, merchant, (min, max)| {
            let public = required("PAYMENTS_PUBLIC_URL", config.public_url.as_ref())?;
            let (url, public) = (base(url, development)?, base(&public, development)?);
            let (name, timeout) = (path_name(provider), Duration::from_millis(config.timeout_ms));
            let channel = Channel {
                provider,
                merchant,
                min,
                max,
                url,
                back: format!("{public}/pay/return/{name}"),
                notices: format!("{public}/ipn/{name}"),
                http: http.clone(),
                timeout,
                breaker: Mutex::default(),
            };
            channels.insert(provider, channel);
            Ok::<_, BootError>(())
        };
        if let Some(url) = &config.vnpay_url {
            let merchant = Merchant::Vnpay(vnpay::Merchant {
                tmn_code: required("PAYMENTS_VNPAY_TMN_CODE", config.vnpay_tmn_code.as_ref())?,
                secret: secret(
                    "PAYMENTS_VNPAY_SECRET",
                    config.vnpay_secret.as_ref(),
                    config.vnpay_secret_file.as_deref(),
                )?,
            });
            offer(Provider::Vnpay, url, merchant, (config.vnpay_min, config.vnpay_max))?;
        }
        if let Some(url) = &config.momo_url {
            let merchant = Merchant::Momo(momo::Merchant {
                partner_code: required(
                    "PAYMENTS_MOMO_PARTNER_CODE",
                    config.momo_partner_code.as_ref(),
                )?,
                access_key: required("PAYMENTS_MOMO_ACCESS_KEY", config.momo_access_key.as_ref())?,
                secret: secret(
                    "PAYMENTS_MOMO_SECRET",
                    config.momo_secret.as_ref(),
                    config.momo_secret_file.as_deref(),
                )?,
            });
            offer(Provider::Momo, url, merchant, (config.momo_min, config.momo_max))?;
        }
        if let Some(url) = &config.zalopay_url {
            let merchant = Merchant::Zalopay(zalopay::Merchant {
                app_id: required("PAYMENTS_ZALOPAY_APP_ID", config.zalopay_app_id.as_ref())?,
                key1: secret(
                    "PAYMENTS_ZALOPAY_KEY1",
                    config.zalopay_key1.as_ref(),
                    config.zalopay_key1_file.as_deref(),
                )?,
                key2: secret(
                    "PAYMENTS_ZALOPAY_KEY2",
                    config.zalopay_key2.as_ref(),
                    config.zalopay_key2_file.as_deref(),
                )?,
            });
            offer(Provider::Zalopay, url, merchant, (config.zalopay_min, config.zalopay_max))?;
        }
        let columns = [
            columns("PAYMENTS_VNPAY_COLUMNS", &config.vnpay_columns)?,
            columns("PAYMENTS_MOMO_COLUMNS", &config.momo_columns)?,
            columns("PAYMENTS_ZALOPAY_COLUMNS", &config.zalopay_columns)?,
        ];
        Ok(Self { channels, columns, auto_refund_max: config.auto_refund_max })
    }

    /// The way to a provider; none when it is not offered.
    pub fn find(&self, provider: Provider) -> Option<&Channel> {
        self.channels.get(&provider)
    }

    /// How a provider calls the columns of its statements.
    pub const fn columns(&self, provider: Provider) -> &Columns {
        let [vnpay, momo, zalopay] = &self.columns;
        match provider {
            Provider::Vnpay => vnpay,
            Provider::Momo => momo,
            Provider::Zalopay => zalopay,
        }
    }

    /// The providers that may be asked just now.
    pub fn up(&self, now: Timestamp) -> Vec<Provider> {
        let up = self.channels.values().filter(|channel| channel.is_up(now));
        up.map(|channel| channel.provider).collect()
    }
}

impl Channel {
    /// Whether it may be asked just now.
    pub fn is_up(&self, now: Timestamp) -> bool {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).lets_pass(now)
    }

    /// Learns whether it answered well.
    pub fn learn(&self, well: bool, now: Timestamp) {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let was_up = breaker.lets_pass(now);
        breaker.learn(well, now);
        if was_up && !breaker.lets_pass(now) {
            tracing::warn!(
                provider = path_name(self.provider),
                "A provider is left alone for a while"
            );
        }
    }

    /// Where payer and notices come back to.
    pub fn ways(&self) -> Ways<'_> {
        Ways { back: &self.back, notices: &self.notices }
    }

    /// A path below its address.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// All by which it names an order of ours.
    pub fn named(&self, order: &Order<'_>) -> String {
        match &self.merchant {
            Merchant::Vnpay(_) => order.our_ref.to_owned(),
            Merchant::Momo(_) => momo::Merchant::named(order.our_ref),
            Merchant::Zalopay(_) => zalopay::Merchant::named(order),
        }
    }

    /// Reads a notice.
    ///
    /// # Errors
    /// When it is not proven to come from the provider.
    pub fn read_notice(&self, raw: &[u8]) -> Result<Notice, Unproven> {
        match &self.merchant {
            Merchant::Vnpay(city) => {
                city.read_notice(std::str::from_utf8(raw).map_err(|_| Unproven)?)
            }
            Merchant::Momo(city) => city.read_notice(raw),
            Merchant::Zalopay(city) => city.read_notice(raw),
        }
    }

    /// Asks; none when there is no answer, a fault of the provider's, or more than any answer has.
    pub async fn ask(&self, question: &Question) -> Option<Vec<u8>> {
        let request = self.http.post(self.at(question.path)).json(&question.body);
        let asked = async {
            let mut answer = request.timeout(self.timeout).send().await?.error_for_status_5xx()?;
            let mut bytes = Vec::new();
            while let Some(chunk) = answer.chunk().await? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MOST_ANSWER_BYTES {
                    return Ok(None);
                }
            }
            Ok::<_, reqwest::Error>(Some(bytes))
        };
        asked.await.unwrap_or_else(|error| {
            let (provider, error) = (path_name(self.provider), error.without_url());
            tracing::info!(provider, error = %error, "A provider does not answer");
            None
        })
    }
}

/// A client's refusal has a body that says which; a fault of the server has nothing to say.
trait ErrorFor5xx: Sized {
    fn error_for_status_5xx(self) -> Result<Self, reqwest::Error>;
}

impl ErrorFor5xx for reqwest::Response {
    fn error_for_status_5xx(self) -> Result<Self, reqwest::Error> {
        if self.status().is_server_error() { self.error_for_status() } else { Ok(self) }
    }
}

/// A provider as it is named in our URLs.
pub const fn path_name(of: Provider) -> &'static str {
    match of {
        Provider::Vnpay => "vnpay",
        Provider::Momo => "momo",
        Provider::Zalopay => "zalopay",
    }
}

/// The names of columns that a variable holds.
fn columns(variable: &str, names: &str) -> Result<Columns, BootError> {
    let refused = || BootError::Config(format!("{variable} has seven different names"));
    Columns::parse(names).ok_or_else(refused)
}

fn required(name: &str, value: Option<&String>) -> Result<String, BootError> {
    value
        .cloned()
        .ok_or_else(|| BootError::Config(format!("set {name}, or no URL of the provider")))
}

fn secret(
    name: &str,
    value: Option<&SecretString>,
    file: Option<&std::path::Path>,
) -> Result<SecretString, BootError> {
    let found = config::secret(name, value.cloned(), file)?;
    found.ok_or_else(|| {
        BootError::Config(format!("set {name} or {name}_FILE, or no URL of the provider"))
    })
}

/// An address without a slash behind it. What is unsigned counts only over TLS, so production takes nothing else.
fn base(url: &str, development: bool) -> Result<String, BootError> {
    let parsed = Url::parse(url);
    let fits = parsed
        .as_ref()
        .is_ok_and(|url| url.scheme() == "https" || (development && url.scheme() == "http"));
    if fits {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(BootError::Config(format!("{url} is no https address of a provider or of the city")))
    }
}
