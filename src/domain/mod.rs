//! The ground floor: values in, values out.
//!
//! Here belong the words and rules of the trade (`domain.md`): working time, deadlines, the life
//! of dossiers, tasks and petitions, periods, figures, reminders. Nothing here does I/O, waits,
//! reads a clock or knows of a database or a wire: time and chance come in as arguments.

pub mod age;
pub mod calendar;
pub mod certificate;
pub mod code;
pub mod deadline;
pub mod declared;
pub mod dossier;
pub mod explain;
pub mod figure;
pub mod filter;
pub mod incident;
pub mod index_766;
pub mod irregularity;
pub mod mail;
pub mod official;
pub mod opinion;
pub mod period;
pub mod permission;
pub mod petition;
pub mod procedure;
pub mod record;
pub mod reminder;
pub mod report;
pub mod schedule;
pub mod summary;
pub mod table_figure;
pub mod target;
pub mod task;
pub mod text;
pub mod trouble;
pub mod unit;

#[cfg(test)]
mod laws;
