//! Tests of notifications through its router and workers, on a real PostgreSQL and Redis.

mod codes;
mod dev_outbox;
mod dossier_events;
mod inbox;
mod marking;
mod payment_events;
mod profiles;
mod report_events;
mod subject;
mod webhook;
