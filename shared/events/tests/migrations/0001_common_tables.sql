-- The four common tables as every service has them, and what the tests' consumer does with an event.
create schema gateway;
create table gateway.outbox (
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
create index outbox_unsent on gateway.outbox (seq) where stream_ms is null;
create index outbox_position on gateway.outbox (stream_ms desc, stream_seq desc) where stream_ms is not null;

create table gateway.inbox (
    consumer text not null,
    event_id uuid not null,
    at       timestamptz not null,
    primary key (consumer, event_id)
);
create index inbox_age on gateway.inbox (at);

create table gateway.dead_letter (
    consumer text not null,
    event_id uuid not null,
    envelope jsonb not null,
    reason   text not null,
    at       timestamptz not null,
    primary key (consumer, event_id)
);

create table gateway.idempotency (
    caller         text not null,
    key            text not null,
    request_sha256 bytea not null,
    answer         jsonb not null,    -- written in the transaction that claims the key
    created_at     timestamptz not null,
    primary key (caller, key)
);
create index idempotency_age on gateway.idempotency (created_at);

create table gateway.effect (
    seq      bigint generated always as identity primary key,
    consumer text not null,
    number   int not null
);
create table gateway.weather (stormy boolean not null);
insert into gateway.weather values (false);
