-- Whoever saw a provider's notice, as a payer's browser does, can send it again, and write it in other bytes that prove the same. So
-- a proven notice is kept once: `proven` is the digest of what its signature covers. Notices of before have none, and neither have
-- answers to our questions, which nobody sends unasked.
alter table payments.provider_message
    add column proven bytea,
    add constraint provider_message_proven_notice
        check (proven is null or (verified and direction = 'IN' and octet_length(proven) = 32));
create unique index provider_message_once on payments.provider_message (provider, proven) where proven is not null;
