-- The four tables that every service has: events out, events in, events that could not be applied, commands answered.
create table catalogue.outbox (
    seq        bigint generated always as identity primary key,
    event_id   uuid not null unique,
    kind       text not null,
    at         timestamptz not null,
    trace      text,
    body       jsonb not null,
    stream_ms  bigint,                -- position in the stream; null while unsent
    stream_seq bigint,
    constraint outbox_position_whole check ((stream_ms is null) = (stream_seq is null))
);
create index outbox_unsent on catalogue.outbox (seq) where stream_ms is null;
create index outbox_position on catalogue.outbox (stream_ms desc, stream_seq desc) where stream_ms is not null;

create table catalogue.inbox (
    consumer text not null,
    event_id uuid not null,
    at       timestamptz not null,
    primary key (consumer, event_id)
);
create index inbox_age on catalogue.inbox (at);

create table catalogue.dead_letter (
    consumer text not null,
    event_id uuid not null,
    envelope jsonb not null,
    reason   text not null,
    at       timestamptz not null,
    primary key (consumer, event_id)
);

create table catalogue.idempotency (
    caller         text not null,
    key            text not null,
    request_sha256 bytea not null,
    answer         jsonb not null,    -- written in the transaction that claims the key
    created_at     timestamptz not null,
    primary key (caller, key)
);
create index idempotency_age on catalogue.idempotency (created_at);
