-- A receipt needs all rows of its batch. Refusals and commands come in the order of their batches, so a few bytes a block find
-- them, as they do for legs.
create index ledger_rejection_batch on payments.ledger_rejection using brin (batch);
create index ledger_command_batch on payments.ledger_command using brin (batch);
