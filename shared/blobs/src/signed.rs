//! Leave for a client to send or fetch one object. Signing asks nobody: it works while the store is away.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::PresigningConfig;

use crate::store::Blobs;

/// Leave to PUT one object of exactly one length and type.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedPut {
    /// Where to. Whoever has it can upload, so `Debug` leaves it out.
    pub url: String,
    /// The headers the PUT must carry, with these values.
    pub headers: Vec<(String, String)>,
}

impl std::fmt::Debug for SignedPut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedPut").field("headers", &self.headers).finish_non_exhaustive()
    }
}

/// The request cannot be signed: a key, a type or a duration that S3 does not know.
#[derive(Debug, thiserror::Error)]
#[error("a request to the object store cannot be signed")]
pub struct SignError(#[source] Box<dyn std::error::Error + Send + Sync>);

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> SignError {
    SignError(Box::new(error))
}

impl Blobs {
    /// Signs a PUT that the store takes until `expires` has passed, and only with this length and type.
    ///
    /// # Errors
    /// When it cannot be signed; `expires` is at most a week.
    pub async fn presign_put(
        &self,
        key: &str,
        content_length: u64,
        content_type: &str,
        expires: Duration,
    ) -> Result<SignedPut, SignError> {
        self.presign_put_from(now(), key, content_length, content_type, expires).await
    }

    pub(crate) async fn presign_put_from(
        &self,
        start: SystemTime,
        key: &str,
        content_length: u64,
        content_type: &str,
        expires: Duration,
    ) -> Result<SignedPut, SignError> {
        let request = self
            .public
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_length(i64::try_from(content_length).map_err(refused)?)
            .content_type(content_type)
            .presigned(window(start, expires)?)
            .await
            .map_err(refused)?;
        let headers =
            request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(SignedPut { url: request.uri().to_owned(), headers })
    }

    /// Signs a GET that the store answers until `expires` has passed.
    ///
    /// # Errors
    /// When it cannot be signed; `expires` is at most a week.
    pub async fn presign_get(&self, key: &str, expires: Duration) -> Result<String, SignError> {
        let request = self
            .public
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .presigned(window(now(), expires)?)
            .await
            .map_err(refused)?;
        Ok(request.uri().to_owned())
    }
}

impl Blobs {
    /// Signs a GET whose answer is saved and never shown, also by stores that keep no disposition of their own.
    ///
    /// # Errors
    /// When it cannot be signed; `expires` is at most a week.
    pub async fn presign_get_attachment(
        &self,
        key: &str,
        expires: Duration,
    ) -> Result<String, SignError> {
        let request = self
            .public
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_disposition("attachment")
            .presigned(window(now(), expires)?)
            .await
            .map_err(refused)?;
        Ok(request.uri().to_owned())
    }
}

fn window(start: SystemTime, expires: Duration) -> Result<PresigningConfig, SignError> {
    PresigningConfig::builder().start_time(start).expires_in(expires).build().map_err(refused)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the store compares a signature with its own machine's clock, which no clock of ours moves"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
