-- Dossiers: what a resident filed under a procedure, its legal clock, and everything that happened to it.
create table catalogue.dossier (
    id                uuid primary key,
    code              text,             -- given when it is submitted
    external_code     text,             -- of the national portal, for which there is no link yet
    account           uuid,             -- owned by accounts; null on paper without an account, or after erasure
    actor             uuid not null,    -- who typed it: the resident, a helper or a clerk
    consent_ref       text,             -- the consent under which a helper acts
    applicant_type    smallint not null,
    channel           smallint not null,
    status            smallint not null,
    procedure_code    text not null,    -- copied from the edition, which never changes it
    procedure_edition uuid not null references catalogue.procedure_edition,
    form_version      uuid references catalogue.form_version, -- a procedure may have no form
    receiving_agency  text,
    competent_agency  text,
    ward              text,             -- of the commune that takes it in; null when the city does
    assignee          uuid,
    outcome           text,
    sealed            bytea,            -- answers and contact
    wrapped_key       bytea,            -- dropping it erases them
    key_id            text,
    track_mac         bytea,
    quote             jsonb,            -- frozen when it is submitted
    sla               jsonb,            -- copied when it is accepted
    calendar_code     text,
    calendar_version  integer,
    submitted_at      timestamptz,
    accepted_at       timestamptz,
    due_at            timestamptz,      -- null while the clock stands still, unless the term had run out before
    first_due_at      timestamptz,
    remaining         integer,          -- days (minutes for rules by instant) left when the clock runs again
    promised_on       date,
    late_flagged_at   timestamptz,
    due_soon_at       timestamptz,      -- when its officer was warned
    processed_at      timestamptz,
    returned_at       timestamptz,
    ended_at          timestamptz,
    refund_due        boolean not null default false,
    resumable         boolean,          -- of a stop (status 8)
    saved_at          timestamptz not null, -- of a draft: its term runs from the last save
    draft_warned_at   timestamptz,
    version           integer not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    constraint dossier_code_once unique (code),
    constraint dossier_external_code_once unique (external_code),
    constraint dossier_status_known check (status between 0 and 10),
    constraint dossier_applicant_known check (applicant_type in (0, 1, 2)),
    constraint dossier_channel_known check (channel in (1, 2, 3)),
    constraint dossier_outcome_known check (outcome in ('GRANTED', 'REFUSED')),
    constraint dossier_submitted_whole check (
        status = 0 or (code is not null and submitted_at is not null
                       and receiving_agency is not null and competent_agency is not null)),
    constraint dossier_accepted_whole check (
        status not in (2, 4, 5, 6, 8, 9, 10)
        or (accepted_at is not null and sla is not null and calendar_code is not null
            and calendar_version is not null and first_due_at is not null)),
    constraint dossier_ended_with_its_status check ((ended_at is not null) = (status in (3, 7, 9, 10))),
    constraint dossier_outcome_when_processed check ((outcome is not null) = (status in (9, 10))),
    constraint dossier_resumable_when_stopped check ((resumable is not null) = (status = 8))
);
create index dossier_of_account on catalogue.dossier (account, id);
create index dossier_work on catalogue.dossier (competent_agency, due_at, id) where ended_at is null;
create index dossier_intake on catalogue.dossier (receiving_agency, due_at, id) where ended_at is null;
create index dossier_received on catalogue.dossier (receiving_agency, submitted_at);
create index dossier_submitted on catalogue.dossier (submitted_at) where submitted_at is not null;
create index dossier_processed on catalogue.dossier (processed_at) where processed_at is not null;
create index dossier_not_late on catalogue.dossier (due_at) where ended_at is null and late_flagged_at is null;
create index dossier_not_warned on catalogue.dossier (due_at) where ended_at is null and due_soon_at is null;
create index dossier_calendar on catalogue.dossier (calendar_code, id) where ended_at is null;
create index dossier_drafts on catalogue.dossier (saved_at) where status = 0;
create index dossier_assigned on catalogue.dossier (assignee) where ended_at is null and assignee is not null;

-- Running numbers of dossier codes, by agency and day.
create table catalogue.dossier_seq (
    agency text not null,
    day    date not null,
    last   integer not null,
    primary key (agency, day)
);

-- What the resident brought for each required component: a file, or a reference into a register.
create table catalogue.dossier_component (
    dossier      uuid not null references catalogue.dossier on delete cascade,
    code         text not null,
    file_id      uuid,
    register_ref text,
    copy_type    smallint not null,
    originals    smallint not null,
    copies       smallint not null,
    state        text not null,
    changed_at   timestamptz not null,
    primary key (dossier, code),
    constraint dossier_component_copy_known check (copy_type in (0, 1, 2)),
    constraint dossier_component_state_known check (state in ('PENDING', 'OK', 'DEFECT')),
    constraint dossier_component_counts check (originals between 0 and 99 and copies between 0 and 99),
    constraint dossier_component_one_source check (file_id is null or register_ref is null)
);

-- A round of asking the resident for more: the clock stands still until it is answered or dropped.
create table catalogue.dossier_request (
    dossier          uuid not null references catalogue.dossier on delete cascade,
    round            smallint not null,
    asked_at         timestamptz not null,
    asked_by         uuid not null,
    deadline         date not null,
    closed_at        timestamptz,
    closed_as        text,
    reminded_soon_at timestamptz,
    reminded_day_at  timestamptz,
    primary key (dossier, round),
    constraint dossier_request_closed_whole check ((closed_at is null) = (closed_as is null)),
    constraint dossier_request_closing_known check (closed_as in ('SUPPLEMENTED', 'DROPPED', 'STOPPED', 'WITHDRAWN'))
);
create unique index dossier_request_one_open on catalogue.dossier_request (dossier) where closed_at is null;
create index dossier_request_deadlines on catalogue.dossier_request (deadline) where closed_at is null;

create table catalogue.request_item (
    dossier    uuid not null,
    round      smallint not null,
    target     text not null,           -- component:<code>, or field:<JSON Pointer>
    reason     text not null,
    text       text,
    done_at    timestamptz,
    lead_ok_by uuid,                    -- the lead who let an unchanged item be asked for later than in round 1
    primary key (dossier, round, target),
    foreign key (dossier, round) references catalogue.dossier_request on delete cascade
);

-- Everything that happened, each row hashed over the one before: a changed row is found.
create table catalogue.dossier_event (
    dossier       uuid not null references catalogue.dossier on delete cascade,
    seq           integer not null,
    at            timestamptz not null,
    actor         uuid,                 -- null: the service by itself
    acting_for    uuid,
    kind          text not null,
    from_status   smallint,
    to_status     smallint,
    public_note   text,
    internal_note text,
    data          jsonb not null,
    prev_hash     bytea not null,
    hash          bytea not null,
    primary key (dossier, seq),
    constraint dossier_event_hashes check (octet_length(prev_hash) = 32 and octet_length(hash) = 32)
);

-- When the clock ran and when it stood still.
create table catalogue.clock_segment (
    dossier    uuid not null references catalogue.dossier on delete cascade,
    seq        integer not null,
    kind       text not null,
    started_at timestamptz not null,
    ended_at   timestamptz,
    cause_seq  integer not null,        -- the event that began it
    primary key (dossier, seq),
    constraint clock_segment_kind_known check (kind in ('RUN', 'STOP')),
    constraint clock_segment_forward check (ended_at is null or ended_at >= started_at)
);
create unique index clock_segment_one_open on catalogue.clock_segment (dossier) where ended_at is null;

-- Paper and competence on their way from one agency to another; the clock runs on.
create table catalogue.dossier_transfer (
    id              uuid primary key,
    dossier         uuid not null references catalogue.dossier on delete cascade,
    from_agency     text not null,
    to_agency       text not null,
    state           text not null,
    sent_at         timestamptz not null,
    receipt_at      timestamptz,
    manifest_sha256 bytea not null,
    constraint dossier_transfer_state_known check (state in ('SENT', 'RECEIVED', 'RETURNED')),
    constraint dossier_transfer_receipt check ((receipt_at is null) = (state = 'SENT')),
    constraint dossier_transfer_elsewhere check (from_agency <> to_agency),
    constraint dossier_transfer_manifest check (octet_length(manifest_sha256) = 32)
);
create unique index dossier_transfer_one_open on catalogue.dossier_transfer (dossier) where state = 'SENT';
create index dossier_transfer_of_dossier on catalogue.dossier_transfer (dossier, sent_at);

-- What payments was asked to collect for a dossier.
create table catalogue.dossier_bill (
    bill_ref     uuid primary key,      -- payments keeps it as source_ref
    dossier      uuid not null references catalogue.dossier on delete cascade,
    bill_no      text,
    purpose      text not null,
    amount       bigint not null,
    lines        jsonb not null,
    state        text not null,
    requested_at timestamptz not null,
    settled_at   timestamptz,           -- when it was paid or cancelled
    constraint dossier_bill_amount check (amount > 0),
    constraint dossier_bill_purpose_known check (purpose in ('INTAKE', 'ROUND', 'DUTY', 'RESULT')),
    constraint dossier_bill_state_known check (state in ('REQUESTED', 'OPEN', 'PAID', 'CANCELLED')),
    constraint dossier_bill_settled check ((settled_at is not null) = (state in ('PAID', 'CANCELLED')))
);
create index dossier_bill_of_dossier on catalogue.dossier_bill (dossier, requested_at);

create table catalogue.result_document (
    dossier         uuid not null references catalogue.dossier on delete cascade,
    file_id         uuid not null,
    signed_by       text,
    signature_check text not null,
    valid_to        date,
    primary key (dossier, file_id),
    constraint result_document_check_known check (signature_check in ('NOT_CHECKED', 'VALID', 'INVALID'))
);

create table catalogue.rating (
    dossier uuid primary key references catalogue.dossier on delete cascade,
    score   smallint not null,
    reasons text[] not null,
    text    text,
    at      timestamptz not null,
    constraint rating_score check (score between 1 and 5)
);

-- Who opened the answers, when and why: the resident sees it.
create table catalogue.dossier_access (
    seq     bigint generated always as identity primary key,
    dossier uuid not null references catalogue.dossier on delete cascade,
    actor   uuid not null,
    at      timestamptz not null,
    purpose text not null
);
create index dossier_access_of_dossier on catalogue.dossier_access (dossier, seq);
