//! The life of a dossier (domain.md §2): its events, its states, and the replay that derives state,
//! deadline, holder and figures from them. The history is the truth; everything else is a reading.

mod event;
mod history;
mod judging;
mod reading;
mod replay;
mod spans;
pub(crate) mod state;
mod telling;

pub use event::{Correction, Draft, Event, EventKind, Intake, Source};
pub use history::{History, Refusal};
pub use judging::{Giver, JudgeBy, Judged, Promise};
pub use reading::{Closing, Dossier, Rulebook, Span, Warning};
pub use state::{
    ApplicantKind, Channel, ClosedAs, Outcome, PauseReason, State, Tracked, closed_timeliness_word,
};

#[cfg(test)]
mod tests;
