-- Civil days of a statement are places in the ledger: a batch has one instant, and batches come in the order of theirs.
create index ledger_batch_instant on payments.ledger_batch (at, n);
