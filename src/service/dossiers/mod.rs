//! Dossiers: landing, verbs, flagging, reading.

mod flagging;
mod landing;
mod saving;
pub mod verbs;

pub use flagging::flag_overdue;
pub use landing::land;
pub use saving::{Change, next_notice, save};
