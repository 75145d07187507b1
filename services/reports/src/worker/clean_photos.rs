//! Turns the uploaded bytes of a photo into clean files.
//!
//! A step takes up one photo: the claim commits, then the store and the child are asked, then one transaction writes the
//! end with timeline and event. Killed anywhere, the lease ends and another step does the same again, into the same files.

use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use chrono::TimeDelta;
use city_boot::{Progress, Worker, WorkerError};
use city_clock::Timestamp;

use crate::app::{App, finish_photo};
use crate::domain::{Derived, TICKET_LIFE};
use crate::error::{Error, fault};
use crate::photo::{Cleaned, Cleaner, Size, this_program};
use crate::store;
use crate::store::photo_work::{End, Job};

/// Longer than all calls of one photo together may take: a GET, three children, four writes.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// A phone uploads within seconds of filing, so the bytes are looked for often at first.
const BYTES_SOON: TimeDelta = TimeDelta::seconds(2);
const BYTES_LATE: TimeDelta = TimeDelta::minutes(1);
const UPLOADING: TimeDelta = TimeDelta::minutes(10);
/// Pause after the n-th attempt that found the store away: doubled, up to half of what a photo may take to follow.
const AWAY_FIRST_S: i64 = 1;
const AWAY_LONGEST_S: i64 = 30;
/// The keys of the files are random and their content never changes.
const CACHE: &str = "private, max-age=300";

/// Cleans photos that reports wait for.
#[derive(Debug)]
pub struct CleanPhotos {
    app: App,
    cleaner: Arc<Cleaner>,
}

impl CleanPhotos {
    /// Two, as there are at most two children. They share the children.
    pub fn pair(app: &App) -> [Arc<dyn Worker>; 2] {
        let program = app.config.photo_child.clone().unwrap_or_else(this_program);
        let cleaner = Arc::new(Cleaner::new(program));
        [0, 1].map(|_| {
            Arc::new(Self { app: app.clone(), cleaner: cleaner.clone() }) as Arc<dyn Worker>
        })
    }
}

/// What became of an attempt.
enum Attempt {
    Ended(End),
    /// The bytes are not there yet.
    NotYet,
    /// The store or the child could not be asked.
    Away,
}

#[async_trait]
impl Worker for CleanPhotos {
    fn name(&self) -> &'static str {
        "clean-photos"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.clean_one().await.map_err(|error| WorkerError::new("cleaning a photo", error))
    }
}

impl CleanPhotos {
    async fn clean_one(&self) -> Result<Progress, Error> {
        let now = self.app.clock.now();
        let media_key = format!("{:032x}", u128::from_be_bytes(self.app.ids.bytes()));
        let job = {
            let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
            store::photo_work::claim(&mut db, now, now + LEASE, &media_key).await?
        };
        let Some(job) = job else { return Ok(Progress::Idle) };
        match self.attempt(&job, now).await? {
            Attempt::Ended(end) => {
                self.finish(&job, &end).await?;
                Ok(Progress::Worked)
            }
            Attempt::NotYet => {
                let pause = if now - job.created_at < UPLOADING { BYTES_SOON } else { BYTES_LATE };
                self.give_back(&job, now + pause).await?;
                Ok(Progress::Worked)
            }
            Attempt::Away => {
                let doublings = u32::try_from(job.attempt - 1).unwrap_or(0).min(10);
                let pause = (AWAY_FIRST_S << doublings).min(AWAY_LONGEST_S);
                self.give_back(&job, now + TimeDelta::seconds(pause)).await?;
                Ok(Progress::Idle) // the next photo would meet the same
            }
        }
    }

    async fn attempt(&self, job: &Job, now: Timestamp) -> Result<Attempt, Error> {
        let max_bytes = usize::try_from(job.byte_length).unwrap_or(usize::MAX);
        let blobs = &self.app.blobs;
        let bytes = match blobs.get(&job.quarantine_key, max_bytes).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) if now - job.created_at >= TICKET_LIFE => {
                return Ok(Attempt::Ended(End::Missing));
            }
            Ok(None) => return Ok(Attempt::NotYet),
            Err(error) => return Ok(away(&error)),
        };
        let cleaned = match self.cleaner.clean(job.format, &bytes).await {
            Ok(Ok(cleaned)) => cleaned,
            Ok(Err(refusal)) => return Ok(Attempt::Ended(End::Refused(refusal))),
            Err(error) => return Ok(away(&error)),
        };
        match self.store(job, &bytes, cleaned).await {
            Ok(end) => Ok(Attempt::Ended(end)),
            Err(error) => Ok(away(&error)),
        }
    }

    /// Writes the files, and seals the original where the category asks for it.
    async fn store(
        &self,
        job: &Job,
        original: &[u8],
        cleaned: Cleaned,
    ) -> Result<End, city_blobs::BlobError> {
        let blobs = &self.app.blobs;
        let files = Derived {
            media_key: job.media_key.clone(),
            width: cleaned.width,
            height: cleaned.height,
            original_sha256: sha256(original),
            full_sha256: sha256(&cleaned.full),
        };
        let written = [
            (Size::Full, cleaned.full),
            (Size::Screen, cleaned.screen),
            (Size::Thumb, cleaned.thumb),
        ];
        for (size, file) in written {
            blobs.put(&size.key(&job.media_key), Bytes::from(file), "image/jpeg", CACHE).await?;
        }
        let sealed_key = job.keep_original.then(|| format!("sealed/{}", job.photo.as_uuid()));
        if let Some(sealed) = &sealed_key {
            blobs.copy(&job.quarantine_key, sealed).await?;
        }
        Ok(End::Ready { files, sealed_key })
    }

    async fn give_back(&self, job: &Job, next_at: Timestamp) -> Result<(), Error> {
        let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
        store::photo_work::give_back(&mut db, job, next_at).await
    }

    async fn finish(&self, job: &Job, end: &End) -> Result<(), Error> {
        if !finish_photo(&self.app, job, end).await? {
            tracing::info!(photo.id = %job.photo, "Photo {} was finished by another worker", job.photo);
            return Ok(());
        }
        log(job, end);
        // At once, because it holds what the reporter did not mean to publish; the sweep comes again if this fails.
        if let Err(error) = self.app.blobs.delete(&job.quarantine_key).await {
            tracing::warn!(photo.id = %job.photo, error.chain = city_http::chain(&error), "The original is swept later");
        }
        Ok(())
    }
}

fn away(error: &(dyn std::error::Error + 'static)) -> Attempt {
    tracing::warn!(error.chain = city_http::chain(error), "A photo waits");
    Attempt::Away
}

fn log(job: &Job, end: &End) {
    let (id, size) = (job.photo, job.byte_length);
    match end {
        End::Ready { .. } => {
            tracing::info!(photo.id = %id, photo.size_bytes = size, "Cleaned photo {id}, {size} bytes");
        }
        End::Refused(refusal) => {
            tracing::info!(photo.id = %id, photo.refusal = refusal.as_str(), "Refused photo {id}: {}", refusal.as_str());
        }
        End::Missing => tracing::info!(photo.id = %id, "Photo {id} never arrived"),
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
