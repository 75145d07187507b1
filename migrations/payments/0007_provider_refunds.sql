-- Which refunds a provider is to be asked about, and when. That one is done or has failed is the ledger's hold; the refund
-- itself says what became of the request.
create table payments.provider_refund (
    refund uuid not null constraint provider_refund_pkey primary key,
    since  timestamptz not null,          -- when it was sent first
    ask_at timestamptz                    -- null when nobody asks any more
);
create index provider_refund_to_ask on payments.provider_refund (ask_at) where ask_at is not null;

-- The order through which a bill was paid.
create index provider_order_of_bill on payments.provider_order (bill_revision) where bill_revision is not null;
