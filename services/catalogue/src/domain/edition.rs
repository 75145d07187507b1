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
        if self.editors.contains(&publisher) {
            return Err(EditionRefusal::TwoPersons);
        }
        Ok(self.to(EditionState::Approved))
    }

    /// Back to its editors, also after the approval while it is not live.
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
const ASSURANCE_DAYS: i64 = 180;

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
