//! Staff sign-in: passwords, authenticator codes, and the counting of misses.

use chrono::Duration;
use city_clock::Timestamp;
use totp_rs::{Builder, Totp};
use unicode_normalization::UnicodeNormalization as _;

/// Misses in a row after which a credential is locked for a while.
const MISSES_IN_A_ROW: i32 = 10;
const LOCK: Duration = Duration::minutes(15);
/// Misses of a day after which only an administrator opens the credential again.
const MISSES_A_DAY: i32 = 100;
const DAY: Duration = Duration::days(1);

/// The form of a password that is hashed: composed and decomposed Vietnamese must be the same password.
pub fn normalised(password: &str) -> String {
    password.nfkc().collect()
}

/// The authenticator of a secret: SHA-1, six digits, 30 seconds, one step of skew.
pub fn authenticator(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(secret).build().ok()
}

/// The step of the authenticator that a code belongs to, if it has not been used.
pub fn matched_step(totp: &Totp, code: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let six_digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = u64::try_from(now.timestamp()).ok().filter(|_| six_digits)?;
    let step = i64::try_from(totp.check(code, seconds)?).ok()?;
    (step > last_step).then_some(step)
}

/// How often a credential was missed, as read under its lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misses {
    /// In a row.
    pub in_a_row: i32,
    /// Since `day_at`.
    pub of_the_day: i32,
    /// The first miss of the day's window.
    pub day_at: Option<Timestamp>,
    /// Refused until then, whatever is presented.
    pub locked_until: Option<Timestamp>,
}

impl Misses {
    /// Whether nothing may be tried now. The daily lock ends by an administrator, not by time.
    pub fn locked(&self, now: Timestamp) -> bool {
        self.of_the_day >= MISSES_A_DAY || self.locked_until.is_some_and(|until| now < until)
    }

    /// After one more miss.
    #[must_use]
    pub fn missed(self, now: Timestamp) -> Self {
        let (of_the_day, day_at) = match self.day_at {
            Some(since) if now < since + DAY => (self.of_the_day + 1, since),
            _ => (1, now),
        };
        let in_a_row = self.in_a_row + 1;
        let (in_a_row, locked_until) = if in_a_row >= MISSES_IN_A_ROW {
            (0, Some(now + LOCK))
        } else {
            (in_a_row, self.locked_until)
        };
        Self { in_a_row, of_the_day, day_at: Some(day_at), locked_until }
    }

    /// After a success.
    #[must_use]
    pub fn cleared(self) -> Self {
        Self { in_a_row: 0, locked_until: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Utc.timestamp_opt(1_700_000_010 + seconds, 0).unwrap()
    }

    #[test]
    fn a_step_counts_once_and_skew_is_one_step() {
        let totp = authenticator(b"12345678901234567890").unwrap();
        let code = totp.generate(u64::try_from(at(0).timestamp()).unwrap()).to_string();
        let step = at(0).timestamp() / 30;

        assert_eq!(matched_step(&totp, &code, 0, at(0)), Some(step));
        assert_eq!(matched_step(&totp, &code, 0, at(30)), Some(step));
        assert_eq!(matched_step(&totp, &code, 0, at(-30)), Some(step));
        assert_eq!(matched_step(&totp, &code, 0, at(60)), None);
        assert_eq!(matched_step(&totp, &code, step, at(0)), None, "used");
        for wrong in ["", "12345", "１２３４５６", "12 345", "-12345"] {
            assert_eq!(matched_step(&totp, wrong, 0, at(0)), None, "{wrong:?}");
        }
    }

    #[test]
    fn ten_misses_in_a_row_lock_for_a_quarter_of_an_hour_and_a_hundred_for_good() {
        let fresh = Misses { in_a_row: 0, of_the_day: 0, day_at: None, locked_until: None };
        let nine = (0..9).fold(fresh, |misses, n| misses.missed(at(n)));
        let ten = nine.missed(at(9));
        let hundred = (0..100).fold(fresh, |misses, n| misses.missed(at(n)));

        assert!(!nine.locked(at(9)));
        assert!(ten.locked(at(9 + 899)));
        assert!(!ten.locked(at(9 + 900)));
        assert!(!nine.cleared().missed(at(9)).locked(at(9)), "in a row");
        assert!(hundred.locked(at(10_000_000)));
    }

    #[test]
    fn composed_and_decomposed_vietnamese_are_one_password() {
        assert_eq!(
            normalised("m\u{1ead}t kh\u{1ea9}u"),
            normalised("ma\u{323}\u{302}t kha\u{302}\u{309}u")
        );
    }
}
