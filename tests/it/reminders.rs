//! Rules of reminding: what each kind measures, when it falls away, whose rule and which version holds, and that what
//! is previewed is what goes out.

mod ahead;
mod before;
mod kinds;
mod line;
mod plans;
mod threads;
mod units;
mod versions;
mod watch;
