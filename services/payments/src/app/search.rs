//! An officer looks for what somebody reads out: an id, the number of a bill, a reference of a provider, payee or bank.

use city_contracts::problem::Finding;
use city_ids::{
    BillId, BillerId, MerchantId, MerchantOrderId, PostingId, ProviderOrderId,
    ReconciliationBreakId, RefundId, SettlementId,
};
use uuid::Uuid;

use super::App;
use crate::domain::provider::refund_of_ref;
use crate::error::{Error, broken};
use crate::store;
use crate::store::search::{Hit, Sought};

/// The longest text that is looked for, in characters.
const LONGEST: usize = 100;
/// The most that is found: a number may be that of several billers or merchants.
const MOST: i64 = 50;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: &'static str,
    /// Its id as it travels.
    pub id: String,
    /// By what it was found.
    pub matched: String,
}

/// How an id of a kind is written.
type Print = fn(Uuid) -> String;

/// What can be found, each with the prefix of its ids.
const KINDS: [(&str, &str, Print); 9] = [
    ("PAYMENT", "pay", |id| PostingId::restore(id).to_string()),
    ("PROVIDER_PAYMENT", "pvo", |id| ProviderOrderId::restore(id).to_string()),
    ("BILL", "bil", |id| BillId::restore(id).to_string()),
    ("BILLER", "blr", |id| BillerId::restore(id).to_string()),
    ("MERCHANT", "mer", |id| MerchantId::restore(id).to_string()),
    ("ORDER", "ord", |id| MerchantOrderId::restore(id).to_string()),
    ("REFUND", "rfd", |id| RefundId::restore(id).to_string()),
    ("SETTLEMENT", "set", |id| SettlementId::restore(id).to_string()),
    ("BREAK", "brk", |id| ReconciliationBreakId::restore(id).to_string()),
];

/// Whatever an id, number or reference names, newest first, 50 at most. An id without prefix is that of anything.
///
/// Privacy: nothing of a person's wallet, which is asked for with a reason.
///
/// # Errors
/// `Input` for nothing or too much to look for.
pub async fn search(app: &App, text: &str) -> Result<Vec<Found>, Error> {
    let text = text.trim();
    // PostgreSQL keeps no zero byte in a text.
    if !(1..=LONGEST).contains(&text.chars().count()) || text.contains('\0') {
        let message = "look for 1 to 100 characters";
        return Err(Error::Input(vec![Finding::new("/q", "LENGTH", message)]));
    }
    let mut db = app.connection().await?;
    let listed = store::search::refund_refs(&mut db, text, MOST).await?;
    let named = std::iter::once(text.to_ascii_uppercase()).chain(listed);
    let refunds: Vec<_> = named.filter_map(|name| refund_of_ref(&name)).collect();
    let (id, kind) = id_of(text);
    let sought = Sought { id, kind, text, refunds: &refunds };
    let hits = store::search::search(&mut db, sought, MOST).await?;
    hits.into_iter().map(found).collect()
}

fn found(hit: Hit) -> Result<Found, Error> {
    let kind = KINDS.iter().find(|(kind, ..)| *kind == hit.kind);
    let (kind, _, print) = kind.ok_or_else(|| broken("searching", hit.kind))?;
    Ok(Found { kind, id: print(hit.id), matched: hit.matched })
}

/// The id in a text, and of what kind of thing, when the prefix says so.
fn id_of(text: &str) -> (Option<Uuid>, Option<&'static str>) {
    let prefixed = text.split_once('_').and_then(|(prefix, id)| {
        let (kind, ..) = KINDS.iter().find(|(_, known, _)| *known == prefix)?;
        Some((Uuid::try_parse(id).ok()?, *kind))
    });
    match prefixed {
        Some((id, kind)) => (Some(id), Some(kind)),
        None => (Uuid::try_parse(text).ok(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_of_what_it_is_by_its_prefix() {
        let id = Uuid::from_u128(0x0189_0000_0000_7000_8000_0000_0000_0001);
        for (kind, prefix, print) in KINDS {
            assert!(print(id).starts_with(&format!("{prefix}_")), "{kind}");
            assert_eq!(id_of(&print(id)), (Some(id), Some(kind)));
        }
        assert_eq!(id_of(&id.to_string()), (Some(id), None));
        for other in [format!("wal_{}", id.simple()), "pay_".to_owned(), "HD_1".to_owned()] {
            assert_eq!(id_of(&other), (None, None), "{other}");
        }
    }
}
