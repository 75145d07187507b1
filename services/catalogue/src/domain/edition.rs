//! The life of an edition, the same for services and procedures: a draft is handed in, another person approves it, it goes
//! live when its day has come, and the next one takes its place. What was live never changes.

use city_clock::Timestamp;
use city_ids::AccountId;

/// Where an edition is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditionState {
    Draft,
    InReview,
    Approved,
    Live,
    Superseded,
}

impl EditionState {
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::InReview, Self::Approved, Self::Live, Self::Superseded];

    /// The name, in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::InReview => "IN_REVIEW",
            Self::Approved => "APPROVED",
            Self::Live => "LIVE",
            Self::Superseded => "SUPERSEDED",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it was shown to residents once.
    pub const fn was_live(self) -> bool {
        matches!(self, Self::Live | Self::Superseded)
    }
}

/// What can be done with an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditionMove {
    Edit,
    Submit,
    Approve,
    SendBack,
    GoLive,
    Supersede,
    Assure,
    /// A new edition with what this one said.
    Revert,
}

impl EditionMove {
    /// The name, for refusals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::SendBack => "send-back",
            Self::GoLive => "go-live",
            Self::Supersede => "supersede",
            Self::Assure => "assure",
            Self::Revert => "revert",
        }
    }
}

/// Why a move is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditionRefusal {
    #[error("an edition that is {} does not take {}", from.as_str(), attempted.as_str())]
    WrongState { from: EditionState, attempted: EditionMove },
    #[error("who had a hand in an edition does not approve it")]
    TwoPersons,
    #[error("its day has not come: {until}")]
    NotYet { until: Timestamp },
}

/// What the rules need to know of an edition: where it is, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub state: EditionState,
    /// Everybody who had a hand in it.
    pub editors: Vec<AccountId>,
    /// From when it holds; none: as soon as it is approved.
    pub effective_from: Option<Timestamp>,
}

impl Course {
    /// A first draft.
    pub fn begun(editor: AccountId, effective_from: Option<Timestamp>) -> Self {
        Self { state: EditionState::Draft, editors: vec![editor], effective_from }
    }

    /// Another hand, or the same once more.
    pub fn edit(mut self, editor: AccountId) -> Result<Self, EditionRefusal> {
        self.expect(EditionState::Draft, EditionMove::Edit)?;
        if !self.editors.contains(&editor) {
            self.editors.push(editor);
        }
        Ok(self)
    }

    /// Handed in. The content was checked before.
    pub fn submit(self) -> Result<Self, EditionRefusal> {
        self.expect(EditionState::Draft, EditionMove::Submit)?;
        Ok(self.to(EditionState::InReview))
    }

    /// Approved by a second person. It goes live by [`Course::go_live`], at once when its day has come.
    pub fn approve(self, publisher: AccountId) -> Result<Self, EditionRefusal> {
        self.expect(EditionState::InReview, EditionMove::Approve)?;
        self.judged_by(publisher)?;
        Ok(self.to(EditionState::Approved))
    }

    /// Whether somebody may judge it: nobody who had a hand in it.
    pub fn judged_by(&self, publisher: AccountId) -> Result<(), EditionRefusal> {
        if self.editors.contains(&publisher) { Err(EditionRefusal::TwoPersons) } else { Ok(()) }
    }

    /// Back to its editors, also after the approval while it is not live. Who decides so is asked of
    /// [`Course::judged_by`]; a withdrawal of the whole service does it by itself.
    pub fn send_back(self) -> Result<Self, EditionRefusal> {
        if !matches!(self.state, EditionState::InReview | EditionState::Approved) {
            return Err(self.wrong(EditionMove::SendBack));
        }
        Ok(self.to(EditionState::Draft))
    }

    /// Whether its day has come.
    pub fn is_due(&self, at: Timestamp) -> bool {
        self.effective_from.is_none_or(|from| from <= at)
    }

    /// Shown from now on.
    pub fn go_live(self, at: Timestamp) -> Result<Self, EditionRefusal> {
        self.expect(EditionState::Approved, EditionMove::GoLive)?;
        match self.effective_from {
            Some(until) if at < until => Err(EditionRefusal::NotYet { until }),
            _ => Ok(self.to(EditionState::Live)),
        }
    }

    /// Another one takes its place.
    pub fn supersede(self) -> Result<Self, EditionRefusal> {
        self.expect(EditionState::Live, EditionMove::Supersede)?;
        Ok(self.to(EditionState::Superseded))
    }

    /// Somebody looked and says that it still holds.
    pub fn assure(&self) -> Result<(), EditionRefusal> {
        self.expect(EditionState::Live, EditionMove::Assure)
    }

    fn to(self, state: EditionState) -> Self {
        Self { state, ..self }
    }

    fn expect(&self, state: EditionState, attempted: EditionMove) -> Result<(), EditionRefusal> {
        if self.state == state { Ok(()) } else { Err(self.wrong(attempted)) }
    }

    const fn wrong(&self, attempted: EditionMove) -> EditionRefusal {
        EditionRefusal::WrongState { from: self.state, attempted }
    }
}

/// Days after which a check no longer counts.
pub const ASSURANCE_DAYS: i64 = 180;

/// Whether nobody has checked it for too long, or its review is overdue. Going live counts as a check.
pub fn is_stale(
    live_at: Timestamp,
    assured_at: Option<Timestamp>,
    review_by: Option<chrono::NaiveDate>,
    now: Timestamp,
) -> bool {
    let checked = assured_at.map_or(live_at, |assured| assured.max(live_at));
    let today = city_clock::hue_day(now);
    now - checked >= chrono::Duration::days(ASSURANCE_DAYS)
        || review_by.is_some_and(|by| by < today && city_clock::hue_day(checked) <= by)
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _, Utc};
    use city_ids::Ids;

    use super::*;

    fn at() -> Timestamp {
        Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap()
    }

    const MOVES: [EditionMove; 7] = [
        EditionMove::Edit,
        EditionMove::Submit,
        EditionMove::Approve,
        EditionMove::SendBack,
        EditionMove::GoLive,
        EditionMove::Supersede,
        EditionMove::Assure,
    ];

    /// From, move, to: the whole table.
    const LISTED: [(EditionState, EditionMove, EditionState); 8] = [
        (EditionState::Draft, EditionMove::Edit, EditionState::Draft),
        (EditionState::Draft, EditionMove::Submit, EditionState::InReview),
        (EditionState::InReview, EditionMove::Approve, EditionState::Approved),
        (EditionState::InReview, EditionMove::SendBack, EditionState::Draft),
        (EditionState::Approved, EditionMove::SendBack, EditionState::Draft),
        (EditionState::Approved, EditionMove::GoLive, EditionState::Live),
        (EditionState::Live, EditionMove::Supersede, EditionState::Superseded),
        (EditionState::Live, EditionMove::Assure, EditionState::Live),
    ];

    #[test]
    fn exactly_the_listed_moves_succeed() {
        let ids = Ids::seeded(1);
        let (editor, publisher) = (ids.next(at()), ids.next(at()));
        for from in EditionState::ALL {
            for attempted in MOVES {
                let course = Course { state: from, editors: vec![editor], effective_from: None };
                let answer = match attempted {
                    EditionMove::Edit => course.edit(editor),
                    EditionMove::Submit => course.submit(),
                    EditionMove::Approve => course.approve(publisher),
                    EditionMove::SendBack => course.send_back(),
                    EditionMove::GoLive => course.go_live(at()),
                    EditionMove::Supersede => course.supersede(),
                    EditionMove::Assure => course.assure().map(|()| course),
                    EditionMove::Revert => continue, // begins another edition
                };
                let listed = LISTED.iter().find(|(f, m, _)| (*f, *m) == (from, attempted));
                let expected = listed
                    .map(|(_, _, to)| *to)
                    .ok_or(EditionRefusal::WrongState { from, attempted });
                assert_eq!(answer.map(|course| course.state), expected, "{from:?} {attempted:?}");
            }
        }
    }

    #[test]
    fn nobody_who_had_a_hand_in_it_approves() {
        let ids = Ids::seeded(1);
        let (first, second, third) = (ids.next(at()), ids.next(at()), ids.next(at()));
        let submitted = Course::begun(first, None).edit(second).and_then(Course::submit).unwrap();

        for editor in [first, second] {
            assert_eq!(submitted.clone().approve(editor), Err(EditionRefusal::TwoPersons));
        }
        assert_eq!(submitted.approve(third).unwrap().state, EditionState::Approved);
    }

    #[test]
    fn it_goes_live_on_its_day_and_not_before() {
        let day = at() + Duration::hours(1);
        let approved = Course {
            state: EditionState::Approved,
            editors: Vec::new(),
            effective_from: Some(day),
        };

        assert_eq!(approved.clone().go_live(at()), Err(EditionRefusal::NotYet { until: day }));
        assert!(!approved.is_due(at()) && approved.is_due(day));
        assert_eq!(approved.go_live(day).unwrap().state, EditionState::Live);
    }

    #[test]
    fn an_entry_is_stale_after_180_days_or_past_its_review() {
        let (live, day) = (at(), |days| at() + Duration::days(days));
        let review = city_clock::hue_day(day(10));

        assert!(!is_stale(live, None, None, day(179)) && is_stale(live, None, None, day(180)));
        assert!(!is_stale(live, Some(day(100)), None, day(279)));
        assert!(
            !is_stale(live, None, Some(review), day(10))
                && is_stale(live, None, Some(review), day(11))
        );
        assert!(!is_stale(live, Some(day(12)), Some(review), day(13)), "it was looked at since");
    }
}
