-- Events are kept for a while and then forgotten, with their deliveries. Up to which number some are gone is kept, so that
-- whoever reads on from an older one is told, and never misses any in silence.
alter table payments.merchant_event_head
    add column forgotten bigint not null default 0,
    add constraint merchant_event_head_forgotten check (forgotten between 0 and last);
create index merchant_event_age on payments.merchant_event (at);
-- Finds the deliveries of an event, also for the foreign key when it goes.
create index webhook_delivery_of_event on payments.webhook_delivery (merchant, seq);
