-- What a phone may still be sent and guessed. Every count is made with this row locked, so caps are exact at any load.
create table accounts.otp_budget (
    e164         text not null,
    lane         text not null,                -- OPEN, or the hex of the installation of a device known to the phone
    fails_hour   integer not null,
    hour_at      timestamptz,                  -- first miss of the hour's window
    fails_day    integer not null,
    day_at       timestamptz,
    locked_until timestamptz,
    last_send_at timestamptz,
    primary key (e164, lane)
);

-- Devices that signed in with a phone: each has a lane of its own, which no stranger can exhaust.
create table accounts.otp_lane (
    e164             text not null,
    installation_mac bytea not null,
    person_id        uuid not null references accounts.person,
    used_at          timestamptz not null,
    primary key (e164, installation_mac)
);

create table accounts.otp_challenge (
    challenge_id uuid primary key,
    e164         text not null,
    lane         text not null,
    purpose      text not null,
    person_id    uuid references accounts.person,
    mac          bytea not null,               -- the code itself is not kept here
    key_id       smallint not null,
    nonce_mac    bytea not null,
    attempts     integer not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    outcome      text,
    constraint otp_challenge_purpose_known check (purpose in ('SIGN_IN', 'REAUTH')),
    constraint otp_challenge_attempts_bounded check (attempts between 0 and 5),
    constraint otp_challenge_outcome_known check (outcome in ('CONFIRMED', 'SUPERSEDED', 'DEAD')),
    constraint otp_challenge_end_has_outcome check ((ended_at is null) = (outcome is null))
);
create unique index otp_challenge_live on accounts.otp_challenge (e164, purpose, lane) where ended_at is null;
create index otp_challenge_age on accounts.otp_challenge (created_at);

-- One message a challenge. The code is sealed until it is handed over, and gone afterwards.
create table accounts.otp_send (
    challenge_id uuid primary key references accounts.otp_challenge on delete cascade,
    e164         text not null,
    lane         text not null,
    locale       text not null,
    code_sealed  bytea,
    state        text not null,
    next_at      timestamptz not null,
    created_at   timestamptz not null,
    constraint otp_send_state_known check (state in ('QUEUED', 'SENT', 'FAILED')),
    constraint otp_send_code_while_queued check ((state = 'QUEUED') = (code_sealed is not null))
);
create index otp_send_counted on accounts.otp_send (e164, lane, created_at);
create index otp_send_queued on accounts.otp_send (next_at) where state = 'QUEUED';
