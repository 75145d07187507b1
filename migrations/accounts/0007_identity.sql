-- How well it is proven who somebody is: by whom, since when and until when. Without a row, a phone is all that is known.
create table accounts.identity_link (
    person_id  uuid not null references accounts.person,
    provider   text not null,                -- DEVELOPMENT is a command, and refused in production
    level      smallint not null,            -- 1 a name, 2 proven
    assured_at timestamptz not null,
    expires_at timestamptz,
    constraint identity_link_pkey primary key (person_id, provider),
    constraint identity_link_provider_known check (provider in ('DEVELOPMENT')),
    constraint identity_link_level_known check (level in (1, 2)),
    constraint identity_link_expires_later check (expires_at > assured_at)
);
