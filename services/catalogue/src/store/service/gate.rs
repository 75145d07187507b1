//! Gates.

use sqlx::PgConnection;

use crate::domain::service::{AppVersion, Gate, Platform};
use crate::error::{Error, broken, fault};

const READING: &str = "reading gates";

/// A gate as somebody wrote it: versions keep the form they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    pub platform: Platform,
    pub min_app: Option<String>,
    pub max_app: Option<String>,
    pub min_os: Option<String>,
    pub rollout_pct: i32,
    pub salt: String,
    pub from: Option<city_clock::Timestamp>,
    pub to: Option<city_clock::Timestamp>,
}

impl GateRow {
    /// The gate as it is matched.
    ///
    /// # Errors
    /// A row that breaks a rule is a fault.
    pub fn gate(&self) -> Result<Gate, Error> {
        let version = |raw: &Option<String>| {
            let parsed = raw
                .as_deref()
                .map(|raw| AppVersion::parse(raw).ok_or_else(|| broken(READING, "no version")));
            parsed.transpose()
        };
        Ok(Gate {
            platform: self.platform,
            min_app: version(&self.min_app)?,
            max_app: version(&self.max_app)?,
            min_os: version(&self.min_os)?,
            rollout_pct: u8::try_from(self.rollout_pct).map_err(|error| broken(READING, error))?,
            salt: self.salt.clone(),
            from: self.from,
            to: self.to,
        })
    }
}

/// The gates of a service in their order.
pub async fn list(db: &mut PgConnection, service: &str) -> Result<Vec<GateRow>, Error> {
    let mut all = list_of(db, Some(service)).await?;
    Ok(all.pop().map(|(_, gates)| gates).unwrap_or_default())
}

/// The gates of all services.
pub async fn list_all(db: &mut PgConnection) -> Result<Vec<(String, Vec<GateRow>)>, Error> {
    list_of(db, None).await
}

async fn list_of(
    db: &mut PgConnection,
    service: Option<&str>,
) -> Result<Vec<(String, Vec<GateRow>)>, Error> {
    let rows = sqlx::query!(
        "select service, platform, min_app, max_app, min_os, rollout_pct, salt, valid_from, valid_to
         from catalogue.service_gate
         where $1::text is null or service = $1
         order by service, no",
        service
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let mut all: Vec<(String, Vec<GateRow>)> = Vec::new();
    for row in rows {
        let gate = GateRow {
            platform: Platform::parse(&row.platform)
                .ok_or_else(|| broken(READING, "an unknown platform"))?,
            min_app: row.min_app,
            max_app: row.max_app,
            min_os: row.min_os,
            rollout_pct: row.rollout_pct,
            salt: row.salt,
            from: row.valid_from,
            to: row.valid_to,
        };
        match all.last_mut() {
            Some((service, gates)) if *service == row.service => gates.push(gate),
            _ => all.push((row.service, vec![gate])),
        }
    }
    Ok(all)
}

/// Puts these gates in the place of those there are.
pub async fn replace(db: &mut PgConnection, service: &str, gates: &[GateRow]) -> Result<(), Error> {
    sqlx::query!("delete from catalogue.service_gate where service = $1", service)
        .execute(&mut *db)
        .await
        .map_err(fault("taking gates away"))?;
    for (no, gate) in (1..).zip(gates) {
        sqlx::query!(
            "insert into catalogue.service_gate (
                 service, no, platform, min_app, max_app, min_os, rollout_pct, salt, valid_from, valid_to)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            service,
            no,
            gate.platform.as_str(),
            gate.min_app.as_deref(),
            gate.max_app.as_deref(),
            gate.min_os.as_deref(),
            gate.rollout_pct,
            gate.salt,
            gate.from,
            gate.to
        )
        .execute(&mut *db)
        .await
        .map_err(fault("setting a gate"))?;
    }
    Ok(())
}
