-- Billers' systems sign with keys of their own, send files of bills and read what they were settled; what a code of a biller
-- carries is given by officers. A key belongs to one merchant or to one biller, and to nobody else, ever.
alter table payments.api_key
    alter column merchant drop not null,
    add column biller uuid references payments.biller,
    add constraint api_key_one_owner check ((merchant is null) <> (biller is null));
create index api_key_biller on payments.api_key (biller, created_at) where biller is not null;

-- Who sent a file: an officer, or a biller's own system.
alter table payments.import_job
    alter column officer drop not null,
    add column api_key uuid references payments.api_key,
    add constraint import_job_one_sender check ((officer is null) <> (api_key is null));

-- The number that codes of a biller's bills carry now. One that it had before goes on meaning it: codes are printed.
alter table payments.biller
    add column qr_bin    text,
    add column qr_number text,
    add constraint biller_qr_whole check ((qr_bin is null) = (qr_number is null)),
    add constraint biller_qr_target foreign key (qr_bin, qr_number) references payments.qr_target;

create or replace view payments.bill_now as
select b.id, b.number, b.customer_code, b.payer, b.source, b.source_ref, b.opened_at,
       b.biller, w.code, w.name, w.purpose, w.agency_code, w.version as biller_version,
       r.id as revision, r.no, r.period, r.holder_masked, r.due_date, r.heads, r.amount, r.rebate_until, r.rebate_bps,
       r.penalty_bps_per_day, r.penalty_cap_bps, r.content_hash,
       c.outcome, c.posting as winner, paid.at as paid_at, paid.amount as paid_amount,
       w.qr_bin, w.qr_number
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

-- What a payee reads of its own settlements, newest first.
create index settlement_of_payee on payments.settlement (payee, period desc, id desc) where outcome = 'CLOSED';
