-- The double-entry ledger: every dong of the city's wallets. One sequencer writes it, a batch at a time; everything here
-- refuses what that sequencer must never write, so that a fault of the program cannot become a fault of the books.

-- Others may only open an empty account. No balance column is ever indexed, so that a hot account is updated in place.
create table payments.ledger_account (
    id              bigint generated always as identity primary key,
    ext             uuid not null constraint ledger_account_ext unique,  -- the public id, which stands in the leaves
    class           smallint not null,
    owner           uuid,
    flags           integer not null,  -- 1 debits <= credits, 2 credits <= debits, 4 no debit, 8 no credit, 16 closed
    debits_pending  bigint not null default 0,
    debits_posted   bigint not null default 0,
    credits_pending bigint not null default 0,
    credits_posted  bigint not null default 0,
    version         bigint not null default 0,  -- batches that touched it
    constraint ledger_account_class_known check (class in (10, 11, 20, 21, 22, 23, 25, 30, 40)),
    constraint ledger_account_flags_known check (flags between 0 and 31 and version >= 0),
    constraint ledger_account_not_negative
        check (least(debits_pending, debits_posted, credits_pending, credits_posted) >= 0),
    constraint ledger_account_debits_covered
        check (flags & 1 = 0 or debits_pending + debits_posted <= credits_posted),
    constraint ledger_account_credits_covered
        check (flags & 2 = 0 or credits_pending + credits_posted <= debits_posted),
    constraint ledger_account_closed_empty
        check (flags & 16 = 0 or (debits_pending = 0 and credits_pending = 0 and debits_posted = credits_posted))
) with (fillfactor = 60);

-- The legs, for ever. `posting` is a UUIDv7, so its months are ranges of ids and an id finds its partition.
create table payments.ledger_transfer (
    posting    uuid not null,
    leg        smallint not null,
    seq        bigint not null,
    batch      bigint not null,
    kind       smallint not null,   -- 1 post, 2 hold, 3 capture, 4 void, 5 expire
    purpose    smallint not null,   -- place in the list of purposes, from 1
    dr         bigint not null,     -- no foreign key: it would lock the hot row once more a leg
    cr         bigint not null,
    amount     bigint not null,
    released   bigint not null,     -- what a resolution takes off the pending sums
    hold       uuid,
    ref        uuid,
    dr_after   bigint not null,     -- credits_posted - debits_posted of the account after this leg
    cr_after   bigint not null,
    expires_at timestamptz,
    at         timestamptz not null,
    req_hash   bytea,               -- of the posting, on its first leg
    doc_hash   bytea,
    constraint ledger_transfer_pkey primary key (posting, leg),
    constraint ledger_transfer_leg_bounds check (leg between 0 and 15),
    constraint ledger_transfer_two_accounts check (dr <> cr),
    constraint ledger_transfer_purpose_positive check (purpose > 0),
    constraint ledger_transfer_hash_on_first_leg check ((leg = 0) = (req_hash is not null)),
    constraint ledger_transfer_doc_on_first_leg check (leg = 0 or doc_hash is null),
    constraint ledger_transfer_hash_lengths
        check (coalesce(octet_length(req_hash), 32) = 32 and coalesce(octet_length(doc_hash), 32) = 32),
    constraint ledger_transfer_resolves_hold check ((kind > 2) = (hold is not null)),
    constraint ledger_transfer_hold_expires check (kind <> 2 or expires_at is not null),
    constraint ledger_transfer_amounts check (
        case when kind in (1, 2) then amount > 0 and released = 0
             when kind = 3 then amount between 1 and released
             when kind in (4, 5) then amount = 0 and released > 0
             else false end)
) partition by range (posting);
create index ledger_transfer_dr on payments.ledger_transfer (dr, seq);
create index ledger_transfer_cr on payments.ledger_transfer (cr, seq);
-- Rows come in the order of their batches, so that a few bytes a block find a batch for the check command.
create index ledger_transfer_batch on payments.ledger_transfer using brin (batch);
-- Ids outside every month land here and raise an alarm.
create table payments.ledger_transfer_default partition of payments.ledger_transfer default;

create table payments.ledger_hold (
    posting     uuid not null constraint ledger_hold_pkey primary key,
    dr          bigint not null,
    cr          bigint not null,
    amount      bigint not null,
    captured    bigint not null,
    state       smallint not null,  -- 0 open, 1 captured, 2 voided, 3 expired
    resolved_by uuid,
    expires_at  timestamptz not null,
    constraint ledger_hold_state_known check (state between 0 and 3),
    constraint ledger_hold_amount_positive check (amount > 0),
    constraint ledger_hold_captured_bounds check (captured between 0 and amount),
    constraint ledger_hold_resolved_once check ((state = 0) = (resolved_by is null)),
    constraint ledger_hold_captured_something check ((state = 1) = (captured > 0))
);
create index ledger_hold_expiring on payments.ledger_hold (expires_at) where state = 0;

-- A subject (a bill's revision, an order) is resolved by whoever commits first.
create table payments.ledger_claim (
    subject uuid not null constraint ledger_claim_pkey primary key,
    posting uuid not null,
    outcome smallint not null
);

-- A refusal is final for its id.
create table payments.ledger_rejection (
    posting  uuid not null constraint ledger_rejection_pkey primary key,
    code     smallint not null,
    detail   smallint not null,
    req_hash bytea not null,
    batch    bigint not null,
    at       timestamptz not null,
    constraint ledger_rejection_code_positive check (code > 0 and detail >= 0),
    constraint ledger_rejection_hash_length check (octet_length(req_hash) = 32)
);

-- Bounded sums: spending in a window, refunds of a leg.
create table payments.ledger_counter (
    key  uuid not null,
    win  integer not null,
    used bigint not null,
    cap  bigint,
    constraint ledger_counter_pkey primary key (key, win),
    constraint ledger_counter_not_negative check (used >= 0),
    constraint ledger_counter_within_cap check (used <= cap)
);

-- What each posting did to the counters: the end of a hold gives back by it, and the check command adds it up.
create table payments.ledger_counted (
    posting uuid not null,
    key     uuid not null,
    win     integer not null,
    added   bigint not null,
    constraint ledger_counted_pkey primary key (posting, key, win),
    constraint ledger_counted_something check (added <> 0)
);

create table payments.ledger_command (
    id     uuid not null constraint ledger_command_pkey primary key,
    batch  bigint not null,
    kind   smallint not null,  -- 1 set flags, 2 resolve a claim without money, 3 use a version of the rules
    object uuid not null,
    arg    bigint not null,
    actor  uuid not null,
    reason text not null,
    at     timestamptz not null,
    constraint ledger_command_kind_known check (kind between 1 and 3)
);

create table payments.ledger_batch (
    n          bigint not null constraint ledger_batch_pkey primary key,
    epoch      bigint not null,
    first_seq  bigint not null,
    transfers  integer not null,
    rejections integer not null,
    commands   integer not null,
    rules      bigint not null,  -- the version of the rules after its commands
    prev       bytea not null,
    root       bytea not null,
    hash       bytea not null constraint ledger_batch_hash unique,
    kid        text not null,
    sig        bytea not null,
    at         timestamptz not null,
    constraint ledger_batch_counts check (n > 0 and epoch > 0 and first_seq > 0
        and least(transfers, rejections, commands) >= 0 and transfers + rejections + commands > 0),
    constraint ledger_batch_lengths check (octet_length(prev) = 32 and octet_length(root) = 32
        and octet_length(hash) = 32 and octet_length(sig) = 64)
);

-- Exactly one row: who may write, and up to where the books are closed.
create table payments.ledger_writer (
    one        boolean not null constraint ledger_writer_pkey primary key,
    epoch      bigint not null,
    last_batch bigint not null,
    last_seq   bigint not null,
    last_hash  bytea not null,
    leader_url text,
    since      timestamptz not null,
    constraint ledger_writer_one check (one),
    constraint ledger_writer_bounds check (least(epoch, last_batch, last_seq) >= 0 and octet_length(last_hash) = 32)
);
insert into payments.ledger_writer
values (true, 0, 0, 0, decode(repeat('00', 32), 'hex'), null, timestamptz '1970-01-01 00:00:00+00');

-- The words of a posting. `note` is personal, can be erased and stands in no tree; `doc` is what doc_hash covers.
create table payments.posting_doc (
    posting uuid not null constraint posting_doc_pkey primary key,
    doc     text,
    note    text,
    constraint posting_doc_something check (doc is not null or note is not null)
);

-- What was written stays.
create function payments.ledger_keeps() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger keeps what it has: % on % is refused', lower(tg_op), tg_table_name
        using errcode = 'LG001';
end $$;

create trigger ledger_transfer_keeps before update or delete on payments.ledger_transfer
    for each row execute function payments.ledger_keeps();
create trigger ledger_transfer_keeps_all before truncate on payments.ledger_transfer
    for each statement execute function payments.ledger_keeps();
-- Unlike a row trigger, this one is not inherited by partitions.
create trigger ledger_transfer_keeps_all before truncate on payments.ledger_transfer_default
    for each statement execute function payments.ledger_keeps();
create trigger ledger_claim_keeps before update or delete or truncate on payments.ledger_claim
    for each statement execute function payments.ledger_keeps();
create trigger ledger_rejection_keeps before update or delete or truncate on payments.ledger_rejection
    for each statement execute function payments.ledger_keeps();
create trigger ledger_counted_keeps before update or delete or truncate on payments.ledger_counted
    for each statement execute function payments.ledger_keeps();
create trigger ledger_command_keeps before update or delete or truncate on payments.ledger_command
    for each statement execute function payments.ledger_keeps();
create trigger ledger_batch_keeps before update or delete or truncate on payments.ledger_batch
    for each statement execute function payments.ledger_keeps();

create function payments.ledger_account_begins_empty() returns trigger language plpgsql as $$
begin
    raise exception 'account % does not begin empty', new.ext using errcode = 'LG002';
end $$;
create trigger ledger_account_begins_empty before insert on payments.ledger_account
    for each row
    when (greatest(new.debits_pending, new.debits_posted, new.credits_pending, new.credits_posted, new.version) <> 0)
    execute function payments.ledger_account_begins_empty();

-- The last word of the statement that writes a batch: anything but what the sequencer computed takes all of it back.
create function payments.assert_batch(ok boolean, what text) returns boolean language plpgsql volatile as $$
begin
    if ok is not true then
        -- A lost fence means that somebody else leads, anything else that RAM was wrong.
        raise exception 'the batch is refused: not as computed: %', what
            using errcode = case what when 'the writer' then 'LG004' else 'LG003' end;
    end if;
    return true;
end $$;

-- Makes the partitions of `months` months from the one of `from_day` on, and answers how many are new.
create function payments.make_transfer_partitions(from_day date, months integer) returns integer language plpgsql as $$
declare
    first date := date_trunc('month', from_day)::date;
    made integer := 0;
    name text;
begin
    for i in 0 .. months - 1 loop
        name := 'ledger_transfer_' || to_char(first + make_interval(months => i), 'YYYYMM');
        if to_regclass('payments.' || name) is null then
            execute format('create table payments.%I partition of payments.ledger_transfer for values from (%L) to (%L)',
                name, payments.first_uuid_v7(first + make_interval(months => i)),
                payments.first_uuid_v7(first + make_interval(months => i + 1)));
            execute format('create trigger ledger_transfer_keeps_all before truncate on payments.%I
                for each statement execute function payments.ledger_keeps()', name);
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;

-- The lowest id of a UTC instant: 48 bits of milliseconds, the rest zero.
create function payments.first_uuid_v7(at timestamp) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
