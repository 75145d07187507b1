//! What money is for, in words a reader knows from their bills. Payments knows it by codes only.

use city_contracts::common::Locale;
use city_contracts::payments::PaymentPurpose;

/// The most characters the words take in an SMS.
pub const LONGEST: usize = 24;

/// The words for a purpose; they begin a sentence.
pub const fn words(of: PaymentPurpose, locale: Locale) -> &'static str {
    use PaymentPurpose as Purpose;
    let (vi, en) = match of {
        Purpose::Person => ("Chuyển tiền", "Money to a person"),
        Purpose::Goods => ("Mua hàng, dịch vụ", "Goods and services"),
        Purpose::PublicFee => ("Phí, lệ phí", "Public fee"),
        Purpose::Electricity => ("Tiền điện", "Electricity"),
        Purpose::Water => ("Tiền nước", "Water"),
        Purpose::Telecom => ("Cước viễn thông", "Phone and internet"),
        Purpose::Traffic => ("Phạt, phí giao thông", "Traffic fines and fees"),
        Purpose::Tuition => ("Học phí", "Tuition"),
        Purpose::Hospital => ("Viện phí", "Hospital fees"),
        Purpose::Insurance => ("Bảo hiểm", "Insurance"),
        Purpose::BankDebt => ("Trả nợ ngân hàng", "Bank debt"),
        Purpose::Sanitation => ("Phí vệ sinh", "Sanitation"),
        Purpose::Transport => ("Vé, cước đi lại", "Transport"),
        Purpose::TopUp => ("Nạp tiền", "Top-up"),
        Purpose::Refund => ("Hoàn tiền", "Refund"),
        Purpose::Settlement => ("Quyết toán", "Settlement"),
        Purpose::Fee => ("Phí giao dịch", "Transaction fee"),
        Purpose::Reconciliation => ("Đối soát", "Reconciliation"),
        Purpose::Adjustment => ("Điều chỉnh số dư", "Correction"),
    };
    match locale {
        Locale::Vi => vi,
        Locale::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sms::sms_text;

    /// Every name on the wire.
    const ALL: &str = "PERSON GOODS PUBLIC_FEE ELECTRICITY WATER TELECOM TRAFFIC TUITION HOSPITAL INSURANCE BANK_DEBT \
        SANITATION TRANSPORT TOP_UP REFUND SETTLEMENT FEE RECONCILIATION ADJUSTMENT";

    #[test]
    fn every_purpose_has_words_of_its_own_that_fit_an_sms() {
        for locale in [Locale::Vi, Locale::En] {
            let mut seen: Vec<_> = ALL
                .split_whitespace()
                .map(|name| words(serde_json::from_value(name.into()).unwrap(), locale))
                .collect();
            for text in &seen {
                assert!(!text.is_empty() && sms_text(text).len() <= LONGEST, "{text}");
            }
            let all = seen.len();
            seen.sort_unstable();
            seen.dedup();

            assert_eq!(seen.len(), all);
        }
    }
}
