//! Tests of the service through its router, on real servers.

mod calendars;
mod dossier_drafts;
mod dossier_files;
mod dossier_kit;
mod dossier_life;
mod dossier_outages;
mod dossier_secrets;
mod dossiers;
mod editors;
mod imports;
mod procedures;
mod registry;
mod search;
mod services;
mod snapshot;
mod subject;
