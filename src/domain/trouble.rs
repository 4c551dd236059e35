//! Troubles of the house's own work: their kinds, and the words for them.

use super::dossier::state::words;

words! {
    /// What didn't go as it should.
    TroubleKind {
        /// Slots began, or wait, beyond their grace.
        Late = "late",
        /// Slots were missed and not run.
        Skipped = "skipped",
        /// Slots failed.
        Failed = "failed",
        /// A period's summary hasn't left in time.
        Unreported = "unreported",
    }
}

impl TroubleKind {
    /// What slots did, for people, in Vietnamese.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Late => "chạy muộn",
            Self::Skipped => "bị bỏ lỡ",
            Self::Failed => "thất bại",
            Self::Unreported => "chưa gửi báo cáo kỳ",
        }
    }
}
