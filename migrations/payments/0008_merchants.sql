-- Merchants and what they sell. Whether an order is paid or cancelled is the ledger's claim on it, and what a merchant can do
-- are the flags of its account: a merchant without an account is a draft, which no money can reach.
create table payments.merchant (
    id           uuid not null constraint merchant_pkey primary key,  -- also the public id of its ledger account
    name         text not null,
    tax_code     text not null,
    mcc          text not null,
    account      bigint references payments.ledger_account,
    bank_bin     text not null,          -- where settlements are wired
    bank_account text not null,
    settle       text not null,
    created_at   timestamptz not null,
    constraint merchant_account unique (account),
    constraint merchant_mcc check (mcc ~ '^[0-9]{4}$'),
    constraint merchant_tax_code check (tax_code ~ '^[0-9]{10}(-[0-9]{3})?$'),
    constraint merchant_bank check (bank_bin ~ '^[0-9]{6}$' and bank_account ~ '^[0-9A-Za-z]{1,19}$'),
    constraint merchant_settle_known check (settle in ('DAILY', 'WEEKLY', 'MANUAL'))
);
create index merchant_created on payments.merchant (created_at, id);

create table payments.store (
    id         uuid not null constraint store_pkey primary key,
    merchant   uuid not null references payments.merchant,
    code       text not null,            -- stands in codes as 62.03
    name       text not null,
    created_at timestamptz not null,
    constraint store_code unique (merchant, code),
    constraint store_code_shape check (code ~ '^[0-9A-Za-z-]{1,25}$')
);

-- What a merchant's own systems sign with. The secret is sealed, not hashed: to check a signature one needs it.
create table payments.api_key (
    id         uuid not null constraint api_key_pkey primary key,
    merchant   uuid not null references payments.merchant,
    sealed     bytea not null,
    created_by uuid not null,
    created_at timestamptz not null,
    revoked_at timestamptz
);
create index api_key_merchant on payments.api_key (merchant, created_at);

create table payments.merchant_order (
    id         uuid not null constraint merchant_order_pkey primary key,  -- the subject of the ledger's claim
    merchant   uuid not null references payments.merchant,
    order_ref  text not null,            -- stands in codes as 62.05
    amount     bigint not null,
    capture    text not null,
    store      uuid references payments.store,
    expires_at timestamptz not null,
    at         timestamptz not null,
    constraint merchant_order_ref unique (merchant, order_ref),
    constraint merchant_order_ref_shape check (order_ref ~ '^[0-9A-Za-z._-]{1,25}$'),
    constraint merchant_order_amount check (amount between 1 and 100000000000),
    constraint merchant_order_capture_known check (capture in ('AUTO', 'MANUAL'))
);
create index merchant_order_page on payments.merchant_order (merchant, at desc, id desc);
create trigger merchant_order_keeps before update or delete or truncate on payments.merchant_order
    for each statement execute function payments.ledger_keeps();

-- Whom the bank and number of a code mean here.
create table payments.qr_target (
    bin      text not null,
    number   text not null,
    merchant uuid references payments.merchant,
    biller   uuid references payments.biller,
    store    uuid references payments.store,
    constraint qr_target_pkey primary key (bin, number),
    constraint qr_target_one_payee check ((merchant is null) <> (biller is null) and (store is null or merchant is not null)),
    constraint qr_target_shape check (bin ~ '^[0-9]{6}$' and number ~ '^[0-9A-Za-z]{1,19}$')
);
create index qr_target_merchant on payments.qr_target (merchant, store) where merchant is not null;
create sequence payments.qr_number;

-- What a payment costs, and whom. A quote holds until midnight, so a rule begins with a civil day and is never changed after.
create table payments.fee_rule (
    payee    uuid not null references payments.merchant,
    from_day date not null,
    bps      integer not null,
    fixed    bigint not null,
    borne_by text not null,
    constraint fee_rule_pkey primary key (payee, from_day),
    constraint fee_rule_bounds check (bps between 0 and 1000 and fixed between 0 and 1000000),
    constraint fee_rule_bearer_known check (borne_by in ('PAYEE', 'PAYER'))
);

-- Where fees of the city are earned.
insert into payments.ledger_account (ext, class, flags) values ('01950000-0030-7000-8000-000000000030', 30, 1);
