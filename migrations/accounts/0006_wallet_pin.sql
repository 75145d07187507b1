-- The PIN with which a resident confirms a payment. Six digits are few: what protects them is the key and the counter, which
-- stops at five until the PIN is set anew.
create table accounts.wallet_pin (
    person_id uuid primary key references accounts.person,
    mac       bytea not null,                -- HMAC under the pin key over person and digits
    key_id    smallint not null,
    fails     integer not null,              -- wrong in a row
    set_at    timestamptz not null,
    constraint wallet_pin_fails_bounded check (fails between 0 and 5),
    constraint wallet_pin_mac_length check (octet_length(mac) = 32)
);
