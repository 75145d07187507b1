-- What the city writes to people. A text that was live once never changes: messages name it by code and version.
create table notifications.template (
    code        text not null,
    version     int not null,
    class       text not null,
    channels    text[] not null,
    bodies      jsonb not null,       -- {vi, en?}: title, body, sms?
    variables   jsonb not null,       -- name -> type
    state       text not null,
    edited_by   uuid,                 -- null: came with the installation
    approved_by uuid,
    primary key (code, version),
    constraint template_class_known check (class in ('SECURITY', 'WARNING', 'TRANSACTIONAL', 'SERVICE')),
    constraint template_channels_known check (channels <@ array['INBOX', 'PUSH', 'SMS', 'EMAIL']),
    constraint template_state_known check (state in ('DRAFT', 'LIVE', 'SUPERSEDED')),
    constraint template_two_persons check (approved_by <> edited_by)
);
create unique index template_one_live on notifications.template (code) where state = 'LIVE';

create function notifications.template_frozen() returns trigger language plpgsql as $$
begin
    raise exception 'template % version % was live: write a new version', old.code, old.version
        using errcode = 'check_violation', constraint = 'template_frozen';
end $$;

create trigger template_frozen
    before update on notifications.template for each row
    when (old.state <> 'DRAFT' and (old.code, old.version, old.class, old.channels, old.bodies, old.variables)
          is distinct from (new.code, new.version, new.class, new.channels, new.bodies, new.variables))
    execute function notifications.template_frozen();
