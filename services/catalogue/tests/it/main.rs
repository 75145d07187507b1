//! Tests of the service through its router, on real servers.

mod imports;
mod procedures;
mod dossier_drafts;
mod dossier_files;
mod dossier_kit;
mod dossier_life;
mod dossier_outages;
mod dossier_secrets;
mod search;
mod services;
mod calendars;
mod editors;
mod registry;
mod dossiers;
mod snapshot;
mod subject;
