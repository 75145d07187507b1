-- $1 account, $2 before this place, $3 from this instant, $4 before this one, $5 so many. Debits and credits each come by their
-- own index, and the instants are turned into places first, so that a far page costs what the first costs.
with span as (
    select coalesce((select first_seq from payments.ledger_batch where at >= $3 order by at, n limit 1),
                    9223372036854775807) as first,
           coalesce((select first_seq from payments.ledger_batch where at >= $4 order by at, n limit 1),
                    9223372036854775807) as beyond
)
select l.seq as "seq!", l.posting as "posting!: PostingId", l.leg as "leg!", l.purpose as "purpose!",
       l.amount as "amount!", l.after as "after!", l.at as "at!",
       a.ext, a.class, a.owner as "owner: city_ids::AccountId",
       coalesce((select m.name from payments.merchant m where m.account = a.id),
                (select min(b.name) from payments.biller_head h join payments.biller b on b.id = h.biller
                 where h.account = a.id)) as biller,
       d.note as "note?"
from (
    (select seq, posting, leg, purpose, -amount as amount, dr_after as after, at, cr as other
     from payments.ledger_transfer
     where dr = $1 and seq < least($2, (select beyond from span)) and seq >= (select first from span) and kind in (1, 3)
     order by seq desc limit $5)
    union all
    (select seq, posting, leg, purpose, amount, cr_after, at, dr
     from payments.ledger_transfer
     where cr = $1 and seq < least($2, (select beyond from span)) and seq >= (select first from span) and kind in (1, 3)
     order by seq desc limit $5)
) l
join payments.ledger_account a on a.id = l.other
left join payments.posting_doc d on d.posting = l.posting
order by l.seq desc
limit $5
