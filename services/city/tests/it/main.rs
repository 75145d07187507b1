//! The `city` command as its users meet it: a real process with real servers.

mod bench;
mod infra;
mod killed;
mod refused;
mod signed;
mod stored;
mod throwaway;
