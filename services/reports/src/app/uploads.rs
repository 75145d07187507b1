//! Whether announced photos have arrived: the store is asked before the transaction, the judgement comes inside it.

use std::collections::HashMap;

use city_clock::Timestamp;
use city_contracts::problem::Finding;
use city_ids::{AccountId, PhotoId};
use futures_util::future::join_all;

use crate::domain::PhotoPurpose;
use crate::error::{Error, fault};
use crate::store;
use crate::store::photo::Ticket;

use super::App;

/// What is known about one photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Not the caller's, not for this purpose, used before or too old.
    Unknown,
    /// Not there, or not as it was announced.
    Missing,
    /// There; or the store is away, and the photo is waited for.
    Awaited,
}

/// What is known about the photos of a request, in its order.
#[derive(Debug, Default)]
pub struct Uploads(Vec<Seen>);

impl Uploads {
    /// Asks for the tickets, then the store: one HEAD a photo.
    pub async fn look(
        app: &App,
        owner: AccountId,
        purpose: PhotoPurpose,
        photos: &[PhotoId],
        now: Timestamp,
    ) -> Result<Self, Error> {
        if photos.is_empty() {
            return Ok(Self::default());
        }
        let tickets = {
            let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
            store::photo::list_tickets(&mut db, owner, photos).await?
        }; // the connection goes back before the store is asked
        let tickets: HashMap<_, _> =
            tickets.into_iter().map(|ticket| (ticket.id, ticket)).collect();
        let looks = photos.iter().map(|id| {
            let ticket =
                tickets.get(id).filter(|ticket| ticket.purpose == purpose && ticket.is_usable(now));
            async move {
                match ticket {
                    None => Seen::Unknown,
                    Some(ticket) => look_at(app, ticket).await,
                }
            }
        });
        Ok(Self(join_all(looks).await))
    }

    /// # Errors
    /// [`Error::UploadUnknown`] before [`Error::UploadMissing`], each naming the photos.
    pub fn judge(&self) -> Result<(), Error> {
        let unknown =
            self.findings(Seen::Unknown, "UPLOAD_UNKNOWN", "no usable upload of yours has this id");
        if !unknown.is_empty() {
            return Err(Error::UploadUnknown(unknown));
        }
        let missing = self.findings(
            Seen::Missing,
            "UPLOAD_MISSING",
            "upload this photo as announced, then try again",
        );
        if missing.is_empty() { Ok(()) } else { Err(Error::UploadMissing(missing)) }
    }

    fn findings(&self, wanted: Seen, code: &str, message: &str) -> Vec<Finding> {
        let found = self.0.iter().enumerate().filter(|(_, seen)| **seen == wanted);
        found.map(|(index, _)| Finding::new(format!("/photoIds/{index}"), code, message)).collect()
    }
}

async fn look_at(app: &App, ticket: &Ticket) -> Seen {
    let Some(key) = &ticket.quarantine_key else { return Seen::Unknown };
    match app.blobs.head(key).await {
        Ok(Some(head))
            if head.length == ticket.byte_length
                && head.content_type == ticket.format.content_type() =>
        {
            Seen::Awaited
        }
        Ok(_) => Seen::Missing,
        Err(error) => {
            // The report is taken all the same: its photo is waited for until the ticket ends.
            tracing::warn!(
                error.chain = city_http::chain(&error),
                "The object store does not answer; the photo is awaited"
            );
            Seen::Awaited
        }
    }
}
