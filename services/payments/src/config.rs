//! What can be configured.

use std::path::PathBuf;

use city_blobs::S3Config;
use confique::Config as Confique;

use crate::provider_config::ProvidersConfig;

/// The configuration of payments.
#[derive(Debug, Clone, Confique)]
pub struct Config {
    /// Days for which a request key is remembered.
    #[config(env = "PAYMENTS_IDEMPOTENCY_DAYS", default = 7)]
    pub idempotency_days: i32,
    /// How safe an acknowledged payment must be: `local` (on the server's disk), `replicated` (on a standby's too), or
    /// `throwaway` for test servers that may lose everything, which production refuses.
    #[config(env = "PAYMENTS_DURABILITY", default = "local")]
    pub durability: String,
    /// Where other instances of payments reach this one, such as `http://payments-1:8080`. Production requires it: they hand over
    /// what they are asked to whoever leads, and learn there whether it is alive.
    #[config(env = "PAYMENTS_OWN_URL")]
    pub own_url: Option<String>,
    /// A file with the private Ed25519 seed (64 hex digits) that signs the ledger's batches. Development makes one that
    /// lasts as long as the process.
    #[config(env = "PAYMENTS_HEAD_KEY_FILE")]
    pub head_key_file: Option<PathBuf>,
    /// A file with the public keys (a JWK set) that signed batches before the present one: receipts stay valid.
    #[config(env = "PAYMENTS_FORMER_KEYS_FILE")]
    pub former_keys_file: Option<PathBuf>,
    /// Working days, 1 to 10, for which what a provider owes counts among what backs the wallets.
    #[config(env = "PAYMENTS_BACKING_DAYS", default = 3)]
    pub backing_days: u8,
    /// Where accounts listens: its keys verify confirmations by PIN, and it knows who has a phone number.
    #[config(env = "PAYMENTS_ACCOUNTS_URL", default = "http://127.0.0.1:8081")]
    pub accounts_url: String,
    /// A file with this service's keyring, which seals the secrets of merchants' keys and webhooks. Without one, development
    /// makes a new keyring at each start, and those of before no longer count.
    #[config(env = "PAYMENTS_KEYRING_FILE")]
    pub keyring_file: Option<PathBuf>,
    /// Six digits of the bank whose number the codes of merchants carry.
    #[config(env = "PAYMENTS_QR_BIN", default = "970436")]
    pub qr_bin: String,
    /// The city printed in the codes of merchants.
    #[config(env = "PAYMENTS_QR_CITY", default = "Hue")]
    pub qr_city: String,
    /// Days for which merchants can read what they were told, and have it sent again: at least 14. An event that still waits
    /// for an endpoint is kept longer.
    #[config(env = "PAYMENTS_EVENT_DAYS", default = 90)]
    pub event_days: u16,
    /// Signed calls of one key at once.
    #[config(env = "PAYMENTS_MERCHANT_BURST", default = 50)]
    pub merchant_burst: u32,
    /// Signed calls of one key in a minute, over all instances.
    #[config(env = "PAYMENTS_MERCHANT_PER_MINUTE", default = 3000)]
    pub merchant_per_minute: u32,
    /// Badly signed calls of one address, and of any address naming one key, that are looked at in a minute, over all instances; and
    /// notices of one address that no provider proves. An address from which a key signed well is not held up by what others
    /// spoil, one from which a provider proved a notice not at all. Without Redis each instance counts by itself.
    #[config(env = "PAYMENTS_MERCHANT_FAILURES_PER_MINUTE", default = 30)]
    pub merchant_failures_per_minute: u32,
    /// Milliseconds that Redis has to count a signed call; after that an instance decides alone, at a quarter of the limit.
    #[config(env = "PAYMENTS_MERCHANT_PATIENCE_MS", default = 25)]
    pub merchant_patience_ms: u64,
    /// Whether webhooks may call this machine, also over plain HTTP: for trying out; production refuses it.
    #[config(env = "PAYMENTS_WEBHOOK_LOOPBACK", default = false)]
    pub webhook_loopback: bool,
    /// The identity level, 0 to 2, from which a resident may open a wallet.
    #[config(env = "PAYMENTS_WALLET_LEVEL", default = 2)]
    pub wallet_level: u8,
    /// The bucket to which signed heads are copied, once and for ever; that of `S3_BUCKET` when none is named. In production it
    /// should be one of its own, with object lock and a default retention (compliance) as long as books are kept, and
    /// readable by auditors: nobody, the city included, then writes over a copy or deletes it.
    #[config(env = "PAYMENTS_HEADS_BUCKET")]
    pub heads_bucket: Option<String>,
    /// What the names of the copies begin with. A new bucket or prefix gets all heads from the first one on.
    #[config(env = "PAYMENTS_HEADS_PREFIX", default = "payments/heads")]
    pub heads_prefix: String,
    /// Providers that take money for the city.
    #[config(nested)]
    pub providers: ProvidersConfig,
    /// The object store, for what a person asks to be given.
    #[config(nested)]
    pub s3: S3Config,
}
