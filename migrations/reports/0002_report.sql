-- What the city calls a field report, who may get it, and by when: read copies of the registry first, then the report.
create table reports.ref_agency (
    code   text primary key,
    name   jsonb not null,                  -- {vi, en}
    level  text not null,
    type   text not null,
    parent text,
    ward   text,                            -- of an agency that serves one ward
    active boolean not null
);

create table reports.ref_ward (
    code       text not null,               -- reused over time: the validity belongs to it
    name       jsonb not null,
    kind       text not null,
    lat        double precision not null,   -- roughly its middle
    lon        double precision not null,
    boundary   jsonb,                       -- none: the nearest middle decides
    valid_from date not null,
    valid_to   date,
    primary key (code, valid_from),
    constraint ref_ward_kind_known check (kind in ('WARD', 'COMMUNE'))
);

create table reports.ref_calendar (
    version integer primary key,            -- the highest counts
    body    jsonb not null
);

-- What residents choose from. A leaf inherits from its topic what is null.
create table reports.category (
    code            text primary key,
    parent          text references reports.category,
    label           jsonb not null,
    help            jsonb,
    keywords        text[] not null,
    sort            integer not null,
    active          boolean not null,
    version         integer not null,
    default_agency  text,                   -- an agency, or COMMUNE: the people's committee of the ward
    target          jsonb,                  -- a rule of the calendar, like the next two
    urgent_target   jsonb,
    triage_target   jsonb,
    is_public       boolean,
    precision       text,
    photo_public    boolean,
    guest_allowed   boolean,
    review_required boolean,
    keep_original   boolean,
    after_photo     text,
    merge_radius_m  integer,
    emergency_phone text,
    constraint category_precision_known check (precision in ('EXACT', 'CELL')),
    constraint category_after_photo_known check (after_photo in ('NONE', 'REQUIRED', 'NEAR')),
    constraint category_not_its_own_topic check (parent <> code)
);

-- Who gets which report: the active rule of the lowest rank whose conditions all hold.
create table reports.routing_rule (
    id           uuid primary key,
    rank         integer not null,
    category     text references reports.category, -- itself and its children
    ward         text,
    answer_code  text,
    answer_value text,
    agency       text not null,             -- or COMMUNE
    mode         text not null,
    active       boolean not null,
    valid_from   timestamptz not null,
    valid_to     timestamptz,
    version      integer not null,
    constraint routing_rule_one_a_rank unique (rank),
    constraint routing_rule_mode_known check (mode in ('PROPOSE', 'ASSIGN')),
    constraint routing_rule_answer_whole check ((answer_code is null) = (answer_value is null))
);

-- Numbers the reports; the code residents read out is made of it.
create sequence reports.report_no;

-- A resident shows the city a problem, and the city answers by a day.
create table reports.report (
    id               uuid primary key,
    no               bigint not null,
    code             text not null,
    version          integer not null,
    state            text not null,
    state_data       jsonb not null,
    resume_state     text,
    round            integer not null,
    category         text not null references reports.category,
    form_version     integer,
    answers          jsonb not null,
    ward             text not null,
    ward_basis       text not null,
    agency           text,
    proposed_agency  text,
    assignee         uuid,                  -- owned by accounts, like reporter
    priority         text not null,
    target           jsonb not null,        -- the category's rule as it was promised
    channel          text not null,
    reporter         uuid,
    guest_sha256     bytea,
    app_key          uuid,
    share_contact    boolean not null,
    wants_public     boolean not null,
    description      text not null,
    public_text      text,                  -- when a moderator changed it
    address          text,
    lat              double precision,
    lon              double precision,
    pos              point,                 -- metres on the local plane
    public_pos       point,                 -- what the public may know of it
    cell9            bigint,
    on_map           boolean not null,
    captured_at      timestamptz,
    filed_at         timestamptz not null,
    anchor_at        timestamptz not null,
    updated_at       timestamptz not null,
    accepted_at      timestamptz,
    answered_at      timestamptz,
    on_time          boolean,
    outcome          text,
    outcome_at       timestamptz,
    closed_at        timestamptz,
    step_due_at      timestamptz,
    due_at           timestamptz,
    first_due_at     timestamptz,
    calendar_version integer not null,
    published_at     timestamptz,
    hidden_at        timestamptz,
    escalation_level smallint not null,
    reason_code      text,
    result_text      text,
    canonical        uuid references reports.report,
    contested_round  integer,
    follower_count   integer not null,
    photo_count      integer not null,
    bounce_count     integer not null,
    reopen_count     integer not null,
    head_seq         integer not null,      -- the last row of the timeline and its hash
    head_hash        bytea not null,
    anonymised_at    timestamptz,
    search_text      text not null,
    tsv              tsvector not null generated always as (to_tsvector('simple'::regconfig, search_text)) stored,
    open             boolean not null generated always as (
                         state not in ('resolved', 'rejected', 'duplicate', 'closed', 'withdrawn')) stored,
    listed           boolean not null generated always as (
                         published_at is not null and hidden_at is null
                         and state not in ('duplicate', 'withdrawn')) stored,
    due_sort         timestamptz not null generated always as (
                         coalesce(due_at, 'infinity'::timestamptz)) stored,
    constraint report_no_once unique (no),
    constraint report_code_once unique (code),
    constraint report_state_known check (state in (
        'submitted', 'assigned', 'in_progress', 'scheduled', 'on_hold', 'awaiting_reporter', 'pending_review',
        'reopen_requested', 'resolved', 'rejected', 'duplicate', 'closed', 'withdrawn')),
    constraint report_duplicate_of_one check ((state = 'duplicate') = (canonical is not null)),
    constraint report_owned_has_agency check (agency is not null or state not in (
        'assigned', 'in_progress', 'scheduled', 'on_hold', 'pending_review')),
    constraint report_resolved_has_result check (result_text is not null or state <> 'resolved'),
    constraint report_place_whole check (num_nulls(lat, lon, pos, public_pos, cell9) in (0, 5)),
    constraint report_has_a_place check (lat is not null or address is not null),
    constraint report_outcome_whole check ((outcome is null) = (outcome_at is null)),
    constraint report_answer_whole check ((answered_at is null) = (on_time is null)),
    constraint report_outcome_known check (outcome in ('RESOLVED', 'REJECTED')),
    constraint report_priority_known check (priority in ('NORMAL', 'URGENT')),
    constraint report_ward_basis_known check (ward_basis in ('POLYGON', 'CENTROID', 'ADDRESS', 'STAFF')),
    constraint report_channel_known check (channel in (
        'APP', 'GUEST', 'OPEN311', 'HOTLINE', 'COUNTER', 'ZALO', 'FACEBOOK')),
    constraint report_one_reporter check (num_nonnulls(reporter, guest_sha256) <= 1)
);
create index report_near_public on reports.report using gist (public_pos) where on_map and listed;
create index report_near on reports.report using gist (pos) where on_map;
create index report_cell on reports.report (cell9) include (listed, open, agency, category, filed_at) where on_map;
create index report_feed on reports.report (filed_at desc, id desc) where listed;
create index report_filed on reports.report (filed_at desc, id desc);
create index report_changed on reports.report (updated_at desc, id desc);
create index report_search on reports.report using gin (tsv);
create index report_mine on reports.report (reporter, filed_at desc, id desc) where reporter is not null;
create index report_work on reports.report (agency, due_sort, id) include (state) where open;
create index report_work_all on reports.report (due_sort, id) where open;
create index report_triage on reports.report (state, filed_at, id) where open;
create index report_agency_filed on reports.report (agency, filed_at desc, id desc);
create index report_duplicates on reports.report (canonical) where canonical is not null;
create index report_ageing on reports.report (closed_at) where closed_at is not null and anonymised_at is null;

-- The timeline: a hash chain. Erasure takes account and text, never the fact that something happened.
create table reports.report_event (
    report     uuid not null references reports.report,
    seq        integer not null,
    at         timestamptz not null,
    actor_kind text not null,
    actor      uuid,
    visibility text not null,
    meta       jsonb not null,
    meta_salt  bytea not null,
    text       text,
    text_salt  bytea,
    meta_hash  bytea not null,
    text_hash  bytea,
    prev_hash  bytea not null,
    hash       bytea not null,
    primary key (report, seq),
    constraint report_event_visibility_known check (visibility in ('PUBLIC', 'REPORTER', 'STAFF')),
    constraint report_event_text_hashed check (text is null or (text_salt is not null and text_hash is not null))
);

create function reports.report_event_only_erases() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (new.actor is null or new.actor = old.actor)
        and (new.text is null or new.text = old.text)
        and (new.text_salt is null or new.text_salt = old.text_salt)
        and (new.report, new.seq, new.at, new.actor_kind, new.visibility, new.meta, new.meta_salt, new.meta_hash,
             new.prev_hash, new.hash)
          = (old.report, old.seq, old.at, old.actor_kind, old.visibility, old.meta, old.meta_salt, old.meta_hash,
             old.prev_hash, old.hash)
        and new.text_hash is not distinct from old.text_hash
    then
        return new;
    end if;
    raise exception 'a timeline row only ever loses actor and text' using errcode = 'integrity_constraint_violation';
end;
$$;
create trigger report_event_only_erases before update or delete on reports.report_event
    for each row execute function reports.report_event_only_erases();
create trigger report_event_is_kept before truncate on reports.report_event
    for each statement execute function reports.report_event_only_erases();

-- When something happens by itself: the worker takes what is due, oldest first.
create table reports.timer (
    report   uuid not null references reports.report,
    kind     text not null,
    fires_at timestamptz not null,
    primary key (report, kind),
    constraint timer_kind_known check (kind in (
        'ESCALATE', 'ANSWER_END', 'HOLD_END', 'SCHEDULED', 'CLOSE', 'MAP_OFF'))
);
create index timer_due on reports.timer (fires_at);

-- When the clock of a report stood still.
create table reports.stop (
    report  uuid not null references reports.report,
    no      integer not null,
    kind    text not null,
    from_at timestamptz not null,
    to_at   timestamptz,                    -- null while it stands
    primary key (report, no),
    constraint stop_kind_known check (kind in ('QUESTION', 'HOLD')),
    constraint stop_forward check (to_at >= from_at)
);
create unique index stop_one_open on reports.stop (report) where to_at is null;

-- How residents judge an outcome: one score a round and person.
create table reports.rating (
    report  uuid not null references reports.report,
    round   integer not null,
    account uuid not null,                  -- owned by accounts
    score   smallint not null,
    reasons text[] not null,
    text    text,
    at      timestamptz not null,
    primary key (report, round, account),
    constraint rating_score_in_range check (score between 1 and 5)
);

-- How many reports an account filed on its latest day of filing.
create table reports.filing_quota (
    account uuid primary key,               -- owned by accounts
    day     date not null,
    filed   integer not null
);
