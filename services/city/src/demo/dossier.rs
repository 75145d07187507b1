//! A dossier that costs something: filed by the resident, taken in by the staff of a ward, paid out of the wallet.
//!
//! What it costs is the demonstration's own: an officer asks for it as a duty, and no resolution says that amount.

use std::time::{Duration, Instant};

use city_auth::Scope;
use city_clock::{Clock as _, SystemClock, hue_day};
use city_receipt::sha256;
use serde_json::{Value, json};

use super::app::App;
use super::console::Console;
use super::money::{available, confirm};
use super::{DemoError, Narrator, PATIENCE, expect, text};

/// Birth registration, which the seed publishes as a demonstration.
const PROCEDURE: &str = "1.001193";
/// The ward whose staff take it in and work on it: Phú Xuân.
const WARD: &str = "19753";
const PAPER: &[u8] = b"%PDF-1.7\nThe birth certificate of a health facility, invented.\n%%EOF";
const DUTY: &str = "45000";
/// How old the child is: a late registration costs what the city's own resolution sets, which is not here.
const AGE: Duration = Duration::from_hours(10 * 24);
/// How often staff look again at a dossier that changed meanwhile.
const LOOKS: usize = 5;
/// What the app shows of a dossier.
const DOSSIER: &str = "dossier { id code version status }";

/// The part of the demonstration that is about a dossier. The resident has a wallet.
///
/// # Errors
/// The first thing that is off.
pub(super) async fn run(
    url: &str,
    app: &App,
    phone: &str,
    say: &Narrator,
) -> Result<(), DemoError> {
    let sent = file(app, phone).await?;
    expect("sending the dossier", sent["status"] == "REGISTERED", "status REGISTERED", &sent)?;
    let (id, code) = (text(&sent["id"]), text(&sent["code"]));
    say.step(&format!("Dossier {code} was filed: a birth registration, with its paper"));

    let counter = Scope::Agency(format!("HUE-W{WARD}-PVHCC"));
    let counter = Console::sign_in(url, "COUNTER", &counter).await?;
    act(app, &counter, id, "accept", json!({})).await?;
    let office = Scope::Agency(format!("HUE-W{WARD}"));
    let officer = Console::sign_in(url, "OFFICER", &office).await?;
    act(app, &officer, id, "start", json!({})).await?;
    let duty = json!({ "amount": DUTY, "note": "Demonstration: no resolution says this amount." });
    act(app, &officer, id, "ask-payment", duty).await?;
    say.step(&format!(
        "The ward's counter took it in, an officer started and asked for {DUTY} dong (a demonstration, not a law)"
    ));

    let bill = bill_of(app, code).await?;
    expect("reading the bill", bill["due"] == DUTY, DUTY, &bill)?;
    say.step(&format!("The resident has bill {} over {DUTY} dong", text(&bill["number"])));
    let before = available(app).await?;
    let mut input = json!({ "idempotencyKey": app.new_id(), "billId": bill["id"] });
    let token = confirm(app, &input).await?;
    (input["amount"], input["stepUpToken"]) = (DUTY.into(), token);
    let selection = "payment { id state amount bill { state } }";
    let paid = app.mutate("payBill", "PayBillInput", selection, input).await?["payment"].clone();
    expect("paying the bill", paid["bill"]["state"] == "PAID", "a paid bill", &paid)?;
    let seen = until(app, id, "PROCESSING").await?;
    let (bill, after) = (&seen["bills"][0], available(app).await?);
    expect("going on", bill["state"] == "PAID", "a paid bill", &seen)?;
    say.step(&format!(
        "Paid with the PIN out of the wallet ({before} to {after} dong), and the dossier goes on: {}",
        text(&seen["status"])
    ));
    Ok(())
}

/// Files a birth registration, complete.
async fn file(app: &App, phone: &str) -> Result<Value, DemoError> {
    let born = hue_day(SystemClock.now() - AGE).to_string();
    let answers = json!({
        "child": { "fullName": "Nguyễn Minh An", "birthDate": born, "gender": "FEMALE",
                   "birthPlace": "Bệnh viện Trung ương Huế" },
        "mother": { "fullName": "Nguyễn Thị Bình", "identityNumber": "046301009876" },
        "requester": { "relationship": "MOTHER" }, "wardCode": WARD, "declaration": true,
    });
    let dossier = async |field, of: &str, input| {
        Ok::<_, DemoError>(app.mutate(field, of, DOSSIER, input).await?["dossier"].clone())
    };
    let input = json!({ "nationalCode": PROCEDURE, "answers": answers });
    let draft = dossier("createDossier", "CreateDossierInput", input).await?;
    let contact = json!({ "fullName": "Nguyễn Thị Bình", "phone": phone });
    let input = at(&draft, json!({ "answers": answers, "contact": contact }));
    let draft = dossier("saveDossier", "SaveDossierInput", input).await?;
    let hash = sha256(&[PAPER]).map(|byte| format!("{byte:02x}")).concat();
    let input = json!({
        "id": draft["id"], "componentCode": "birth-cert", "contentType": "application/pdf",
        "byteLength": PAPER.len(), "sha256": hash, "fileName": "giay-chung-sinh.pdf",
    });
    let ticket = "ticket { fileId url headers { name value } }";
    let ticket = app.mutate("requestComponentUpload", "RequestComponentUploadInput", ticket, input);
    let ticket = ticket.await?["ticket"].clone();
    app.put(&ticket, PAPER).await?;
    let input = at(&draft, json!({ "componentCode": "birth-cert", "fileId": ticket["fileId"] }));
    let draft = dossier("attachComponent", "AttachComponentInput", input).await?;
    dossier("submitDossier", "SubmitDossierInput", at(&draft, json!({}))).await
}

/// The members that name a dossier, with more.
fn at(dossier: &Value, more: Value) -> Value {
    let mut input = more;
    (input["id"], input["version"]) = (dossier["id"].clone(), dossier["version"].clone());
    input
}

/// Staff move it on from the version that its applicant sees. What a worker notes about its papers meanwhile makes a version
/// too: then they look again.
async fn act(
    app: &App,
    staff: &Console,
    id: &str,
    action: &str,
    more: Value,
) -> Result<(), DemoError> {
    let (mut body, mut refusal) = (more, Value::Null);
    for _ in 0..LOOKS {
        body["version"] = seen(app, id).await?["version"].clone();
        let Err(problem) = staff.act_on_dossier(id, action, &body).await? else { return Ok(()) };
        refusal = problem;
        if refusal["code"] != "STALE" {
            break;
        }
    }
    Err(DemoError::off("moving a dossier on", "success", &refusal))
}

async fn seen(app: &App, id: &str) -> Result<Value, DemoError> {
    let selection = "dossier(id: $id) { version status bills { billNo amount state } }";
    Ok(app.query(selection, &json!({ "id": id })).await?["dossier"].clone())
}

/// The bill of a dossier, once it is there.
async fn bill_of(app: &App, code: &str) -> Result<Value, DemoError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let data = app
            .query("myBills { edges { node { id number due customerCode } } }", &json!({}))
            .await?;
        let mut bills = data["myBills"]["edges"].as_array().into_iter().flatten();
        if let Some(edge) = bills.find(|edge| edge["node"]["customerCode"] == code) {
            return Ok(edge["node"].clone());
        }
        if Instant::now() > deadline {
            return Err(DemoError::off("waiting for the bill", format!("one of {code}"), &data));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The dossier, once it has a status.
async fn until(app: &App, id: &str, status: &str) -> Result<Value, DemoError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = seen(app, id).await?;
        if seen["status"] == status {
            return Ok(seen);
        }
        if Instant::now() > deadline {
            return Err(DemoError::off("waiting for the dossier", status, &seen));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
