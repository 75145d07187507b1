-- The third witness of money through providers: their own statements. A line is judged once; where witnesses disagree, a break
-- waits for a matching one or for an officer.
create table payments.provider_fee (
    provider text not null constraint provider_fee_pkey primary key,
    bps      integer not null,            -- agreed, of each payment, rounded half up
    fixed    bigint not null,
    constraint provider_fee_bounds check (bps between 0 and 10000 and fixed >= 0)
);
insert into payments.provider_fee values ('VNPAY', 0, 0), ('MOMO', 0, 0), ('ZALOPAY', 0, 0);

create table payments.recon_run (
    id       uuid not null constraint recon_run_pkey primary key,
    provider text not null,
    day      date not null,
    sha256   bytea not null,
    officer  uuid not null,
    refused  jsonb not null,              -- lines that could not be read: [{line, code}]
    at       timestamptz not null,
    done_at  timestamptz,                 -- null until all its lines are judged and the net is posted
    constraint recon_run_once unique (provider, day, sha256),
    constraint recon_run_provider_known check (provider in ('VNPAY', 'MOMO', 'ZALOPAY')),
    constraint recon_run_hash_length check (octet_length(sha256) = 32)
);
create index recon_run_newest on payments.recon_run (at desc, id desc);

create table payments.recon_line (
    run        uuid not null references payments.recon_run,
    line       integer not null,
    provider   text not null,
    txn_no     text not null,
    our_ref    text not null,
    kind       text not null,
    amount     bigint not null,
    fee        bigint not null,
    paid_at    timestamptz not null,
    class      text,                      -- null until judged
    counted    boolean not null default false,  -- whether it is part of its run's net: each number is, once
    constraint recon_line_pkey primary key (run, line),
    constraint recon_line_kind_known check (kind in ('PAY', 'REFUND')),
    constraint recon_line_amounts check (amount between 1 and 100000000000 and fee between 0 and amount),
    constraint recon_line_class_known
        check (class in ('MATCHED', 'MISSING_HERE', 'MISSING_THERE', 'AMOUNT_DIFFERS', 'DUPLICATE', 'FEE'))
);
create index recon_line_txn on payments.recon_line (provider, txn_no, kind);
create unique index recon_line_counted_once on payments.recon_line (provider, txn_no, kind) where counted;

create table payments.recon_break (
    id         uuid not null constraint recon_break_pkey primary key,
    class      text not null,
    provider   text not null,
    key        text not null,             -- the provider's number, or our reference
    provider_order uuid references payments.provider_order,
    amount     bigint not null,           -- what it is about, in dong
    opened_at  timestamptz not null,
    due_at     timestamptz not null,
    alarmed_at timestamptz,               -- when it was late
    closed_at  timestamptz,
    closed_by  uuid,                      -- the officer; none when a witness closed it
    reason     text,
    constraint recon_break_once unique (provider, key, class),
    constraint recon_break_class_known check (class in ('MISSING_HERE', 'MISSING_THERE', 'AMOUNT_DIFFERS', 'DUPLICATE', 'FEE',
        'FAILED_AFTER_PAID', 'STUCK', 'UNRESOLVED')),
    constraint recon_break_amount_not_negative check (amount >= 0),
    constraint recon_break_officer_says_why check (closed_by is null or (closed_at is not null and reason is not null))
);
create index recon_break_open on payments.recon_break (due_at, id) where closed_at is null;

create index provider_txn_paid on payments.provider_txn (provider, paid_at);
