//! An officer takes a merchant in, and keeps what the city knows about it right.

use city_auth::Staff;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_ids::MerchantId;
use serde::Serialize;

use super::known;
use crate::app::{App, cursor};
use crate::domain::merchant::Settle;
use crate::error::{Error, fault};
use crate::store;
use crate::store::merchant::{Merchant, Particulars};
use city_events::idempotency::{Claim, claim};

/// The most entries of a page.
const MOST: u32 = 100;
const LONGEST_NAME: usize = 100;

/// What an officer types.
#[derive(Debug, Clone, Serialize)]
pub struct Typed<'a> {
    pub name: &'a str,
    pub tax_code: &'a str,
    pub mcc: &'a str,
    pub bank_bin: &'a str,
    pub bank_account: &'a str,
    pub settle: Settle,
}

impl Typed<'_> {
    fn parse(&self) -> Result<Particulars, Error> {
        let mut findings = Vec::new();
        let mut must = |fits: bool, field: &str, message: &str| {
            if !fits {
                findings.push(Finding::new(field, "SHAPE", message));
            }
        };
        let name = city_text::clean(self.name);
        let digits = |text: &str, count: usize| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let tax = self.tax_code.split_once('-');
        let tax_fits = tax.map_or_else(
            || digits(self.tax_code, 10),
            |(company, branch)| digits(company, 10) && digits(branch, 3),
        );
        let named = (1..=LONGEST_NAME).contains(&name.chars().count());
        must(named, "/name", "a name has 1 to 100 characters");
        must(tax_fits, "/taxCode", "a tax code has 10 digits, or 10-3");
        must(digits(self.mcc, 4), "/mcc", "a merchant category code has 4 digits");
        must(digits(self.bank_bin, 6), "/bankBin", "a bank is named by 6 digits");
        let account = self.bank_account;
        let account_fits = (1..=19).contains(&account.len())
            && account.bytes().all(|byte| byte.is_ascii_alphanumeric());
        must(account_fits, "/bankAccount", "an account has 1 to 19 letters and digits");
        if !findings.is_empty() {
            return Err(Error::Input(findings));
        }
        Ok(Particulars {
            name,
            tax_code: self.tax_code.to_owned(),
            mcc: self.mcc.to_owned(),
            bank_bin: self.bank_bin.to_owned(),
            bank_account: account.to_owned(),
            settle: self.settle,
        })
    }
}

/// Takes a merchant in, as a draft. Idempotent by the officer's key.
///
/// # Errors
/// `Input`, `KeyReused`.
pub async fn create_merchant(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    typed: &Typed<'_>,
) -> Result<Merchant, Error> {
    let now = app.clock.now();
    let of = typed.parse()?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let claimed = claim(&mut tx, staff.account, key, "createMerchant", typed, now).await?;
    let recorder = match claimed {
        Claim::New(recorder) => recorder,
        Claim::Replay(id) => return known(&mut tx, id).await,
    };
    let id: MerchantId = app.ids.next(now);
    store::merchant::insert(&mut tx, id, &of, now).await?;
    recorder.record(&mut tx, &id).await?;
    let merchant = known(&mut tx, id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(merchant)
}

/// Changes all particulars of a merchant. The same again changes nothing.
///
/// # Errors
/// `Input`, `NotFound`.
pub async fn edit_merchant(
    app: &App,
    id: MerchantId,
    typed: &Typed<'_>,
) -> Result<Merchant, Error> {
    let of = typed.parse()?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if !store::merchant::update(&mut tx, id, &of).await? {
        return Err(Error::NotFound);
    }
    let merchant = known(&mut tx, id).await?;
    if let Some(account) = merchant.account {
        store::settlement::set_rhythm(&mut tx, account, of.settle.rhythm()).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(merchant)
}

/// A merchant.
///
/// # Errors
/// `NotFound`.
pub async fn find_merchant(app: &App, id: MerchantId) -> Result<Merchant, Error> {
    known(&mut *app.connection().await?, id).await
}

/// A page of merchants, oldest first.
///
/// # Errors
/// `Input`.
pub async fn list_merchants(app: &App, args: &PageArgs) -> Result<Page<Merchant>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let found = store::merchant::list(&mut *app.connection().await?, after, limit).await?;
    let has_next_page = found.len() > first;
    let edges = found
        .into_iter()
        .take(first)
        .map(|node| Edge { cursor: cursor::print(node.created_at, node.id.as_uuid()), node })
        .collect();
    Ok(Page { edges, has_next_page })
}
