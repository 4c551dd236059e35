//! The night watch: the only room that speaks tokio-cron-scheduler. It beats, asks the office which slots
//! have fallen due, and has them run. Schedules, claims and the work itself belong to `service`.

mod metronome;
mod run;
mod table;

pub use metronome::{CannotStart, NightWatch};
