//! Anybody looks at a public photo.

use bytes::Bytes;

use crate::error::{Error, fault};
use crate::photo::Size;
use crate::store;

use super::App;

/// A clean file is far smaller.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A file that everybody may see.
#[derive(Debug)]
pub struct PublicFile(pub Bytes);

/// Reads a file of a photo that is public now.
///
/// # Errors
/// [`Error::PhotoNotFound`] for all that is not public, whether it exists or not; [`Error::Unavailable`] while the store is
/// away.
pub async fn read_media(app: &App, media_key: &str, size: Size) -> Result<PublicFile, Error> {
    let is_key = media_key.len() == 32 && media_key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_public = is_key && {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        store::photo::is_public(&mut db, media_key).await?
    };
    if !is_public {
        return Err(Error::PhotoNotFound);
    }
    match app.blobs.get(&size.key(media_key), MAX_BYTES).await {
        Ok(Some(bytes)) => Ok(PublicFile(bytes)),
        Ok(None) => Err(Error::PhotoNotFound),
        Err(error) => Err(Error::Unavailable { doing: "reading a photo", source: error.into() }),
    }
}
