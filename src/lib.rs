//! Bonro: tasks, dossiers and deadlines of public offices.
//!
//! The map of the house, and who may enter where (`tests/it/house.rs` holds it against the code):
//!
//! * `domain`: the rules of the trade, values in, values out. It imports no other room.
//! * `store`: the archive, the only room that speaks SQL. It sees `domain`.
//! * `mail`, `report`, `intake`: post room, print shop, reading room. They see `domain`.
//! * `service`: what the house can do; it alone opens and commits transactions. It sees `store`,
//!   `mail`, `report`, `intake`, `domain` and `world`.
//! * `grpc`: the front door, which translates. It sees `service`, `domain`, `pb` and `world`.
//! * `jobs`: the night watch. It sees `service`, `domain` and `world`.
//! * `meter`: what the house counts about its own running; the only room that speaks prometheus-client.
//!   `service`, `grpc` and `app` use it.
//! * `cli`: the side door. It sees `app`, `pb`, `domain` and `intake`.
//! * `app`: the landlord, who builds, starts and drains, and sees all rooms.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod grpc;
pub mod intake;
pub mod jobs;
pub mod mail;
pub mod meter;
pub mod pb;
pub mod report;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod world;

/// Of the whole process, SQLite included (feature `override`). A row that is read is copied value by value, allocated on
/// the database's thread and freed on another; glibc's allocator took two thirds of the time of reading a hundred
/// thousand of them. It doesn't ask for huge pages (feature `no_thp`): where the machine gives them to whoever asks, an idle
/// server holds twice the memory that it uses, and megabytes are cleared for each thread that begins.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
