-- A payment from BEGIN to COMMIT over the wire. An update that finds nobody with so much money ends the run.
\set payer random(:first_payer, :last_payer)
\set payee random(:first_payee, :last_payee)
\set amount random(1000, 50000)
begin;
select credits_posted - debits_posted - debits_pending as free from naive.ledger_account
    where id in (:payer, :payee) order by id for update;
update naive.ledger_account set debits_posted = debits_posted + :amount, version = version + 1
    where id = :payer and debits_pending + debits_posted + :amount <= credits_posted
    returning credits_posted - debits_posted as payer_after \gset
update naive.ledger_account set credits_posted = credits_posted + :amount, version = version + 1
    where id = :payee returning credits_posted - debits_posted as payee_after \gset
insert into naive.ledger_transfer (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, dr_after, cr_after,
                                   at, req_hash)
    values (naive.id(), 0, nextval('naive.seq'), 1, 1, 2, :payer, :payee, :amount, 0, :payer_after, :payee_after, now(),
            decode(repeat('07', 32), 'hex'))
    returning posting as payment \gset
insert into naive.outbox (event_id, kind, at, body)
    values (naive.id(), 'PaymentSucceeded', now(),
            jsonb_build_object('payment', :payment::text, 'amount', :amount::text));
commit;
