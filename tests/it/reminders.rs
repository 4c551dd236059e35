//! Rules of reminding: what each kind measures, when it falls away, whose rule and which version holds, whom it
//! reaches level by level, and that what is previewed is what goes out.

mod aged;
mod ahead;
mod awaited;
mod before;
mod certificates;
mod escalated;
mod evenings;
mod kinds;
mod leave;
mod line;
mod opinions;
mod plans;
mod snoozed;
mod threads;
mod units;
mod versions;
pub mod watch;
