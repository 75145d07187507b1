//! Which merchant calls.

use city_ids::{ApiKeyId, MerchantId};

use super::keys::place;
use crate::app::App;
use crate::domain::signature::{self, BadSignature};
use crate::error::{Error, broken};
use crate::store;

/// A call as it came in.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The header `City-Key`.
    pub key: &'a str,
    /// The header `City-Signature`.
    pub signature: &'a str,
    pub method: &'a str,
    /// As it was asked for, byte by byte.
    pub path_and_query: &'a str,
    pub body: &'a [u8],
}

/// The merchant whose key signed a call. An unknown key, one that was revoked and a wrong signature are refused alike.
///
/// # Errors
/// `SignatureInvalid`, `SignatureTime`.
pub async fn verify_call(app: &App, call: SignedRequest<'_>) -> Result<MerchantId, Error> {
    let id = ApiKeyId::parse(call.key).map_err(|_| Error::SignatureInvalid)?;
    let found = store::api_key::find_live(&mut *app.connection().await?, id).await?;
    let (merchant, sealed) = found.ok_or(Error::SignatureInvalid)?;
    let secret = app.keyring.open(place(&id.to_string()), &sealed);
    let secret = secret.ok_or_else(|| broken("opening a key", format!("{id} does not open")))?;
    let now = app.clock.now();
    let over = |t| signature::of_call(t, call.method, call.path_and_query, call.body);
    match signature::verify(call.signature, &secret, now.timestamp(), over) {
        Ok(()) => Ok(merchant),
        Err(BadSignature::Wrong) => Err(Error::SignatureInvalid),
        Err(BadSignature::OutOfTime) => Err(Error::SignatureTime { now }),
    }
}
