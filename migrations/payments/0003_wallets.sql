-- Wallets of residents, the limits on what leaves them, and what officers do to them. Money and state are the ledger's:
-- nothing here says a second time what a balance, a flag or a claim says.
create table payments.wallet (
    id        uuid not null constraint wallet_pkey primary key,  -- also the public id of its ledger account
    owner     uuid not null,             -- owned by accounts: no foreign key leaves the schema
    account   bigint not null references payments.ledger_account,
    level     smallint not null,         -- identity level its owner had when it was opened
    opened_at timestamptz not null,
    constraint wallet_once_per_owner unique (owner),
    constraint wallet_account unique (account),
    constraint wallet_level_known check (level between 0 and 2)
);

-- Officers who looked into a person's wallet: its owner may see who and why.
create table payments.payment_access (
    id      bigint generated always as identity primary key,
    wallet  uuid not null references payments.wallet,
    officer uuid not null,
    reason  text not null,
    at      timestamptz not null
);
create index payment_access_wallet on payments.payment_access (wallet, at);

-- What may leave a wallet. A version is complete and never changed; the ledger's batches name the version they kept.
create table payments.limit_rule (
    version   bigint not null,
    ordinal   smallint not null,         -- stands in a refusal as its detail
    code      text not null,
    counter   text,                      -- the sum it bounds; none for a single payment
    level_min smallint not null,
    level_max smallint not null,
    only_when text not null,
    includes  smallint[],                -- purposes; null for all
    excludes  smallint[] not null,
    win       text not null,
    max       bigint not null,
    effect    text not null,
    basis     text not null,             -- the law or decision behind it
    verified  boolean not null,          -- whether somebody read that at its source
    constraint limit_rule_pkey primary key (version, ordinal),
    constraint limit_rule_code unique (version, code),
    constraint limit_rule_levels check (0 <= level_min and level_min <= level_max and level_max <= 2),
    constraint limit_rule_only_known check (only_when in ('ANY', 'ON_HOLD', 'NOT_STRONG')),
    constraint limit_rule_window_known check (win in ('SINGLE', 'DAY', 'MONTH')),
    constraint limit_rule_counter_of_window check ((win = 'SINGLE') = (counter is null)),
    constraint limit_rule_effect_known check (effect in ('REFUSE', 'STRONGER_STEP_UP')),
    constraint limit_rule_bounds check (version >= 0 and ordinal >= 0 and max >= 0)
);
create trigger limit_rule_keeps before update or delete or truncate on payments.limit_rule
    for each statement execute function payments.ledger_keeps();

-- Version 0 ships. Purposes: 1 person, 2 goods, 3 to 11 public fee to bank debt.
insert into payments.limit_rule values
    (0, 0, 'MONTH', 'month.out', 0, 2, 'ANY', null, '{3,4,5,6,7,8,9,10,11}', 'MONTH', 100000000, 'REFUSE',
     'Circular 40/2024/TT-NHNN, article 26, as quoted', false),
    (0, 1, 'SINGLE', null, 0, 2, 'ANY', null, '{}', 'SINGLE', 50000000, 'REFUSE', 'the city''s own', true),
    (0, 2, 'ON_HOLD_DAY', 'day.out', 0, 2, 'ON_HOLD', null, '{}', 'DAY', 2000000, 'REFUSE', 'the city''s own', true),
    (0, 3, 'STRONG_SINGLE', null, 0, 2, 'NOT_STRONG', '{1,2}', '{}', 'SINGLE', 10000000, 'STRONGER_STEP_UP',
     'Decision 2345/QD-NHNN, from the press', false),
    (0, 4, 'STRONG_DAY', 'day.transfers', 0, 2, 'NOT_STRONG', '{1,2}', '{}', 'DAY', 20000000, 'STRONGER_STEP_UP',
     'Decision 2345/QD-NHNN, from the press', false);

-- What one officer asks and another decides. Done is what the ledger says about the id that follows from the request.
create table payments.approval (
    id           uuid not null constraint approval_pkey primary key,
    kind         text not null,
    wallet       uuid not null references payments.wallet,
    amount       bigint,
    reason       text not null,
    requested_by uuid not null,
    requested_at timestamptz not null,
    decided_by   uuid,
    decision     text,
    decided_at   timestamptz,
    outcome      text,                   -- what the ledger answered an approved request; null until it did
    constraint approval_kind_known check (kind in ('UNFREEZE_WALLET', 'ADJUST_WALLET')),
    constraint approval_amount_of_kind check ((kind = 'ADJUST_WALLET') = (amount is not null) and amount > 0),
    constraint approval_two_persons check (decided_by <> requested_by),
    constraint approval_decided_whole check ((decided_by is null) = (decision is null)
        and (decided_by is null) = (decided_at is null)),
    constraint approval_decision_known check (decision in ('APPROVE', 'REFUSE')),
    constraint approval_outcome_of_approved check (outcome is null or decision = 'APPROVE')
);
create index approval_waiting on payments.approval (requested_at, id) where decision is null;
create index approval_to_do on payments.approval (decided_at, id) where decision = 'APPROVE' and outcome is null;

-- How often a resident looked up payees by phone: per minute and civil day, so that numbers cannot be walked.
create table payments.payee_lookup (
    account uuid not null,
    win     text not null,               -- the minute or the day
    used    integer not null,
    until   timestamptz not null,
    constraint payee_lookup_pkey primary key (account, win)
);
create index payee_lookup_over on payments.payee_lookup (until);
