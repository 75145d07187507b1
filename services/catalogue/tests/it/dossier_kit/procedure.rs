//! The procedure of these tests: a form, a paper with an alternative, a paper under a condition, a fee with an exemption.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{PROCEDURE, run_sql};

fn label(vi: &str, en: &str) -> Value {
    json!({ "vi": vi, "en": en })
}

/// The form; version 2 drops `note`.
fn schema(version: i32) -> Value {
    let mut properties = json!({
        "fullName": { "type": "string", "minLength": 2, "maxLength": 100, "x-element": "person.fullName",
                      "x-label": label("Họ và tên", "Full name") },
        "identityNumber": { "type": "string", "pattern": "^[0-9]{12}$", "x-element": "person.identityNumber",
                            "x-sensitive": true, "x-label": label("Số định danh", "Identity number") },
        "wardCode": { "type": "string", "pattern": "^[0-9]{5}$", "x-element": "place.wardCode",
                      "x-label": label("Phường, xã", "Ward") },
        "poor": { "type": "boolean", "x-label": label("Hộ nghèo", "Poor household") },
        "extra": { "type": "boolean", "x-label": label("Thêm", "Extra") },
    });
    if version == 1 {
        properties["note"] =
            json!({ "type": "string", "maxLength": 200, "x-label": label("Ghi chú", "Note") });
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
        "required": ["fullName", "identityNumber", "wardCode"], "properties": properties,
    })
}

fn body() -> Value {
    let paper = |code: &str, required: bool, more: Value| {
        let mut paper = json!({ "code": code, "name": label("Giấy tờ", "Paper"), "kind": "FILE", "originals": 1,
                                "copies": 0, "required": required });
        for (name, value) in more.as_object().expect("an object") {
            paper[name] = value.clone();
        }
        paper
    };
    json!({
        "name": label("Thủ tục thử", "A procedure to test with"),
        "sla": { "rule": { "rule": "WORKING_DAYS", "n": 5 } },
        "components": [
            { "code": "form", "name": label("Tờ khai", "Form"), "kind": "E_FORM", "originals": 1, "copies": 0, "required": true },
            paper("paper", true, json!({ "alternatives": ["pledge"] })),
            paper("pledge", false, json!({})),
            paper("extra", true, json!({ "condition": { "eq": ["/extra", true] } })),
        ],
        "fees": [{ "code": "fee", "name": label("Lệ phí", "Fee"), "type": 1, "collect": 1, "amountVnd": "20000" }],
        "exemptions": [{ "code": "poor", "name": label("Hộ nghèo", "Poor household"), "fees": ["fee"], "percent": 100,
                         "condition": { "eq": ["/poor", true] } }],
        "agencyRoles": [{ "role": "EXECUTES", "agency": "COMMUNE_OF_WARD" }],
    })
}

pub async fn publish(db: &PgPool) {
    let editor = "01890000-0000-7000-8000-0000000000e1";
    run_sql(db, format!(
        "insert into catalogue.procedure (national_code, owner_agency, levels, field, non_territorial, online_level, version,
             created_at, created_by, updated_at, updated_by)
         values ('{PROCEDURE}', 'HUE-UBND', '{{COMMUNE}}', 'Thử', false, 'FULL', 1, '2026-01-01', '{editor}', '2026-01-01', '{editor}')"
    )).await;
    publish_form(db, 1).await;
}

/// Publishes a version of the form with an edition of the procedure, over the one before.
pub async fn publish_form(db: &PgPool, no: i32) {
    let (editor, publisher) =
        ("01890000-0000-7000-8000-0000000000e1", "01890000-0000-7000-8000-0000000000e2");
    let form = format!("01890000-0000-7000-8000-0000000000f{no}");
    let edition = format!("01890000-0000-7000-8000-0000000000d{no}");
    let facts = json!({
        "ownerAgency": "HUE-UBND", "levels": ["COMMUNE"], "field": "Thử", "nonTerritorial": false, "onlineLevel": "FULL",
    });
    let prefill = json!([
        { "to": "/fullName", "from": "account.fullName" }, { "to": "/wardCode", "from": "account.home.wardCode" },
    ]);
    let quoted = |value: &Value| format!("'{}'", value.to_string().replace('\'', "''"));
    run_sql(db, format!(
        "insert into catalogue.form_version (id, national_code, no, schema, ui, prefill, repeat_ask, created_at, created_by)
         values ('{form}', '{PROCEDURE}', {no}, {}, '{{}}', {}, 0.5, '2026-01-01', '{editor}');
         update catalogue.procedure_edition set state = 'SUPERSEDED', superseded_at = '2026-02-01'
         where national_code = '{PROCEDURE}' and state = 'LIVE';
         insert into catalogue.procedure_edition (id, national_code, no, state, facts, body, content_sha256, form_version, legal_basis,
             en, change_note, editors, edited_by, edited_at, source, demo)
         values ('{edition}', '{PROCEDURE}', {no}, 'DRAFT', {}, {}, sha256('{no}'), '{form}', '[]', 'FULL', 'đổi',
                 '{{{editor}}}', '{editor}', '2026-01-01', '{{}}', false);
         update catalogue.procedure_edition set state = 'IN_REVIEW', submitted_at = '2026-01-02' where id = '{edition}';
         update catalogue.procedure_edition set state = 'APPROVED', approved_by = '{publisher}', approved_at = '2026-01-03'
         where id = '{edition}';
         update catalogue.procedure_edition set state = 'LIVE', live_at = '2026-01-04' where id = '{edition}';",
        quoted(&schema(no)),
        quoted(&prefill),
        quoted(&facts),
        quoted(&body()),
    )).await;
}
