-- Money in through providers. Whether an order's money arrived, where it went and whether it was credited are the ledger's
-- claims on `money` and `id`; nothing here says that a second time.
create table payments.provider_order (
    id            uuid not null constraint provider_order_pkey primary key,  -- made by the client; subject of the claim that ends it
    money         uuid not null constraint provider_order_money unique,      -- follows from it; subject of the claim on its money
    provider      text not null,
    our_ref       text not null constraint provider_order_our_ref unique,
    owner         uuid not null,          -- who started it; owned by accounts
    wallet        uuid references payments.wallet,   -- to be topped up; or
    bill          uuid references payments.bill,     -- to be paid,
    bill_revision uuid references payments.bill_revision,
    amount        bigint not null,
    req_hash      bytea not null,
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    pay_url       text,                   -- null until the provider made the order
    ended         text,                   -- what the provider said while no money had arrived
    next_poll_at  timestamptz,            -- null when it is no longer asked about
    constraint provider_order_provider_known check (provider in ('VNPAY', 'MOMO', 'ZALOPAY')),
    constraint provider_order_one_purpose check ((wallet is null) <> (bill is null) and (bill is null) = (bill_revision is null)),
    constraint provider_order_amount check (amount between 1 and 100000000000),
    constraint provider_order_hash_length check (octet_length(req_hash) = 32),
    constraint provider_order_ended_known check (ended in ('FAILED', 'EXPIRED'))
);
create index provider_order_to_ask on payments.provider_order (next_poll_at) where next_poll_at is not null;
create index provider_order_mine on payments.provider_order (owner, created_at desc, id desc);

-- What providers sent and answered, as it came. It is stored before it is judged.
create table payments.provider_message (
    id             bigint generated always as identity primary key,
    provider       text not null,
    direction      text not null,         -- a notice came in, or a question was answered
    at             timestamptz not null,
    remote         text,                  -- the peer's address
    raw            bytea not null,
    verified       boolean not null,
    provider_order uuid references payments.provider_order,
    outcome        text,
    constraint provider_message_provider_known check (provider in ('VNPAY', 'MOMO', 'ZALOPAY')),
    constraint provider_message_direction_known check (direction in ('IN', 'ANSWER')),
    constraint provider_message_bound check (octet_length(raw) <= 16384)
);
create index provider_message_unverified on payments.provider_message (at) where not verified;
create index provider_message_of_order on payments.provider_message (provider_order) where provider_order is not null;

-- How many messages of a day are not proven: strangers can fill no disk.
create table payments.provider_message_day (
    day        date not null constraint provider_message_day_pkey primary key,
    unverified integer not null,
    constraint provider_message_day_bound check (unverified between 0 and 10000)
);

-- That money arrived: once an order, once a number of the provider's.
create table payments.provider_txn (
    provider       text not null,
    txn_no         text not null,
    provider_order uuid not null references payments.provider_order,
    amount         bigint not null,
    evidence       text not null,
    paid_at        timestamptz not null,
    constraint provider_txn_pkey primary key (provider, txn_no),
    constraint provider_txn_once_per_order unique (provider, provider_order),
    constraint provider_txn_evidence_known check (evidence in ('IPN', 'QUERY', 'STATEMENT')),
    constraint provider_txn_amount_positive check (amount > 0)
);

-- Where what a provider said differs from what was agreed: for reconciliation, once an order and class.
create table payments.provider_break (
    id             uuid not null constraint provider_break_pkey primary key,
    class          text not null,
    provider       text not null,
    provider_order uuid not null references payments.provider_order,
    amount         bigint,                -- what the provider named, where that differs
    at             timestamptz not null,
    constraint provider_break_once unique (provider_order, class),
    constraint provider_break_class_known
        check (class in ('AMOUNT_DIFFERS', 'FAILED_AFTER_PAID', 'DUPLICATE', 'STUCK', 'UNRESOLVED'))
);

-- What an officer decided about a payer whom the provider doubts. That it was done is the ledger's claim.
create table payments.provider_review (
    provider_order uuid not null references payments.provider_order,
    decision       text not null,
    officer        uuid not null,
    reason         text not null,
    at             timestamptz not null,
    constraint provider_review_pkey primary key (provider_order, decision),
    constraint provider_review_decision_known check (decision in ('CREDIT', 'REFUND'))
);

-- What each provider owes the city, and money without an owner yet.
insert into payments.ledger_account (ext, class, flags) values
    ('01950000-0011-7000-8000-000000000001', 11, 0),
    ('01950000-0011-7000-8000-000000000002', 11, 0),
    ('01950000-0011-7000-8000-000000000003', 11, 0),
    ('01950000-0025-7000-8000-000000000025', 25, 1);

-- Claims on money that waits for an officer are few among all claims.
create index ledger_claim_doubted on payments.ledger_claim (subject) where outcome = 3;
