-- How staff prove who they are, and what they may do where.
create table accounts.staff_credential (
    person_id      uuid primary key references accounts.person,
    email          text not null,
    password_phc   text not null,
    key_id         smallint not null,          -- the PHC string does not name its secret key
    totp_sealed    bytea not null,
    totp_last_step bigint not null,
    fails          integer not null,           -- misses in a row
    fails_day      integer not null,
    day_at         timestamptz,
    locked_until   timestamptz
);
create unique index staff_credential_email on accounts.staff_credential (lower(email));

create table accounts.role_binding (
    binding_id  uuid primary key,
    person_id   uuid not null references accounts.person,
    role        text not null,                 -- a code of the registry in the code base
    scope_kind  text not null,
    scope_code  text,
    valid_from  timestamptz not null,
    valid_to    timestamptz,
    granted_by  uuid not null,
    approved_by uuid,
    reason      text not null,
    ended_at    timestamptz,
    constraint role_binding_scope_known check (scope_kind in ('CITY', 'AGENCY', 'WARD')),
    constraint role_binding_city_has_no_code check ((scope_kind = 'CITY') = (scope_code is null)),
    constraint role_binding_two_people check (approved_by <> granted_by)
);
create unique index role_binding_live on accounts.role_binding (person_id, role, scope_kind, coalesce(scope_code, ''))
    where ended_at is null;
create index role_binding_role on accounts.role_binding (role) where ended_at is null;

-- What happened to identities, written in the transaction that did it; data names ids only.
create table accounts.audit_inbox (
    seq     bigint generated always as identity primary key,
    at      timestamptz not null,
    actor   uuid,
    act_as  uuid,
    action  text not null,
    object  text,
    outcome text not null,
    trace   text,
    data    text not null
);
