-- What the city can do for people: entries that never change what was published, who may use them now, and what people keep.
create table catalogue.service (
    code         text primary key,
    kind         text not null,
    owner_agency text not null,
    withdrawn_as text,                  -- null while it can be found as usual
    withdrawn_at timestamptz,
    replacement  text references catalogue.service,
    version      integer not null,      -- rises with every move of its editions
    created_at   timestamptz not null,
    created_by   uuid not null,         -- owned by accounts: no foreign key leaves the schema
    updated_at   timestamptz not null,
    updated_by   uuid not null,
    constraint service_code_shape check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) <= 64),
    constraint service_kind_known
        check (kind in ('NATIVE', 'PROCEDURE', 'EXTERNAL', 'MINIAPP', 'INFO', 'STAFF')),
    constraint service_withdrawal_known check (withdrawn_as in ('WITHDRAWN', 'REDIRECT', 'GONE')),
    constraint service_withdrawal_whole check ((withdrawn_as is null) = (withdrawn_at is null)),
    constraint service_redirect_leads_on check (withdrawn_as is distinct from 'REDIRECT' or replacement is not null),
    constraint service_not_its_own_replacement check (replacement <> code)
);

-- Why it was withdrawn, for residents.
create table catalogue.service_text (
    service text not null references catalogue.service,
    locale  text not null,
    field   text not null,
    body    text not null,
    primary key (service, locale, field),
    constraint service_text_locale_known check (locale in ('vi', 'en')),
    constraint service_text_field_known check (field = 'note')
);

create table catalogue.service_edition (
    id             uuid primary key,
    service        text not null references catalogue.service,
    no             integer not null,
    state          text not null,
    body           jsonb not null,      -- category, audience, channels, minIdentity, coverage, keywords, deepLink
    legal_basis    text[] not null,
    change_note    text,
    effective_from timestamptz,         -- null: as soon as approved
    review_by      date,
    assured_at     timestamptz,         -- who looked whether it still holds, and when; no part of what is published
    assured_by     uuid,
    editors        uuid[] not null,     -- everybody who had a hand in it: none of them approves
    edited_by      uuid not null,       -- the last of them
    edited_at      timestamptz not null,
    submitted_at   timestamptz,
    approved_by    uuid,
    approved_at    timestamptz,
    review_note    text,                -- what the publisher said
    live_at        timestamptz,
    superseded_at  timestamptz,
    source         jsonb not null,      -- where the facts are from: {status, ids}
    demo           boolean not null,    -- published for demonstration, not checked by a person
    constraint service_edition_no unique (service, no),
    constraint service_edition_no_positive check (no >= 1),
    constraint service_edition_state_known
        check (state in ('DRAFT', 'IN_REVIEW', 'APPROVED', 'LIVE', 'SUPERSEDED')),
    constraint service_edition_change_noted check (no = 1 or state = 'DRAFT' or change_note is not null),
    constraint service_edition_note_says_something check (change_note <> ''),
    constraint service_edition_two_persons
        check (approved_by <> edited_by and approved_by <> all (editors)),
    constraint service_edition_editor_listed check (edited_by = any (editors)),
    constraint service_edition_approved
        check ((state in ('APPROVED', 'LIVE', 'SUPERSEDED')) = (approved_by is not null)
            and (approved_by is null) = (approved_at is null)),
    constraint service_edition_live check ((state in ('LIVE', 'SUPERSEDED')) = (live_at is not null)),
    constraint service_edition_superseded check ((state = 'SUPERSEDED') = (superseded_at is not null)),
    constraint service_edition_assured_whole check ((assured_at is null) = (assured_by is null))
);
create unique index service_edition_one_open on catalogue.service_edition (service)
    where state in ('DRAFT', 'IN_REVIEW', 'APPROVED');
create unique index service_edition_one_live on catalogue.service_edition (service) where state = 'LIVE';
create index service_edition_in_review on catalogue.service_edition (submitted_at, id) where state = 'IN_REVIEW';
create index service_edition_waiting on catalogue.service_edition (effective_from) where state = 'APPROVED';

create table catalogue.service_edition_text (
    edition uuid not null references catalogue.service_edition on delete cascade,
    locale  text not null,
    field   text not null,
    body    text not null,
    primary key (edition, locale, field),
    constraint service_edition_text_locale_known check (locale in ('vi', 'en')),
    constraint service_edition_text_field_known check (field in ('name', 'summary')),
    constraint service_edition_text_summary_short check (field <> 'summary' or length(body) <= 140),
    constraint service_edition_text_name_short check (field <> 'name' or length(body) <= 120)
);

-- What was published stays as it was: not even the owner of the tables changes it by SQL.
create function catalogue.guard_edition() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' then
        raise exception 'editions are never removed as a whole'
            using errcode = 'restrict_violation', constraint = 'edition_stays';
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'DRAFT' then
            raise exception 'an edition begins as a draft'
                using errcode = 'restrict_violation', constraint = 'edition_move';
        end if;
        return new;
    end if;
    if tg_op = 'DELETE' then
        if old.live_at is not null then
            raise exception 'edition % was live: it stays', old.id
                using errcode = 'restrict_violation', constraint = 'edition_stays';
        end if;
        return old;
    end if;
    if old.state <> new.state and (old.state, new.state) not in (
        ('DRAFT', 'IN_REVIEW'), ('IN_REVIEW', 'DRAFT'), ('IN_REVIEW', 'APPROVED'), ('APPROVED', 'DRAFT'),
        ('APPROVED', 'LIVE'), ('LIVE', 'SUPERSEDED'))
    then
        raise exception 'edition % does not go from % to %', old.id, old.state, new.state
            using errcode = 'restrict_violation', constraint = 'edition_move';
    end if;
    -- Everything but the marks of its moves and of its checks is fixed once the draft is handed in.
    if (old.state <> 'DRAFT' or old.state <> new.state)
        and to_jsonb(old) - array['state', 'assured_at', 'assured_by', 'submitted_at', 'approved_by', 'approved_at',
                'review_note', 'live_at', 'superseded_at']
            is distinct from to_jsonb(new) - array['state', 'assured_at', 'assured_by', 'submitted_at', 'approved_by',
                'approved_at', 'review_note', 'live_at', 'superseded_at']
    then
        raise exception 'edition % is %: its content is fixed', old.id, old.state
            using errcode = 'restrict_violation', constraint = 'edition_fixed';
    end if;
    if old.live_at is not null and (old.live_at, old.approved_by, old.approved_at)
        is distinct from (new.live_at, new.approved_by, new.approved_at)
    then
        raise exception 'edition % was live: who approved it and when stays', old.id
            using errcode = 'restrict_violation', constraint = 'edition_fixed';
    end if;
    return new;
end $$;

create trigger service_edition_guard before insert or update or delete on catalogue.service_edition
    for each row execute function catalogue.guard_edition();
create trigger service_edition_stays before truncate on catalogue.service_edition
    for each statement execute function catalogue.guard_edition();

-- Its texts are as fixed as its body.
create function catalogue.guard_service_edition_text() returns trigger language plpgsql as $$
declare
    touched uuid[] := case tg_op
        when 'INSERT' then array[new.edition]
        when 'DELETE' then array[old.edition]
        when 'UPDATE' then array[old.edition, new.edition]
        else '{}' end;
begin
    if tg_op = 'TRUNCATE' or exists (
        select from catalogue.service_edition edition
        where edition.id = any (touched) and edition.state <> 'DRAFT'
    ) then
        raise exception 'the texts of an edition are fixed once it is no draft'
            using errcode = 'restrict_violation', constraint = 'edition_fixed';
    end if;
    return coalesce(new, old);
end $$;

create trigger service_edition_text_guard before insert or update or delete on catalogue.service_edition_text
    for each row execute function catalogue.guard_service_edition_text();
create trigger service_edition_text_stays before truncate on catalogue.service_edition_text
    for each statement execute function catalogue.guard_service_edition_text();

-- Which apps may use it, and how many people of those. A service without gates is open to all apps.
create table catalogue.service_gate (
    service     text not null references catalogue.service,
    no          integer not null,
    platform    text not null,
    min_app     text,
    max_app     text,
    min_os      text,
    rollout_pct integer not null,
    salt        text not null,          -- stays while the share grows, so that nobody falls out
    valid_from  timestamptz,
    valid_to    timestamptz,
    primary key (service, no),
    constraint service_gate_platform_known check (platform in ('IOS', 'ANDROID', 'WEB')),
    constraint service_gate_rollout_percent check (rollout_pct between 0 and 100),
    constraint service_gate_versions check (
        min_app ~ '^\d{1,9}(\.\d{1,9}){0,3}$' and max_app ~ '^\d{1,9}(\.\d{1,9}){0,3}$'
        and min_os ~ '^\d{1,9}(\.\d{1,9}){0,3}$'),
    constraint service_gate_period check (valid_from < valid_to)
);

-- How it works. Of the rows that hold at an instant, the one that began last counts; none means UP.
create table catalogue.service_status (
    id               bigint generated always as identity primary key,
    service          text not null references catalogue.service,
    state            text not null,
    starts_at        timestamptz not null,
    ends_at          timestamptz,
    fallback_channel text,
    fallback_agency  text,
    set_by           uuid not null,
    set_at           timestamptz not null,
    constraint service_status_state_known check (state in ('UP', 'DEGRADED', 'MAINTENANCE', 'DOWN')),
    constraint service_status_period check (starts_at < ends_at)
);
create index service_status_latest on catalogue.service_status (service, starts_at desc, id desc);

create table catalogue.service_status_text (
    status bigint not null references catalogue.service_status,
    locale text not null,
    field  text not null,
    body   text not null,
    primary key (status, locale, field),
    constraint service_status_text_locale_known check (locale in ('vi', 'en')),
    constraint service_status_text_field_known check (field = 'text')
);

-- What a resident keeps and opened. Goes when the account is erased.
create table catalogue.account_service (
    account        uuid not null,
    service        text not null references catalogue.service,
    favourite      boolean not null,
    last_opened_at timestamptz,
    open_count     integer not null,
    primary key (account, service),
    constraint account_service_opened_whole check ((last_opened_at is null) = (open_count = 0))
);
create index account_service_recent on catalogue.account_service (account, last_opened_at desc)
    where last_opened_at is not null;

create table catalogue.account_setting (
    account    uuid primary key,
    history_on boolean not null
);
