//! Dossiers from the officers' side.

mod bills;
mod clock;
mod lists;
mod moves;
mod rounds;
mod timers;
mod world;
