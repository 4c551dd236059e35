//! The integration tests: one binary, one file a topic. A topic that needs a running house builds
//! it with `both!`, so that it holds on SQLite and on PostgreSQL alike.

mod support;

mod calendars;
mod clients;
mod door;
mod dossiers;
mod drain;
mod drill;
mod engines;
mod entities;
mod house;
mod import;
mod intake;
mod kills;
mod ledger;
mod letters;
mod night;
mod records;
mod reminders;
mod reports;
mod sample;
mod signed;
