//! Opinions on a dossier that were asked of another unit or agency, each with a deadline of its own. The clock of the
//! dossier doesn't stand for them: what comes late takes from the time of whoever must decide.

use super::dossier::state::words;

words! {
    /// Where a request for an opinion stands.
    OpinionState {
        /// Asked, not given.
        Asked = "asked",
        /// Given.
        Given = "given",
        /// Not needed any more: whoever asked said so.
        Withdrawn = "withdrawn",
        /// Not needed any more: the dossier closed without it. Asked again when the dossier is reopened.
        Moot = "moot",
    }
}

/// The most working days that may be given for an opinion: a quarter of a year.
pub const MOST_DAYS: u32 = 66;
