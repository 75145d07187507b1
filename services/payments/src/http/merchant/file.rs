//! A file that somebody's key signed: its signature is over all of it, and it is not kept in memory.

use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use city_http::Problem;
use futures_util::StreamExt as _;

use super::signed::head_of;
use crate::app::App;
use crate::app::payee::{Arriving, Caller, admit_call, begin_call};
use crate::http::bill_import::broken_off;

/// A file that is on its way, and whose key it names.
pub struct SignedFile {
    arriving: Arriving,
    body: BodyDataStream,
}

impl SignedFile {
    /// Whose key it names: not proven before its last byte.
    pub const fn claimed(&self) -> Caller {
        self.arriving.claimed()
    }

    /// The next part of it; none when all has come. Nothing says yet that it is signed.
    ///
    /// # Errors
    /// 400 `BODY_CUT`, 413 `BODY_TOO_LARGE`.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        match self.body.next().await {
            None => Ok(None),
            Some(Ok(bytes)) => {
                self.arriving.update(&bytes);
                Ok(Some(bytes))
            }
            Some(Err(error)) => Err(broken_off(&error)),
        }
    }

    /// All has come: who signed it.
    ///
    /// # Errors
    /// 401 `SIGNATURE_INVALID`, `SIGNATURE_TIME`; 429 `RATE_LIMITED`.
    pub async fn finish(self, app: &App) -> Result<Caller, Problem> {
        Ok(self.arriving.finish(app).await?)
    }
}

impl FromRequest<App> for SignedFile {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let head = head_of(&parts);
        admit_call(app, head).await?;
        let arriving = begin_call(app, head).await?;
        Ok(Self { arriving, body: body.into_data_stream() })
    }
}
