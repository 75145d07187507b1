-- A client makes the id of a provider's order, so it may be the id of anything: of a merchant's order, whose claim it would take.
-- What is claimed when an order ends therefore follows from the id, as what is claimed when its money arrives.
alter table payments.provider_order add column subject uuid;
update payments.provider_order set subject = id;  -- orders of before were claimed by their id
alter table payments.provider_order alter column subject set not null;
alter table payments.provider_order add constraint provider_order_subject unique (subject);
