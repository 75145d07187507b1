//! Birth registration as the seed has it, for the tests of the rules.

use chrono::{DateTime, Utc};
use city_contracts::catalogue::procedure::{FormVersionView, NewFormVersion, ProcedureBody};
use city_ids::{FormVersionId, ProcedureEditionId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Agencies, AgencyFact, Edition, Form, Terms};

pub fn seed() -> Value {
    let file: Value =
        serde_json::from_str(include_str!("../../../../../../seed/procedures.json")).unwrap();
    file["procedures"][0].clone()
}

pub fn edition(body: Value) -> Edition {
    let body: ProcedureBody = serde_json::from_value(body).unwrap();
    Edition {
        id: ProcedureEditionId::restore(Uuid::from_u128(1)),
        national_code: "1.001193".into(),
        non_territorial: true,
        in_force_from: None,
        in_force_to: None,
        terms: Terms::read(body, "").unwrap(),
    }
}

pub fn birth() -> Edition {
    edition(seed()["draft"]["body"].clone())
}

pub fn form() -> Form {
    let new: NewFormVersion = serde_json::from_value(seed()["form"].clone()).unwrap();
    Form::restore(FormVersionView {
        id: FormVersionId::restore(Uuid::from_u128(2)),
        no: 1,
        schema: new.schema,
        ui: new.ui,
        closes_at: None,
        repeat_ask: 0.0,
        prefill: new.prefill,
    })
    .unwrap()
}

pub fn agencies() -> Agencies {
    let fact = |code: &str, kind: &str, ward: Option<&str>| AgencyFact {
        code: code.into(),
        kind: kind.into(),
        ward: ward.map(Into::into),
    };
    Agencies::new(vec![
        fact("HUE-PVHCC", "ONE_STOP", None),
        fact("HUE-W19753", "PEOPLES_COMMITTEE", Some("19753")),
        fact("HUE-W19753-PVHCC", "ONE_STOP", Some("19753")),
    ])
}

/// Wednesday, 4 March 2026, 09:00 in Hue.
pub fn now() -> DateTime<Utc> {
    "2026-03-04T09:00:00+07:00".parse().unwrap()
}

pub fn answers() -> Value {
    json!({
        "child": { "fullName": "Nguyễn An", "birthDate": "2026-02-20", "gender": "FEMALE", "birthPlace": "Huế" },
        "mother": { "fullName": "Trần Bình", "identityNumber": "046199000123" },
        "requester": { "relationship": "MOTHER" },
        "surrogacy": false,
        "wardCode": "19753",
        "declaration": true,
    })
}
