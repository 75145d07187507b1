//! `city demo`: the main job, driven over the public API of a running city, with every claim checked.
//!
//! A resident signs in, files a report with a photo that tells where they live, and watches; a triage officer accepts it,
//! an officer resolves it with a photo; the resident rates the result. Then they open a wallet, top it up, send money and prove
//! it, and pay what a dossier costs. It writes only what a resident and officers could.

mod app;
mod console;
mod dossier;
mod live;
mod money;
mod photo;

use std::time::Duration;

use city_auth::Scope;
use serde_json::{Value, json};

use self::app::App;
use self::console::Console;
use self::live::Live;

/// Drive the main job over the API of a running city and check every step.
///
/// Needs a city of the development profile: codes are read from its message outbox, officers are its demo staff.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: in a second shell, while `cargo xtask run` runs in the first\n  city demo"
)]
pub struct DemoCommand {
    /// Where the gateway listens.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
}

impl DemoCommand {
    /// The demonstration against a gateway.
    pub fn against(url: &str) -> Self {
        Self { url: url.to_owned() }
    }
}

/// What was not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The city did not answer.
    #[error("no answer from {url}: is the city running? start it with `cargo xtask run`")]
    Away {
        /// Where it was asked.
        url: String,
        /// What the network said.
        #[source]
        source: reqwest::Error,
    },
    /// The live connection failed.
    #[error("the live connection failed while {0}")]
    Live(&'static str),
    /// An answer was not what the city promises.
    #[error("{step}: expected {expected}, got {got}")]
    Off {
        /// Which step.
        step: &'static str,
        /// What the city promises.
        expected: String,
        /// What it answered.
        got: String,
    },
    /// The demonstration itself could not be prepared.
    #[error("could not prepare the demonstration")]
    Prepare(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl DemoError {
    fn off(step: &'static str, expected: impl Into<String>, got: &Value) -> Self {
        Self::Off { step, expected: expected.into(), got: got.to_string() }
    }
}

/// The middle of the city: a position inside, near the Truong Tien bridge.
const PLACE: (f64, f64) = (16.4637, 107.5909);
/// How long a change may take to arrive live, and a photo to be cleaned.
const PATIENCE: Duration = Duration::from_secs(20);
const POTHOLE: &[u8] = include_bytes!("../../assets/pothole.jpg");
const REPAIRED: &[u8] = include_bytes!("../../assets/repaired.jpg");

/// Runs the demonstration and says each step in a line.
///
/// # Errors
/// The first thing that is off.
pub async fn run(command: &DemoCommand) -> Result<(), DemoError> {
    let say = Narrator::default();
    let mut app = App::new(&command.url);

    let phone = app.sign_in().await?;
    say.step(&format!("A resident signed in with the code sent to {phone}"));
    let categories = app.query("reportCategories { code label { text } }", &json!({})).await?;
    let count = categories["reportCategories"].as_array().map_or(0, Vec::len);
    expect("choosing a category", count > 40, "the city's categories", &categories)?;
    say.step(&format!("The app shows {count} categories"));

    expect(
        "looking at the phone's photo",
        photo::has_metadata(POTHOLE),
        "a photo with GPS",
        &Value::Null,
    )?;
    let photo_id = app.upload("REPORT", POTHOLE).await?;
    say.step(&format!(
        "A photo with GPS position, serial number and comment was uploaded ({} bytes)",
        POTHOLE.len()
    ));
    let report = app.file_report(&photo_id, PLACE).await?;
    let id = text(&report["id"]).to_owned();
    say.step(&format!(
        "Report {} was filed: {}, {}, due {}",
        text(&report["code"]),
        text(&report["ward"]["name"]["text"]),
        text(&report["state"]),
        text(&report["dueAt"])
    ));
    expect("filing", report["state"] == "SUBMITTED", "state SUBMITTED", &report["state"])?;
    expect("filing", report["dueAt"].is_string(), "a deadline", &report["dueAt"])?;
    let again = app.file_report(&photo_id, PLACE).await?;
    expect("sending it again", again["id"] == report["id"], "the first report", &again["id"])?;
    say.step("Sent again after a lost answer, it is still one report");

    let mut live = Live::open(&command.url, app.access_token(), &id).await?;
    live.until("SUBMITTED", PATIENCE).await?;
    let triage = Console::sign_in(&command.url, "IOC", &Scope::City).await?;
    triage.find_in_work_list(&id).await?;
    say.step(
        "A triage officer signed in with password and authenticator and found it in the work list",
    );
    triage.act(&id, "accept", &json!({ "agency": console::AGENCY })).await?;
    live.until("ASSIGNED", PATIENCE).await?;
    say.step("Accepted and assigned; the resident saw it live");

    let officer =
        Console::sign_in(&command.url, "OFFICER", &Scope::Agency(console::AGENCY.to_owned()))
            .await?;
    officer.act(&id, "start", &json!({})).await?;
    live.until("IN_PROGRESS", PATIENCE).await?;
    say.step("Work started; the resident saw it live");
    let after = officer.upload_after_photo(&id, REPAIRED, PLACE).await?;
    officer.await_photo(&id, &after, PATIENCE).await?;
    officer
        .act(&id, "resolve", &json!({ "result": "Đã vá mặt đường, xe đi lại bình thường." }))
        .await?;
    live.until("RESOLVED", PATIENCE).await?;
    say.step("Resolved with an after-photo; the resident saw it live");

    let seen = app.report_with_photo(&id, PATIENCE).await?;
    let url = text(&seen["photos"][0]["full"]);
    let public = app.bytes(url).await?;
    expect(
        "looking at the stored photo",
        !photo::has_metadata(&public),
        "no EXIF byte",
        &json!("EXIF found"),
    )?;
    expect(
        "looking at the stored photo",
        photo::is_jpeg(&public),
        "a JPEG",
        &json!("something else"),
    )?;
    say.step(&format!("The published photo has no metadata left ({} bytes)", public.len()));
    let original = app.status_of_upload().await?;
    expect(
        "fetching the original",
        !(200..300).contains(&original),
        "a refusal",
        &json!(original),
    )?;
    say.step(&format!("The original cannot be read by others ({original})"));

    let rated = app.rate(&id, 5).await?;
    expect("rating", rated["rating"]["score"] == 5, "score 5", &rated)?;
    let read = app.report(&id).await?;
    expect("reading the rating", read["rating"]["score"] == 5, "score 5", &read["rating"])?;
    say.step(&format!(
        "The resident rated the result 5 of 5; the report is {}",
        text(&read["state"])
    ));
    let kinds: Vec<_> = read["timeline"]["edges"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|edge| text(&edge["node"]["kind"]))
        .collect();
    say.step(&format!("Its timeline: {}", kinds.join(", ")));
    let unread = app.unread(PATIENCE).await?;
    say.step(&format!("The inbox holds {unread} messages about it"));
    money::run(&command.url, &app, &phone, &say).await?;
    dossier::run(&command.url, &app, &phone, &say).await?;
    say.done();
    Ok(())
}

fn expect(step: &'static str, holds: bool, expected: &str, got: &Value) -> Result<(), DemoError> {
    if holds { Ok(()) } else { Err(DemoError::off(step, expected, got)) }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// Says each step in a line.
#[derive(Default)]
struct Narrator(std::cell::Cell<u32>);

impl Narrator {
    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    fn step(&self, what: &str) {
        self.0.set(self.0.get() + 1);
        println!("{:>2}. {what}", self.0.get());
    }

    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    fn done(self) {
        println!("Everything was as it should be: {} steps.", self.0.get());
    }
}
