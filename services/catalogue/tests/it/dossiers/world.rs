//! Dossiers in any status, and who acts on them.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use city_auth::Scope;
use city_clock::Clock as _;
use city_contracts::event::Envelope;
use city_ids::{DossierId, EventId};
use city_testkit::{Answer, Character, City};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::subject::Catalogue;

pub type Town = City<Catalogue>;

/// The commune that decides, and its counter.
pub const COMPETENT: &str = "HUE-W19867";
pub const RECEIVING: &str = "HUE-W19867-PVHCC";
pub const ELSEWHERE: &str = "HUE-W19804";

/// A dossier of the test.
#[derive(Debug, Clone)]
pub struct Case {
    pub id: DossierId,
    pub version: i32,
    pub bill: Uuid,
    pub file: Uuid,
}

/// What a case begins as.
#[derive(Debug, Clone)]
pub struct Plan {
    pub status: i16,
    pub rule: Value,
    pub account: Option<Uuid>,
    pub assignee: Option<Uuid>,
}

impl Default for Plan {
    fn default() -> Self {
        let rule = json!({ "rule": "WORKING_DAYS", "n": 7 });
        Self { status: 1, rule, account: None, assignee: None }
    }
}

/// Moves the clock to a local time of Hue.
pub fn at(city: &Town, local: &str) {
    let instant: DateTime<Utc> = format!("{local}+07:00").parse().expect("a local time");
    city.clock().set(instant);
}

pub fn clerk(city: &Town) -> Character {
    city.staff().with_role("COUNTER", Scope::Agency(RECEIVING.to_owned()))
}

pub fn officer(city: &Town) -> Character {
    city.officer(COMPETENT)
}

pub fn lead(city: &Town) -> Character {
    city.staff().with_role("LEAD", Scope::Agency(COMPETENT.to_owned()))
}

async fn run(city: &Town, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(city.db())
        .await
        .expect("the fixture fits the tables");
}

/// A number the test asks the database for.
pub async fn number(city: &Town, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_one(city.db())
        .await
        .expect("the database answers")
}

/// Words the test asks the database for.
pub async fn words(city: &Town, sql: &str) -> Vec<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_all(city.db())
        .await
        .expect("the database answers")
}

/// A change behind the service's back.
pub async fn tamper(city: &Town, sql: &str) {
    run(city, sql).await;
}

/// The kinds of public events so far.
pub async fn published(city: &Town) -> Vec<String> {
    words(city, "select kind from catalogue.outbox where kind like 'Dossier%' order by seq").await
}

/// A procedure with this rule. Written past the guard of editions: how editions go live is another part's test.
async fn procedure(city: &Town, rule: &Value) -> (String, Uuid) {
    let n = number(city, "select count(*) from catalogue.procedure").await;
    let (code, edition) = (
        format!("9.{:06}", n + 1),
        Uuid::from_u128(0xfeed_0000 + u128::try_from(n).expect("a count")),
    );
    let body = json!({ "name": { "vi": "Thử" }, "sla": { "rule": rule } });
    let (editor, publisher) = (Uuid::from_u128(1), Uuid::from_u128(2));
    run(
        city,
        &format!(
            "begin; set local session_replication_role = replica;
             insert into catalogue.procedure (national_code, owner_agency, levels, field, non_territorial, online_level,
                 version, created_at, created_by, updated_at, updated_by)
             values ('{code}', 'HUE-UBND', '{{COMMUNE}}', 'Thử', false, 'FULL', 1, now(), '{editor}', now(), '{editor}');
             insert into catalogue.procedure_edition (id, national_code, no, state, facts, body, content_sha256,
                 legal_basis, en, editors, edited_by, edited_at, approved_by, approved_at, live_at, source, demo)
             values ('{edition}', '{code}', 1, 'LIVE', '{{}}', '{body}', '\\x00', '[]', 'FULL', '{{{editor}}}',
                 '{editor}', now(), '{publisher}', now(), now(), '{{}}', true);
             commit"
        ),
    )
    .await;
    (code, edition)
}

/// A dossier in a status, as if it had come there by the rules: accepted a minute ago, its clock as the status wants it.
pub async fn dossier(city: &Town, plan: Plan) -> Case {
    let (code, edition) = procedure(city, &plan.rule).await;
    let now = city.clock().now();
    let id: DossierId = city.infra().ids.next(now);
    let (bill, file) = (city.infra().ids.uuid(now), city.infra().ids.uuid(now));
    let uuid = id.as_uuid();
    let ago = now - TimeDelta::minutes(1);
    let status = plan.status;
    let accepted = [2, 4, 5, 6, 8, 9, 10].contains(&status);
    let ended = [3, 7, 9, 10].contains(&status);
    let stopped = [5, 6, 8].contains(&status);
    let or_null = |given: bool, value: String| if given { value } else { "null".to_owned() };
    let account = plan.account.map_or("null".to_owned(), |account| format!("'{account}'"));
    let assignee = plan.assignee.map_or("null".to_owned(), |account| format!("'{account}'"));
    let due = now + TimeDelta::days(9);
    let mut sql = format!(
        "insert into catalogue.dossier (id, code, account, actor, applicant_type, channel, status, procedure_code,
             procedure_edition, receiving_agency, competent_agency, ward, assignee, outcome, sla, calendar_code,
             calendar_version, submitted_at, accepted_at, due_at, first_due_at, remaining, processed_at, ended_at,
             resumable, saved_at, version, created_at, updated_at)
         values ('{uuid}', 'HUE-TEST-260304-{short:06}', {account}, '{uuid}', 0, 2, {status}, '{code}', '{edition}',
             '{RECEIVING}', '{COMPETENT}', '19867', {assignee}, {outcome}, {sla}, {calendar}, {version}, '{ago}', {accepted_at},
             {due_at}, {first_due}, {remaining}, {processed}, {ended_at}, {resumable}, '{ago}', 1, '{ago}', '{ago}');",
        short = number(city, "select count(*) from catalogue.dossier").await,
        outcome = or_null(status == 9 || status == 10, "'GRANTED'".to_owned()),
        sla = or_null(accepted, format!("'{}'", plan.rule)),
        calendar = or_null(accepted, "'VN-HUE'".to_owned()),
        version = or_null(accepted, "1".to_owned()),
        accepted_at = or_null(accepted, format!("'{ago}'")),
        due_at = or_null(accepted && !stopped, format!("'{due}'")),
        first_due = or_null(accepted, format!("'{due}'")),
        remaining = or_null(stopped, "7".to_owned()),
        processed = or_null(status == 9 || status == 10, format!("'{now}'")),
        ended_at = or_null(ended, format!("'{now}'")),
        resumable = or_null(status == 8, "true".to_owned()),
    );
    if accepted && !ended {
        let kind = if stopped { "STOP" } else { "RUN" };
        write!(
            sql,
            "insert into catalogue.clock_segment (dossier, seq, kind, started_at, cause_seq)
             values ('{uuid}', 1, '{kind}', '{ago}', 1);"
        )
        .expect("writing to a string cannot fail");
    }
    if status == 5 {
        write!(
            sql,
            "insert into catalogue.dossier_request (dossier, round, asked_at, asked_by, deadline)
             values ('{uuid}', 1, '{ago}', '{uuid}', '{deadline}');
             insert into catalogue.request_item (dossier, round, target, reason)
             values ('{uuid}', 1, 'birth-proof', 'unreadable');",
            deadline = (now + TimeDelta::days(20)).date_naive()
        )
        .expect("writing to a string cannot fail");
    }
    if status == 6 {
        write!(sql, "insert into catalogue.dossier_bill (bill_ref, dossier, purpose, amount, lines, state, requested_at)
             values ('{bill}', '{uuid}', 'DUTY', 500000, '[]', 'REQUESTED', '{ago}');")
.expect("writing to a string cannot fail");
    }
    write!(sql, "insert into catalogue.dossier_file (id, dossier, purpose, content_type, byte_length, sha256, quarantine_key,
             object_key, state, uploaded_by, issued_at, attached_at)
         values ('{file}', '{uuid}', 'RESULT', 'application/pdf', 10, decode(repeat('00', 32), 'hex'), 'q/{file}',
             'o/{file}', 'ATTACHED', '{uuid}', '{ago}', '{ago}');")
.expect("writing to a string cannot fail");
    run(city, &sql).await;
    Case { id, version: 1, bill, file }
}

impl Case {
    /// Acts on it with the version it is at, and remembers the next.
    pub async fn act(&mut self, who: &Character, action: &str, members: Value) -> Answer {
        let key = format!("{action}-{}-{}", self.id, self.version);
        let answer = self.act_with(who, action, &key, members).await;
        if let Some(version) = answer.json()["version"].as_i64() {
            self.version = i32::try_from(version).expect("a version");
        }
        answer
    }

    /// Acts under a key of the caller's.
    pub async fn act_with(
        &self,
        who: &Character,
        action: &str,
        key: &str,
        mut members: Value,
    ) -> Answer {
        members["version"] = json!(self.version);
        who.post_once(&format!("/admin/v1/dossiers/{}/{action}", self.id), key, &members).await
    }

    /// The result file on the wire.
    pub fn file(&self) -> String {
        format!("fil_{}", self.file.simple())
    }

    /// How staff see it.
    pub async fn read(&self, who: &Character) -> Value {
        who.get(&format!("/admin/v1/dossiers/{}", self.id)).await.ok()
    }

    /// A grant with its result.
    pub fn grant(&self) -> Value {
        json!({ "outcome": "GRANTED", "results": [{ "file": self.file() }] })
    }
}

/// A stream entry of another service.
pub async fn say(city: &Town, stream: &str, kind: &str, body: Value) -> EventId {
    let now = city.clock().now();
    let event = Envelope::new(city.infra().ids.next(now), kind, now, body);
    repeat(city, stream, &event).await;
    event.id
}

/// The same entry again.
pub async fn repeat(city: &Town, stream: &str, event: &Envelope<Value>) {
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key(stream)).arg("*").arg("envelope");
    command.arg(serde_json::to_string(event).expect("an envelope is JSON"));
    let _: String = redis.run(&command).await.expect("Redis answers");
}
