//! Dossiers through the front door: the verbs and the table of the lifecycle, replays, etags, lists and their
//! plans, and who reaches what.

mod contract;
mod etags;
mod fields;
mod filters;
mod judging;
mod life;
mod lifecycle;
pub mod office;
mod pages;
pub mod plans;
mod reach;
mod replays;
