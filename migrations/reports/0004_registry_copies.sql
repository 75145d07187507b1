-- The registry is the catalogue's: each copied row knows the publication it is of, and a later one wins, whatever the order
-- in which they arrive. 0 is the seed of a new installation.
alter table reports.ref_agency add column changed_in bigint not null default 0;
alter table reports.ref_ward add column changed_in bigint not null default 0;

-- Up to which publication everything was copied: the next pull asks for what came after.
create table reports.ref_copied (
    one    boolean primary key default true,
    number bigint not null,
    constraint ref_copied_one check (one)
);
insert into reports.ref_copied (number) values (0);
