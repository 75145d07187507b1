-- Billers hear of what becomes of their bills as merchants hear of their sales. An event, an endpoint and a delivery are one
-- merchant's or one biller's, as keys are; a delivery leads to an endpoint of whose event it is, and nowhere else.
alter table payments.webhook_delivery
    drop constraint webhook_delivery_event;

alter table payments.merchant_event
    drop constraint merchant_event_pkey,
    drop constraint merchant_event_id,
    alter column merchant drop not null,
    add column biller uuid references payments.biller,
    add column owner uuid not null generated always as (coalesce(merchant, biller)) stored,
    add constraint merchant_event_one_owner check ((merchant is null) <> (biller is null)),
    add constraint merchant_event_pkey primary key (owner, seq),
    add constraint merchant_event_id unique (owner, id);

alter table payments.merchant_event_head
    drop constraint merchant_event_head_pkey,
    alter column merchant drop not null,
    add column biller uuid references payments.biller,
    add column owner uuid not null generated always as (coalesce(merchant, biller)) stored,
    add constraint merchant_event_head_one_owner check ((merchant is null) <> (biller is null)),
    add constraint merchant_event_head_pkey primary key (owner);

alter table payments.webhook_endpoint
    drop constraint webhook_endpoint_url,
    alter column merchant drop not null,
    add column biller uuid references payments.biller,
    add column owner uuid not null generated always as (coalesce(merchant, biller)) stored,
    add constraint webhook_endpoint_one_owner check ((merchant is null) <> (biller is null)),
    add constraint webhook_endpoint_url unique (owner, url),
    add constraint webhook_endpoint_owned unique (id, owner);

drop index payments.webhook_delivery_of_event;
alter table payments.webhook_delivery
    alter column merchant drop not null,
    add column biller uuid,
    add column owner uuid not null generated always as (coalesce(merchant, biller)) stored,
    add constraint webhook_delivery_one_owner check ((merchant is null) <> (biller is null)),
    add constraint webhook_delivery_event foreign key (owner, seq) references payments.merchant_event (owner, seq),
    add constraint webhook_delivery_own_endpoint foreign key (endpoint, owner) references payments.webhook_endpoint (id, owner);
create index webhook_delivery_of_event on payments.webhook_delivery (owner, seq);
