//! Officials: persons who are responsible, each in a unit.

use uuid::Uuid;

use super::dossier::state::words;

words! {
    /// What an official is in the unit.
    OfficialRole {
        /// Head of the unit (thủ trưởng).
        Head = "head",
        /// One-stop shop clerk (công chức một cửa).
        Clerk = "clerk",
        /// Professional officer (công chức chuyên môn).
        Officer = "officer",
        /// Leader of the committee.
        Leader = "leader",
        /// Coordinator for the control of procedures (công chức đầu mối kiểm soát TTHC).
        Coordinator = "coordinator",
    }
}

/// An official as mails and rights need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    /// Identity.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Unit.
    pub unit_id: Uuid,
    /// Name.
    pub full_name: String,
    /// Role in the unit.
    pub role: OfficialRole,
    /// Address for mails.
    pub email: Option<String>,
    /// `vi` or `en`.
    pub language: String,
}
