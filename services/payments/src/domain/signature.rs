//! Signatures between merchants and the city: `City-Signature: t=<unix seconds>,v1=<hex HMAC-SHA-256>`.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::hex;

/// How far the time of a signature may lie from ours, in seconds.
const MOST_SKEW: u64 = 300;

/// Why a signature counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// It is missing, misshapen, or made with another secret or over something else.
    #[error("the signature is not over this request, or not by this key")]
    Wrong,
    /// It is right, and too old or too new.
    #[error("the signature's time is more than five minutes from ours")]
    OutOfTime,
}

/// What a webhook's signature is over.
pub fn of_webhook(t: i64, body: &[u8]) -> Vec<u8> {
    [t.to_string().as_bytes(), b".", body].concat()
}

/// What the signature of a merchant's call is over.
pub fn of_call(t: i64, method: &str, path_and_query: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{t}.{method}.{path_and_query}.");
    [head.as_bytes(), body].concat()
}

/// The signature, in hex.
pub fn sign(secret: &[u8], over: &[u8]) -> String {
    hex::text(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), over).as_ref())
}

/// The header: one `v1` for each secret that counts.
pub fn header(t: i64, signatures: &[String]) -> String {
    signatures.iter().fold(format!("t={t}"), |header, one| header + ",v1=" + one)
}

/// A header as it was read: when it says that it was signed, and what may be the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    time: i64,
    signatures: Vec<[u8; 32]>,
}

impl Given {
    /// Reads a header: exactly one `t`, at least one `v1`, nothing else.
    ///
    /// # Errors
    /// `Wrong`.
    pub fn parse(header: &str) -> Result<Self, BadSignature> {
        let (mut time, mut signatures) = (None, Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=') {
                Some(("t", raw)) if time.is_none() => {
                    let digits = raw.bytes().all(|byte| byte.is_ascii_digit());
                    let read = raw.parse::<i64>().ok().filter(|_| digits);
                    time = Some(read.ok_or(BadSignature::Wrong)?);
                }
                Some(("v1", raw)) => {
                    signatures.push(hex::bytes(raw).ok_or(BadSignature::Wrong)?);
                }
                _ => return Err(BadSignature::Wrong),
            }
        }
        let time = time.filter(|_| !signatures.is_empty()).ok_or(BadSignature::Wrong)?;
        Ok(Self { time, signatures })
    }

    /// Begins to verify a call whose body is still on its way.
    pub fn begin(&self, secret: &[u8], method: &str, path_and_query: &str) -> Running {
        let mut running = Running::over(secret);
        running.update(&of_call(self.time, method, path_and_query, b""));
        running
    }
}

/// A signature over what has come so far.
#[derive(Clone)]
pub struct Running(hmac::Context);

impl Running {
    fn over(secret: &[u8]) -> Self {
        Self(hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// More has come.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// All has come: any of the signatures may match.
    ///
    /// # Errors
    /// `Wrong`; `OutOfTime` only to whoever has the secret.
    pub fn finish(self, given: &Given, now: i64) -> Result<(), BadSignature> {
        let tag = self.0.sign();
        // In constant time; the number of signatures is no secret.
        let same = |one: &[u8; 32]| verify_slices_are_equal(tag.as_ref(), one).is_ok();
        if !given.signatures.iter().any(same) {
            return Err(BadSignature::Wrong);
        }
        if now.abs_diff(given.time) > MOST_SKEW { Err(BadSignature::OutOfTime) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_795_254_912;
    const BODY: &str = r#"{"id":"evt_0001","type":"payment.succeeded","data":{"id":"pay_0001","amount":150000,"currency":"VND"}}"#;
    const SIGNED: &str = "e73952920204f0bdc8285a06134b8cb88806af36dc61d0f4e4aa54718bff23c1";
    const SIGNED_NEXT: &str = "b39cfe38791fdf0868a190b207f5123fd67e9824511bdcb92269fb4aee46a9da";
    const ORDER: &str = r#"{"orderRef":"DH-000123","amount":"150000"}"#;
    const CALLED: &str = "fd80f33fd509742378b10692d6c2ffd499a55ba3f681efde6dbf76cda6adec75";

    fn verify(
        header: &str,
        secret: &[u8],
        now: i64,
        over: impl FnOnce(i64) -> Vec<u8>,
    ) -> Result<(), BadSignature> {
        let given = Given::parse(header)?;
        let mut running = Running::over(secret);
        running.update(&over(given.time));
        running.finish(&given, now)
    }

    fn webhook(header: &str, secret: &str, now: i64, body: &str) -> Result<(), BadSignature> {
        verify(header, secret.as_bytes(), now, |t| of_webhook(t, body.as_bytes()))
    }

    #[test]
    fn webhooks_are_signed_as_the_vectors_are_and_either_secret_is_enough() {
        let by = |secret: &str| sign(secret.as_bytes(), &of_webhook(T, BODY.as_bytes()));
        assert_eq!(
            (by("whsec_hues_test").as_str(), by("whsec_hues_next").as_str()),
            (SIGNED, SIGNED_NEXT)
        );

        let both = header(T, &[by("whsec_hues_next"), by("whsec_hues_test")]);
        assert_eq!(both, format!("t={T},v1={SIGNED_NEXT},v1={SIGNED}"));
        for (secret, now) in [
            ("whsec_hues_test", T),
            ("whsec_hues_next", T),
            ("whsec_hues_test", T + 300),
            ("whsec_hues_test", T - 300),
        ] {
            assert_eq!(webhook(&both, secret, now, BODY), Ok(()), "{secret} at {now}");
        }
        assert_eq!(
            webhook(&format!("t={T},v1={}", SIGNED.to_uppercase()), "whsec_hues_test", T, BODY),
            Ok(())
        );
    }

    #[test]
    fn what_is_changed_late_or_misshapen_is_refused() {
        let good = format!("t={T},v1={SIGNED}");
        let secret = "whsec_hues_test";

        assert_eq!(webhook(&good, secret, T, &format!("{BODY} ")), Err(BadSignature::Wrong));
        assert_eq!(webhook(&good, "whsec_hues_tesT", T, BODY), Err(BadSignature::Wrong));
        for now in [T + 301, T - 301] {
            assert_eq!(webhook(&good, secret, now, BODY), Err(BadSignature::OutOfTime));
        }
        for header in [
            format!("v1={SIGNED}"),
            format!("t={T},t={T},v1={SIGNED}"),
            format!("t={T}"),
            format!("t={T},v1="),
            format!("t=+{T},v1={SIGNED}"),
            format!("t={},v1={SIGNED}", T + 1),
            format!("t={T},v1={SIGNED}00"),
            format!("t={T},v1={SIGNED},v2=1"),
            String::new(),
        ] {
            assert_eq!(webhook(&header, secret, T, BODY), Err(BadSignature::Wrong), "{header}");
        }
    }

    #[test]
    fn a_call_is_signed_with_its_method_path_and_body() {
        let (header, secret) = (format!("t={T},v1={CALLED}"), b"mk_hues_test");
        let call = |method: &str, path: &str, body: &str| {
            let given = Given::parse(&header)?;
            let mut running = given.begin(secret, method, path);
            body.as_bytes().chunks(7).for_each(|part| running.update(part));
            let over = |t| of_call(t, method, path, body.as_bytes());
            let whole = verify(&header, secret, T, over);
            assert_eq!(running.finish(&given, T), whole, "in parts it is the same");
            whole
        };

        assert_eq!(
            sign(secret, &of_call(T, "POST", "/merchant/v1/orders", ORDER.as_bytes())),
            CALLED
        );
        assert_eq!(call("POST", "/merchant/v1/orders", ORDER), Ok(()));
        for (method, path) in [
            ("GET", "/merchant/v1/orders"),
            ("POST", "/merchant/v1/orders?a=1"),
            ("POST", "/merchant/v1/order"),
        ] {
            assert_eq!(call(method, path, ORDER), Err(BadSignature::Wrong), "{method} {path}");
        }
        assert_eq!(call("POST", "/merchant/v1/orders", ""), Err(BadSignature::Wrong));
    }
}
