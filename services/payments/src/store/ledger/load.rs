//! One read for all that a batch needs.

use chrono::DateTime;
use city_clock::Timestamp;
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::{
    Account, AccountNo, Balance, Class, Code, Counter, Created, Found, Hold, HoldState, Known,
    KnownCommand, Needs, Resolution,
};

/// Looks up everything at once; what does not exist is not among the found.
///
/// # Errors
/// Whatever PostgreSQL refuses; a row that breaks a rule is a decode error.
pub async fn load(db: &mut PgConnection, needs: &Needs) -> Result<Found, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"
        select json_build_object(
            'accounts', (
                select json_agg(json_build_array(a.id, a.ext, a.class, a.flags, a.debits_pending, a.debits_posted,
                                                 a.credits_pending, a.credits_posted, a.version))
                from payments.ledger_account a
                where a.id in (
                    select unnest($1::bigint[])
                    union select h.dr from payments.ledger_hold h where h.posting = any($2)
                    union select h.cr from payments.ledger_hold h where h.posting = any($2))),
            'created', (
                select json_agg(json_build_array(t.posting, encode(t.req_hash, 'hex'), t.batch, t.seq,
                                                 (extract(epoch from t.at) * 1000000)::bigint))
                from payments.ledger_transfer t
                where t.posting = any($3) and t.leg = 0
                  and t.posting between $8 and $9), -- ids of one batch are of a month or two: others are not opened
            'refused', (
                select json_agg(json_build_array(r.posting, encode(r.req_hash, 'hex'), r.code, r.detail,
                                                 (extract(epoch from r.at) * 1000000)::bigint))
                from payments.ledger_rejection r
                where r.posting = any($3)),
            'commands', (
                select json_agg(json_build_array(c.id, c.kind, c.object, c.arg, c.batch,
                                                 (extract(epoch from c.at) * 1000000)::bigint))
                from payments.ledger_command c
                where c.id = any($4)),
            'holds', (
                select json_agg(json_build_array(h.posting, h.dr, h.cr, h.amount, h.captured, h.state, h.resolved_by,
                                                 (extract(epoch from h.expires_at) * 1000000)::bigint,
                                                 (select json_agg(json_build_array(c.key, c.win, c.added))
                                                  from payments.ledger_counted c where c.posting = h.posting)))
                from payments.ledger_hold h
                where h.posting = any($2)),
            'claims', (
                select json_agg(json_build_array(c.subject, c.posting))
                from payments.ledger_claim c
                where c.subject = any($5)),
            'counters', (
                select json_agg(json_build_array(c.key, c.win, c.used, c.cap))
                from (select w.key, w.win from unnest($6::uuid[], $7::integer[]) w(key, win)
                      union select c.key, c.win from payments.ledger_counted c where c.posting = any($2)) w
                join payments.ledger_counter c on c.key = w.key and c.win = w.win)
        )::text as "found!""#,
        &needs.accounts,
        &needs.holds,
        &needs.postings,
        &needs.commands,
        &needs.subjects,
        &needs.counter_keys,
        &needs.counter_wins,
        needs.postings.iter().min(),
        needs.postings.iter().max(),
    );
    let found = found.fetch_one(db).await?;
    let found: FoundRows = serde_json::from_str(&found).map_err(broken)?;
    found.try_into()
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

/// A UUID as JSON has it.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Id(Uuid);

impl TryFrom<String> for Id {
    type Error = uuid::Error;

    fn try_from(text: String) -> Result<Self, uuid::Error> {
        Uuid::try_parse(&text).map(Self)
    }
}

type AccountRow = (i64, Id, i16, i32, i64, i64, i64, i64, i64);
type CreatedRow = (Id, String, i64, i64, i64);
type RefusedRow = (Id, String, i16, i16, i64);
type CommandRow = (Id, i16, Id, i64, i64, i64);
type Counted = Vec<(Id, i32, i64)>;
type HoldRow = (Id, i64, i64, i64, i64, i16, Option<Id>, i64, Option<Counted>);
type CounterRow = (Id, i32, i64, Option<i64>);

/// The answer as JSON; an empty list is null.
#[derive(Deserialize)]
struct FoundRows {
    accounts: Option<Vec<AccountRow>>,
    created: Option<Vec<CreatedRow>>,
    refused: Option<Vec<RefusedRow>>,
    commands: Option<Vec<CommandRow>>,
    holds: Option<Vec<HoldRow>>,
    claims: Option<Vec<(Id, Id)>>,
    counters: Option<Vec<CounterRow>>,
}

impl TryFrom<FoundRows> for Found {
    type Error = sqlx::Error;

    fn try_from(rows: FoundRows) -> Result<Self, sqlx::Error> {
        let mut found = Self::default();
        for (
            no,
            ext,
            class,
            flags,
            debits_pending,
            debits_posted,
            credits_pending,
            credits_posted,
            version,
        ) in rows.accounts.unwrap_or_default()
        {
            let balance =
                Balance { debits_pending, debits_posted, credits_pending, credits_posted };
            let class =
                Class::of(class).ok_or_else(|| broken(format!("no account has class {class}")))?;
            let (no, ext) = (AccountNo(no), ext.0);
            found.accounts.push(Account { no, ext, class, flags, balance, version });
        }
        for (id, hash, batch, seq, at) in rows.created.unwrap_or_default() {
            let answer = Resolution::Created(Created { batch, seq, at: instant(at)? });
            found.known.push((id.0, Known { req_hash: digest(&hash)?, answer }));
        }
        for (id, hash, code, detail, at) in rows.refused.unwrap_or_default() {
            let code =
                Code::of(code).ok_or_else(|| broken(format!("no refusal has code {code}")))?;
            let answer = Resolution::Refused { code, detail, at: instant(at)? };
            found.known.push((id.0, Known { req_hash: digest(&hash)?, answer }));
        }
        for (id, kind, object, arg, batch, at) in rows.commands.unwrap_or_default() {
            let at = instant(at)?;
            found.commands.push((id.0, KnownCommand { kind, object: object.0, arg, batch, at }));
        }
        for (id, dr, cr, amount, captured, state, resolved_by, expires_at, counted) in
            rows.holds.unwrap_or_default()
        {
            let hold = Hold {
                dr: AccountNo(dr),
                cr: AccountNo(cr),
                amount,
                captured,
                state: HoldState::of(state)
                    .ok_or_else(|| broken(format!("no hold has state {state}")))?,
                resolved_by: resolved_by.map(|id| id.0),
                expires_at: instant(expires_at)?,
                counted: counted
                    .into_iter()
                    .flatten()
                    .map(|(key, win, added)| (key.0, win, added))
                    .collect(),
            };
            found.holds.push((id.0, hold));
        }
        let claims = rows.claims.unwrap_or_default().into_iter();
        found.claims = claims.map(|(subject, winner)| (subject.0, winner.0)).collect();
        let counters = rows.counters.unwrap_or_default().into_iter();
        found.counters =
            counters.map(|(key, win, used, cap)| ((key.0, win), Counter { used, cap })).collect();
        Ok(found)
    }
}

fn instant(micros: i64) -> Result<Timestamp, sqlx::Error> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| broken(format!("{micros} is no instant")))
}

fn digest(hex: &str) -> Result<[u8; 32], sqlx::Error> {
    crate::hex::bytes(hex).ok_or_else(|| broken("a request's digest is not 32 bytes"))
}
