//! What can be configured of providers. A provider without a URL is not offered.

use std::path::PathBuf;

use confique::Config as Confique;
use secrecy::SecretString;

/// The configuration of providers.
#[derive(Debug, Clone, Confique)]
pub struct ProvidersConfig {
    /// Where payers and providers reach payments from outside, such as `https://pay.hue.example`: notices come to
    /// `/ipn/…` and payers come back to `/pay/return/…` below it.
    #[config(env = "PAYMENTS_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Milliseconds to wait for an answer of a provider.
    #[config(env = "PAYMENTS_PROVIDER_TIMEOUT_MS", default = 30_000)]
    pub timeout_ms: u64,
    /// The largest amount in dong that goes back by itself when it cannot be credited; an officer agrees to more.
    #[config(env = "PAYMENTS_AUTO_REFUND_MAX", default = 5_000_000)]
    pub auto_refund_max: i64,

    /// Where VNPAY listens, such as `https://sandbox.vnpayment.vn`.
    #[config(env = "PAYMENTS_VNPAY_URL")]
    pub vnpay_url: Option<String>,
    /// The city's code at VNPAY (`vnp_TmnCode`), 8 characters.
    #[config(env = "PAYMENTS_VNPAY_TMN_CODE")]
    pub vnpay_tmn_code: Option<String>,
    /// What VNPAY and the city sign with.
    #[config(env = "PAYMENTS_VNPAY_SECRET")]
    pub vnpay_secret: Option<SecretString>,
    /// A file that holds `PAYMENTS_VNPAY_SECRET`.
    #[config(env = "PAYMENTS_VNPAY_SECRET_FILE")]
    pub vnpay_secret_file: Option<PathBuf>,
    /// The smallest amount in dong through VNPAY.
    #[config(env = "PAYMENTS_VNPAY_MIN", default = 10_000)]
    pub vnpay_min: i64,
    /// The largest amount in dong through VNPAY.
    #[config(env = "PAYMENTS_VNPAY_MAX", default = 100_000_000)]
    pub vnpay_max: i64,
    /// How VNPAY calls the columns of its statements, separated by commas: number of the payment, our reference, kind, amount,
    /// fee, status, paid at.
    #[config(
        env = "PAYMENTS_VNPAY_COLUMNS",
        default = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at"
    )]
    pub vnpay_columns: String,

    /// Where MoMo listens, such as `https://test-payment.momo.vn`.
    #[config(env = "PAYMENTS_MOMO_URL")]
    pub momo_url: Option<String>,
    /// The city's code at MoMo.
    #[config(env = "PAYMENTS_MOMO_PARTNER_CODE")]
    pub momo_partner_code: Option<String>,
    /// The name of the key that MoMo and the city sign with.
    #[config(env = "PAYMENTS_MOMO_ACCESS_KEY")]
    pub momo_access_key: Option<String>,
    /// What MoMo and the city sign with.
    #[config(env = "PAYMENTS_MOMO_SECRET")]
    pub momo_secret: Option<SecretString>,
    /// A file that holds `PAYMENTS_MOMO_SECRET`.
    #[config(env = "PAYMENTS_MOMO_SECRET_FILE")]
    pub momo_secret_file: Option<PathBuf>,
    /// The smallest amount in dong through MoMo.
    #[config(env = "PAYMENTS_MOMO_MIN", default = 1_000)]
    pub momo_min: i64,
    /// The largest amount in dong through MoMo.
    #[config(env = "PAYMENTS_MOMO_MAX", default = 50_000_000)]
    pub momo_max: i64,
    /// How MoMo calls the columns of its statements, separated by commas: number of the payment, our reference, kind, amount,
    /// fee, status, paid at.
    #[config(
        env = "PAYMENTS_MOMO_COLUMNS",
        default = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at"
    )]
    pub momo_columns: String,

    /// Where ZaloPay listens, such as `https://sb-openapi.zalopay.vn`.
    #[config(env = "PAYMENTS_ZALOPAY_URL")]
    pub zalopay_url: Option<String>,
    /// The city's number at ZaloPay (`app_id`).
    #[config(env = "PAYMENTS_ZALOPAY_APP_ID")]
    pub zalopay_app_id: Option<String>,
    /// What the city signs with towards ZaloPay.
    #[config(env = "PAYMENTS_ZALOPAY_KEY1")]
    pub zalopay_key1: Option<SecretString>,
    /// A file that holds `PAYMENTS_ZALOPAY_KEY1`.
    #[config(env = "PAYMENTS_ZALOPAY_KEY1_FILE")]
    pub zalopay_key1_file: Option<PathBuf>,
    /// What ZaloPay signs its notices with.
    #[config(env = "PAYMENTS_ZALOPAY_KEY2")]
    pub zalopay_key2: Option<SecretString>,
    /// A file that holds `PAYMENTS_ZALOPAY_KEY2`.
    #[config(env = "PAYMENTS_ZALOPAY_KEY2_FILE")]
    pub zalopay_key2_file: Option<PathBuf>,
    /// The smallest amount in dong through ZaloPay.
    #[config(env = "PAYMENTS_ZALOPAY_MIN", default = 1_000)]
    pub zalopay_min: i64,
    /// The largest amount in dong through ZaloPay.
    #[config(env = "PAYMENTS_ZALOPAY_MAX", default = 50_000_000)]
    pub zalopay_max: i64,
    /// How ZaloPay calls the columns of its statements, separated by commas: number of the payment, our reference, kind, amount,
    /// fee, status, paid at.
    #[config(
        env = "PAYMENTS_ZALOPAY_COLUMNS",
        default = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at"
    )]
    pub zalopay_columns: String,
}

impl ProvidersConfig {
    /// Whether any provider is offered.
    pub const fn is_any(&self) -> bool {
        self.vnpay_url.is_some() || self.momo_url.is_some() || self.zalopay_url.is_some()
    }

    /// The same with all providers at the simulator at `url`, and payments reachable at `public_url`. Its secrets are the
    /// simulator's throw-away ones.
    #[must_use]
    pub fn simulated(self, url: &str, public_url: &str) -> Self {
        let (url, text) = (Some(url.to_owned()), |text: &str| Some(text.to_owned()));
        let secret = |text: &str| Some(SecretString::from(text.to_owned()));
        Self {
            public_url: text(public_url),
            vnpay_url: url.clone(),
            vnpay_tmn_code: text("HUES0001"),
            vnpay_secret: secret("HUES-TEST-SECRET-0123456789ABCDEF"),
            momo_url: url.clone(),
            momo_partner_code: text("HUESMOMO"),
            momo_access_key: text("HUESACCESS"),
            momo_secret: secret("HUES-MOMO-SECRET"),
            zalopay_url: url,
            zalopay_app_id: text("2553"),
            zalopay_key1: secret("HUES-ZALO-KEY1"),
            zalopay_key2: secret("HUES-ZALO-KEY2"),
            ..self
        }
    }
}
