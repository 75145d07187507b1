-- A signed-in session. Its refresh token number rt_n is a function of key, session and number, so no token is stored.
create table accounts.session (
    session_id      uuid primary key,
    person_id       uuid not null references accounts.person,
    actor_id        uuid references accounts.person,
    device_id       uuid references accounts.device,
    kind            text not null,
    rev             bigint not null,
    rt_n            bigint not null,           -- number of the one refresh token that is valid now
    rt_seen_n       bigint not null,           -- highest number whose bearer has proven that they received it
    rt_rotated_at   timestamptz not null,
    rt_late_replays integer not null,          -- lost answers healed on rt_replay_day
    rt_replay_day   date not null,
    auth_at         timestamptz not null,
    hold_until      timestamptz,
    created_at      timestamptz not null,
    last_used_at    timestamptz not null,
    idle_expires_at timestamptz not null,
    expires_at      timestamptz not null,
    ended_at        timestamptz,
    end_reason      text,
    constraint session_kind_known check (kind in ('RESIDENT', 'STAFF', 'ASSISTED')),
    constraint session_assisted_has_actor check ((kind = 'ASSISTED') = (actor_id is not null)),
    constraint session_numbers_fit check (rt_n between 1 and 4294967295 and rt_seen_n between 0 and rt_n),
    constraint session_end_has_reason check ((ended_at is null) = (end_reason is null))
);
create index session_person on accounts.session (person_id);
create index session_device on accounts.session (device_id);
create index session_expiry on accounts.session (expires_at) where ended_at is null;

-- The operator's answer to a restored database: no session created before a floor is alive.
create table accounts.floor (
    name       text primary key,
    not_before timestamptz not null
);

-- Keys that sign access tokens; the private half is sealed.
create table accounts.signing_key (
    kid            text primary key,
    public_jwk     jsonb not null,
    private_sealed bytea not null,
    state          text not null,
    publish_at     timestamptz not null,
    active_at      timestamptz,
    retire_at      timestamptz,
    constraint signing_key_state_known check (state in ('NEXT', 'ACTIVE', 'RETIRING', 'RETIRED', 'COMPROMISED'))
);
create unique index signing_key_one_active on accounts.signing_key (state) where state = 'ACTIVE';
