//! The records beside dossiers (tasks, petitions, documents, ratings, payments, targets, declared figures, incidents), from the handlers of
//! the front door down to the ledger, and as imports bring them.

pub mod checked;
mod declared;
mod incidents;
mod judging;
mod others;
mod petitions;
mod reach;
mod report;
mod tasks;
pub mod town;
