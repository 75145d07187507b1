-- $1 an id, $2 only of this kind, $3 a number or reference, $4 refunds that it names, $5 all providers, $6 so many.
-- Every branch has an index of its own: a test looks at the plan.
select kind as "kind!", id as "id!", matched as "matched!"
from (
    select 'PAYMENT' as kind, posting as id, 'ID' as matched
    from payments.ledger_transfer where posting = $1 and leg = 0 and coalesce($2, 'PAYMENT') = 'PAYMENT'
    union all
    select 'PAYMENT', posting, 'ID' from payments.ledger_rejection
    where posting = $1 and coalesce($2, 'PAYMENT') = 'PAYMENT'
    union all
    select 'PROVIDER_PAYMENT', id, 'ID' from payments.provider_order
    where id = $1 and coalesce($2, 'PROVIDER_PAYMENT') = 'PROVIDER_PAYMENT'
    union all
    select 'BILL', id, 'ID' from payments.bill where id = $1 and coalesce($2, 'BILL') = 'BILL'
    union all
    select 'BILLER', id, 'ID' from payments.biller where id = $1 and coalesce($2, 'BILLER') = 'BILLER'
    union all
    select 'MERCHANT', id, 'ID' from payments.merchant where id = $1 and coalesce($2, 'MERCHANT') = 'MERCHANT'
    union all
    select 'ORDER', id, 'ID' from payments.merchant_order where id = $1 and coalesce($2, 'ORDER') = 'ORDER'
    union all
    select 'REFUND', id, 'ID' from payments.refund where id = $1 and coalesce($2, 'REFUND') = 'REFUND'
    union all
    select 'SETTLEMENT', id, 'ID' from payments.settlement
    where id = $1 and outcome = 'CLOSED' and coalesce($2, 'SETTLEMENT') = 'SETTLEMENT'
    union all
    select 'BREAK', id, 'ID' from payments.recon_break where id = $1 and coalesce($2, 'BREAK') = 'BREAK'
    union all
    select 'BILL', id, 'BILL_NUMBER' from payments.bill where number = $3
    union all
    select 'ORDER', id, 'ORDER_REFERENCE' from payments.merchant_order where order_ref = $3
    union all
    select 'PROVIDER_PAYMENT', id, 'PROVIDER_REFERENCE' from payments.provider_order where our_ref = upper($3)
    union all
    select 'REFUND', id, 'PROVIDER_REFERENCE' from payments.refund where id = any($4)
    union all
    select 'PROVIDER_PAYMENT', provider_order, 'PROVIDER_NUMBER' from payments.provider_txn
    where provider = any($5) and txn_no = $3
    union all
    select 'BREAK', id, 'PROVIDER_NUMBER' from payments.recon_break where key = $3
    union all
    select 'SETTLEMENT', a.subject, 'BANK_REFERENCE' from payments.approval a
    where a.kind = 'SETTLEMENT' and a.detail = $3
) hit
order by id desc, kind, matched
limit $6
