//! The proof that a report was resolved: after-photos, and how near they were taken.

use super::{GeoPoint, PhotoState, ReasonText, Refusal};

/// How far from the report an after-photo still counts as taken there.
pub const NEAR_M: f64 = 200.0;

/// What a category asks of whoever resolves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterPhotoRule {
    None,
    Required,
    /// Required, and taken near the report unless a reason says why not.
    Near,
}

/// An after-photo of a report as far as the rule needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct AfterPhoto {
    pub state: PhotoState,
    /// Where the device was when it asked for the ticket.
    pub taken: Option<GeoPoint>,
}

/// What is known about where the after-photo was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proximity {
    /// The rule did not ask, or the report has no position.
    Unchecked,
    Near,
    /// Taken elsewhere, with a reason; counted in the indicators.
    Far,
}

impl Proximity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchecked => "UNCHECKED",
            Self::Near => "NEAR",
            Self::Far => "FAR",
        }
    }
}

/// After-photos that satisfy the rule of the category: [`Evidence::check`] is the only way to get one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence(Proximity);

impl Evidence {
    /// Judges the after-photos of a report at `place`.
    ///
    /// # Errors
    /// [`Refusal::AfterPhotoMissing`] when none is there or still to come, [`Refusal::AfterPhotoNotReady`] while one is
    /// being prepared, [`Refusal::AfterPhotoTooFar`] when none was taken near and no reason is given.
    pub fn check(
        rule: AfterPhotoRule,
        place: Option<GeoPoint>,
        photos: &[AfterPhoto],
        far_reason: Option<&ReasonText>,
    ) -> Result<Self, Refusal> {
        if rule == AfterPhotoRule::None {
            return Ok(Self(Proximity::Unchecked));
        }
        let ready: Vec<_> =
            photos.iter().filter(|photo| matches!(photo.state, PhotoState::Ready(_))).collect();
        if ready.is_empty() {
            let coming = photos
                .iter()
                .any(|photo| matches!(photo.state, PhotoState::Awaited | PhotoState::Processing));
            return Err(if coming {
                Refusal::AfterPhotoNotReady
            } else {
                Refusal::AfterPhotoMissing
            });
        }
        let (AfterPhotoRule::Near, Some(place)) = (rule, place) else {
            return Ok(Self(Proximity::Unchecked)); // an address alone has no distance
        };
        let distances =
            ready.iter().filter_map(|photo| photo.taken).map(|taken| taken.distance_m(place));
        match (distances.min_by(f64::total_cmp), far_reason) {
            (Some(nearest), _) if nearest <= NEAR_M => Ok(Self(Proximity::Near)),
            (_, Some(_)) => Ok(Self(Proximity::Far)),
            (nearest, None) => {
                Err(Refusal::AfterPhotoTooFar { distance_m: nearest.map(whole_metres) })
            }
        }
    }

    pub const fn proximity(self) -> Proximity {
        self.0
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance is not negative, and any on the globe fits"
)]
fn whole_metres(distance_m: f64) -> u32 {
    distance_m.round() as u32
}
