//! A dossier in a journey: a resident files it on the phone, the staff of a ward take it in and work on it.

use std::time::Duration;

use city_clock::{Clock as _, SystemClock, hue_day};
use city_receipt::sha256;
use reqwest::Method;
use serde_json::{Value, json};

use crate::console::Console;
use crate::phone::{Phone, key};

/// Birth registration, which the seed publishes as a demonstration.
const PROCEDURE: &str = "1.001193";
/// Phú Xuân, of whose counter and office the demo staff has a member each.
const WARD: &str = "19753";
/// What a file of a dossier is here.
const PAPER: &[u8] = b"%PDF-1.7\nThe birth certificate of a health facility, invented.\n%%EOF";
/// How old the child is: a late registration would cost what no resolution in the seed says.
const AGE: Duration = Duration::from_hours(10 * 24);

/// A dossier on its way.
pub struct Dossier {
    /// Its global id.
    pub id: String,
    /// Its code, by which its bills name it.
    pub code: String,
}

impl Dossier {
    /// Files a birth registration, complete.
    pub async fn file(phone: &Phone) -> Self {
        let born = hue_day(SystemClock.now() - AGE).to_string();
        let answers = json!({
            "child": { "fullName": "Nguyễn Minh An", "birthDate": born, "gender": "FEMALE",
                       "birthPlace": "Bệnh viện Trung ương Huế" },
            "mother": { "fullName": "Nguyễn Thị Bình", "identityNumber": "046301009876" },
            "requester": { "relationship": "MOTHER" }, "wardCode": WARD, "declaration": true,
        });
        let input = json!({ "nationalCode": PROCEDURE, "answers": answers });
        let draft = mutate(phone, "createDossier", "CreateDossierInput", input).await;
        let contact = json!({ "fullName": "Nguyễn Thị Bình", "phone": phone.number });
        let input = at(&draft, json!({ "answers": answers, "contact": contact }));
        let draft = mutate(phone, "saveDossier", "SaveDossierInput", input).await;
        let file = upload(phone, &draft, "birth-cert").await;
        let input = at(&draft, json!({ "componentCode": "birth-cert", "fileId": file }));
        let draft = mutate(phone, "attachComponent", "AttachComponentInput", input).await;
        let input = at(&draft, json!({}));
        let sent = mutate(phone, "submitDossier", "SubmitDossierInput", input).await;
        assert_eq!(sent["status"], "REGISTERED", "{sent}");
        let text =
            |name: &str| sent[name].as_str().expect("a dossier that was sent has it").to_owned();
        Self { id: text("id"), code: text("code") }
    }

    /// It as its applicant sees it.
    pub async fn seen_by(&self, phone: &Phone) -> Value {
        let document = "query D($id: ID!) { dossier(id: $id) { id version status bills { billNo purpose amount state } } }";
        let answer = phone.graphql(document, json!({ "id": self.id })).await;
        let dossier = answer.json["data"]["dossier"].clone();
        assert!(dossier.is_object(), "{answer:?}");
        dossier
    }

    /// Staff move it on, from the version that its applicant sees. What a worker notes about its papers meanwhile makes a
    /// version too: then they look again.
    async fn act(&self, phone: &Phone, staff: &Console, action: &str, more: Value) {
        let mut body = more;
        let path = format!("dossiers/{}/{action}", self.id);
        loop {
            body["version"] = self.seen_by(phone).await["version"].clone();
            let answer = staff.send(staff.request(Method::POST, &path).json(&body)).await;
            if answer.json["code"] != "STALE" {
                assert_eq!(answer.status, 200, "{action}: {answer:?}");
                return;
            }
        }
    }

    /// The staff of the ward take it in, start, and find that a duty is due first.
    pub async fn ask_payment(&self, url: &str, phone: &Phone, amount: &str) {
        let counter = Console::sign_in(url, "motcua").await;
        self.act(phone, &counter, "accept", json!({})).await;
        let officer = Console::sign_in(url, "phuxuan").await;
        self.act(phone, &officer, "start", json!({})).await;
        let body = json!({ "amount": amount, "note": "Demonstration: no resolution says this." });
        self.act(phone, &officer, "ask-payment", body).await;
        assert_eq!(self.seen_by(phone).await["status"], "PAYMENT_REQUIRED");
    }
}

/// The members that name a draft, with more.
fn at(draft: &Value, more: Value) -> Value {
    let mut input = more;
    (input["id"], input["version"]) = (draft["id"].clone(), draft["version"].clone());
    input
}

/// Executes a mutation of dossiers that the city does not refuse; the dossier.
async fn mutate(phone: &Phone, field: &str, of: &str, input: Value) -> Value {
    let mut input = input;
    input["idempotencyKey"] = key().into();
    let document = format!(
        "mutation M($input: {of}!) {{ {field}(input: $input) {{ dossier {{ id version code status }} \
         userErrors {{ code field message }} }} }}"
    );
    let answer = phone.graphql(&document, json!({ "input": input })).await;
    let payload = &answer.json["data"][field];
    assert_eq!(payload["userErrors"], json!([]), "{field}: {answer:?}");
    payload["dossier"].clone()
}

/// Uploads a paper for a component; the file's id.
async fn upload(phone: &Phone, draft: &Value, component: &str) -> String {
    let hash = sha256(&[PAPER]).map(|byte| format!("{byte:02x}")).concat();
    let input = json!({
        "idempotencyKey": key(), "id": draft["id"], "componentCode": component, "contentType": "application/pdf",
        "byteLength": PAPER.len(), "sha256": hash, "fileName": "giay-chung-sinh.pdf",
    });
    let document = "mutation U($input: RequestComponentUploadInput!) { requestComponentUpload(input: $input) { \
        ticket { fileId url headers { name value } } userErrors { code field } } }";
    let answer = phone.graphql(document, json!({ "input": input })).await;
    let ticket = &answer.json["data"]["requestComponentUpload"]["ticket"];
    assert!(ticket["url"].is_string(), "{answer:?}");
    phone.put(ticket, PAPER).await
}
