//! `GET /admin/v1/payments/postings/{id}`: a posting as the ledger keeps it.

use std::collections::BTreeMap;

use axum::extract::State;
use city_auth::{ObjectScope, Staff, permission};
use city_clock::Timestamp;
use city_http::{Json, Path, Problem};
use city_ids::PostingId;
use city_receipt::Receipt;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, Message, find_posting, issue_receipt, posting_messages};
use crate::domain::ledger::{Code, HoldState, Purpose};
use crate::error::{Error, broken};
use crate::store::ledger::{StoredHold, StoredLeg, StoredPosting, StoredRefusal};

/// A posting: legs, or a refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostingView {
    /// The payment.
    #[schema(value_type = String)]
    pub id: PostingId,
    /// Its legs, in their order; none when it was refused.
    pub legs: Vec<LegView>,
    /// The reserve it made, as it is now.
    pub hold: Option<HoldView>,
    /// Why it was refused.
    pub refusal: Option<RefusalView>,
    /// What proves it to a stranger without network: a receipt as `receipt-verify` reads it.
    #[schema(value_type = Object)]
    pub proof: Receipt,
    /// What its provider said about the order behind it, oldest first; empty for money that came through none.
    pub messages: Vec<MessageView>,
}

/// What a provider said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// `VNPAY`, `MOMO` or `ZALOPAY`.
    pub provider: String,
    /// `IN` for a notice, `ANSWER` for the answer to a question of ours.
    pub direction: String,
    /// When it came.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Whether it is proven to come from the provider.
    pub verified: bool,
    /// What became of it, such as `RECORDED`, `AGAIN`, `AMOUNT_DIFFERS`, `QUERY`, `REFUND`; none while it is judged.
    pub outcome: Option<String>,
    /// Results, numbers, amounts and times under the provider's own names; nothing that may name a person, nothing unproven.
    pub said: BTreeMap<&'static str, String>,
    /// How long the message is, in bytes.
    pub bytes: usize,
    /// SHA-256 of its bytes, hexadecimal: the provider's own copy can be compared.
    pub sha256: String,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        let Message { provider, direction, at, verified, outcome, said, bytes, sha256 } = message;
        Self { provider, direction, at, verified, outcome, said, bytes, sha256 }
    }
}

/// A leg.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LegView {
    /// Its place in the posting, from 0.
    pub leg: i16,
    /// Its place in the ledger.
    pub seq: i64,
    /// The batch that contains it.
    pub batch: i64,
    /// POST, HOLD, CAPTURE, VOID, EXPIRE.
    pub kind: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Public id of the account that gives.
    pub debit: String,
    /// Public id of the account that takes.
    pub credit: String,
    /// Whole dong.
    pub amount: String,
    /// What it takes off the reserves, whole dong.
    pub released: String,
    /// The reserve it resolves.
    #[schema(value_type = Option<String>)]
    pub hold: Option<PostingId>,
    /// The bill's revision, the order, the payment refunded.
    pub reference: Option<String>,
    /// When the reserve it makes ends.
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Timestamp>,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// A reserve.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldView {
    /// OPEN, CAPTURED, VOIDED, EXPIRED.
    pub state: &'static str,
    /// Whole dong.
    pub amount: String,
    /// How much of it was moved.
    pub captured: String,
    /// The posting that ended it.
    #[schema(value_type = Option<String>)]
    pub resolved_by: Option<PostingId>,
    /// When it ends by itself.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusalView {
    /// Why.
    pub code: &'static str,
    /// Which part of the posting.
    pub detail: i16,
    /// The batch that contains it.
    pub batch: i64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// `GET /admin/v1/payments/postings/{id}`
#[utoipa::path(
    get, path = "/admin/v1/payments/postings/{id}", tag = "payments", operation_id = "readPosting",
    summary = "A posting as the ledger keeps it",
    params(("id" = String, Path, description = "The payment, such as pay_…")),
    responses((status = 200, description = "Legs or a refusal", body = PostingView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 503, description = "UNAVAILABLE")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.ledger.read")))
)]
pub async fn read(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<PostingId>,
) -> Result<Json<PostingView>, Problem> {
    // A posting belongs to no agency.
    staff.require(permission::LEDGER_READ, ObjectScope::default(), app.clock.now())?;
    let stored = find_posting(&app, id).await?;
    let proof = issue_receipt(&app, id).await?;
    let messages = posting_messages(&app, id).await?;
    Ok(Json(view(id, stored, proof, messages)?))
}

fn view(
    id: PostingId,
    stored: StoredPosting,
    proof: Receipt,
    messages: Vec<Message>,
) -> Result<PostingView, Error> {
    Ok(PostingView {
        id,
        legs: stored.legs.into_iter().map(leg).collect::<Result<_, _>>()?,
        hold: stored.hold.map(hold).transpose()?,
        refusal: stored.refusal.map(refusal).transpose()?,
        proof,
        messages: messages.into_iter().map(MessageView::from).collect(),
    })
}

fn leg(row: StoredLeg) -> Result<LegView, Error> {
    let unknown = |what: &str, number: i16| {
        broken("reading a leg", format!("no {what} has the number {number}"))
    };
    Ok(LegView {
        leg: row.leg,
        seq: row.seq,
        batch: row.batch,
        kind: match row.kind {
            1 => "POST",
            2 => "HOLD",
            3 => "CAPTURE",
            4 => "VOID",
            5 => "EXPIRE",
            other => return Err(unknown("kind", other)),
        },
        purpose: Purpose::of(row.purpose).ok_or_else(|| unknown("purpose", row.purpose))?.name(),
        debit: row.debit.to_string(),
        credit: row.credit.to_string(),
        amount: row.amount.to_string(),
        released: row.released.to_string(),
        hold: row.hold.map(PostingId::restore),
        reference: row.reference.map(|id| id.to_string()),
        expires_at: row.expires_at,
        at: row.at,
    })
}

fn hold(row: StoredHold) -> Result<HoldView, Error> {
    let state = match HoldState::of(row.state) {
        Some(HoldState::Open) => "OPEN",
        Some(HoldState::Captured) => "CAPTURED",
        Some(HoldState::Voided) => "VOIDED",
        Some(HoldState::Expired) => "EXPIRED",
        None => return Err(broken("reading a hold", format!("no hold has state {}", row.state))),
    };
    Ok(HoldView {
        state,
        amount: row.amount.to_string(),
        captured: row.captured.to_string(),
        resolved_by: row.resolved_by.map(PostingId::restore),
        expires_at: row.expires_at,
    })
}

fn refusal(row: StoredRefusal) -> Result<RefusalView, Error> {
    let code = Code::of(row.code);
    let code =
        code.ok_or_else(|| broken("reading a refusal", format!("no code is {}", row.code)))?;
    Ok(RefusalView { code: code.name(), detail: row.detail, batch: row.batch, at: row.at })
}
