//! A calendar that comes into force: what is open is reckoned anew by it, once, and what it would do is known before.

pub mod changed;
mod moved;
mod preview;
