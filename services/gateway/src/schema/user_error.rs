//! Why the city refused a mutation, for the person who asked for it; and the checks of an input's own shape.

use async_graphql::{ID, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::{Finding, ProblemDocument};
use city_ids::{Entity, Id};

/// Why the city refused, for the person who asked.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "UserError")]
pub struct UserError {
    /// Stable code to decide by, such as `TOO_SHORT`; the owning service documents its codes.
    #[graphql(name = "code")]
    code: String,
    /// What is wrong and what would be right, to be shown to the person.
    #[graphql(name = "message")]
    message: String,
    /// JSON Pointer into `input`, such as `/description`; null when the input as a whole is meant.
    #[graphql(name = "field")]
    field: Option<String>,
    /// Seconds after which the same request may succeed.
    #[graphql(name = "retryAfterSeconds")]
    retry_after_seconds: Option<i32>,
    /// Tries left before a lock, where tries are counted.
    #[graphql(name = "triesLeft")]
    tries_left: Option<i32>,
    /// What else the code documents, such as the nearest ward.
    #[graphql(name = "details")]
    details: Option<serde_json::Value>,
}

impl UserError {
    /// Everything a service found wrong, all at once.
    pub fn all_of(problem: &ProblemDocument) -> Vec<Self> {
        let number =
            |value: Option<u64>| value.map(|value| i32::try_from(value).unwrap_or(i32::MAX));
        let whole = Self {
            code: problem.code.clone(),
            message: problem.detail.clone(),
            field: None,
            retry_after_seconds: number(problem.retry_after_seconds),
            tries_left: number(problem.tries_left.map(u64::from)),
            details: problem.details.clone(),
        };
        if problem.errors.is_empty() {
            return vec![whole];
        }
        let of_field = |finding: &Finding| Self {
            code: finding.code.clone(),
            message: finding.message.clone(),
            field: Some(finding.field.clone()).filter(|field| !field.is_empty()),
            ..whole.clone()
        };
        problem.errors.iter().map(of_field).collect()
    }
}

/// What a quote found that would refuse a payment now.
impl From<Finding> for UserError {
    fn from(of: Finding) -> Self {
        Self {
            code: of.code,
            message: of.message,
            field: Some(of.field).filter(|field| !field.is_empty()),
            retry_after_seconds: None,
            tries_left: None,
            details: None,
        }
    }
}

/// Reads the typed parts of an input and collects everything that does not fit.
#[derive(Debug)]
pub struct Checks {
    locale: Locale,
    found: Vec<UserError>,
}

impl Checks {
    pub const fn new(locale: Locale) -> Self {
        Self { locale, found: Vec::new() }
    }

    /// The key that makes a mutation happen once.
    pub fn key(&mut self, raw: &ID) -> Option<IdempotencyKey> {
        let key = IdempotencyKey::parse(raw);
        if key.is_err() {
            let (vi, en) = (
                "Khóa chống lặp phải gồm 8 đến 128 ký tự ASCII nhìn thấy được, ví dụ một UUID",
                "An idempotency key is 8 to 128 visible ASCII characters, for example a UUID",
            );
            self.refuse("/idempotencyKey", "IDEMPOTENCY_KEY", vi, en);
        }
        key.ok()
    }

    /// An id of one kind of entity; another one names nothing that exists.
    pub fn id<E: Entity>(&mut self, pointer: &str, raw: &ID) -> Option<Id<E>> {
        let id = Id::parse(raw);
        if id.is_err() {
            self.refuse(pointer, "NOT_FOUND", "Không tìm thấy mục này", "There is no such thing");
        }
        id.ok()
    }

    /// The key of a mutation and the `id` of what it is about; with either wrong, neither.
    pub fn key_and_id<E: Entity>(&mut self, key: &ID, id: &ID) -> Option<(IdempotencyKey, Id<E>)> {
        let key = self.key(key);
        let id = self.id("/id", id);
        key.zip(id)
    }

    fn refuse(&mut self, pointer: &str, code: &str, vi: &str, en: &str) {
        let message = match self.locale {
            Locale::Vi => vi,
            Locale::En => en,
        };
        self.found.push(UserError {
            code: code.to_owned(),
            message: message.to_owned(),
            field: Some(pointer.to_owned()),
            retry_after_seconds: None,
            tries_left: None,
            details: None,
        });
    }

    /// The wire form of the input, if nothing was found wrong with it.
    ///
    /// # Errors
    /// Everything that was found wrong.
    pub fn done<T>(self, wire: Option<T>) -> Result<T, Vec<UserError>> {
        match wire {
            Some(wire) if self.found.is_empty() => Ok(wire),
            _ => Err(self.found),
        }
    }
}
