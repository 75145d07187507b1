//! Money that was put aside, by the account of money without an owner: what was ever put there is little among all legs.

use city_clock::Timestamp;
use city_ids::PostingId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::{AccountNo, Purpose};
use crate::domain::suspense::Place;
use crate::error::{Error, broken, fault};

/// A leg that put money aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Which.
    pub place: Place,
    /// Its place in the ledger.
    pub seq: i64,
    pub purpose: Purpose,
    pub amount: i64,
    pub at: Timestamp,
    /// The account on which it stands.
    pub account: AccountNo,
    /// Where it came from.
    pub from: Source,
    /// Whether an order at a provider waits for it.
    pub of_order: bool,
}

/// The account that money came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub account: AccountNo,
    /// Its public id.
    pub ext: Uuid,
    pub class: i16,
}

/// The newest legs that put money aside, from just before a place in the ledger.
pub async fn page(db: &mut PgConnection, before_seq: i64, limit: i64) -> Result<Vec<Aside>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select posting as "posting!: PostingId", leg as "leg!", seq as "seq!", purpose as "purpose!",
                  amount as "amount!", at as "at!", dr as "dr!", cr as "cr!", from_ext as "from_ext!",
                  from_class as "from_class!", of_order as "of_order!"
           from payments.suspense_leg where seq < $1 order by seq desc limit $2"#,
        before_seq,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing money that was put aside"))?;
    rows.into_iter().map(Row::restore).collect()
}

/// One leg; none when it put nothing aside.
pub async fn find(db: &mut PgConnection, place: Place) -> Result<Option<Aside>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select posting as "posting!: PostingId", leg as "leg!", seq as "seq!", purpose as "purpose!",
                  amount as "amount!", at as "at!", dr as "dr!", cr as "cr!", from_ext as "from_ext!",
                  from_class as "from_class!", of_order as "of_order!"
           from payments.suspense_leg where posting = $1 and leg = $2"#,
        place.posting.as_uuid(),
        place.leg
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding money that was put aside"))?;
    row.map(Row::restore).transpose()
}

/// Which of these subjects are claimed: the money of their legs got out.
pub async fn released(db: &mut PgConnection, subjects: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let claimed = sqlx::query_scalar!(
        "select subject from payments.ledger_claim where subject = any($1)",
        subjects
    );
    claimed.fetch_all(db).await.map_err(fault("asking what got out"))
}

struct Row {
    posting: PostingId,
    leg: i16,
    seq: i64,
    purpose: i16,
    amount: i64,
    at: Timestamp,
    dr: i64,
    cr: i64,
    from_ext: Uuid,
    from_class: i16,
    of_order: bool,
}

impl Row {
    fn restore(self) -> Result<Aside, Error> {
        let unknown = || broken("reading money that was put aside", self.posting.to_string());
        Ok(Aside {
            place: Place { posting: self.posting, leg: self.leg },
            seq: self.seq,
            purpose: Purpose::of(self.purpose).ok_or_else(unknown)?,
            amount: self.amount,
            at: self.at,
            account: AccountNo(self.cr),
            from: Source {
                account: AccountNo(self.dr),
                ext: self.from_ext,
                class: self.from_class,
            },
            of_order: self.of_order,
        })
    }
}
