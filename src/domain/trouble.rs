//! Troubles of the house's own work and of its mail: their kinds, and the words for them.

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
        /// Mail doesn't leave because the way out is set up wrongly, or the server refuses it to one address.
        MailSetup = "mail_setup",
        /// An address keeps failing and isn't written to any more.
        MailAddress = "mail_address",
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
            Self::MailSetup => "không gửi được thư do cấu hình",
            Self::MailAddress => "không gửi thư được nữa",
        }
    }
}
