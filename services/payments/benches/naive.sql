-- The tables of the ledger once more, and a payment as one function: what one would write without the ledger.
create schema naive;
create table naive.ledger_account (like payments.ledger_account including all);
create table naive.ledger_transfer (like payments.ledger_transfer including all);
create table naive.outbox (like payments.outbox including all);
create table naive.bulk (like payments.ledger_transfer including all);
create sequence naive.seq;
insert into naive.ledger_account overriding system value select * from payments.ledger_account;

-- An id in the order of time, as the ledger's clients make them: indexes grow at their end.
create function naive.id() returns uuid language sql volatile as $$
    select (substr(encode(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint), 'hex'), 5)
            || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

create function naive.pay(from_no bigint, to_no bigint, dong bigint) returns bigint language plpgsql as $$
declare
    id uuid := naive.id();
    from_after bigint;
    to_after bigint;
    place bigint := nextval('naive.seq');
begin
    -- In one order for all, so that nobody waits in a circle.
    perform 1 from naive.ledger_account a where a.id in (from_no, to_no) order by a.id for update;
    update naive.ledger_account a set debits_posted = debits_posted + dong, version = version + 1
        where a.id = from_no and debits_pending + debits_posted + dong <= credits_posted
        returning credits_posted - debits_posted into from_after;
    if from_after is null then
        raise exception 'not enough money';
    end if;
    update naive.ledger_account a set credits_posted = credits_posted + dong, version = version + 1
        where a.id = to_no returning credits_posted - debits_posted into to_after;
    insert into naive.ledger_transfer (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, dr_after, cr_after,
                                       at, req_hash)
        values (id, 0, place, 1, 1, 2, from_no, to_no, dong, 0, from_after, to_after, now(),
                decode(repeat('07', 32), 'hex'));
    insert into naive.outbox (event_id, kind, at, body)
        values (naive.id(), 'PaymentSucceeded', now(), jsonb_build_object('payment', id, 'amount', dong::text));
    return place;
end $$;
