-- Who is known, and by which phone. A resident has a phone and no password, staff have a credential and no phone.
create table accounts.person (
    person_id           uuid primary key,
    kind                text not null,
    status              text not null,
    lock_reason         text,
    full_name           text,
    locale              text not null,
    home_ward           text,                  -- owned by the catalogue: no foreign key leaves the schema
    rev                 bigint not null,       -- part of the revision of each of the person's session records
    sessions_not_before timestamptz,           -- no session created before it is alive
    hold_until          timestamptz,
    last_active_on      date not null,
    version             integer not null,
    created_at          timestamptz not null,
    constraint person_kind_known check (kind in ('RESIDENT', 'STAFF')),
    constraint person_status_known check (status in ('ACTIVE', 'LOCKED', 'CLOSING', 'ERASED')),
    constraint person_locale_known check (locale in ('vi', 'en')),
    constraint person_lock_has_reason check ((status = 'LOCKED') = (lock_reason is not null))
);

create table accounts.phone (
    e164        text primary key,
    person_id   uuid not null unique references accounts.person,
    verified_at timestamptz not null
);

create table accounts.device (
    device_id        uuid primary key,
    person_id        uuid not null references accounts.person,
    installation_mac bytea not null,           -- the installation id itself is not kept
    name             text not null,
    platform         text not null,
    app_version      text not null,
    first_seen_at    timestamptz not null,
    last_seen_at     timestamptz not null,
    constraint device_once_per_person unique (person_id, installation_mac),
    constraint device_platform_known check (platform in ('IOS', 'ANDROID', 'WEB'))
);
