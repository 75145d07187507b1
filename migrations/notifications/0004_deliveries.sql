-- A hand-over to a channel. What it says is sealed, and gone once handed over, failed or expired.
create table notifications.delivery (
    id            uuid primary key,
    message       uuid references notifications.message,  -- null for what is in no inbox, such as a code
    request_key   text,                                   -- the sender's own key of a message that goes at once
    template      text not null,
    lane          smallint not null,
    channel       text not null,
    side          text,                                   -- the configured side that was asked last
    sealed        bytea,
    created_at    timestamptz not null,
    next_at       timestamptz not null,
    attempts      int not null default 0,
    expires_at    timestamptz not null,
    batch         uuid,                                   -- the same batch goes again after a crash, under the same key
    claimed_until timestamptz,
    handed_at     timestamptz,
    delivered_at  timestamptz,
    failed_at     timestamptz,
    fail_code     text,
    provider_ref  text,
    constraint delivery_lane_known check (lane between 0 and 4),
    constraint delivery_channel_known check (channel in ('PUSH', 'SMS', 'EMAIL')),
    constraint delivery_once_per_request unique (request_key),
    constraint delivery_provider_ref_once unique (side, provider_ref),
    constraint delivery_failure_named check ((failed_at is null) = (fail_code is null)),
    constraint delivery_text_gone check (sealed is null or (handed_at is null and failed_at is null))
);
create unique index delivery_once_per_message on notifications.delivery (message, channel) where message is not null;
create index delivery_due on notifications.delivery (lane, next_at) where handed_at is null and failed_at is null;
create index delivery_expiry on notifications.delivery (expires_at) where handed_at is null and failed_at is null;

-- What the development channel keeps instead of sending. Never written in the production profile.
create table notifications.dev_outbox (
    seq       bigint generated always as identity primary key,
    delivery  uuid not null unique,
    channel   text not null,
    recipient text not null,
    template  text not null,
    text      text not null,
    at        timestamptz not null
);
create index dev_outbox_recipient on notifications.dev_outbox (recipient, seq desc);
