//! How residents judge an outcome.

use city_clock::Timestamp;

use crate::domain::{Action, EventKind, Refusal, Report, Score, State};

use super::{Transitioned, days, step};

/// How long after closing a score may be given or changed.
pub const RATING_DAYS: i64 = 30;

/// Who rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rater {
    Reporter,
    Follower,
}

/// What a rating did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    pub rated: Transitioned,
    /// Present when the rating closed the report.
    pub closed: Option<Transitioned>,
}

impl Report {
    /// A score for this round. The reporter's three or more closes at once if nobody else follows; one and two never do.
    ///
    /// # Errors
    /// [`crate::domain::WrongState`] unless resolved, rejected or closed; [`Refusal::RatingClosed`] 30 days after closing.
    pub fn rate(self, score: Score, rater: Rater, at: Timestamp) -> Result<(Self, Rated), Refusal> {
        let from = self.state.name();
        match self.state {
            State::Resolved(_) | State::Rejected(_) => {}
            State::Closed { .. } => {
                if self.facts.closed_at.is_some_and(|closed| at - closed > days(RATING_DAYS)) {
                    return Err(Refusal::RatingClosed);
                }
            }
            _ => return Err(self.wrong(Action::Rate).into()),
        }
        let was_closed = matches!(self.state, State::Closed { .. });
        let alone = rater == Rater::Reporter && self.facts.follower_count == 0;
        let (report, given) = step(self.facts, from, self.state, EventKind::Rated { score }, at);
        if was_closed || !alone || !score.is_satisfied() {
            return Ok((report, Rated { rated: given, closed: None }));
        }
        let (report, closed) = report.close_now(at)?;
        Ok((report, Rated { rated: given, closed: Some(closed) }))
    }
}
