-- What merchants are told, and where. An event is numbered when it is taken from the stream, one merchant's after the other,
-- so that whoever reads on from a number misses none; each endpoint has a delivery of its own.
create table payments.merchant_event (
    merchant uuid not null references payments.merchant,
    seq      bigint not null,
    id       uuid not null,
    type     text not null,
    body     text not null,              -- the very bytes that are signed and sent
    at       timestamptz not null,
    constraint merchant_event_pkey primary key (merchant, seq),
    constraint merchant_event_id unique (merchant, id)
);

create table payments.merchant_event_head (
    merchant uuid not null constraint merchant_event_head_pkey primary key references payments.merchant,
    last     bigint not null
);

create table payments.webhook_endpoint (
    id            uuid not null constraint webhook_endpoint_pkey primary key,
    merchant      uuid not null references payments.merchant,
    url           text not null,
    sealed        bytea not null,        -- the secret it is signed with
    old_sealed    bytea,                 -- the one before, until its last day is over
    old_until     timestamptz,
    created_at    timestamptz not null,
    succeeded_at  timestamptz,           -- the last success
    disabled_at   timestamptz,
    constraint webhook_endpoint_url unique (merchant, url),
    constraint webhook_endpoint_old_whole check ((old_sealed is null) = (old_until is null))
);

create table payments.webhook_delivery (
    endpoint uuid not null references payments.webhook_endpoint,
    merchant uuid not null,
    seq      bigint not null,
    state    text not null,
    attempts integer not null,
    since    timestamptz not null,       -- three days from here it is dead
    next_at  timestamptz,                -- while it waits; pushed ahead while somebody sends it
    failure  text,                       -- of the last attempt, for the merchant to read
    constraint webhook_delivery_pkey primary key (endpoint, seq),
    constraint webhook_delivery_event foreign key (merchant, seq) references payments.merchant_event,
    constraint webhook_delivery_state_known check (state in ('WAITING', 'DONE', 'DEAD')),
    constraint webhook_delivery_next_while_waiting check ((state = 'WAITING') = (next_at is not null)),
    constraint webhook_delivery_attempts check (attempts >= 0)
);
create index webhook_delivery_due on payments.webhook_delivery (next_at) where state = 'WAITING';
