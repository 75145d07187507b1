-- A request that a stopped wallet be open again is about one stop, and undoes no later one: `subject` is the ledger's command
-- that stopped it. Requests of before have none, and are asked anew.
alter table payments.approval
    drop constraint approval_subject_of_kind,
    add constraint approval_subject_of_kind check (kind = 'UNFREEZE_WALLET'
        or (kind in ('REFUND', 'RECONCILIATION', 'SETTLEMENT')) = (subject is not null));

-- Who set the flags of an account last.
create index ledger_command_of_flags on payments.ledger_command (object, batch) where kind = 1;
