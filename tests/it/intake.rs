//! Spreadsheets as one-stop software exports them: made here to look like real ones, read by the ready mappings,
//! and a hundred hostile ones.

pub mod export;
mod forms;
mod guessed;
mod hostile;
mod house;
mod misread;
mod mistaken;
mod own;
mod rows;
mod summary;
mod towns;
mod whole;
mod zips;
