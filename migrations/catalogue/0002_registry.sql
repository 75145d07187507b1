-- Where things are and who is in charge: places through time, agencies, groups of services, life events, the working calendar.
-- Above all of it one number: whoever publishes anything raises it, and the pictures that readers see are swapped.
create table catalogue.publication (
    one    boolean primary key default true,
    number bigint not null,                   -- raised under its row lock: publications have an order
    at     timestamptz,
    constraint publication_one check (one)
);
insert into catalogue.publication (number) values (0);

-- Codes are reused: every present code was a former unit's too. A place is named by code and validity.
create table catalogue.place (
    place_id   text primary key,              -- the code of a present unit, code@2025-06-30 of a former one
    code       text,                          -- none: a former district
    kind       text not null,
    parent_id  text references catalogue.place,
    valid_from date,                          -- none: not known
    valid_to   date,                          -- the last day; none: present
    area_km2   double precision,
    lat        double precision,              -- roughly its middle
    lon        double precision,
    boundary   jsonb,                         -- GeoJSON Polygon or MultiPolygon; none: the nearest middle decides
    source     jsonb not null,                -- {status, ids} of seed/sources.json
    changed_in bigint not null,               -- the publication that last wrote the row
    version    integer not null,
    created_at timestamptz not null,
    created_by uuid,                          -- none: the seed
    updated_at timestamptz not null,
    updated_by uuid,
    constraint place_kind_known check (kind in (
        'CITY', 'WARD', 'COMMUNE', 'FORMER_WARD', 'FORMER_COMMUNE', 'FORMER_TOWNSHIP', 'FORMER_DISTRICT')),
    constraint place_former_has_ended check ((kind like 'FORMER_%') = (valid_to is not null)),
    constraint place_only_districts_lack_a_code check (code is not null or kind = 'FORMER_DISTRICT'),
    constraint place_position_whole check ((lat is null) = (lon is null)),
    constraint place_position_on_earth check (lat between -90 and 90 and lon between -180 and 180),
    constraint place_validity_ordered check (valid_from <= valid_to)
);
create unique index place_present_code on catalogue.place (code) where valid_to is null;
create unique index place_former_code on catalogue.place (code, valid_to);

create table catalogue.place_text (
    place_id text not null references catalogue.place,
    locale   text not null,
    field    text not null,                   -- short_name is the name without the word for the unit
    body     text not null,
    primary key (place_id, locale, field),
    constraint place_text_locale_known check (locale in ('vi', 'en')),
    constraint place_text_field_known check (field in ('name', 'short_name'))
);

create table catalogue.place_succession (
    old_id     text not null references catalogue.place,
    new_id     text not null references catalogue.place,
    changed_in bigint not null,
    primary key (old_id, new_id),
    constraint place_succession_leads_on check (old_id <> new_id)
);
create index place_succession_backwards on catalogue.place_succession (new_id);

create table catalogue.agency (
    code       text primary key,
    kind       text not null,
    level      text not null,
    parent     text references catalogue.agency deferrable initially deferred,
    place_id   text references catalogue.place,
    phone      text,
    email      text,
    hours      jsonb,                         -- {"MON": [{"from": "07:30", "to": "11:30"}], …}; none: those of the calendar
    active     boolean not null,
    source     jsonb not null,
    changed_in bigint not null,
    version    integer not null,
    created_at timestamptz not null,
    created_by uuid,
    updated_at timestamptz not null,
    updated_by uuid,
    constraint agency_level_known check (level in ('CITY', 'COMMUNE', 'CENTRAL', 'PARTNER')),
    constraint agency_not_above_itself check (parent <> code)
);

create table catalogue.agency_text (
    agency text not null references catalogue.agency,
    locale text not null,
    field  text not null,
    body   text not null,
    primary key (agency, locale, field),
    constraint agency_text_locale_known check (locale in ('vi', 'en')),
    constraint agency_text_field_known check (field in ('name', 'address'))
);

-- The groups in which residents find services.
create table catalogue.category (
    code     text primary key,
    parent   text references catalogue.category deferrable initially deferred,
    sort     integer not null,
    audience text not null,
    source   jsonb not null,
    constraint category_audience_known check (audience in ('PUBLIC', 'STAFF'))
);

create table catalogue.category_text (
    category text not null references catalogue.category,
    locale   text not null,
    field    text not null,
    body     text not null,
    primary key (category, locale, field),
    constraint category_text_locale_known check (locale in ('vi', 'en')),
    constraint category_text_field_known check (field in ('name', 'summary'))
);

create table catalogue.life_event (
    code   text primary key,
    sort   integer not null,
    source jsonb not null
);

create table catalogue.life_event_text (
    life_event text not null references catalogue.life_event,
    locale     text not null,
    field      text not null,
    body       text not null,
    primary key (life_event, locale, field),
    constraint life_event_text_locale_known check (locale in ('vi', 'en')),
    constraint life_event_text_field_known check (field in ('name', 'summary'))
);

-- A service may be named before its entry is written; readers skip what is not published.
create table catalogue.life_event_service (
    life_event text not null references catalogue.life_event,
    service    text not null,
    sort       integer not null,
    primary key (life_event, service)
);

-- Versions of working calendars. A published one never changes: another truth is another version.
create table catalogue.calendar (
    code         text not null,
    version      integer not null,
    body         jsonb not null,              -- the shape of shared/calendar
    basis        text not null,               -- the decision it rests on
    published_by uuid,                        -- none: the seed
    published_at timestamptz not null,
    changed_in   bigint not null,
    constraint calendar_one_version primary key (code, version),
    constraint calendar_version_counts_from_one check (version >= 1)
);

create function catalogue.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: what was published never changes', tg_op, tg_table_name
        using errcode = 'restrict_violation', constraint = tg_table_name || '_never_changes';
end $$;
create trigger calendar_never_changes before update or delete on catalogue.calendar
    for each row execute function catalogue.refuse_change();

-- How far the dossiers of a calendar are moved to its newest version; a crash goes on from the key.
create table catalogue.calendar_recalculation (
    code        text not null,
    version     integer not null,
    started_at  timestamptz not null,
    after_id    uuid,                         -- the last dossier looked at
    seen        bigint not null,
    moved       bigint not null,
    finished_at timestamptz,
    primary key (code, version),
    foreign key (code, version) references catalogue.calendar
);
create index calendar_recalculation_open on catalogue.calendar_recalculation (code, version) where finished_at is null;
