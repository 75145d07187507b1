-- Files of dossiers, from the ticket over quarantine to what is attached, until nobody needs their bytes any more.
create table catalogue.dossier_file (
    id             uuid primary key,
    dossier        uuid references catalogue.dossier on delete set null,
    purpose        text not null,
    component      text,                 -- of a component: which
    content_type   text not null,
    byte_length    bigint not null,
    sha256         bytea not null,       -- as announced; the bytes are compared with it before they are attached
    sealed_name    bytea,                -- what it is called on the device, under the dossier's key
    quarantine_key text not null,        -- where the client puts it
    object_key     text not null,        -- where it is kept once it is proven; told to nobody
    state          text not null,
    uploaded_by    uuid not null,
    issued_at      timestamptz not null,
    attached_at    timestamptz,
    sweep_at       timestamptz,          -- when bytes that nobody needs go
    constraint dossier_file_quarantine_once unique (quarantine_key),
    constraint dossier_file_object_once unique (object_key),
    constraint dossier_file_purpose_known check (purpose in ('COMPONENT', 'RESULT')),
    constraint dossier_file_component_named check ((purpose = 'COMPONENT') = (component is not null)),
    constraint dossier_file_type_known check (content_type in ('application/pdf', 'image/jpeg', 'image/png')),
    constraint dossier_file_length check (byte_length between 1 and 10485760),
    constraint dossier_file_digest check (octet_length(sha256) = 32),
    constraint dossier_file_state_known check (state in ('ISSUED', 'ATTACHED', 'DROPPED')),
    constraint dossier_file_attached_whole check (state <> 'ATTACHED' or attached_at is not null)
);
create index dossier_file_of_dossier on catalogue.dossier_file (dossier);
create index dossier_file_leftovers on catalogue.dossier_file (sweep_at) where sweep_at is not null;

-- Wrong guesses at the tracking page: five an hour for a code, also across restarts. Codes that do not exist count alike.
create table catalogue.track_try (
    code text not null,
    at   timestamptz not null,
    id   uuid primary key
);
create index track_try_of_code on catalogue.track_try (code, at);
create index track_try_age on catalogue.track_try (at);

-- Ended dossiers that nobody is linked to any more: their keys are dropped at the end of the term.
create index dossier_over_term on catalogue.dossier (ended_at) where account is null and wrapped_key is not null;
