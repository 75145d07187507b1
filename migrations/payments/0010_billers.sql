-- Billers send bills of their own, as files; whoever knows a customer's code finds, watches and pays them. A bill is amended by
-- a further revision, which counts once the ledger has a claim that the one before it is replaced: until then nobody can pay
-- it, and afterwards nobody can pay the other.
alter table payments.biller
    add column version bigint not null default 1;          -- grows with each change

alter table payments.bill
    drop constraint bill_source_known,
    add constraint bill_source_known check (source in ('CATALOGUE', 'BILLER')),
    add constraint bill_source_ref_of_others check ((source = 'BILLER') = (source_ref is null));
-- What people look up and watch: bills that are nobody's.
create index bill_customer on payments.bill (biller, customer_code, opened_at desc, id desc)
    where payer is null and customer_code is not null;

alter table payments.bill_revision
    add column period              text,
    add column holder_masked       text,                   -- here and not on the bill: an amendment may correct it
    add column rebate_until        date,
    add column rebate_bps          integer,                -- hundredths of a per cent of the sum of the heads
    add column penalty_bps_per_day integer,
    add column penalty_cap_bps     integer,
    add column content_hash        bytea,                  -- of all a biller said; the same again is no amendment
    add constraint bill_revision_rebate check ((rebate_until is null) = (rebate_bps is null)
        and rebate_bps between 1 and 10000),
    add constraint bill_revision_penalty check ((penalty_bps_per_day is null) = (penalty_cap_bps is null)
        and penalty_bps_per_day between 1 and 10000 and penalty_cap_bps between 1 and 10000),
    add constraint bill_revision_hash_length check (octet_length(content_hash) = 32);
create index bill_revision_due on payments.bill_revision (due_date, id);

-- Every bill in the revision that counts, with what the ledger says about it: the last one of which all before are replaced.
create view payments.bill_now as
select b.id, b.number, b.customer_code, b.payer, b.source, b.source_ref, b.opened_at,
       b.biller, w.code, w.name, w.purpose, w.agency_code, w.version as biller_version,
       r.id as revision, r.no, r.period, r.holder_masked, r.due_date, r.heads, r.amount, r.rebate_until, r.rebate_bps,
       r.penalty_bps_per_day, r.penalty_cap_bps, r.content_hash,
       c.outcome, c.posting as winner, paid.at as paid_at, paid.amount as paid_amount
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

-- Bills with a revision that waits for the one before it to be claimed as replaced. A row goes when the ledger has answered.
create table payments.bill_replacing (
    bill uuid not null constraint bill_replacing_pkey primary key references payments.bill,
    job  uuid not null,
    line bigint not null,
    at   timestamptz not null
);
create index bill_replacing_job on payments.bill_replacing (job);

-- A resident follows what a biller sends to a customer.
create table payments.bill_watch (
    owner         uuid not null,                           -- owned by accounts: no foreign key leaves the schema
    biller        uuid not null references payments.biller,
    customer_code text not null,
    since         timestamptz not null,
    constraint bill_watch_pkey primary key (owner, biller, customer_code)
);
create index bill_watch_customer on payments.bill_watch (biller, customer_code);

-- Revisions of which it was said that they are due soon, or that there was nobody to tell.
create table payments.bill_reminded (
    revision uuid not null constraint bill_reminded_pkey primary key references payments.bill_revision,
    at       timestamptz not null
);

-- A file of bills: received, then applied by a worker.
create table payments.import_job (
    id         uuid not null constraint import_job_pkey primary key,
    biller     uuid not null references payments.biller,
    officer    uuid not null,
    atomic     boolean not null,                           -- all of it or nothing
    state      text not null,
    failure    text,                                       -- why nothing of it was applied
    lines      bigint not null default 0,                  -- read, the first one not counted
    bills      bigint not null default 0,                  -- received whole
    opened     bigint not null default 0,
    amended    bigint not null default 0,
    unchanged  bigint not null default 0,
    refused    bigint not null default 0,                  -- lines
    at         timestamptz not null,
    ended_at   timestamptz,
    constraint import_job_state_known check (state in ('UPLOADING', 'QUEUED', 'DONE', 'FAILED')),
    constraint import_job_failed_why check ((state = 'FAILED') = (failure is not null)),
    constraint import_job_ended check ((state in ('DONE', 'FAILED')) = (ended_at is not null)),
    constraint import_job_counts check (least(lines, bills, opened, amended, unchanged, refused) >= 0)
);
create index import_job_to_do on payments.import_job (at, id) where state in ('UPLOADING', 'QUEUED');

-- The first lines that were refused, and why.
create table payments.import_refusal (
    job    uuid not null references payments.import_job on delete cascade,
    line   bigint not null,
    number text,                                           -- of the bill, where the line still said one
    reason text not null,
    constraint import_refusal_pkey primary key (job, line)
);

-- Bills of a file until they are applied.
create table payments.import_bill (
    job                 uuid not null references payments.import_job on delete cascade,
    number              text not null,
    line                bigint not null,                   -- of its first head
    customer_code       text not null,
    holder_masked       text,
    period              text,
    due_date            date not null,
    heads               jsonb not null,
    amount              bigint not null,
    rebate_until        date,
    rebate_bps          integer,
    penalty_bps_per_day integer,
    penalty_cap_bps     integer,
    content_hash        bytea not null,
    constraint import_bill_pkey primary key (job, number)
);
create index import_bill_line on payments.import_bill (job, line);
