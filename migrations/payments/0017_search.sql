-- What officers look up by what a customer, payee, provider or bank reads out. Each finds its few rows by an index of its own.
create index bill_by_number on payments.bill (number);
create index merchant_order_by_ref on payments.merchant_order (order_ref);
create index recon_break_by_key on payments.recon_break (key);
create index approval_by_bank_ref on payments.approval (detail) where kind = 'SETTLEMENT';
