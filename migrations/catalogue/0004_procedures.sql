-- What the city decides on request: a procedure of the national register, with editions that never change once submitted,
-- the forms residents fill in, and imports of many procedures at once.
create table catalogue.procedure (
    national_code   text primary key,          -- such as 1.001193
    service         text unique references catalogue.service, -- the entry residents find it by
    owner_agency    text not null,             -- whose editors keep it
    levels          text[] not null,           -- the published figures leave 15 of 2,307 without a single level
    field           text not null,
    non_territorial boolean not null,
    online_level    text not null,
    withdrawn_as    text,
    withdrawn_note  jsonb,                     -- {vi, en}
    replacement     text references catalogue.procedure,
    version         integer not null,          -- rises with every move of its editions
    created_at      timestamptz not null,
    created_by      uuid not null,             -- owned by accounts, like every person below
    updated_at      timestamptz not null,
    updated_by      uuid not null,
    constraint procedure_code_shape check (national_code ~ '^[0-9]{1,2}\.[0-9]{6}(\.[A-Z0-9.-]{1,20})?$'),
    constraint procedure_levels_known check (levels <@ array['CITY', 'COMMUNE', 'CENTRAL']),
    constraint procedure_online_level_known check (online_level in ('FULL', 'PARTIAL', 'INFO')),
    constraint procedure_withdrawn_known check (withdrawn_as in ('WITHDRAWN', 'REDIRECT', 'GONE')),
    constraint procedure_redirect_has_target check (withdrawn_as is distinct from 'REDIRECT' or replacement is not null),
    constraint procedure_not_its_own_replacement check (replacement <> national_code)
);

-- A form as residents fill it in. What people answered stays readable because nothing of it ever changes but its end.
create table catalogue.form_version (
    id            uuid primary key,
    national_code text not null references catalogue.procedure,
    no            integer not null,
    schema        jsonb not null,              -- JSON Schema 2020-12, linted
    ui            jsonb not null,
    prefill       jsonb not null,
    repeat_ask    real not null,
    closes_at     timestamptz,                 -- from then on a draft moves to the present form
    created_at    timestamptz not null,
    created_by    uuid not null,
    constraint form_version_one_a_number unique (national_code, no),
    constraint form_version_of_one_procedure unique (id, national_code),
    constraint form_version_repeat_ask_share check (repeat_ask >= 0 and repeat_ask <= 1)
);

-- One wording of a procedure: from DRAFT over two persons to LIVE, then SUPERSEDED by the next.
create table catalogue.procedure_edition (
    id             uuid primary key,
    national_code  text not null references catalogue.procedure,
    no             integer not null,
    state          text not null,
    facts          jsonb not null,             -- owner, levels, field, … as they become those of the procedure when live
    body           jsonb not null,             -- sla, steps, components, fees, exemptions, conditions, result, agency_roles
    content_sha256 bytea not null,             -- the same import twice is known by it
    form_version   uuid,
    old_form_closes_at timestamptz,            -- what happens to the form before, when this goes live
    legal_basis    jsonb not null,
    decision_no    text,
    decision_date  date,
    in_force_from  date,
    in_force_to    date,
    en             text not null,
    change_note    text,
    effective_from timestamptz,                -- null: as soon as approved
    review_by      date,
    assured_at     timestamptz,                -- who looked whether it still holds, and when
    assured_by     uuid,
    editors        uuid[] not null,            -- everybody who had a hand in it: none of them approves
    edited_by      uuid not null,              -- the last of them
    edited_at      timestamptz not null,
    submitted_at   timestamptz,
    approved_by    uuid,
    approved_at    timestamptz,
    review_note    text,                       -- what the publisher said
    live_at        timestamptz,
    superseded_at  timestamptz,
    source         jsonb not null,             -- where the facts are from: {status, ids}
    demo           boolean not null,           -- published for demonstration, not checked by a person
    constraint procedure_edition_no unique (national_code, no),
    constraint procedure_edition_no_positive check (no >= 1),
    constraint procedure_edition_form_of_procedure foreign key (form_version, national_code)
        references catalogue.form_version (id, national_code),
    constraint procedure_edition_state_known
        check (state in ('DRAFT', 'IN_REVIEW', 'APPROVED', 'LIVE', 'SUPERSEDED')),
    constraint procedure_edition_en_known check (en in ('FULL', 'SUMMARY')),
    constraint procedure_edition_change_noted check (no = 1 or change_note is not null),
    constraint procedure_edition_two_persons
        check (approved_by <> edited_by and approved_by <> all (editors)),
    constraint procedure_edition_editor_listed check (edited_by = any (editors)),
    constraint procedure_edition_approved
        check ((state in ('APPROVED', 'LIVE', 'SUPERSEDED')) = (approved_by is not null)
            and (approved_by is null) = (approved_at is null)),
    constraint procedure_edition_live check ((state in ('LIVE', 'SUPERSEDED')) = (live_at is not null)),
    constraint procedure_edition_superseded check ((state = 'SUPERSEDED') = (superseded_at is not null)),
    constraint procedure_edition_assured_whole check ((assured_at is null) = (assured_by is null)),
    constraint procedure_edition_force_ordered check (in_force_from <= in_force_to)
);
create unique index procedure_edition_one_open on catalogue.procedure_edition (national_code)
    where state in ('DRAFT', 'IN_REVIEW', 'APPROVED');
create unique index procedure_edition_one_live on catalogue.procedure_edition (national_code) where state = 'LIVE';
create index procedure_edition_in_review on catalogue.procedure_edition (submitted_at, id) where state = 'IN_REVIEW';
create index procedure_edition_waiting on catalogue.procedure_edition (effective_from) where state = 'APPROVED';

-- The guard of the editions of services: the marks of its moves have the same names here.
create trigger procedure_edition_guard before insert or update or delete on catalogue.procedure_edition
    for each row execute function catalogue.guard_edition();
create trigger procedure_edition_stays before truncate on catalogue.procedure_edition
    for each statement execute function catalogue.guard_edition();

-- A form version may only be given an end, and an end may only move later.
create function catalogue.guard_form_version() returns trigger language plpgsql as $$
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise exception 'a form version stays' using errcode = 'restrict_violation', constraint = 'form_version_fixed';
    end if;
    if (to_jsonb(old) - 'closes_at') is distinct from (to_jsonb(new) - 'closes_at')
        or (old.closes_at is not null and (new.closes_at is null or new.closes_at < old.closes_at)) then
        raise exception 'a form version does not change'
            using errcode = 'restrict_violation', constraint = 'form_version_fixed';
    end if;
    return new;
end $$;
create trigger guard_form_version before update or delete on catalogue.form_version
    for each row execute function catalogue.guard_form_version();
create trigger form_version_stays before truncate on catalogue.form_version
    for each statement execute function catalogue.guard_form_version();

-- Many procedures at once. The upload is kept line by line, so that a crash loses nothing that arrived.
create table catalogue.import (
    id             uuid primary key,
    dry_run        boolean not null,
    lines          integer not null,
    committed_line integer not null,           -- everything up to here is done
    created        integer not null,
    changed        integer not null,
    unchanged      integer not null,
    rejected       integer not null,
    started_by     uuid not null,
    agencies       text[],                     -- whose procedures may be touched; null: all
    started_at     timestamptz not null,
    received_at    timestamptz,               -- null while the upload runs, or when it broke off
    finished_at    timestamptz,
    constraint import_progress check (committed_line between 0 and lines),
    constraint import_adds_up check (created + changed + unchanged + rejected <= committed_line)
);
create index import_running on catalogue.import (started_at, id) where finished_at is null;

-- A line that waits; its transaction deletes it.
create table catalogue.import_line (
    import uuid not null references catalogue.import on delete cascade,
    no     integer not null,                   -- as in the file, from 1
    body   text,                               -- null: longer than a line may be
    primary key (import, no)
);

-- Why a line was rejected.
create table catalogue.import_rejection (
    import        uuid not null references catalogue.import,
    no            integer not null,
    national_code text,
    findings      jsonb not null,
    primary key (import, no)
);
