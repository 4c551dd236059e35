//! Rights: which roles a caller has, and how far they reach. Which RPC asks for what is declared
//! beside the RPC in the contract; here is only the rule that compares.

use std::collections::HashSet;

use uuid::Uuid;

use super::dossier::state::words;

words! {
    /// A role of a caller.
    Role {
        /// One-stop shop clerk.
        Clerk = "clerk",
        /// Professional officer.
        Officer = "officer",
        /// Head of a unit.
        Head = "head",
        /// Leader of the committee.
        Leader = "leader",
        /// Coordinator of the Office.
        Coordinator = "coordinator",
        /// Runs the house: keys, jobs, imports.
        Engineer = "engineer",
        /// Another system that feeds records.
        Importer = "importer",
    }
}

words! {
    /// How far a right reaches.
    Reach {
        /// Everything.
        All = "all",
        /// The caller's unit and all below it.
        UnitSubtree = "unit_subtree",
        /// What the caller holds.
        OwnWork = "own_work",
    }
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The key's label, for the record.
    pub label: String,
    /// Identity of the key.
    pub key_id: Uuid,
    /// The official behind it, if any.
    pub official_id: Option<Uuid>,
    /// The unit the key or official belongs to; None: the whole house.
    pub unit_id: Option<Uuid>,
    /// The caller's roles.
    pub roles: Vec<Role>,
    /// `vi` or `en`: the language of messages.
    pub language: String,
}

/// What a caller may see or touch, resolved once a request and applied inside the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// Records of these units (receiving or continuing).
    Units(HashSet<Uuid>),
    /// Records that this official holds.
    Own(Uuid),
}

impl Scope {
    /// Whether a record of that unit and holder is inside.
    pub fn covers(&self, unit_id: Uuid, holder_id: Option<Uuid>) -> bool {
        match self {
            Self::All => true,
            Self::Units(units) => units.contains(&unit_id),
            Self::Own(official) => holder_id == Some(*official),
        }
    }
}
