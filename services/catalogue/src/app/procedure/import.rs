//! Many procedures at once: the upload is kept first, then taken in by batches, each in a transaction of its own.
//!
//! An import makes drafts only; two persons publish them as ever. What a person is writing is never overwritten.

use city_auth::Staff;
use city_auth::permission::SERVICE_EDIT;
use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{ImportProgress, NewFormVersion, ProcedureDraft};
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_ids::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Acquire as _, PgConnection};
use uuid::Uuid;

use super::code_finding;
use super::desk::covered;
use super::edit_draft::{draft_findings, write};
use crate::app::App;
use crate::domain::edition::EditionState;
use crate::domain::procedure::lint_form;
use crate::error::{Error, fault};
use crate::snapshot::Snapshot;
use crate::store::procedure::edition::{self, Stored, Which, content_sha256};
use crate::store::procedure::import::{self, Counts, Running};
use crate::store::procedure::{form, root};
use city_events::idempotency::{Claim, claim};

/// Lines taken in by one transaction.
const BATCH: i64 = 100;
/// Uploads that broke off are forgotten after this long.
const ABANDONED_HOURS: i64 = 1;
/// The change note of a line that gives none.
const CHANGE_NOTE: &str = "Nhập từ tệp";

/// An upload under way.
#[derive(Debug, Clone, Copy)]
pub struct Upload {
    pub id: Uuid,
    pub dry_run: bool,
}

/// What makes two uploads the same request.
#[derive(Debug, Serialize)]
struct Content<'a> {
    dry_run: bool,
    sha256: &'a [u8],
}

/// Begins an upload.
///
/// # Errors
/// `SCOPE` for somebody who edits nothing.
pub async fn begin_import(app: &App, who: &Staff, dry_run: bool) -> Result<Upload, Error> {
    let now = app.clock.now();
    if !who.principal.may_somewhere(SERVICE_EDIT, now) {
        return Err(Error::Scope(SERVICE_EDIT));
    }
    let agencies = covered(&app.snapshots.get()?.registry, who, SERVICE_EDIT, now);
    let id = app.ids.uuid(now);
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    import::begin(&mut db, id, dry_run, who.account, agencies.as_deref(), now).await?;
    Ok(Upload { id, dry_run })
}

/// Keeps lines that arrived.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn keep_lines(
    app: &App,
    upload: Upload,
    lines: &[(i32, Option<String>)],
) -> Result<(), Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    import::keep_lines(&mut db, upload.id, lines).await
}

/// Forgets an upload that was refused.
///
/// # Errors
/// Unavailable when the database is away; it is forgotten later then.
pub async fn discard_import(app: &App, upload: Upload) -> Result<(), Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    import::discard(&mut db, upload.id).await
}

/// All of it arrived: the worker takes over. The same upload under the same key is the first one.
///
/// # Errors
/// `KEY_REUSED` for another upload under the key.
pub async fn receive_import(
    app: &App,
    who: &Staff,
    key: &IdempotencyKey,
    upload: Upload,
    (lines, sha256): (i32, &[u8]),
) -> Result<ImportProgress, Error> {
    let now = app.clock.now();
    let request = Content { dry_run: upload.dry_run, sha256 };
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder = match claim(&mut tx, who.account, key, "procedure:import", &request, now).await?
    {
        Claim::Replay(first) => {
            import::discard(&mut tx, upload.id).await?;
            tx.commit().await.map_err(fault("committing"))?;
            return Ok(first);
        }
        Claim::New(recorder) => recorder,
    };
    import::received(&mut tx, upload.id, lines, now).await?;
    let known = import::find(&mut tx, upload.id).await?.ok_or(Error::NotFound)?;
    recorder.record(&mut tx, &known.progress).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(known.progress)
}

/// How far an import is, for whoever began it or edits everywhere.
///
/// # Errors
/// `NOT_FOUND`, also for the import of somebody else.
pub async fn find_import(app: &App, who: &Staff, id: &str) -> Result<ImportProgress, Error> {
    let now = app.clock.now();
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let known = import::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let everywhere = covered(&app.snapshots.get()?.registry, who, SERVICE_EDIT, now).is_none();
    if known.started_by == who.account || everywhere {
        Ok(known.progress)
    } else {
        Err(Error::NotFound)
    }
}

/// Takes in the next lines of the oldest import; false when none is under way. A crash loses the present batch only, and the
/// next step begins with its first line again.
///
/// # Errors
/// Unavailable when the database is away; the batch is tried again.
pub async fn import_some(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let snapshot = app.snapshots.get()?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(running) = import::next(&mut tx).await? else {
        let abandoned = now - chrono::Duration::hours(ABANDONED_HOURS);
        let forgotten = import::discard_older(&mut tx, abandoned).await?;
        tx.commit().await.map_err(fault("committing"))?;
        return Ok(forgotten > 0);
    };
    let lines = import::lines(&mut tx, running.id, BATCH).await?;
    let mut counts = Counts::default();
    let mut upto = running.committed_line;
    let mut refused = Vec::new();
    // What a dry run would write is undone; what it found is kept.
    let mut work = tx.begin().await.map_err(fault("beginning a batch"))?;
    for (no, body) in &lines {
        match take_in(app, &mut work, &snapshot, &running, body.as_deref()).await? {
            Line::Created => counts.created += 1,
            Line::Changed => counts.changed += 1,
            Line::Unchanged => counts.unchanged += 1,
            Line::Refused(code, findings) => {
                counts.rejected += 1;
                refused.push((*no, code, findings));
            }
        }
        upto = *no;
    }
    if running.dry_run {
        work.rollback().await.map_err(fault("undoing a dry run"))?;
    } else {
        work.commit().await.map_err(fault("keeping a batch"))?;
    }
    for (no, code, findings) in &refused {
        import::reject(&mut tx, running.id, *no, code.as_deref(), findings).await?;
    }
    let done = i64::try_from(lines.len()).unwrap_or(i64::MAX) < BATCH;
    let upto = if done { running.lines } else { upto };
    import::commit_lines(&mut tx, running.id, upto, counts, done.then_some(now)).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}

/// What a line did.
enum Line {
    Created,
    Changed,
    Unchanged,
    Refused(Option<String>, Vec<Finding>),
}

/// A line: the draft with its code in front, and the form where it has one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    national_code: String,
    draft: ProcedureDraft,
    #[serde(default)]
    form: Option<NewFormVersion>,
}

async fn take_in(
    app: &App,
    db: &mut PgConnection,
    snapshot: &Snapshot,
    running: &Running,
    body: Option<&str>,
) -> Result<Line, Error> {
    let Some(body) = body else {
        let found = Finding::new("", "TOO_LONG", "a line has at most 256 KiB");
        return Ok(Line::Refused(None, vec![found]));
    };
    let entry: Entry = match serde_json::from_str(body) {
        Ok(entry) => entry,
        Err(error) => {
            // Where, not what: the text of the error may quote the line.
            let message = format!("not a procedure: column {}", error.column());
            return Ok(Line::Refused(None, vec![Finding::new("", "SHAPE", message)]));
        }
    };
    let code = entry.national_code.clone();
    let findings = findings(&entry, snapshot, running);
    if !findings.is_empty() {
        let named = code_finding(&code).is_none().then_some(code);
        return Ok(Line::Refused(named, findings));
    }
    match keep(app, db, running, entry, app.clock.now()).await {
        Ok(line) => Ok(line),
        // The rules said no before anything was written.
        Err(Error::Input(findings)) => Ok(Line::Refused(Some(code), findings)),
        Err(error) => Err(error),
    }
}

fn findings(entry: &Entry, snapshot: &Snapshot, running: &Running) -> Vec<Finding> {
    let mut findings: Vec<_> = code_finding(&entry.national_code).into_iter().collect();
    findings.extend(draft_findings(&entry.draft, &snapshot.registry, "/draft"));
    let owner = &entry.draft.owner_agency;
    if running.agencies.as_ref().is_some_and(|agencies| !agencies.contains(owner)) {
        let message = "you do not edit for this agency";
        findings.push(Finding::new("/draft/ownerAgency", "SCOPE", message));
    }
    if let Some(form) = &entry.form {
        findings.extend(lint_form(form).err().unwrap_or_default());
    }
    findings
}

/// Nothing is written before every rule was asked, so that a refused line leaves no trace.
async fn keep(
    app: &App,
    db: &mut PgConnection,
    running: &Running,
    entry: Entry,
    now: Timestamp,
) -> Result<Line, Error> {
    let (by, code) = (AccountId::restore(running.started_by), entry.national_code.as_str());
    let mut draft = entry.draft;
    let found = root::find_for_update(db, code).await?;
    if found.as_ref().is_some_and(|found| found.owner_agency != draft.owner_agency) {
        let message = "the agency of a procedure stays";
        return Err(Error::invalid("/draft/ownerAgency", "FIXED", message));
    }
    let same_form = match &entry.form {
        Some(new) => form::find_same(db, code, new).await?,
        None => None,
    };
    draft.form_no = draft.form_no.or(same_form);
    let open = edition::find(db, Which::Open(code)).await?;
    let live = edition::find(db, Which::Live(code)).await?;
    let known_form = entry.form.is_none() || same_form.is_some();
    let wanted = content_sha256(&draft);
    let says_so = |stored: &Option<Stored>| {
        stored.as_ref().is_some_and(|stored| stored.content_sha256 == wanted)
    };
    if known_form && (says_so(&open) || (open.is_none() && says_so(&live))) {
        return Ok(Line::Unchanged);
    }
    if let Some(open) = &open {
        let imported = open.source["status"] == "import";
        if open.course.state != EditionState::Draft || !imported {
            let message = "somebody is working on an edition of it";
            return Err(Error::invalid("", "DRAFT_OPEN", message));
        }
    }
    let created = found.is_none();
    let found = if let Some(found) = found {
        found
    } else {
        if entry.form.is_none() && draft.form_no.is_some() {
            let message = "no form version has this number";
            return Err(Error::invalid("/draft/formNo", "UNKNOWN", message));
        }
        root::insert(db, code, &draft, by, now).await?;
        root::find_for_update(db, code).await?.ok_or(Error::NotFound)?
    };
    if let (Some(new), None) = (&entry.form, same_form) {
        let repeat_ask = lint_form(new).map_err(Error::Input)?.repeat_ask;
        let id = app.ids.next(now);
        draft.form_no = Some(form::insert(db, id, code, new, repeat_ask, (by, now)).await?);
    } else if let Some(no) = draft.form_no
        && form::find_no(db, code, no).await?.is_none()
    {
        let message = "no form version has this number";
        return Err(Error::invalid("/draft/formNo", "UNKNOWN", message));
    }
    draft.change_note = draft.change_note.or_else(|| Some(CHANGE_NOTE.to_owned()));
    let source = json!({ "status": "import", "ids": [running.id.simple().to_string()] });
    write(app, db, &found, &draft, by, &source).await?;
    root::touch(db, code, by, now).await?;
    Ok(if created { Line::Created } else { Line::Changed })
}
