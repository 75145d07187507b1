-- Demands for money. Whether one is paid or cancelled is the ledger's claim on its revision, and stands nowhere else: money
-- cannot be taken without the bill being paid, nor a paid bill become unpaid.
create table payments.biller (
    id          uuid not null constraint biller_pkey primary key,
    code        text not null constraint biller_code unique,
    name        text not null,
    agency_code text,                     -- owned by the catalogue
    purpose     smallint not null,
    constraint biller_purpose_positive check (purpose > 0)
);

-- Where the money of a head goes; the empty code takes every head that has no account of its own.
create table payments.biller_head (
    biller    uuid not null references payments.biller,
    head_code text not null,
    account   bigint not null references payments.ledger_account,
    constraint biller_head_pkey primary key (biller, head_code)
);

create table payments.bill (
    id            uuid not null constraint bill_pkey primary key,
    biller        uuid not null references payments.biller,
    number        text not null,
    customer_code text,
    payer         uuid,                   -- the account that alone sees and pays it; null when nobody has one
    source        text not null,
    source_ref    text,
    opened_at     timestamptz not null,
    constraint bill_number unique (biller, number),
    constraint bill_source_known check (source in ('CATALOGUE')),
    constraint bill_source_ref unique (source, source_ref)
);
create index bill_payer on payments.bill (payer, opened_at desc, id desc) where payer is not null;

create table payments.bill_revision (
    id       uuid not null constraint bill_revision_pkey primary key,  -- the subject of the ledger's claim
    bill     uuid not null references payments.bill,
    no       integer not null,
    due_date date not null,
    heads    jsonb not null,              -- [{code, name, amount}], amounts as decimal strings
    amount   bigint not null,             -- their sum
    at       timestamptz not null,
    constraint bill_revision_no unique (bill, no),
    constraint bill_revision_amount check (amount between 1 and 100000000000 and no > 0)
);
create trigger bill_revision_keeps before update or delete or truncate on payments.bill_revision
    for each statement execute function payments.ledger_keeps();
