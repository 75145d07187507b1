//! What can be wished.

/// What is to happen to an order, its questions, its refund, or its line of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the protocols, section 7")]
pub enum Scenario {
    Paid,
    PaidIpnX10,
    PaidNoIpn,
    PaidIpn24h,
    IpnBeforeCreateAnswer,
    FailAfterPaid,
    PaidAfterFail,
    PaidAfterExpiry,
    Refused,
    Cancelled,
    Expired,
    Suspicious,
    WrongAmountIpn,
    ForgedIpn,
    UnsignedIpn,
    UnknownRefIpn,
    QueryUnsigned,
    Query5xx,
    QuerySilent,
    CreateTimeout,
    RefundOk,
    RefundRunning,
    RefundRefused,
    RefundTimeout,
    RefundUnsigned,
    RefundLater,
    StatementMissing,
    StatementExtra,
    StatementAmount,
    StatementDuplicate,
    StatementFee,
}

impl Scenario {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 31] = [
        ("paid", Self::Paid),
        ("paid_ipn_x10", Self::PaidIpnX10),
        ("paid_no_ipn", Self::PaidNoIpn),
        ("paid_ipn_24h", Self::PaidIpn24h),
        ("ipn_before_create_answer", Self::IpnBeforeCreateAnswer),
        ("fail_after_paid", Self::FailAfterPaid),
        ("paid_after_fail", Self::PaidAfterFail),
        ("paid_after_expiry", Self::PaidAfterExpiry),
        ("refused", Self::Refused),
        ("cancelled", Self::Cancelled),
        ("expired", Self::Expired),
        ("suspicious", Self::Suspicious),
        ("wrong_amount_ipn", Self::WrongAmountIpn),
        ("forged_ipn", Self::ForgedIpn),
        ("unsigned_ipn", Self::UnsignedIpn),
        ("unknown_ref_ipn", Self::UnknownRefIpn),
        ("query_unsigned", Self::QueryUnsigned),
        ("query_5xx", Self::Query5xx),
        ("query_silent", Self::QuerySilent),
        ("create_timeout", Self::CreateTimeout),
        ("refund_ok", Self::RefundOk),
        ("refund_running", Self::RefundRunning),
        ("refund_refused", Self::RefundRefused),
        ("refund_timeout", Self::RefundTimeout),
        ("refund_unsigned", Self::RefundUnsigned),
        ("refund_later", Self::RefundLater),
        ("statement_missing", Self::StatementMissing),
        ("statement_extra", Self::StatementExtra),
        ("statement_amount", Self::StatementAmount),
        ("statement_duplicate", Self::StatementDuplicate),
        ("statement_fee", Self::StatementFee),
    ];

    /// The scenario of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, scenario)| scenario)
    }
    /// Whether a refund goes otherwise than well.
    pub const fn spoils_refunds(self) -> bool {
        matches!(
            self,
            Self::RefundRunning
                | Self::RefundRefused
                | Self::RefundTimeout
                | Self::RefundUnsigned
                | Self::RefundLater
        )
    }
}
