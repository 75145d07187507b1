//! Refresh tokens: a pure function of key, session and number, so that none is stored and a lost answer can be given again.
//! And the table that tells a lost answer from a stolen token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, NaiveDate};
use city_auth::{KeyName, Keyring, constant_time_eq};
use city_clock::{Timestamp, hue_day};
use city_ids::SessionId;
use uuid::Uuid;

const PREFIX: &str = "cr1_";
const LABEL: &[u8] = b"cr1";
const SIGNED_BYTES: usize = 16 + 4 + 1;
const TOKEN_BYTES: usize = SIGNED_BYTES + 32;
/// Within it the token before the present one gets the present one again, whoever asks: two tabs, one retry.
const GRACE: Duration = Duration::seconds(10);
/// Lost answers that heal in a day.
pub const LATE_REPLAYS_A_DAY: i32 = 20;

/// A refresh token whose MAC was right: session and number are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session.
    pub session: SessionId,
    /// Its number.
    pub n: u32,
}

impl RefreshToken {
    /// The text of the token.
    pub fn derive(self, keyring: &Keyring) -> String {
        let key = keyring.newest(KeyName::Refresh);
        let signed = self.signed_bytes(key.kid());
        let mac = key.mac(&[LABEL, &signed]);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&signed[..], &mac[..]].concat()))
    }

    /// Reads a token; none unless it is one of ours, to the bit.
    pub fn parse(raw: &str, keyring: &Keyring) -> Option<Self> {
        let encoded = raw.strip_prefix(PREFIX)?;
        if encoded.len() != TOKEN_BYTES.div_ceil(3) * 4 - 1 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let (signed, mac) = bytes.split_at_checked(SIGNED_BYTES)?;
        let (sid, rest) = signed.split_first_chunk::<16>()?;
        let (n, rest) = rest.split_first_chunk::<4>()?;
        let key = keyring.find(KeyName::Refresh, *rest.first()?)?;
        let genuine = constant_time_eq(&key.mac(&[LABEL, signed]), mac);
        genuine.then(|| Self {
            session: SessionId::restore(Uuid::from_bytes(*sid)),
            n: u32::from_be_bytes(*n),
        })
    }

    fn signed_bytes(self, kid: u8) -> [u8; SIGNED_BYTES] {
        let mut bytes = [0; SIGNED_BYTES];
        bytes[..16].copy_from_slice(self.session.as_uuid().as_bytes());
        bytes[16..20].copy_from_slice(&self.n.to_be_bytes());
        bytes[20] = kid;
        bytes
    }
}

/// What a live session knows of its refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The number that is valid now.
    pub n: u32,
    /// The highest number whose bearer has proven that they received it.
    pub seen_n: u32,
    /// When `n` was made.
    pub rotated_at: Timestamp,
    /// Lost answers healed on `replay_day`.
    pub late_replays: i32,
    /// The day they are counted for.
    pub replay_day: NaiveDate,
}

/// What a presented number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The present token: make the next one.
    Rotate,
    /// The answer was lost a moment ago: the present token again, nothing written.
    Again,
    /// The answer was lost earlier and nobody has used it: the present token again, counted.
    Heal,
    /// Somebody used what followed: one of two holders is a thief.
    Reuse,
    /// A number never given out: the database went back in time.
    AheadOfDatabase,
}

impl Rotation {
    /// Judges a presented number.
    pub fn judge(&self, n: u32, now: Timestamp) -> Verdict {
        if n == self.n {
            return Verdict::Rotate;
        }
        if n > self.n {
            return Verdict::AheadOfDatabase;
        }
        if n + 1 < self.n {
            return Verdict::Reuse;
        }
        if now - self.rotated_at <= GRACE {
            return Verdict::Again;
        }
        let healed_today = if self.replay_day == hue_day(now) { self.late_replays } else { 0 };
        if self.seen_n < self.n && healed_today < LATE_REPLAYS_A_DAY {
            Verdict::Heal
        } else {
            Verdict::Reuse
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use city_ids::Ids;
    use proptest::prelude::*;

    use super::*;

    fn at() -> Timestamp {
        Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap()
    }

    fn rotation() -> Rotation {
        Rotation { n: 5, seen_n: 4, rotated_at: at(), late_replays: 0, replay_day: hue_day(at()) }
    }

    #[test]
    fn each_row_of_the_table() {
        let judge = |rotation: Rotation, n, after| rotation.judge(n, at() + after);
        let (grace, ms) = (Duration::seconds(10), Duration::milliseconds(1));
        let seen = Rotation { seen_n: 5, ..rotation() };
        let worn = Rotation { late_replays: 20, ..rotation() };

        assert_eq!(judge(rotation(), 5, Duration::days(3)), Verdict::Rotate);
        assert_eq!(judge(rotation(), 4, grace - ms), Verdict::Again);
        assert_eq!(judge(seen, 4, grace), Verdict::Again);
        assert_eq!(judge(rotation(), 4, grace + ms), Verdict::Heal);
        assert_eq!(judge(seen, 4, grace + ms), Verdict::Reuse);
        assert_eq!(
            judge(Rotation { late_replays: 19, ..rotation() }, 4, Duration::hours(1)),
            Verdict::Heal
        );
        assert_eq!(judge(worn, 4, Duration::hours(1)), Verdict::Reuse, "the 21st of the day");
        assert_eq!(judge(worn, 4, Duration::days(1)), Verdict::Heal, "a new day");
        assert_eq!(judge(rotation(), 3, ms), Verdict::Reuse);
        assert_eq!(judge(rotation(), 6, ms), Verdict::AheadOfDatabase);
        assert_eq!(judge(rotation(), u32::MAX, ms), Verdict::AheadOfDatabase);
    }

    #[test]
    fn a_token_changed_in_any_character_is_not_ours() {
        let keyring = Keyring::generate(&Ids::seeded(1));
        let token = RefreshToken { session: Ids::seeded(2).next(at()), n: 7 };
        let text = token.derive(&keyring);

        assert_eq!(RefreshToken::parse(&text, &keyring), Some(token));
        for index in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(RefreshToken::parse(&changed, &keyring), None, "{index}");
        }
        assert_eq!(RefreshToken::parse(&text, &Keyring::generate(&Ids::seeded(2))), None);
        assert_eq!(RefreshToken::parse(&text[..text.len() - 1], &keyring), None);
        assert_eq!(RefreshToken::parse(&format!("{text}="), &keyring), None);
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_finds_nothing(raw in "(cr1_)?[ -~ỗ]{0,90}") {
            prop_assert_eq!(RefreshToken::parse(&raw, &Keyring::generate(&Ids::seeded(1))), None);
        }

        #[test]
        fn what_is_derived_parses_back(session: u128, n: u32) {
            let keyring = Keyring::generate(&Ids::seeded(1));
            let token = RefreshToken { session: SessionId::restore(Uuid::from_u128(session)), n };
            prop_assert_eq!(RefreshToken::parse(&token.derive(&keyring), &keyring), Some(token));
        }
    }
}
