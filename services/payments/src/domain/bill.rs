//! Bills: demands for money. Whether one is paid is the ledger's claim on its revision.

use chrono::NaiveDate;
use city_contracts::payments::{BillHeadView, BillState};
use city_money::Vnd;
use uuid::Uuid;

use super::ledger::{AccountNo, Leg, Purpose};

/// How the claim on a revision ends it.
pub mod outcome {
    /// Paid.
    pub const PAID: i16 = 1;
    /// No longer wanted.
    pub const CANCELLED: i16 = 2;
    /// A further revision took its place.
    pub const REPLACED: i16 = 3;
}

/// Crockford's base 32: no letter that is read as a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a number after its letter.
const NUMBER_CHARS: u32 = 10;

/// Where a bill is on a civil day.
pub fn state(claim: Option<i16>, due_date: NaiveDate, today: NaiveDate) -> BillState {
    match claim {
        Some(outcome::PAID) => BillState::Paid,
        Some(outcome::REPLACED) => BillState::Replaced,
        Some(_) => BillState::Cancelled,
        None if today > due_date => BillState::Overdue,
        None => BillState::Open,
    }
}

/// The sum of heads; none when it is nothing or does not fit.
pub fn sum(heads: &[BillHeadView]) -> Option<Vnd> {
    let sum = heads.iter().try_fold(Vnd::ZERO, |sum, head| {
        (head.amount >= Vnd::ZERO).then(|| sum.checked_add(head.amount)).flatten()
    });
    sum.filter(|sum| *sum > Vnd::ZERO)
}

/// What a code says about the kind of payee: the merchant category of ISO 18245 for what its bills are for.
pub const fn category(of: Purpose) -> &'static str {
    match of {
        Purpose::Electricity | Purpose::Water | Purpose::Sanitation => "4900",
        Purpose::Telecom => "4814",
        Purpose::Traffic => "9222",
        Purpose::Tuition => "8299",
        Purpose::Hospital => "8062",
        Purpose::Insurance => "6300",
        Purpose::BankDebt => "6012",
        Purpose::Transport => "4111",
        Purpose::Goods => "5999",
        // Government services, not elsewhere classified; bills are for nothing of what comes after the fees.
        Purpose::PublicFee
        | Purpose::Person
        | Purpose::TopUp
        | Purpose::Refund
        | Purpose::Settlement
        | Purpose::Fee
        | Purpose::Reconciliation
        | Purpose::Adjustment => "9399",
    }
}

/// The number people quote of a bill that another service asked for: 50 bits of what it was asked with.
pub fn number(source_ref: Uuid) -> String {
    let bits = source_ref.as_u128();
    let chars = (0..NUMBER_CHARS).rev().map(|place| {
        let index = usize::try_from(bits >> (5 * place) & 31).unwrap_or_default();
        char::from(ALPHABET[index])
    });
    std::iter::once('F').chain(chars).collect()
}

/// One leg for each account that gets money, in the order of the heads.
pub fn legs(
    payer: AccountNo,
    heads: &[(i64, AccountNo)],
    purpose: Purpose,
    revision: Uuid,
) -> Vec<Leg> {
    let mut sums: Vec<(AccountNo, i64)> = Vec::new();
    for (amount, account) in heads {
        match sums.iter_mut().find(|(known, _)| known == account) {
            Some((_, sum)) => *sum += amount,
            None => sums.push((*account, *amount)),
        }
    }
    let moving = sums.into_iter().filter(|(_, sum)| *sum > 0);
    let leg = |(account, sum)| Leg {
        reference: Some(revision),
        ..Leg::post(payer, account, sum, purpose)
    };
    moving.map(leg).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_overdue_the_day_after_its_day() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();

        assert_eq!(state(None, day(4), day(4)), BillState::Open);
        assert_eq!(state(None, day(4), day(5)), BillState::Overdue);
        assert_eq!(state(Some(outcome::PAID), day(4), day(5)), BillState::Paid);
        assert_eq!(state(Some(outcome::CANCELLED), day(4), day(4)), BillState::Cancelled);
    }

    #[test]
    fn heads_of_one_account_are_one_leg_and_no_dong_is_lost() {
        let heads = [(3, AccountNo(5)), (4, AccountNo(6)), (5, AccountNo(5)), (0, AccountNo(7))];

        let legs = legs(AccountNo(1), &heads, Purpose::PublicFee, Uuid::nil());

        let post = |account, amount| Leg {
            reference: Some(Uuid::nil()),
            ..Leg::post(AccountNo(1), AccountNo(account), amount, Purpose::PublicFee)
        };
        assert_eq!(legs, [post(5, 8), post(6, 4)]);
    }

    #[test]
    fn a_sum_below_zero_beyond_all_bounds_or_of_nothing_is_no_bill() {
        let head =
            |dong| BillHeadView {
                code: "A".into(), name: "Lệ phí".into(), amount: Vnd::new(dong)
            };

        assert_eq!(sum(&[head(2), head(3)]), Some(Vnd::new(5)));
        assert_eq!(sum(&[head(2), head(-1)]), None);
        assert_eq!(sum(&[head(i64::MAX), head(1)]), None);
        assert_eq!(sum(&[]), None);
    }

    #[test]
    fn numbers_are_short_and_follow_from_what_was_asked_with() {
        assert_eq!(number(Uuid::from_u128(0)), "F0000000000");
        assert_eq!(number(Uuid::from_u128(33)), "F0000000011");
        assert_eq!(number(Uuid::from_u128(u128::MAX)), "FZZZZZZZZZZ");
    }
}
