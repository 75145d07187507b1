-- What backs the wallets, said in public every day. What is published stays.
create table payments.bank_balance (
    day        date not null constraint bank_balance_pkey primary key,
    amount     bigint not null,           -- of all guarantee accounts at the end of the day, as the bank says
    entered_by uuid not null,
    entered_at timestamptz not null,
    constraint bank_balance_not_negative check (amount >= 0)
);

create table payments.backing_day (
    day        date not null constraint backing_day_pkey primary key,
    wallets    bigint not null,
    guarantee  bigint not null,
    transit    bigint not null,
    bank       bigint,                    -- the last balance that was known, and of which day it is
    bank_day   date,
    batch      bigint not null,
    batch_hash bytea not null,
    at         timestamptz not null,
    kid        text not null,
    sig        bytea not null,
    constraint backing_day_bank_dated check ((bank is null) = (bank_day is null)),
    constraint backing_day_lengths check (octet_length(batch_hash) = 32 and octet_length(sig) = 64 and batch > 0)
);
create trigger backing_day_keeps before update or delete or truncate on payments.backing_day
    for each statement execute function payments.ledger_keeps();

-- Time goes up with the number of a batch, so a few bytes a block find the batches of some days.
create index ledger_batch_at on payments.ledger_batch using brin (at);
