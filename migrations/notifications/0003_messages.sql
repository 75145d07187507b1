-- What a person reads. Texts are rendered when read, from the template's version and these variables.
create table notifications.message (
    id               uuid primary key,          -- UUIDv7: newer messages have greater ids
    account          uuid not null,             -- owned by accounts: no foreign key leaves the schema
    template         text not null,
    template_version int not null,
    class            text not null,
    topic            text not null,
    subject_ref      text,                      -- wire id of what it is about
    vars             jsonb not null,
    dedupe_key       text not null,
    created_at       timestamptz not null,
    expires_at       timestamptz,               -- after this it is no longer handed to a channel
    read_at          timestamptz,
    archived_at      timestamptz,
    foreign key (template, template_version) references notifications.template (code, version),
    constraint message_once unique (account, dedupe_key),
    constraint message_class_known check (class in ('SECURITY', 'WARNING', 'TRANSACTIONAL', 'SERVICE')),
    constraint message_vars_object check (jsonb_typeof(vars) = 'object')
);
create index message_inbox on notifications.message (account, id desc) where archived_at is null;
create index message_unread on notifications.message (account, id desc) where read_at is null and archived_at is null;
