//! On whose behalf a call is made, and why it can fail.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use city_auth::Principal;
use city_contracts::catalogue::service::ClientApp;
use city_contracts::common::Locale;
use city_contracts::problem::{Kind, ProblemDocument};
use city_http::{Problem, RETRY_AFTER_SECONDS};
use http::{HeaderMap, HeaderName};

/// Who asks, in which language, until when.
#[derive(Debug, Clone)]
pub struct Call {
    /// The identity that the other service sees.
    pub principal: Principal,
    /// The language of texts.
    pub locale: Locale,
    /// When the answer is of no more use.
    pub deadline: Instant,
    /// What the app says about itself, passed on.
    pub app: AppHeaders,
    /// Notes of each answer whether others may be given the same.
    pub heard: Heard,
}

impl Call {
    /// A call for a principal that waits at most this long.
    pub fn new(principal: Principal, locale: Locale, patience: Duration) -> Self {
        let deadline = Instant::now() + patience;
        Self { principal, locale, deadline, app: AppHeaders::default(), heard: Heard::default() }
    }
}

/// The headers in which an app names its platform, its version and that of the system, in the order of [`AppHeaders`].
pub const APP_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("x-app-platform"),
    HeaderName::from_static("x-app-version"),
    HeaderName::from_static("x-os-version"),
];

/// Nothing we know of is longer; what is matches nothing, as if it were not there.
const LONGEST_APP_HEADER: usize = 32;

/// What an app says about itself: the lines of [`APP_HEADERS`]. Services decide what they are worth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AppHeaders([Option<String>; 3]);

impl AppHeaders {
    /// Reads them; a line that is given twice, is too long or is no visible text counts as missing.
    pub fn read(headers: &HeaderMap) -> Self {
        Self(APP_HEADERS.map(|name| {
            let mut lines = headers.get_all(name).iter();
            let line = lines.next().filter(|_| lines.next().is_none())?.to_str().ok()?.trim();
            let fits = !line.is_empty() && line.len() <= LONGEST_APP_HEADER;
            fits.then(|| line.to_owned())
        }))
    }

    /// The same as a member of a request, for routes that take it there.
    pub fn client(&self) -> ClientApp {
        let [platform, app_version, os_version] = self.0.clone();
        ClientApp { platform, app_version, os_version }
    }

    /// Those that are there.
    pub fn lines(&self) -> impl Iterator<Item = (HeaderName, &str)> {
        let named = APP_HEADERS.into_iter().zip(&self.0);
        named.filter_map(|(name, line)| Some((name, line.as_deref()?)))
    }
}

/// What the answers to some calls said about keeping them, all together.
#[derive(Debug, Clone, Default)]
pub struct Heard(Arc<Mutex<Keeping>>);

/// Whether what was made of some answers may be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing was answered yet.
    #[default]
    Unknown,
    /// All answers are the same for everybody; the seconds the first of them to grow old may be kept.
    Public(u32),
    /// An answer is the caller's own.
    Private,
}

impl Heard {
    /// Takes note of one answer: the seconds it may be kept for everybody, none if it is the caller's own.
    pub fn note(&self, public_max_age: Option<u32>) {
        let mut keeping = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *keeping = match (*keeping, public_max_age) {
            (Keeping::Private, _) | (_, None) => Keeping::Private,
            (Keeping::Unknown, Some(age)) => Keeping::Public(age),
            (Keeping::Public(least), Some(age)) => Keeping::Public(least.min(age)),
        };
    }

    /// What all answers so far allow together.
    pub fn keeping(&self) -> Keeping {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that gave no answer of the wanted type.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service refused; its own words.
    #[error("the service refused with {}", .0.code)]
    Refused(Box<ProblemDocument>),
    /// The service is away, slow, or protected by its breaker.
    #[error("the service {service} is away while {doing}")]
    Away {
        /// Which.
        service: city_ids::ServiceName,
        /// What was being done.
        doing: &'static str,
    },
    /// The service answered what its contract does not allow.
    #[error("the service {service} broke its contract while {doing}")]
    Garbage {
        /// Which.
        service: city_ids::ServiceName,
        /// What was being done.
        doing: &'static str,
    },
}

impl CallError {
    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Refused(problem) => problem.kind,
            Self::Away { .. } => Kind::Unavailable,
            Self::Garbage { .. } => Kind::Internal,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(problem) => &problem.code,
            Self::Away { .. } => "UNAVAILABLE",
            Self::Garbage { .. } => "INTERNAL",
        }
    }

    /// Seconds after which the same call may succeed.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Refused(problem) => problem.retry_after_seconds,
            Self::Away { .. } => Some(RETRY_AFTER_SECONDS),
            Self::Garbage { .. } => None,
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(document) => Self::forwarded(*document),
            CallError::Away { .. } => {
                Self::new(Kind::Unavailable, "UNAVAILABLE", error.to_string())
            }
            CallError::Garbage { .. } => {
                Self::new(Kind::Internal, "INTERNAL", "something went wrong on our side")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn one_private_answer_makes_the_whole_private() {
        let heard = Heard::default();
        assert_eq!(heard.keeping(), Keeping::Unknown);

        heard.note(Some(60));
        heard.clone().note(Some(10));
        assert_eq!(heard.keeping(), Keeping::Public(10));

        heard.note(None);
        heard.note(Some(60));
        assert_eq!(heard.keeping(), Keeping::Private);
    }

    #[test]
    fn an_app_header_that_makes_no_sense_counts_as_missing() {
        let mut headers = HeaderMap::new();
        headers.insert("x-app-platform", HeaderValue::from_static(" ANDROID "));
        headers.insert("x-app-version", HeaderValue::from_static("1.0"));
        headers.append("x-app-version", HeaderValue::from_static("2.0"));
        headers.insert("x-os-version", HeaderValue::from_str(&"1".repeat(33)).unwrap());

        let read = AppHeaders::read(&headers);

        assert_eq!(read.lines().collect::<Vec<_>>(), [(APP_HEADERS[0].clone(), "ANDROID")]);
    }
}
