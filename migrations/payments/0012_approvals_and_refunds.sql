-- More that takes two officers, and money that goes back. Whether a refund moved, is held or failed is the ledger's answer to
-- the id that follows from it; nothing here says that a second time.
alter table payments.approval
    alter column wallet drop not null,
    alter column requested_by drop not null,        -- the city itself asks for some refunds
    add column subject uuid,                        -- the refund, break or settlement
    add column version bigint,                      -- of the limits
    add column detail text,                         -- the bank's reference; how a break is to be resolved
    drop constraint approval_kind_known,
    drop constraint approval_amount_of_kind,
    add constraint approval_kind_known check (kind in
        ('UNFREEZE_WALLET', 'ADJUST_WALLET', 'REFUND', 'RECONCILIATION', 'LIMIT', 'SETTLEMENT')),
    add constraint approval_wallet_of_kind
        check ((kind in ('UNFREEZE_WALLET', 'ADJUST_WALLET')) = (wallet is not null)),
    add constraint approval_subject_of_kind
        check ((kind in ('REFUND', 'RECONCILIATION', 'SETTLEMENT')) = (subject is not null)),
    add constraint approval_version_of_kind check ((kind = 'LIMIT') = (version is not null)),
    add constraint approval_detail_of_kind check ((kind in ('RECONCILIATION', 'SETTLEMENT')) = (detail is not null)),
    add constraint approval_amount_of_kind
        check ((kind not in ('UNFREEZE_WALLET', 'LIMIT')) = (amount is not null) and amount > 0),
    add constraint approval_somebody_asks check (requested_by is not null or kind = 'REFUND');
create unique index approval_once_per_refund on payments.approval (subject) where kind = 'REFUND';
create index approval_of_subject on payments.approval (subject) where subject is not null;

create table payments.refund (
    id           uuid not null constraint refund_pkey primary key,
    posting      uuid not null,          -- the payment, as people know it
    moved        uuid not null,          -- whose legs moved its money: the same, or what captured its reserve
    legs         smallint[] not null,    -- which of them, with
    amounts      bigint[] not null,      -- how much of each goes back
    target       text not null,          -- a wallet, or whoever paid through a provider
    requester    text not null,
    requested_by uuid,                   -- the officer or merchant
    requested_at timestamptz not null,
    reason       text not null,
    approval     uuid references payments.approval,
    answered_at  timestamptz,            -- when the ledger had answered; what, the ledger says
    sent         text,                   -- what became of the request at the provider while the money is held
    sent_at      timestamptz,
    provider_refund_no text,
    constraint refund_target_known check (target in ('WALLET', 'PROVIDER')),
    constraint refund_legs_bounds check (cardinality(legs) between 1 and 16 and cardinality(legs) = cardinality(amounts)
        and 0 <= all (legs) and 15 >= all (legs)),
    constraint refund_amounts_bounds check (1 <= all (amounts) and 100000000000 >= all (amounts)),
    -- A hold is the only leg of its posting.
    constraint refund_of_provider_has_one_leg check (target = 'WALLET' or cardinality(legs) = 1),
    constraint refund_requester_known check (requester in ('OFFICER', 'MERCHANT', 'CITY')),
    constraint refund_requester_named check ((requester = 'CITY') = (requested_by is null)),
    constraint refund_of_officer_is_approved check (requester <> 'OFFICER' or approval is not null),
    constraint refund_sent_known check (sent in ('SENT', 'UNKNOWN')),
    constraint refund_sent_to_provider check (sent is null or (target = 'PROVIDER' and sent_at is not null))
);
create index refund_to_do on payments.refund (requested_at) where answered_at is null and approval is null;
create index refund_of_posting on payments.refund (posting, id);
create index refund_newest on payments.refund (requested_at desc, id desc);
