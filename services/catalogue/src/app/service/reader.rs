//! Who reads, and what that person has to do with services.

use std::collections::HashMap;

use city_auth::Anyone;
use city_clock::Timestamp;
use city_contracts::catalogue::service::ClientApp;
use city_http::Outcome as _;
use city_ids::AccountId;

use crate::app::App;
use crate::domain::service::{Asking, Client};
use crate::error::{Error, fault};
use crate::snapshot::Registry;
use crate::store::service::kept::{self, Kept};

/// Wards for which one request may ask.
const MAX_WARDS: usize = 5;

/// A reader with everything a view needs of them.
#[derive(Debug)]
pub struct Reader {
    pub account: Option<AccountId>,
    /// 0 anonymous, 1 signed in, 2 identity proven.
    pub identity: u8,
    pub client: Client,
    /// Present wards, by code.
    pub wards: Vec<String>,
    pub kept: HashMap<String, Kept>,
    pub at: Timestamp,
}

impl Reader {
    /// The reader of a request, without what they keep.
    ///
    /// # Errors
    /// `PLACE_FORMER`, `PLACE_UNKNOWN`, `INPUT` for wards.
    pub fn new(
        app: &App,
        who: &Anyone,
        client: &ClientApp,
        wards: &[String],
        registry: &Registry,
    ) -> Result<Self, Error> {
        if wards.len() > MAX_WARDS {
            return Err(Error::invalid(
                "/wardCodes",
                "TOO_MANY",
                format!("at most {MAX_WARDS} wards"),
            ));
        }
        for (place, code) in wards.iter().enumerate() {
            registry.ward_by_code(code, &format!("/wardCodes/{place}"))?;
        }
        let account = who.resident();
        Ok(Self {
            account,
            identity: identity(account, who.0.identity_level),
            client: Client::read(client),
            wards: wards.to_vec(),
            kept: HashMap::new(),
            at: app.clock.now(),
        })
    }

    /// With what they keep. While the database is away, reads go on without it.
    pub async fn with_kept(mut self, app: &App) -> Result<Self, Error> {
        if let Some(account) = self.account {
            self.kept = match kept_by(app, account).await {
                Ok(kept) => kept,
                Err(error) if error.kind() == city_http::Kind::Unavailable => HashMap::new(),
                Err(error) => return Err(error),
            };
        }
        Ok(self)
    }

    /// What decides on the side of the reader.
    pub fn asking<'a>(&self, ward: Option<&'a str>) -> Asking<'a> {
        Asking {
            subject: self.account,
            identity: self.identity,
            client: self.client,
            ward,
            at: self.at,
        }
    }
}

/// 0 anonymous, 1 signed in, 2 identity proven.
pub fn identity(account: Option<AccountId>, proven: u8) -> u8 {
    match account {
        None => 0,
        Some(_) if proven >= 2 => 2,
        Some(_) => 1,
    }
}

async fn kept_by(app: &App, account: AccountId) -> Result<HashMap<String, Kept>, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    kept::list(&mut db, account).await
}
