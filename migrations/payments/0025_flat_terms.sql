-- What is due of a bill may also change by a flat amount: a rebate is a share of the heads or an amount, a penalty a share for each
-- day or an amount, once. Of the two it is always one.
alter table payments.bill_revision
    add column rebate_fixed  bigint,                       -- dong off, at most the heads
    add column penalty_fixed bigint,                       -- dong more from the day after the due date; a cap may bound it
    drop constraint bill_revision_rebate,
    drop constraint bill_revision_penalty,
    add constraint bill_revision_rebate check (num_nonnulls(rebate_bps, rebate_fixed) = num_nonnulls(rebate_until)
        and rebate_bps between 1 and 10000 and rebate_fixed between 1 and 100000000000),
    add constraint bill_revision_penalty check (num_nonnulls(penalty_bps_per_day, penalty_fixed) <= 1
        and (penalty_bps_per_day is null or penalty_cap_bps is not null)
        and (penalty_cap_bps is null or num_nonnulls(penalty_bps_per_day, penalty_fixed) = 1)
        and penalty_bps_per_day between 1 and 10000 and penalty_cap_bps between 1 and 10000
        and penalty_fixed between 1 and 100000000000);

alter table payments.import_bill
    add column rebate_fixed  bigint,
    add column penalty_fixed bigint;

create or replace view payments.bill_now as
select b.id, b.number, b.customer_code, b.payer, b.source, b.source_ref, b.opened_at,
       b.biller, w.code, w.name, w.purpose, w.agency_code, w.version as biller_version,
       r.id as revision, r.no, r.period, r.holder_masked, r.due_date, r.heads, r.amount, r.rebate_until, r.rebate_bps,
       r.penalty_bps_per_day, r.penalty_cap_bps, r.content_hash,
       c.outcome, c.posting as winner, paid.at as paid_at, paid.amount as paid_amount,
       w.qr_bin, w.qr_number, r.rebate_fixed, r.penalty_fixed
from payments.bill b
join payments.biller w on w.id = b.biller
join lateral (
    select * from payments.bill_revision this
    where this.bill = b.id
      and (this.no = 1 or exists (
          select from payments.bill_revision before
          join payments.ledger_claim gone on gone.subject = before.id
          where before.bill = this.bill and before.no = this.no - 1 and gone.outcome = 3))
    order by this.no desc
    limit 1
) r on true
left join payments.ledger_claim c on c.subject = r.id
left join lateral (
    select min(t.at) as at, sum(t.amount)::bigint as amount
    from payments.ledger_transfer t
    where c.outcome = 1 and t.posting = c.posting and t.ref = r.id
) paid on true;

-- A file that is all or nothing may lose a race with a payment after all of it was judged good: then it is not done, but PARTLY.
alter table payments.import_job
    drop constraint import_job_state_known,
    drop constraint import_job_ended,
    add constraint import_job_state_known check (state in ('UPLOADING', 'QUEUED', 'DONE', 'PARTLY', 'FAILED')),
    add constraint import_job_partly check (state <> 'PARTLY' or (atomic and refused > 0)),
    add constraint import_job_ended check ((state in ('DONE', 'PARTLY', 'FAILED')) = (ended_at is not null));
