-- Claims stand in no leaf, but legs and commands do: each that they make must be there, made by them, with its outcome. Numbers of
-- purposes, kinds, classes and outcomes are those of the domain; they never change.
with needed as (
    -- A command that resolves a subject.
    select object as subject, id as posting, arg as outcome from payments.ledger_command where kind = 2
    union all
    -- A bill that is paid, an order of a merchant that is paid or reserved: both are outcome 1 of what the leg refers to.
    select t.ref, t.posting, 1
    from payments.ledger_transfer t
    where t.leg = 0 and t.kind in (1, 2) and t.purpose <= 13 and t.ref is not null
    union all
    -- A settlement that left where it waited: to the bank, or back to its payee.
    select t.ref, t.posting, case c.class when 10 then 1 else 2 end
    from payments.ledger_transfer t
    join payments.ledger_account d on d.id = t.dr and d.class = 23
    join payments.ledger_account c on c.id = t.cr
    where t.leg = 0 and t.purpose = 16
    union all
    -- The remedy of a break.
    select t.ref, t.posting, 1
    from payments.ledger_transfer t
    join payments.ledger_account d on d.id = t.dr and d.class <> 25
    where t.leg = 0 and t.purpose = 18 and t.ref is not null
    union all
    -- What else officers and statements move once. Its subjects follow from words that are not here, so whatever it claims is
    -- outcome 1; money of which a statement alone told, put aside, and money that got out again from there claim something.
    select coalesce(m.subject, t.posting), t.posting, 1
    from payments.ledger_transfer t
    join payments.ledger_account d on d.id = t.dr and d.class <> 23
    join payments.ledger_account c on c.id = t.cr
    left join payments.ledger_claim m on m.posting = t.posting
    where t.leg = 0 and t.kind = 1 and t.purpose in (15, 16, 18)
      and (m.subject is not null or d.class = 25 or (t.purpose = 18 and t.ref is null and d.class = 11 and c.class = 25))
    union all
    -- A provider's order. The digest of the request says which of its steps a posting is.
    select step.subject, t.posting, step.outcome
    from payments.provider_order o
    cross join lateral (values (o.id), (o.bill_revision)) about(ref)
    join payments.ledger_transfer t on t.ref = about.ref and t.leg = 0 and t.kind = 1
    cross join lateral (values
        ('order.credit', o.subject, 1),
        ('order.credit', o.money, 1),
        ('order.release', o.subject, 1),
        ('order.suspense', o.money, 2),
        ('order.review', o.money, 3)
    ) step(label, subject, outcome)
    where t.req_hash = sha256(convert_to(step.label, 'UTF8') || uuid_send(o.id) || int8send(o.amount))
    union all
    -- The number of the payment by which its money arrived.
    select x.subject, m.posting, 1
    from payments.provider_txn x
    join payments.provider_order o on o.id = x.provider_order
    join payments.ledger_claim m on m.subject = o.money
    where x.subject is not null
    union all
    -- The first refund of an order's money that is aside: after it nobody is credited any more.
    select o.subject, back.posting, 2
    from (
        select distinct on (t.ref) t.ref, t.posting
        from payments.ledger_transfer t
        join payments.ledger_account d on d.id = t.dr and d.class = 25
        where t.leg = 0 and t.kind = 2 and t.purpose = 15
        order by t.ref, t.seq
    ) back
    join payments.ledger_transfer came on came.posting = back.ref and came.leg = 0 and came.purpose = 14
    join payments.provider_order o on o.id = came.ref
)
select case when c.subject is null then 'the claim of ' || n.subject::text || ' is missing'
            else 'the claim of ' || c.subject::text || ' is not what legs and commands say' end as "what!"
from needed n
full join payments.ledger_claim c on c.subject = n.subject
where case when n.subject is not null then (c.posting, c.outcome::bigint) is distinct from (n.posting, n.outcome)
      else not exists (select from payments.ledger_transfer t where t.posting = c.posting and t.leg = 0)
        or exists (select from payments.bill_revision r where r.id = c.subject)
        or exists (select from payments.merchant_order o where o.id = c.subject)
        or exists (select from payments.provider_order o where o.subject = c.subject or o.money = c.subject)
        or exists (select from payments.provider_txn x where x.subject = c.subject)
        or exists (select from payments.settlement s where s.id = c.subject)
        or exists (select from payments.recon_break b where b.id = c.subject)
        or exists (select from payments.recon_run r where r.id = c.subject) end
order by 1
limit 1
