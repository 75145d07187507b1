-- At midnight payees get their balance: it is set aside, in the same posting that says what it is made of. Whether it was then
-- wired or came back is the ledger's claim on the settlement.
create table payments.settlement_rhythm (
    account bigint not null constraint settlement_rhythm_pkey primary key references payments.ledger_account,
    rhythm  text not null,
    constraint settlement_rhythm_known check (rhythm in ('DAILY', 'WEEKLY', 'MANUAL'))
);

-- Which midnights were seen, so that a payee who begins later the same day waits for the next.
create table payments.settlement_run (
    rhythm text not null,
    day    date not null,
    at     timestamptz not null,
    constraint settlement_run_pkey primary key (rhythm, day),
    constraint settlement_run_known check (rhythm in ('DAILY', 'WEEKLY'))
);

create table payments.settlement (
    id        uuid not null constraint settlement_pkey primary key,  -- also the subject of the claim that ends it
    payee     bigint not null references payments.ledger_account,
    period    date not null,              -- the day at whose midnight it is closed
    opened_at timestamptz not null,
    posting   uuid,                       -- whose document is the report
    outcome   text,                       -- null until the ledger answered
    constraint settlement_once_per_period unique (payee, period),
    constraint settlement_outcome_known check (outcome in ('CLOSED', 'NOTHING', 'REFUSED')),
    constraint settlement_posting_of_closed check (coalesce(outcome = 'CLOSED', false) = (posting is not null))
);
create index settlement_to_do on payments.settlement (opened_at, id) where outcome is null;
create index settlement_newest on payments.settlement (period desc, id desc) where outcome = 'CLOSED';

-- Everything but wallets: few accounts among a million.
create index ledger_account_of_the_city on payments.ledger_account (class, id) where class <> 20;
