-- Whatever takes a payment off what its provider owes claims its number: an order that it pays, a line of a statement, or the
-- remedy of a break. So it leaves there once. Numbers that proved an order before were not claimed.
alter table payments.provider_txn add column subject uuid;

-- A break that a message opened about all that it said, although the number had paid its order, is about the rest.
update payments.recon_break b set amount = abs(b.amount - t.amount)
from payments.provider_txn t, payments.provider_break d
where b.class = 'AMOUNT_DIFFERS' and b.closed_at is null
  and (t.provider, t.txn_no, t.provider_order) = (b.provider, b.key, b.provider_order)
  and (d.provider_order, d.class, d.amount) = (b.provider_order, b.class, b.amount);
