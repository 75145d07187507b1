//! Photos of a report.

use async_graphql::{Enum, ID, SimpleObject};
use city_contracts::reports as wire;

/// What a photo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PhotoPurpose", remote = "city_contracts::reports::PhotoPurpose")]
pub enum PhotoPurpose {
    /// The problem.
    #[graphql(name = "REPORT")]
    Report,
    /// The problem solved.
    #[graphql(name = "AFTER")]
    After,
    /// An answer to a question of the city.
    #[graphql(name = "ANSWER")]
    Answer,
}

/// Where a photo is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PhotoState", remote = "city_contracts::reports::PhotoState")]
pub enum PhotoState {
    /// A ticket was given out.
    #[graphql(name = "ISSUED")]
    Issued,
    /// The report waits for its bytes.
    #[graphql(name = "AWAITED")]
    Awaited,
    /// The city removes what a photo should not tell.
    #[graphql(name = "PROCESSING")]
    Processing,
    /// It can be seen.
    #[graphql(name = "READY")]
    Ready,
    /// Not a usable picture; `refusal` says why.
    #[graphql(name = "REFUSED")]
    Refused,
    /// Its bytes never arrived.
    #[graphql(name = "MISSING")]
    Missing,
}

/// A photo of a report, free of hidden data such as the place it was taken at.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Photo")]
pub struct Photo {
    /// Its id.
    #[graphql(name = "id")]
    id: ID,
    /// Where it is on its way.
    #[graphql(name = "state")]
    state: PhotoState,
    /// URL of a small size, up to 320 pixels a side; null until the photo is ready.
    #[graphql(name = "thumb")]
    thumb: Option<String>,
    /// URL of a size for screens, up to 1,280 pixels a side.
    #[graphql(name = "screen")]
    screen: Option<String>,
    /// URL of the largest size, up to 2,048 pixels a side.
    #[graphql(name = "full")]
    full: Option<String>,
    /// Width of the largest size in pixels.
    #[graphql(name = "width")]
    width: Option<i32>,
    /// Height of the largest size in pixels.
    #[graphql(name = "height")]
    height: Option<i32>,
    /// Why the photo was refused.
    #[graphql(name = "refusal")]
    refusal: Option<String>,
}

impl From<wire::PhotoView> for Photo {
    fn from(of: wire::PhotoView) -> Self {
        Self {
            id: of.id.into(),
            state: of.state.into(),
            thumb: of.thumb,
            screen: of.screen,
            full: of.full,
            width: of.width,
            height: of.height,
            refusal: of.refusal,
        }
    }
}
