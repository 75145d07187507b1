-- Money that was put aside because nobody waited for it gets out again, to a wallet or back to what its provider owes: one
-- officer asks about a leg that put it aside (`subject` and `leg`), another decides. That it went is the ledger's claim on the leg.
alter table payments.approval
    add column leg smallint,
    drop constraint approval_kind_known,
    drop constraint approval_wallet_of_kind,
    drop constraint approval_subject_of_kind,
    drop constraint approval_detail_of_kind,
    add constraint approval_kind_known check (kind in
        ('UNFREEZE_WALLET', 'ADJUST_WALLET', 'REFUND', 'RECONCILIATION', 'LIMIT', 'SETTLEMENT', 'RELEASE_SUSPENSE')),
    add constraint approval_wallet_of_kind check ((wallet is not null) = (kind in ('UNFREEZE_WALLET', 'ADJUST_WALLET')
        or (kind = 'RELEASE_SUSPENSE' and detail = 'WALLET'))),
    add constraint approval_subject_of_kind check (kind = 'UNFREEZE_WALLET'
        or (kind in ('REFUND', 'RECONCILIATION', 'SETTLEMENT', 'RELEASE_SUSPENSE')) = (subject is not null)),
    add constraint approval_detail_of_kind
        check ((kind in ('RECONCILIATION', 'SETTLEMENT', 'RELEASE_SUSPENSE')) = (detail is not null)),
    add constraint approval_leg_of_kind check ((kind = 'RELEASE_SUSPENSE') = (leg is not null) and leg between 0 and 15),
    add constraint approval_release_known check (kind <> 'RELEASE_SUSPENSE' or detail in ('WALLET', 'PROVIDER'));

-- What was ever put aside, each leg with whom it came from. Where a provider's order waits for its money, the order's own claims
-- say where that goes. Subselects and no joins: each row is found by its key, however many accounts there are.
create view payments.suspense_leg as
select t.posting, t.leg, t.seq, t.purpose, t.amount, t.at, t.dr, t.cr,
       (select a.ext from payments.ledger_account a where a.id = t.dr) as from_ext,
       (select a.class from payments.ledger_account a where a.id = t.dr) as from_class,
       exists (select from payments.provider_order o join payments.ledger_claim c on c.subject = o.money
               where o.id = t.ref and c.posting = t.posting) as of_order
from payments.ledger_transfer t
where t.kind = 1 and t.cr = (select a.id from payments.ledger_account a where a.ext = '01950000-0025-7000-8000-000000000025');
