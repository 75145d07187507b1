-- The dossiers of the benchmarks of the catalogue: made in bulk as the service would have left them, each accepted and not
-- ended. Deadlines follow the calendar, histories are chained by their real hashes.
create temp table hue_day on commit preserve rows as
with present as (select body from catalogue.calendar where code = 'VN-HUE' order by version desc limit 1),
exception as (
    select (e ->> 'date')::date as day, e ->> 'kind' = 'WORKING_DAY' as works
    from present, jsonb_array_elements(body -> 'exceptions') e
    where coalesce((e ->> 'enabled')::boolean, true) and e ->> 'kind' in ('DAY_OFF', 'WORKING_DAY')
)
select d.day::date, row_number() over (order by d.day)::integer as no,
       (d.day::date + (body -> 'workingHours' -> -1 ->> 'to')::time) at time zone 'Asia/Ho_Chi_Minh' as closes_at
from present, generate_series((now() at time zone 'Asia/Ho_Chi_Minh')::date - 300,
                              (now() at time zone 'Asia/Ho_Chi_Minh')::date + 300, interval '1 day') d (day)
left join exception on exception.day = d.day::date
where coalesce(exception.works, body -> 'week' ? to_char(d.day, 'DY'));

create temp table counter as
select row_number() over (order by p.code, a.code)::integer - 1 as no, a.code as receiving,
       coalesce(a.parent, a.code) as competent, p.code as ward
from catalogue.agency a join catalogue.place p on p.place_id = a.place_id
where a.kind = 'ONE_STOP' and a.active and p.kind in ('WARD', 'COMMUNE') and p.valid_to is null and p.code is not null;

create temp table edition as
select row_number() over (order by national_code, no)::integer - 1 as no, id, national_code
from catalogue.procedure_edition;

-- One row a dossier, with all that its rows in other tables are made of.
create temp table made (
    id uuid primary key, n integer, status smallint, days integer, receiving text, competent text, ward text,
    account uuid, officer uuid, edition uuid, procedure_code text, version integer, submitted_at timestamptz,
    accepted_at timestamptz, stopped_at timestamptz, stopped_after integer, due_at timestamptz
);
