//! Letters that an office signs, laid out after Decree 30/2020/NĐ-CP, annex I. Each is a draft: its number, its date
//! and whatever isn't known are dotted, for the document system and the signer. No applicant is named in any.

mod apology;
mod frame;
mod urging;

#[cfg(test)]
mod tests;

pub use apology::{Apology, Cause, form_of};
pub use frame::{Issuer, ending, letterhead};
pub use urging::{HolderList, UrgedLine, Urging};
