//! Where the files of a photo are for somebody who may see them.

use std::time::Duration;

use city_blobs::Blobs;
use city_contracts::reports::{PhotoState as WireState, PhotoView};

use crate::domain::PhotoState;
use crate::error::Error;
use crate::photo::Size;
use crate::store::photo::ReportPhoto;

/// How long a signed URL opens a photo that is not public.
const SIGNED_LIFE: Duration = Duration::from_mins(5);

/// Who looks at the photos of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoAccess {
    /// Anybody: only finished photos that nobody hid.
    Public,
    /// Its reporter and the staff in charge: all, with their states.
    Inside,
}

/// The photos as they are shown. `published` says that everybody may see them: the report is listed, and its category
/// shows photos. Then the URL is the public one, which is checked at each request; else it is signed for 5 minutes.
///
/// # Errors
/// When a URL cannot be signed.
pub async fn photo_urls(
    blobs: &Blobs,
    photos: &[ReportPhoto],
    access: PhotoAccess,
    published: bool,
) -> Result<Vec<PhotoView>, Error> {
    let mut views = Vec::with_capacity(photos.len());
    for photo in photos {
        let is_public =
            published && !photo.is_hidden && matches!(photo.state, PhotoState::Ready(_));
        if is_public || access == PhotoAccess::Inside {
            views.push(view(blobs, photo, is_public).await?);
        }
    }
    Ok(views)
}

async fn view(blobs: &Blobs, photo: &ReportPhoto, is_public: bool) -> Result<PhotoView, Error> {
    let mut view = PhotoView {
        id: photo.id,
        state: wire(&photo.state),
        thumb: None,
        screen: None,
        full: None,
        width: None,
        height: None,
        refusal: None,
    };
    match &photo.state {
        PhotoState::Ready(files) => {
            view.width = i32::try_from(files.width).ok();
            view.height = i32::try_from(files.height).ok();
            view.thumb = Some(url(blobs, &files.media_key, Size::Thumb, is_public).await?);
            view.screen = Some(url(blobs, &files.media_key, Size::Screen, is_public).await?);
            view.full = Some(url(blobs, &files.media_key, Size::Full, is_public).await?);
        }
        PhotoState::Refused(refusal) => view.refusal = Some(refusal.as_str().to_owned()),
        PhotoState::Issued | PhotoState::Awaited | PhotoState::Processing | PhotoState::Missing => {
        }
    }
    Ok(view)
}

async fn url(blobs: &Blobs, media_key: &str, size: Size, is_public: bool) -> Result<String, Error> {
    if is_public {
        return Ok(format!("/media/reports/{media_key}/{}.jpg", size.name()));
    }
    let signed = blobs.presign_get(&size.key(media_key), SIGNED_LIFE).await;
    signed.map_err(|error| Error::Internal { doing: "signing a photo's URL", source: error.into() })
}

const fn wire(state: &PhotoState) -> WireState {
    match state {
        PhotoState::Issued => WireState::Issued,
        PhotoState::Awaited => WireState::Awaited,
        PhotoState::Processing => WireState::Processing,
        PhotoState::Ready(_) => WireState::Ready,
        PhotoState::Refused(_) => WireState::Refused,
        PhotoState::Missing => WireState::Missing,
    }
}
