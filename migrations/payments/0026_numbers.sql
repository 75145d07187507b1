-- Whatever takes a payment off what its provider owes claims its number: an order that it pays, a line of a statement, or the
-- remedy of a break. So it leaves there once. Numbers that proved an order before were not claimed.
alter table payments.provider_txn add column subject uuid;
