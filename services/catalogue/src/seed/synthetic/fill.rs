//! Publishes the synthetic register.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::ProcedureDraft;
use city_ids::{AccountId, ProcedureEditionId};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{SyntheticProcedure, procedures};
use crate::error::{Error, broken, fault};
use crate::store::procedure::edition::{self, NewDraft};
use crate::store::procedure::root;
use crate::store::registry::publication;

/// Nobody's accounts: real ones carry a time and never begin with so many noughts.
const EDITOR: AccountId = AccountId::restore(Uuid::from_u128(1));
const PUBLISHER: AccountId = AccountId::restore(Uuid::from_u128(2));

/// Publishes the first `count` synthetic procedures, flagged as demonstration, and says how many are new; `told` hears of each.
///
/// All or nothing, in one publication. Idempotent: those that are there stay as they are.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn seed_procedures(
    db: &PgPool,
    count: usize,
    at: Timestamp,
    told: impl Fn(),
) -> Result<usize, Error> {
    let mut tx = db.begin().await.map_err(fault("beginning to seed"))?;
    publication::bump(&mut tx, at).await?;
    let mut made = 0;
    for (number, procedure) in (0_u128..).zip(procedures(count)) {
        made += usize::from(publish(&mut tx, number, &procedure, at).await?);
        told();
    }
    if made == 0 {
        // Nothing differs, so nothing was published.
        tx.rollback().await.map_err(fault("ending the seeding"))?;
    } else {
        tx.commit().await.map_err(fault("committing the synthetic register"))?;
    }
    Ok(made)
}

async fn publish(
    db: &mut PgConnection,
    number: u128,
    procedure: &SyntheticProcedure,
    at: Timestamp,
) -> Result<bool, Error> {
    let code = procedure.national_code.as_str();
    let draft: ProcedureDraft = serde_json::from_value(procedure.draft())
        .map_err(|error| broken("making a synthetic procedure", error))?;
    if !root::insert(db, code, &draft, EDITOR, at).await? {
        return Ok(false);
    }
    let id = ProcedureEditionId::restore(Uuid::from_u128(0x99_0000_0000 + number));
    let source = json!({ "status": "illustrative", "ids": [] });
    let new = NewDraft {
        id,
        national_code: code,
        draft: &draft,
        form: None,
        source: &source,
        by: EDITOR,
        at,
    };
    edition::insert(db, &new).await?;
    edition::flag_as_demo(db, id).await?;
    edition::submit(db, id, at).await?;
    edition::approve(db, id, PUBLISHER, None, at).await?;
    edition::go_live(db, code, id, at).await?;
    root::publish(db, code, &draft).await
}

impl SyntheticProcedure {
    /// What an editor would write of it: enough to be read and to have a due date, nothing that could be filed.
    fn draft(&self) -> Value {
        let (level, agency) =
            if self.of_communes { ("COMMUNE", "COMMUNE_OF_WARD") } else { ("CITY", "HUE-PVHCC") };
        json!({
            "ownerAgency": "HUE-PVHCC",
            "levels": [level],
            "field": "Dữ liệu mẫu",
            "nonTerritorial": false,
            "onlineLevel": "INFO",
            "english": "SUMMARY",
            "body": {
                "name": self.name,
                "summary": {
                    "vi": "Thủ tục mẫu để đo tốc độ và dùng thử; không có thật.",
                    "en": "A sample for measuring and trying out; there is no such procedure.",
                },
                "sla": { "rule": { "rule": "WORKING_DAYS", "n": 10 } },
                "agencyRoles": [
                    { "role": "DECIDES", "agency": agency },
                    { "role": "EXECUTES", "agency": agency },
                ],
            },
        })
    }
}
