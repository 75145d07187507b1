-- What a resident or an officer photographed: a ticket to upload, then clean files or the reason why there are none.
create table reports.photo (
    id              uuid primary key,
    owner           uuid not null,           -- owned by accounts
    purpose         text not null,
    report          uuid references reports.report,
    no              integer,                 -- counts the photos of one report
    content_type    text not null,
    byte_length     bigint not null,
    quarantine_key  text,                    -- null once the uploaded bytes are deleted
    state           text not null,
    refusal         text,
    width           integer,
    height          integer,
    media_key       text,                    -- chosen with the first attempt, so that a second one overwrites the same files
    taken_lat       double precision,
    taken_lon       double precision,
    original_sha256 bytea,
    full_sha256     bytea,
    sealed_key      text,
    hidden_at       timestamptz,
    attempts        integer not null default 0,
    next_at         timestamptz not null,    -- when a worker may take it up; while one has it, the end of its lease
    created_at      timestamptz not null,
    constraint photo_purpose_known check (purpose in ('REPORT', 'AFTER', 'ANSWER')),
    constraint photo_state_known check (state in ('ISSUED', 'AWAITED', 'PROCESSING', 'READY', 'REFUSED', 'MISSING')),
    constraint photo_content_type_known check (content_type in ('image/jpeg', 'image/png', 'image/webp')),
    constraint photo_byte_length_in_range check (byte_length between 1 and 10485760),
    constraint photo_linked_unless_issued check ((state = 'ISSUED') = (report is null)),
    constraint photo_numbered_when_linked check ((report is null) = (no is null)),
    constraint photo_taken_whole check ((taken_lat is null) = (taken_lon is null)),
    constraint photo_ready_has_files check (state <> 'READY'
        or num_nulls(width, height, media_key, original_sha256, full_sha256) = 0),
    constraint photo_refused_has_reason check ((state = 'REFUSED') = (refusal is not null)),
    constraint photo_refusal_known check (refusal in ('NOT_AN_IMAGE', 'TYPE_MISMATCH', 'TOO_MANY_PIXELS', 'CORRUPT')),
    constraint photo_one_number_a_report unique (report, no),
    constraint photo_one_media_key unique (media_key)
);
create index photo_to_clean on reports.photo (next_at) where state in ('AWAITED', 'PROCESSING');
-- Uploaded bytes that nobody needs any more: of ended photos at once, of unused tickets after a day.
create index photo_to_sweep on reports.photo (next_at)
    where quarantine_key is not null and state in ('ISSUED', 'READY', 'REFUSED', 'MISSING');
create index photo_quota on reports.photo (owner, created_at);
