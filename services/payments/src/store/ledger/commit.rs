//! One statement that writes a batch, or nothing of it.

use sqlx::PgConnection;

use crate::domain::ledger::{CounterRow, HoldRow, Sealed, Writes};

/// Writes a batch in one implicit transaction: when this answers, it is committed.
///
/// The balances are computed again by the database, from the rows that were inserted; `assert_batch` takes everything back
/// unless they are those of RAM and the writer's row is still ours.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn commit(
    db: &mut PgConnection,
    writes: &Writes,
    sealed: &Sealed,
    epoch: i64,
) -> Result<(), sqlx::Error> {
    let legs = &writes.transfers;
    let leg_posting: Vec<_> = legs.iter().map(|row| row.posting).collect();
    let leg_number: Vec<_> = legs.iter().map(|row| row.leg).collect();
    let leg_seq: Vec<_> = legs.iter().map(|row| row.seq).collect();
    let leg_kind: Vec<_> = legs.iter().map(|row| row.kind).collect();
    let leg_purpose: Vec<_> = legs.iter().map(|row| row.purpose).collect();
    let leg_from: Vec<_> = legs.iter().map(|row| row.dr.0).collect();
    let leg_to: Vec<_> = legs.iter().map(|row| row.cr.0).collect();
    let leg_sum: Vec<_> = legs.iter().map(|row| row.amount).collect();
    let leg_released: Vec<_> = legs.iter().map(|row| row.released).collect();
    let leg_hold: Vec<_> = legs.iter().map(|row| row.hold).collect();
    let leg_reference: Vec<_> = legs.iter().map(|row| row.reference).collect();
    let from_after: Vec<_> = legs.iter().map(|row| row.dr_after).collect();
    let to_after: Vec<_> = legs.iter().map(|row| row.cr_after).collect();
    let leg_expires_at: Vec<_> = legs.iter().map(|row| row.expires_at).collect();
    let leg_req_hash: Vec<_> = legs.iter().map(|row| row.req_hash.map(Vec::from)).collect();
    let leg_doc_hash: Vec<_> = legs.iter().map(|row| row.doc_hash.map(Vec::from)).collect();

    let accounts = &writes.accounts;
    let account_no: Vec<_> = accounts.iter().map(|row| row.no.0).collect();
    let account_flags: Vec<_> = accounts.iter().map(|row| row.flags).collect();
    let debits_pending: Vec<_> = accounts.iter().map(|row| row.balance.debits_pending).collect();
    let debits_posted: Vec<_> = accounts.iter().map(|row| row.balance.debits_posted).collect();
    let credits_pending: Vec<_> = accounts.iter().map(|row| row.balance.credits_pending).collect();
    let credits_posted: Vec<_> = accounts.iter().map(|row| row.balance.credits_posted).collect();
    let account_version: Vec<_> = accounts.iter().map(|row| row.version).collect();
    let (flagged_no, flagged): (Vec<_>, Vec<_>) = flagged(writes).into_iter().unzip();

    let opened = Holds::of(&writes.opened);
    let resolved = Holds::of(&writes.resolved);
    let begun = Counters::of(&writes.begun);
    let changed = Counters::of(&writes.changed);
    let counted_posting: Vec<_> = writes.counted.iter().map(|row| row.0).collect();
    let counted_key: Vec<_> = writes.counted.iter().map(|row| row.1).collect();
    let counted_win: Vec<_> = writes.counted.iter().map(|row| row.2).collect();
    let counted_added: Vec<_> = writes.counted.iter().map(|row| row.3).collect();
    let claim_subject: Vec<_> = writes.claims.iter().map(|row| row.0).collect();
    let claim_posting: Vec<_> = writes.claims.iter().map(|row| row.1).collect();
    let claim_outcome: Vec<_> = writes.claims.iter().map(|row| row.2).collect();
    let refusal_posting: Vec<_> = writes.rejections.iter().map(|row| row.posting).collect();
    let refusal_code: Vec<_> = writes.rejections.iter().map(|row| row.code.number()).collect();
    let refusal_detail: Vec<_> = writes.rejections.iter().map(|row| row.detail).collect();
    let refusal_hash: Vec<_> = writes.rejections.iter().map(|row| row.req_hash.to_vec()).collect();
    let command_id: Vec<_> = writes.commands.iter().map(|row| row.id).collect();
    let command_kind: Vec<_> = writes.commands.iter().map(|row| row.kind).collect();
    let command_object: Vec<_> = writes.commands.iter().map(|row| row.object).collect();
    let command_arg: Vec<_> = writes.commands.iter().map(|row| row.arg).collect();
    let command_actor: Vec<_> = writes.commands.iter().map(|row| row.actor).collect();
    let command_reason: Vec<_> = writes.commands.iter().map(|row| row.reason.clone()).collect();
    let doc_posting: Vec<_> = writes.docs.iter().map(|row| row.0).collect();
    let doc_text: Vec<_> = writes.docs.iter().map(|row| row.1.clone()).collect();
    let doc_note: Vec<_> = writes.docs.iter().map(|row| row.2.clone()).collect();
    let event_id: Vec<_> = writes.events.iter().map(|row| row.id).collect();
    let event_kind: Vec<_> = writes.events.iter().map(|row| row.kind.clone()).collect();
    let event_trace: Vec<_> = writes.events.iter().map(|row| row.trace.clone()).collect();
    let event_body: Vec<_> = writes.events.iter().map(|row| row.body.clone()).collect();
    let head = &sealed.head;
    let last_seq = writes.first_seq - 1 + count(legs.len());

    let written = sqlx::query!(
        r#"
        with legs as (
            insert into payments.ledger_transfer
                (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, hold, ref, dr_after, cr_after,
                 expires_at, at, req_hash, doc_hash)
            select t.posting, t.leg, t.seq, $17, t.kind, t.purpose, t.dr, t.cr, t.amount, t.released, t.hold, t.ref,
                   t.dr_after, t.cr_after, t.expires_at, $18, t.req_hash, t.doc_hash
            from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::smallint[], $5::smallint[], $6::bigint[],
                        $7::bigint[], $8::bigint[], $9::bigint[], $10::uuid[], $11::uuid[], $12::bigint[],
                        $13::bigint[], $14::timestamptz[], $15::bytea[], $16::bytea[])
                as t(posting, leg, seq, kind, purpose, dr, cr, amount, released, hold, ref, dr_after, cr_after,
                     expires_at, req_hash, doc_hash)
            on conflict do nothing
            returning kind, dr, cr, amount, released
        ), moves as (
            select dr as id, null::integer as flags,
                   case kind when 1 then 0 when 2 then amount else -released end as debits_pending,
                   case when kind in (1, 3) then amount else 0 end as debits_posted,
                   0::bigint as credits_pending, 0::bigint as credits_posted
            from legs
            union all
            select cr, null, 0, 0,
                   case kind when 1 then 0 when 2 then amount else -released end,
                   case when kind in (1, 3) then amount else 0 end
            from legs
            union all
            select f.id, f.flags, 0, 0, 0, 0 from unnest($26::bigint[], $27::integer[]) as f(id, flags)
        ), sums as (
            select id, max(flags) as flags, sum(debits_pending)::bigint as debits_pending,
                   sum(debits_posted)::bigint as debits_posted, sum(credits_pending)::bigint as credits_pending,
                   sum(credits_posted)::bigint as credits_posted
            from moves group by id
        ), accounts as (
            update payments.ledger_account a
            set debits_pending = a.debits_pending + s.debits_pending,
                debits_posted = a.debits_posted + s.debits_posted,
                credits_pending = a.credits_pending + s.credits_pending,
                credits_posted = a.credits_posted + s.credits_posted,
                flags = coalesce(s.flags, a.flags),
                version = a.version + 1
            from sums s
            where a.id = s.id
            returning a.id, a.flags, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, a.version
        ), opened as (
            insert into payments.ledger_hold (posting, dr, cr, amount, captured, state, resolved_by, expires_at)
            select h.posting, h.dr, h.cr, h.amount, h.captured, h.state, h.resolved_by, h.expires_at
            from unnest($28::uuid[], $29::bigint[], $30::bigint[], $31::bigint[], $32::bigint[], $33::smallint[],
                        $34::uuid[], $35::timestamptz[])
                as h(posting, dr, cr, amount, captured, state, resolved_by, expires_at)
            on conflict do nothing
            returning 1
        ), resolved as (
            update payments.ledger_hold h
            set captured = r.captured, state = r.state, resolved_by = r.resolved_by
            from unnest($36::uuid[], $37::bigint[], $38::smallint[], $39::uuid[])
                as r(posting, captured, state, resolved_by)
            where h.posting = r.posting and h.state = 0
            returning 1
        ), begun as (
            insert into payments.ledger_counter (key, win, used, cap)
            select c.key, c.win, c.used, c.cap
            from unnest($40::uuid[], $41::integer[], $42::bigint[], $43::bigint[]) as c(key, win, used, cap)
            on conflict do nothing
            returning 1
        ), changed as (
            update payments.ledger_counter c
            set used = c.used + d.added
            from unnest($44::uuid[], $45::integer[], $46::bigint[]) as d(key, win, added)
            where c.key = d.key and c.win = d.win
            returning c.key, c.win, c.used
        ), counted as (
            insert into payments.ledger_counted (posting, key, win, added)
            select * from unnest($48::uuid[], $49::uuid[], $50::integer[], $51::bigint[])
            returning 1
        ), claims as (
            insert into payments.ledger_claim (subject, posting, outcome)
            select * from unnest($52::uuid[], $53::uuid[], $54::smallint[])
            on conflict do nothing
            returning 1
        ), rejections as (
            insert into payments.ledger_rejection (posting, code, detail, req_hash, batch, at)
            select r.posting, r.code, r.detail, r.req_hash, $17, $18
            from unnest($55::uuid[], $56::smallint[], $57::smallint[], $58::bytea[])
                as r(posting, code, detail, req_hash)
            on conflict do nothing
            returning 1
        ), commands as (
            insert into payments.ledger_command (id, batch, kind, object, arg, actor, reason, at)
            select c.id, $17, c.kind, c.object, c.arg, c.actor, c.reason, $18
            from unnest($59::uuid[], $60::smallint[], $61::uuid[], $62::bigint[], $63::uuid[], $64::text[])
                as c(id, kind, object, arg, actor, reason)
            on conflict do nothing
            returning 1
        ), docs as (
            insert into payments.posting_doc (posting, doc, note)
            select * from unnest($65::uuid[], $66::text[], $67::text[])
            returning 1
        ), events as (
            insert into payments.outbox (event_id, kind, at, trace, body)
            select e.event_id, e.kind, $18, e.trace, e.body
            from unnest($68::uuid[], $69::text[], $70::text[], $71::jsonb[]) as e(event_id, kind, trace, body)
            -- Ids of events follow from ids that clients choose, and 74 bits of a hash can be made to meet: whoever does that
            -- loses an event, and stops nobody's payments.
            on conflict on constraint outbox_event_id_key do nothing
            returning 1
        ), batch as (
            insert into payments.ledger_batch
                (n, epoch, first_seq, transfers, rejections, commands, rules, prev, root, hash, kid, sig, at)
            values ($17, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81, $82, $18)
            returning 1
        ), writer as (
            update payments.ledger_writer
            set last_batch = $17, last_seq = $83, last_hash = $80
            where epoch = $72 and last_batch = $17 - 1
            returning 1
        )
        select payments.assert_batch((select count(*) from writer) = 1, 'the writer')
           and payments.assert_batch((select count(*) from batch) = 1, 'the batch')
           and payments.assert_batch((select count(*) from legs) = cardinality($1::uuid[]), 'legs')
           and payments.assert_batch(
                   (select (array_agg(id order by id), array_agg(flags order by id),
                            array_agg(debits_pending order by id), array_agg(debits_posted order by id),
                            array_agg(credits_pending order by id), array_agg(credits_posted order by id),
                            array_agg(version order by id))
                           is not distinct from
                           (nullif($19::bigint[], '{}'), nullif($20::integer[], '{}'), nullif($21::bigint[], '{}'),
                            nullif($22::bigint[], '{}'), nullif($23::bigint[], '{}'), nullif($24::bigint[], '{}'),
                            nullif($25::bigint[], '{}'))
                    from accounts), 'balances')
           and payments.assert_batch((select count(*) from opened) = cardinality($28::uuid[]), 'new holds')
           and payments.assert_batch((select count(*) from resolved) = cardinality($36::uuid[]), 'resolved holds')
           and payments.assert_batch((select count(*) from begun) = cardinality($40::uuid[]), 'new counters')
           and payments.assert_batch(
                   (select array_agg(used order by key, win) is not distinct from nullif($47::bigint[], '{}')
                    from changed), 'counters')
           and payments.assert_batch((select count(*) from counted) = cardinality($48::uuid[]), 'counts')
           and payments.assert_batch((select count(*) from claims) = cardinality($52::uuid[]), 'claims')
           and payments.assert_batch((select count(*) from rejections) = cardinality($55::uuid[]), 'refusals')
           and payments.assert_batch((select count(*) from commands) = cardinality($59::uuid[]), 'commands')
           and payments.assert_batch((select count(*) from docs) = cardinality($65::uuid[]), 'documents')
               as "asserted!",
               (select count(*) from events) as "events!",
               case when cardinality($68::uuid[]) > 0 then pg_notify('city_outbox_payments', '') end as notified"#,
        &leg_posting,
        &leg_number,
        &leg_seq,
        &leg_kind,
        &leg_purpose,
        &leg_from,
        &leg_to,
        &leg_sum,
        &leg_released,
        leg_hold.as_slice() as _,
        leg_reference.as_slice() as _,
        &from_after,
        &to_after,
        leg_expires_at.as_slice() as _,
        leg_req_hash.as_slice() as _,
        leg_doc_hash.as_slice() as _,
        writes.n,
        writes.at,
        &account_no,
        &account_flags,
        &debits_pending,
        &debits_posted,
        &credits_pending,
        &credits_posted,
        &account_version,
        &flagged_no,
        &flagged,
        &opened.posting,
        &opened.dr,
        &opened.cr,
        &opened.amount,
        &opened.captured,
        &opened.state,
        opened.resolved_by.as_slice() as _,
        &opened.expires_at,
        &resolved.posting,
        &resolved.captured,
        &resolved.state,
        resolved.resolved_by.as_slice() as _,
        &begun.key,
        &begun.win,
        &begun.used,
        begun.cap.as_slice() as _,
        &changed.key,
        &changed.win,
        &changed.added,
        &changed.used,
        &counted_posting,
        &counted_key,
        &counted_win,
        &counted_added,
        &claim_subject,
        &claim_posting,
        &claim_outcome,
        &refusal_posting,
        &refusal_code,
        &refusal_detail,
        &refusal_hash,
        &command_id,
        &command_kind,
        &command_object,
        &command_arg,
        &command_actor,
        &command_reason,
        &doc_posting,
        doc_text.as_slice() as _,
        doc_note.as_slice() as _,
        &event_id,
        &event_kind,
        event_trace.as_slice() as _,
        &event_body,
        epoch,
        writes.first_seq,
        i32::try_from(head.transfers).unwrap_or(i32::MAX),
        i32::try_from(head.rejections).unwrap_or(i32::MAX),
        i32::try_from(head.commands).unwrap_or(i32::MAX),
        writes.rules,
        &head.prev[..],
        &head.root[..],
        &sealed.hash[..],
        sealed.kid,
        &sealed.sig[..],
        last_seq,
    )
    .fetch_one(db)
    .await?;
    if written.events != count(writes.events.len()) {
        let (batch, lost) = (writes.n, count(writes.events.len()) - written.events);
        tracing::error!(batch, events.lost = lost, "Ids of events in batch {batch} were taken");
    }
    Ok(())
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The accounts whose flags a command of this batch set; only theirs are written.
fn flagged(writes: &Writes) -> Vec<(i64, i32)> {
    let set: Vec<_> =
        writes.commands.iter().filter(|row| row.kind == 1).map(|row| row.object).collect();
    let accounts = writes.accounts.iter().filter(|account| set.contains(&account.ext));
    accounts.map(|account| (account.no.0, account.flags)).collect()
}

/// Holds as columns.
#[derive(Default)]
struct Holds {
    posting: Vec<uuid::Uuid>,
    dr: Vec<i64>,
    cr: Vec<i64>,
    amount: Vec<i64>,
    captured: Vec<i64>,
    state: Vec<i16>,
    resolved_by: Vec<Option<uuid::Uuid>>,
    expires_at: Vec<city_clock::Timestamp>,
}

impl Holds {
    fn of(rows: &[HoldRow]) -> Self {
        let mut holds = Self::default();
        for HoldRow { posting, hold } in rows {
            holds.posting.push(*posting);
            holds.dr.push(hold.dr.0);
            holds.cr.push(hold.cr.0);
            holds.amount.push(hold.amount);
            holds.captured.push(hold.captured);
            holds.state.push(hold.state as i16);
            holds.resolved_by.push(hold.resolved_by);
            holds.expires_at.push(hold.expires_at);
        }
        holds
    }
}

/// Counters as columns.
#[derive(Default)]
struct Counters {
    key: Vec<uuid::Uuid>,
    win: Vec<i32>,
    added: Vec<i64>,
    used: Vec<i64>,
    cap: Vec<Option<i64>>,
}

impl Counters {
    fn of(rows: &[CounterRow]) -> Self {
        let mut counters = Self::default();
        for row in rows {
            counters.key.push(row.key);
            counters.win.push(row.win);
            counters.added.push(row.added);
            counters.used.push(row.used);
            counters.cap.push(row.cap);
        }
        counters
    }
}
