//! Refunds: what may go back, under which ids it does, and where a refund is by what the ledger says.

use city_clock::Timestamp;
use city_contracts::payments::RefundState;
use city_ids::{AccountId, MerchantId, PostingId, RefundId};
use city_receipt::{derive, sha256};
use uuid::Uuid;

use super::approval::Decision;
use super::ledger::{AccountNo, Class, Count, HoldState, Purpose};

/// How much of a leg goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Place of the leg in the posting that moved the money.
    pub leg: i16,
    /// Whole dong.
    pub amount: i64,
}

/// Where the money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To the wallet it came from.
    Wallet,
    /// To whoever paid through a provider, by that provider.
    Provider,
}

impl Target {
    /// Its name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wallet => "WALLET",
            Self::Provider => "PROVIDER",
        }
    }

    /// The target of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Wallet, Self::Provider].into_iter().find(|target| target.name() == name)
    }
}

/// Who asked for a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requester {
    /// An officer; a second one decides.
    Officer(AccountId),
    /// The merchant whose sale it was.
    Merchant(MerchantId),
    /// The city: money that could not be credited.
    City,
}

impl Requester {
    /// Its name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Officer(_) => "OFFICER",
            Self::Merchant(_) => "MERCHANT",
            Self::City => "CITY",
        }
    }

    /// Who it was.
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Officer(account) => Some(account.as_uuid()),
            Self::Merchant(merchant) => Some(merchant.as_uuid()),
            Self::City => None,
        }
    }

    /// The requester of a name.
    pub fn restore(name: &str, id: Option<Uuid>) -> Option<Self> {
        match (name, id) {
            ("OFFICER", Some(id)) => Some(Self::Officer(AccountId::restore(id))),
            ("MERCHANT", Some(id)) => Some(Self::Merchant(MerchantId::restore(id))),
            ("CITY", None) => Some(Self::City),
            _ => None,
        }
    }
}

/// What is kept of a refund beside what the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The payment, as people know it.
    pub payment: PostingId,
    /// The posting whose legs moved the money: the payment, or what captured its reserve.
    pub moved: Uuid,
    /// How much of which legs.
    pub parts: Vec<Part>,
    /// Where to.
    pub target: Target,
    /// Who asked.
    pub requester: Requester,
    /// When.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: String,
    /// The request to a second officer; none where one person decides.
    pub approval: Option<Uuid>,
    /// Of money that is held: what became of the request at the provider.
    pub sent: Option<Sent>,
}

/// What became of a request at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is under way.
    Sent,
    /// Nobody knows.
    Unknown,
}

impl Sent {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "SENT",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Sent, Self::Unknown].into_iter().find(|sent| sent.name() == name)
    }
}

impl Refund {
    /// The posting that moves the money back, or holds it for the provider.
    pub fn act(&self) -> Uuid {
        derive("refund.move", self.id.as_uuid())
    }

    /// The posting that sets the money aside when the payer's wallet is closed.
    pub fn aside(&self) -> Uuid {
        derive("refund.suspense", self.id.as_uuid())
    }

    /// Digest of the posting of an id that moves it. What else it is follows from the refund, which is never changed.
    pub fn req_hash(&self, id: Uuid) -> [u8; 32] {
        sha256(&[b"refund", self.id.as_uuid().as_bytes(), id.as_bytes()])
    }

    /// How much goes back.
    pub fn amount(&self) -> i64 {
        self.parts.iter().map(|part| part.amount).sum()
    }
}

/// A leg that moved money, as a refund of it sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The posting.
    pub posting: Uuid,
    /// Place in it.
    pub leg: i16,
    /// What for.
    pub purpose: Purpose,
    /// How much moved, without a fee that was passed on: the most that can go back.
    pub amount: i64,
    /// From: where it would go back to.
    pub from: (AccountNo, i16),
    /// To.
    pub to: (AccountNo, i16),
    /// The person it came from.
    pub payer: Option<AccountId>,
}

impl Moved {
    /// Where money of this leg would go back to; none when it cannot. Nobody takes money out of a wallet but its owner, and a
    /// fee of ours is not given back.
    pub fn target(&self) -> Option<Target> {
        let payee = [Class::Merchant, Class::Biller, Class::Suspense];
        if self.purpose == Purpose::Fee || !payee.iter().any(|class| class.number() == self.to.1) {
            return None;
        }
        match self.from.1 {
            class if class == Class::Wallet.number() => Some(Target::Wallet),
            class if class == Class::Clearing.number() => Some(Target::Provider),
            _ => None,
        }
    }

    /// The sum of all refunds of this leg, which can never pass it.
    pub fn count(&self, amount: i64) -> Count {
        let key = counter(self.posting, self.leg);
        Count { key, win: 0, add: amount, cap: Some(self.amount) }
    }
}

/// The counter of all refunds of a leg.
pub fn counter(posting: Uuid, leg: i16) -> Uuid {
    derive(&format!("refund.{leg}"), posting)
}

/// What the ledger says of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Its money moved.
    Moved,
    /// Its money is set aside, or was.
    Held(HoldState),
    /// It was refused, with the number of the code.
    Refused(i16),
    /// Somebody used its id for something else: it can never move.
    Foreign,
}

/// Where a refund is.
pub const fn state(
    asked: bool,
    decision: Option<Decision>,
    act: Option<Answer>,
    aside: Option<Answer>,
    sent: Option<Sent>,
) -> RefundState {
    match (asked, decision) {
        (true, None) => return RefundState::Requested,
        (true, Some(Decision::Refuse)) => return RefundState::Refused,
        (false, _) | (true, Some(Decision::Approve)) => {}
    }
    match (act, aside) {
        (None, _) => RefundState::Approved,
        (Some(Answer::Moved | Answer::Held(HoldState::Captured)), _) => RefundState::Done,
        (Some(Answer::Held(HoldState::Open)), _) => match sent {
            None => RefundState::Held,
            Some(Sent::Sent) => RefundState::Sent,
            Some(Sent::Unknown) => RefundState::Unknown,
        },
        (Some(Answer::Refused(_)), Some(Answer::Moved)) => RefundState::Suspense,
        (
            Some(
                Answer::Refused(_)
                | Answer::Foreign
                | Answer::Held(HoldState::Voided | HoldState::Expired),
            ),
            _,
        ) => RefundState::Failed,
    }
}

/// How far a refund in a state has come: what follows on it has more. Between a provider that has it and one of which nobody
/// knows it can go to and fro, so both are one step: it was sent. One that the ledger refused for its closed wallet is set aside
/// after that.
pub const fn version(state: RefundState) -> i64 {
    match state {
        RefundState::Requested => 1,
        RefundState::Approved => 2,
        RefundState::Refused | RefundState::Held => 3,
        RefundState::Sent | RefundState::Unknown => 4,
        RefundState::Done | RefundState::Failed => 5,
        RefundState::Suspense => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_of_a_refund_has_a_higher_version() {
        use RefundState::{
            Approved, Done, Failed, Held, Refused, Requested, Sent, Suspense, Unknown,
        };

        for way in [
            &[Requested, Refused][..],
            &[Requested, Approved, Done],
            &[Requested, Approved, Failed, Suspense],
            &[Requested, Approved, Held, Sent, Done],
            &[Requested, Approved, Held, Unknown, Failed],
        ] {
            assert!(way.is_sorted_by(|one, next| version(*one) < version(*next)), "{way:?}");
        }
    }

    #[test]
    fn a_refund_is_where_the_officer_and_the_ledger_say() {
        let yes = Some(Decision::Approve);
        let held = |state| Some(Answer::Held(state));

        assert_eq!(state(true, None, None, None, None), RefundState::Requested);
        assert_eq!(state(true, Some(Decision::Refuse), None, None, None), RefundState::Refused);
        assert_eq!(state(true, yes, None, None, None), RefundState::Approved);
        assert_eq!(state(false, None, None, None, None), RefundState::Approved);
        assert_eq!(state(true, yes, Some(Answer::Moved), None, None), RefundState::Done);
        assert_eq!(state(true, yes, held(HoldState::Open), None, None), RefundState::Held);
        let sent = Some(Sent::Unknown);
        assert_eq!(state(true, yes, held(HoldState::Open), None, sent), RefundState::Unknown);
        assert_eq!(state(true, yes, held(HoldState::Captured), None, sent), RefundState::Done);
        assert_eq!(state(true, yes, held(HoldState::Voided), None, sent), RefundState::Failed);
        let (refused, moved) = (Some(Answer::Refused(3)), Some(Answer::Moved));
        assert_eq!(state(true, yes, refused, None, None), RefundState::Failed);
        assert_eq!(state(true, yes, refused, moved, None), RefundState::Suspense);
        let foreign = Some(Answer::Foreign);
        assert_eq!(state(false, None, foreign, None, None), RefundState::Failed);
        assert_eq!(state(false, None, refused, foreign, None), RefundState::Failed);
    }

    #[test]
    fn only_what_a_payee_got_from_a_wallet_or_a_provider_goes_back() {
        let leg = |from: Class, to: Class, purpose| {
            let (from, to) = ((AccountNo(1), from.number()), (AccountNo(2), to.number()));
            let posting = Uuid::nil();
            Moved { posting, leg: 0, purpose, amount: 5, from, to, payer: None }.target()
        };
        let goods = Purpose::Goods;

        assert_eq!(leg(Class::Wallet, Class::Merchant, goods), Some(Target::Wallet));
        assert_eq!(leg(Class::Clearing, Class::Biller, goods), Some(Target::Provider));
        assert_eq!(leg(Class::Clearing, Class::Suspense, goods), Some(Target::Provider));
        assert_eq!(leg(Class::Wallet, Class::Wallet, goods), None);
        assert_eq!(leg(Class::Clearing, Class::Wallet, Purpose::TopUp), None);
        assert_eq!(leg(Class::Wallet, Class::Merchant, Purpose::Fee), None);
        assert_eq!(leg(Class::Merchant, Class::FeeIncome, Purpose::Fee), None);
    }
}
