-- Signed heads are copied to the object store, where nobody writes over them. How far, for each place: an object is planned here
-- before it is written, so that whoever repeats it after a crash writes the very same one.
create table payments.head_copy (
    place  text not null constraint head_copy_pkey primary key,  -- bucket and prefix
    newest bigint not null,           -- the first batch of the newest object that certainly stands, which names it; 0 for none
    done   bigint not null,           -- its last batch
    until  bigint not null,           -- the last batch of the object that is being written; `done` while none is
    constraint head_copy_bounds
        check (0 <= newest and newest <= done and done <= until and (newest = 0) = (done = 0))
);
