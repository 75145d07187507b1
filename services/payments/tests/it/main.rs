//! Tests of the service through its router, on real servers.

mod bills;
mod chaos;
mod ledger;
mod limits;
mod neighbour;
mod ready;
mod receipts;
mod step_up;
mod subject;
mod town;
mod transfers;
mod wallets;
