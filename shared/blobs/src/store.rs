//! Calls to the store: bounded in time, tried three times, never inside a transaction of the caller.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use bytes::{Bytes, BytesMut};
use secrecy::ExposeSecret as _;

use crate::config::S3Settings;
use crate::error::{BlobError, fault, stands_already, unless_absent};

const CONNECT: Duration = Duration::from_secs(1);
/// The whole call, its retries included.
const CALL: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;

/// The city's bucket.
#[derive(Debug, Clone)]
pub struct Blobs {
    pub(crate) client: Client,
    /// Signs for the address that clients outside use; it is never called.
    pub(crate) public: Client,
    pub(crate) bucket: String,
}

/// What the store knows of an object without sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Bytes.
    pub length: u64,
    /// The type it was uploaded as; empty when the store does not know.
    pub content_type: String,
}

impl Blobs {
    /// A client of the store. Nothing is asked yet, so a service starts while the store is away.
    pub fn connect(settings: S3Settings) -> Self {
        let public = settings.public_endpoint.as_ref().unwrap_or(&settings.endpoint);
        Self {
            client: client(&settings, &settings.endpoint),
            public: client(&settings, public),
            bucket: settings.bucket,
        }
    }

    /// Length and type of an object; `None` when there is none.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn head(&self, key: &str) -> Result<Option<Head>, BlobError> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(found) => Ok(Some(Head {
                length: found
                    .content_length()
                    .and_then(|length| u64::try_from(length).ok())
                    .unwrap_or(0),
                content_type: found.content_type().unwrap_or_default().to_owned(),
            })),
            Err(error) => unless_absent(error, "asking for an object").map_or(Ok(None), Err),
        }
    }

    /// The bytes of an object; `None` when there is none.
    ///
    /// # Errors
    /// When the store is away or refuses; an object of more than `max_bytes` counts as refused.
    pub async fn get(&self, key: &str, max_bytes: usize) -> Result<Option<Bytes>, BlobError> {
        const DOING: &str = "reading an object";
        let found = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(found) => found,
            Err(error) => return unless_absent(error, DOING).map_or(Ok(None), Err),
        };
        // The SDK's own bounds end with the headers.
        tokio::time::timeout(CALL, collect(found.body, max_bytes))
            .await
            .map_err(|slow| BlobError::away(DOING, slow))?
            .map(Some)
    }

    /// Writes an object, over the one that was there.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        content_type: &str,
        cache: &str,
    ) -> Result<(), BlobError> {
        let put = self.client.put_object().cache_control(cache);
        self.write(put, key, bytes, content_type).await
    }

    /// Writes an object unless there is one, and says whether this call did: what stands is never written over. A call
    /// whose answer was lost is tried again and then finds its own object, so whoever gets `false` compares.
    ///
    /// It carries a checksum, without which a bucket with object lock takes nothing.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn put_once(
        &self,
        key: &str,
        bytes: Bytes,
        content_type: &str,
        cache: &str,
    ) -> Result<bool, BlobError> {
        let sent = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .cache_control(cache)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .if_none_match("*")
            .body(ByteStream::from(bytes))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) if stands_already(&error) => Ok(false),
            Err(error) => Err(fault("writing an object once")(error)),
        }
    }

    /// Writes an object that browsers save and never show: nothing in it runs on our address.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn put_attachment(
        &self,
        key: &str,
        bytes: Bytes,
        content_type: &str,
    ) -> Result<(), BlobError> {
        let put = self.client.put_object().content_disposition("attachment");
        self.write(put.cache_control("private, no-store"), key, bytes, content_type).await
    }

    async fn write(
        &self,
        put: PutObjectFluentBuilder,
        key: &str,
        bytes: Bytes,
        content_type: &str,
    ) -> Result<(), BlobError> {
        put.bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(drop)
            .map_err(fault("writing an object"))
    }

    /// Deletes an object; one that is not there is deleted already.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        match self.client.delete_object().bucket(&self.bucket).key(key).send().await {
            Ok(_) => Ok(()),
            Err(error) => unless_absent(error, "deleting an object").map_or(Ok(()), Err),
        }
    }

    /// Copies an object inside the bucket.
    ///
    /// # Errors
    /// When the store is away or refuses; a missing object counts as refused.
    pub async fn copy(&self, from: &str, to: &str) -> Result<(), BlobError> {
        self.client
            .copy_object()
            .bucket(&self.bucket)
            .key(to)
            .copy_source(format!("{}/{from}", self.bucket))
            .send()
            .await
            .map(drop)
            .map_err(fault("copying an object"))
    }

    /// Makes the bucket, unless it is there: for a new installation, and for tests with a bucket each.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn ensure_bucket(&self) -> Result<(), BlobError> {
        if self.ready().await {
            return Ok(());
        }
        self.client
            .create_bucket()
            .bucket(&self.bucket)
            .send()
            .await
            .map(drop)
            .map_err(fault("making the bucket"))
    }

    /// Whether the store answers and the bucket is there.
    pub async fn ready(&self) -> bool {
        self.client.head_bucket().bucket(&self.bucket).send().await.is_ok()
    }
}

async fn collect(mut body: ByteStream, max_bytes: usize) -> Result<Bytes, BlobError> {
    const DOING: &str = "reading an object";
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.try_next().await.map_err(|cut| BlobError::away(DOING, cut))? {
        if bytes.len() + chunk.len() > max_bytes {
            return Err(BlobError::refused(DOING, format!("it has more than {max_bytes} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn client(settings: &S3Settings, endpoint: &str) -> Client {
    let keys = Credentials::new(
        &settings.access_key,
        settings.secret_key.expose_secret(),
        None, // no session token
        None, // no end
        "configuration",
    );
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(CALL).build();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(settings.region.clone()))
        .credentials_provider(keys)
        .force_path_style(true)
        // The default adds a checksum header that a signed PUT would then demand of the phone (aws-sdk-rust#1240).
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS)) // with jitter
        .build();
    Client::from_conf(config)
}
